"""One connection of the lobby: what is needed of it, and who takes what it receives."""

from __future__ import annotations

from collections.abc import Callable
from typing import Protocol

from rallypoint.core.lobby_session import LobbySession
from rallypoint_protocol.ending import Receiver

__all__ = ["LobbyConnection", "LobbyReceiver", "Timer", "Timers"]


class LobbyConnection(Protocol):
    """What the lobby needs of a connection: :class:`rallypoint.transport.connection.Connection` has it."""

    receiver: Receiver
    remote_ip: str

    @property
    def outbox_bytes(self) -> int:
        """Bytes that the kernel has not taken yet."""

    def write(self, framed: bytes) -> None:
        """Sends a message that was framed before; nothing once closing has begun."""

    def write_message(self, payload: bytes) -> None:
        """Sends one binary message; nothing once closing has begun."""

    def close_with(self, code: int, reason: str = "") -> None:
        """Begins the closing handshake; nothing if it has begun."""

    async def wait_closed(self) -> None:
        """Waits for the end of the connection."""


class Timer(Protocol):
    """A call that is going to be made."""

    def cancel(self) -> None:
        """It is not going to be made."""


class Timers(Protocol):
    """The part of an event loop that is used here."""

    def time(self) -> float:
        """Seconds on the clock that all of the lobby and of the sessions' side goes by."""

    def call_at(self, when: float, callback: Callable[[], object], /) -> Timer:
        """Calls back once, at ``when``."""


class Owner(Protocol):
    """Who is told what a connection receives."""

    def received(self, receiver: LobbyReceiver, payload: bytes, /) -> None:
        """One whole message."""

    def lost(self, receiver: LobbyReceiver, code: int | None, /) -> None:
        """The connection has ended."""


class LobbyReceiver:
    """Takes what one connection receives. ``session`` is ``None`` before the first frame was accepted."""

    __slots__ = ("_owner", "connection", "cut", "done", "early", "held_bytes", "session")

    def __init__(self, owner: Owner, connection: LobbyConnection) -> None:
        self._owner = owner
        self.connection = connection
        self.session: LobbySession | None = None
        self.early: list[bytes] | None = None
        """What came after the first frame while that was being looked into; ``None`` while it is not."""
        self.done = False
        """It was closed, taken over or lost: what still comes from it is not for the lobby any more."""
        self.cut = False
        """Closing has begun: what still waits for it is not written any more."""
        self.held_bytes = 0
        """So much waits to be written: see :class:`.LobbyWriter`."""

    def received(self, payload: bytes) -> None:
        """One whole message."""
        if not self.done:
            self._owner.received(self, payload)

    def lost(self, code: int | None, reason: str) -> None:
        """The connection has ended."""
        if not self.done:
            self._owner.lost(self, code)

    @property
    def who(self) -> dict[str, str]:
        """For the log: ids and the address, nothing that the client chose."""
        who = {"peer": self.connection.remote_ip}
        if self.session is not None:
            who |= {"lobby": self.session.id, "player": self.session.player}
        return who
