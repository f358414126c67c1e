"""The door of ``/session/<id>``: a connection has a few seconds for its first frame, and that must fit the session."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from typing import TYPE_CHECKING, Final

import structlog

from rallypoint.core.session import Refusal
from rallypoint.ports import Clock, Timer
from rallypoint.runtime.session_host import SessionHost
from rallypoint_protocol.close import CloseCode
from rallypoint_protocol.codec import BadMessage, decoder
from rallypoint_protocol.ids import SessionId
from rallypoint_protocol.limits import GAME_INPUT_KIND_FIRST, PROTOCOL_VERSION
from rallypoint_protocol.messages import Ack, Leave, Ping, Proved, Resume, TakeSeat

if TYPE_CHECKING:
    from rallypoint.transport.connection import Connection

__all__ = ["SessionGate"]

log: structlog.typing.FilteringBoundLogger = structlog.get_logger("rallypoint.session")
_decode = decoder(TakeSeat, Resume)
_EARLY: Final = frozenset(
    {kind.__struct_config__.tag for kind in (Proved, Ack, Ping, Leave)} | set(range(GAME_INPUT_KIND_FIRST, 128))
)


class SessionGate:
    """Brings connections to their sessions. ``find`` looks a session up."""

    def __init__(
        self,
        find: Callable[[SessionId], SessionHost | None],
        loop: asyncio.AbstractEventLoop,
        clock: Clock,
        first_frame_s: float = 5.0,
    ) -> None:
        self._find = find
        self._loop = loop
        self._clock = clock
        self._first_frame_s = first_frame_s
        self.met: Callable[[Connection], None] | None = None
        """Is told of each connection that has its seat, or place to watch."""
        self.waiting: dict[Stranger, None] = {}
        """Connections whose first frame is still to come, in the order in which they came."""

    async def serve(self, connection: Connection, session: SessionId) -> None:
        """Serves one connection until its end."""
        connection.receiver = Stranger(self, connection, session)
        await connection.wait_closed()

    def _first(self, connection: Connection, session: SessionId, payload: bytes) -> None:
        refusal: Refusal | None
        try:
            message = _decode(payload)
        except BadMessage as bad:
            refusal = Refusal(bad.code, bad.reason)
            if _kind(payload) in _EARLY:
                refusal = Refusal(CloseCode.UNEXPECTED, "the first frame must be take_seat or resume")
        else:
            host = self._find(session)
            named = message.session if isinstance(message, TakeSeat) else message.id
            if message.version < PROTOCOL_VERSION:  # before all else: it must not depend on which sessions there are
                refusal = Refusal(CloseCode.UPDATE, f"this server speaks version {PROTOCOL_VERSION}")
            elif host is None or named != session:
                # The same words as for a wrong token: nobody learns which sessions there are.
                refusal = Refusal(CloseCode.UNKNOWN, "unknown session or token")
            else:
                refusal = host.take(connection, message, self._clock())
                if refusal is not None and host.core.ended is not None and refusal.code is host.core.ended.code:
                    host.refuse(connection, refusal)
                    return
            if refusal is None and self.met is not None:
                self.met(connection)
        if refusal is not None:
            found = self._find(session)
            told = log.bind(session=session) if found is None else found.log
            told.info("refused", peer=connection.remote_ip, code=refusal.code.name, why=refusal.reason)
            connection.close_with(refusal.code, refusal.reason)

    def close_all(self, code: CloseCode) -> None:
        """Closes the connections that nobody knows yet (shutdown)."""
        for stranger in list(self.waiting):
            stranger.finish()
            stranger.connection.close_with(code, code.policy.meaning)


def _kind(payload: bytes) -> int:
    """The kind of a message that may be well-formed, without looking at the rest of it; -1 if it is none."""
    at = 3 if payload[:1] == b"\xdc" else 1
    return payload[at] if len(payload) > at and (at == 3 or payload[0] & 0xF0 == 0x90) else -1


class Stranger:
    """A connection before its first frame."""

    __slots__ = ("_gate", "_session", "_timer", "connection")

    def __init__(self, gate: SessionGate, connection: Connection, session: SessionId) -> None:
        self._gate = gate
        self._session = session
        self.connection = connection
        self._timer: Timer = gate._loop.call_later(gate._first_frame_s, self._late)
        gate.waiting[self] = None

    def received(self, payload: bytes) -> None:
        """The first frame; more that came with it goes to whoever receives by then."""
        if self in self._gate.waiting:
            self.finish()
            self._gate._first(self.connection, self._session, payload)

    def lost(self, code: int | None, reason: str) -> None:
        """It went without a word."""
        self.finish()

    def finish(self) -> None:
        """It is a stranger no longer."""
        self._timer.cancel()
        self._gate.waiting.pop(self, None)

    def _late(self) -> None:
        self.finish()
        log.info("refused", session=self._session, peer=self.connection.remote_ip, code="FIRST_FRAME_LATE")
        self.connection.close_with(CloseCode.FIRST_FRAME_LATE, CloseCode.FIRST_FRAME_LATE.policy.meaning)
