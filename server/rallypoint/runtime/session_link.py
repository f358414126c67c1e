"""A seated player's connection, as its session sees it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Protocol

from rallypoint.core.seat import Seat
from rallypoint_protocol.close import CloseCode
from rallypoint_protocol.framing import frame

if TYPE_CHECKING:
    from rallypoint.transport.connection import Connection

__all__ = ["SessionLink"]


class Owner(Protocol):
    """Who is told what the connection receives: the session's host."""

    def received(self, link: SessionLink, payload: bytes) -> None:
        """One whole message."""

    def lost(self, link: SessionLink) -> None:
        """It has ended."""

    def is_linked(self, link: SessionLink) -> bool:
        """False once it was replaced or closed."""


class SessionLink:
    """Hands what it receives to the session. What it is sent waits until its new token is committed."""

    __slots__ = ("_closing", "connection", "held", "host", "seat", "since", "token_hash")

    def __init__(self, host: Owner, connection: Connection, seat: Seat, since: float = 0.0) -> None:
        """``since``: when the connection got the seat, by the node's clock."""
        self.host = host
        self.since = since
        self.connection = connection
        self.seat = seat
        self.token_hash = seat.tokens.newest
        """Of the token that this connection was given."""
        self.held: list[bytes] | None = []
        """What waits to be sent, framed; ``None`` once nothing has to. Bounded: who acknowledges nothing is skipped."""
        self._closing: tuple[CloseCode, str] | None = None

    def write_message(self, payload: bytes) -> None:
        """Sends one message."""
        self.write(frame(payload))

    def write(self, framed: bytes) -> None:
        """Sends a message that was framed before."""
        if self.held is None:
            self.connection.write(framed)
        else:
            self.held.append(framed)

    def close(self, code: CloseCode, reason: str) -> None:
        """Closes it, after all that was written."""
        if self.held is None:
            self.connection.close_with(code, reason)
        elif self._closing is None:
            self._closing = code, reason

    def release(self) -> None:
        """Its token is committed: what waited is sent."""
        held, self.held = self.held or (), None
        for framed in held:
            self.connection.write(framed)
        if self._closing is not None:
            self.connection.close_with(*self._closing)

    def received(self, payload: bytes) -> None:
        """One whole message. What comes after the connection was replaced or closed is nobody's."""
        if self.host.is_linked(self):
            self.host.received(self, payload)

    def lost(self, code: int | None, reason: str) -> None:
        """The connection has ended."""
        self.host.lost(self)
