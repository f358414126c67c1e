"""The lobby on an event loop: frames in and out, seats asked for where the lobby decides, one timer for all.

Everything here is synchronous: a frame, a lost connection, a freed seat or the timer comes in, :mod:`rallypoint.core`
says what to do, and it is done before the next one comes in. There is no task a client, and none for all: one
``call_at`` is armed for the next thing that happens by itself.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from typing import Final, Protocol

import structlog

from rallypoint.core.lobby import Close, Lobby
from rallypoint.core.lobby_session import LobbySession, LobbyState
from rallypoint_protocol.close import CloseCode, Fault
from rallypoint_protocol.codec import BadMessage, decode_lobby, encode
from rallypoint_protocol.ending import Receiver
from rallypoint_protocol.ids import LobbyId, PlayerId
from rallypoint_protocol.messages import Hello, LobbyMessage, LobbyReply, Resume

from .matching import Matching, Sessions

__all__ = ["LobbyConnection", "LobbyHost", "LobbyReceiver", "Timer", "Timers"]

_AFTER_FAILURE_S: Final = 1.0
"""After a failure of our own, what is due may fail again: not at once."""

log: structlog.typing.FilteringBoundLogger = structlog.get_logger("rallypoint.lobby")


class LobbyConnection(Protocol):
    """What the lobby needs of a connection: :class:`rallypoint.transport.connection.Connection` has it."""

    receiver: Receiver
    remote_ip: str

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


class LobbyReceiver:
    """Takes what one connection receives. ``session`` is ``None`` before the first frame was accepted."""

    __slots__ = ("_host", "connection", "done", "session")

    def __init__(self, host: LobbyHost, connection: LobbyConnection) -> None:
        self._host = host
        self.connection = connection
        self.session: LobbySession | None = None
        self.done = False
        """It was closed, taken over or lost: what still comes from it is not for the lobby any more."""

    def received(self, payload: bytes) -> None:
        """One whole message."""
        if not self.done:
            self._host._received(self, payload)

    def lost(self, code: int | None, reason: str) -> None:
        """The connection has ended."""
        if not self.done:
            self._host._lost(self, code)

    @property
    def who(self) -> dict[str, str]:
        """For the log: ids and the address, nothing that the client chose."""
        who = {"peer": self.connection.remote_ip}
        if self.session is not None:
            who |= {"lobby": self.session.id, "player": self.session.player}
        return who

    def write(self, message: LobbyReply) -> None:
        """Sends a message."""
        self.connection.write_message(encode(message))


class LobbyHost:
    """Runs the lobby of one node. ``loop`` is the event loop, or whatever stands in for it in a test."""

    def __init__(self, lobby: Lobby, sessions: Sessions, loop: Timers, *, first_frame_s: float = 5.0) -> None:
        self._lobby = lobby
        self._matching = Matching(lobby, sessions)
        self._loop = loop
        self._first_frame_s = first_frame_s
        self._receivers: dict[LobbyId, LobbyReceiver] = {}
        self._strangers: dict[LobbyReceiver, float] = {}
        """Connections without a first frame, and until when they have time: in this order, too."""
        self._timer: Timer | None = None
        self._timer_due = 0.0
        self._settling = False
        self._stopped = False

    async def serve(self, connection: LobbyConnection) -> None:
        """Serves one connection to ``/lobby`` until its end."""
        self.accept(connection)
        await connection.wait_closed()

    def accept(self, connection: LobbyConnection) -> None:
        """Takes a connection whose WebSocket handshake is done. Returns at once."""
        if self._stopped:
            connection.close_with(CloseCode.SHUTDOWN, CloseCode.SHUTDOWN.policy.meaning)
            return
        receiver = LobbyReceiver(self, connection)
        self._strangers[receiver] = self._loop.time() + self._first_frame_s
        connection.receiver = receiver  # last: what arrived before comes in right here
        self._arm(self._loop.time())

    def player_unseated(self, player: PlayerId) -> None:
        """The sessions' side: a seat that :meth:`.Sessions.reserve` gave was left, or has expired or ended."""
        now = self._loop.time()
        self._lobby.unseated(player, now)
        self._settle(now)

    def capacity_changed(self) -> None:
        """The sessions' side: a session takes players again, or there is room for a new one."""
        self._lobby.queues.capacity_changed()
        self._settle(self._loop.time())

    async def stop(self, code: CloseCode = CloseCode.SHUTDOWN) -> None:
        """Closes every connection with ``code`` and waits for their ends; newer ones are turned away."""
        self._stopped = True
        if self._timer is not None:
            self._timer.cancel()
            self._timer = None
        open_ = [*self._strangers, *self._receivers.values()]
        for receiver in open_:
            receiver.done = True
            receiver.connection.close_with(code, code.policy.meaning)
        self._strangers.clear()
        self._receivers.clear()
        await asyncio.gather(*(receiver.connection.wait_closed() for receiver in open_))

    # --- what comes in --------------------------------------------------------------------------------------------

    def _received(self, receiver: LobbyReceiver, payload: bytes) -> None:
        now = self._loop.time()
        try:
            self._route(receiver, decode_lobby(payload), now)
        except BadMessage as bad:
            self._close(receiver, bad.code, bad.reason, now, tell=bad.reason)
        except Exception:
            # Ours, whatever the client sent: it may resume, and nobody else notices.
            log.exception("lobby failed", peer=receiver.connection.remote_ip)
            self._detach(receiver, now)
            receiver.connection.close_with(CloseCode.SERVER_FAILED, CloseCode.SERVER_FAILED.policy.meaning)
        self._settle(now)

    def _route(self, receiver: LobbyReceiver, message: LobbyMessage, now: float) -> None:
        if receiver.session is None:
            self._first(receiver, message, now)
            return
        reply = self._lobby.received(receiver.session, message, now)
        if isinstance(reply, Close):
            self._close(receiver, reply.code, reply.why, now)
        elif reply is not None:
            receiver.write(reply)

    def _first(self, receiver: LobbyReceiver, message: LobbyMessage, now: float) -> None:
        match message:
            case Hello():
                entered = self._lobby.hello(message)
            case Resume():
                entered = self._lobby.resume(message, now)
            case _:
                entered = Close(CloseCode.UNEXPECTED, f"{type(message).__name__} as first frame")
        if isinstance(entered, Close):
            self._close(receiver, entered.code, entered.why, now)
            return
        del self._strangers[receiver]
        session = receiver.session = entered.session
        older = self._receivers.get(session.id)
        self._receivers[session.id] = receiver
        if entered.took_over and older is not None:
            self._close(older, CloseCode.TAKEN_OVER, "a newer connection resumed", now)
        receiver.write(entered.welcome)
        for push in entered.missed:
            receiver.write(push)
        log.debug("lobby entered", resumed=entered.welcome.resumed, **receiver.who)

    def _lost(self, receiver: LobbyReceiver, code: int | None) -> None:
        now = self._loop.time()
        self._detach(receiver, now)
        log.debug("lobby connection lost", code=code, **receiver.who)
        self._settle(now)

    def _close(self, receiver: LobbyReceiver, code: CloseCode, why: str, now: float, tell: str = "") -> None:
        """Ends a connection, with one line in the log. The client is told ``tell``, or else what the code means."""
        say = log.debug if code.policy.fault is Fault.NOBODY else log.info
        say("lobby connection closed", code=code.name, why=why, **receiver.who)
        self._detach(receiver, now)
        receiver.connection.close_with(code, tell or code.policy.meaning)

    def _detach(self, receiver: LobbyReceiver, now: float) -> None:
        """The connection counts no more; its lobby session is away, unless it has ended or has a newer one."""
        receiver.done = True
        self._strangers.pop(receiver, None)
        session = receiver.session
        if session is not None and self._receivers.get(session.id) is receiver:
            del self._receivers[session.id]
            if session.state is LobbyState.CONNECTED:
                self._lobby.dropped(session, now)

    # --- what follows from it -------------------------------------------------------------------------------------

    def _settle(self, now: float) -> None:
        """Does all that is to be done now. To be called after everything that came in."""
        if self._settling or self._stopped:
            return  # the sessions' side called back: the loop below sees what it changed
        self._settling = True
        not_before = now
        try:
            self._tell_ended(now)
            # Ends: each round seats somebody, or puts a queue to rest.
            while games := self._lobby.queues.take_changed():
                for game in games:
                    self._matching.run(game, now)
            for session, push in self._lobby.take_pushes(now):
                receiver = self._receivers.get(session.id)
                if receiver is not None:
                    receiver.write(push)
        except Exception:
            log.exception("lobby failed")
            not_before = now + _AFTER_FAILURE_S
        finally:
            self._settling = False
        self._arm(not_before)

    def _tell_ended(self, now: float) -> None:
        for session, event in self._lobby.poll(now):
            log.debug("lobby session ended", lobby=session.id, player=session.player, why=event.value)
            receiver = self._receivers.get(session.id)
            if receiver is not None:  # its player resumed on another connection, and was refused
                self._close(receiver, CloseCode.UNKNOWN, event.value, now)

    def _arm(self, not_before: float) -> None:
        """Sees to it that :meth:`_wake` comes when something is due. A timer that comes too early does no harm."""
        due = self._lobby.next_due()
        if self._strangers:
            first = next(iter(self._strangers.values()))
            due = first if due is None else min(due, first)
        if due is None or (self._timer is not None and self._timer_due <= due):
            return
        if self._timer is not None:
            self._timer.cancel()
        self._timer_due = max(due, not_before)
        self._timer = self._loop.call_at(self._timer_due, self._wake)

    def _wake(self) -> None:
        self._timer = None
        now = self._loop.time()
        for receiver in [late for late, until in self._strangers.items() if until <= now]:
            self._close(receiver, CloseCode.FIRST_FRAME_LATE, "no first frame", now)
        self._settle(now)
