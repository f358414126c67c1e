"""The lobby on an event loop: frames in and out, seats asked for where the lobby decides, one timer for all.

Everything here is synchronous: a frame, a lost connection, a freed seat or the timer comes in, :mod:`rallypoint.core`
says what to do, and it is done before the next one comes in. There is no task a client, and none for all: one
``call_at`` is armed for the next thing that happens by itself. Only a guest who says to be known from before is looked
up by a task; the connection is a stranger's until then.

With a journal, what is told waits until what it follows from is committed: see :mod:`.lobby_writer`.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Mapping, Sequence
from typing import Any, Final

import structlog

from rallypoint.core.lobby import Close, Entered, Lobby
from rallypoint.core.lobby_keeper import KeptEntry
from rallypoint.core.lobby_session import LobbyEvent, LobbySession, LobbyState
from rallypoint.core.lobby_ticket import LobbyTicket
from rallypoint.core.matchmaking.profile import Profile
from rallypoint.core.quick_match import SeatOffer
from rallypoint.core.tokens import token_hash
from rallypoint.ports import Entry, EntryKind, Guest, Store
from rallypoint_protocol.close import CloseCode, Fault
from rallypoint_protocol.codec import BadMessage, decode_lobby
from rallypoint_protocol.framing import frame
from rallypoint_protocol.ids import LobbyId, PlayerId, SessionId
from rallypoint_protocol.messages import Answer, Block, Hello, Leaderboard, LobbyMessage, Pong, Resume

from .fresh_blocks import FreshBlocks
from .guest_lookups import GuestLookups
from .kept_guests import NewGuest
from .leader_lookups import LeaderLookups
from .lobby_door import LobbyDoor
from .lobby_receiver import LobbyConnection, LobbyReceiver, Timer, Timers
from .lobby_writer import Commit, LobbyWriter
from .match_records import dated
from .matching import Matching, Sessions
from .player_stories import PlayerStories
from .profile_lookups import ProfileLookups
from .queue_figures import QueueFigures

__all__ = ["Commit", "LobbyConnection", "LobbyHost", "LobbyReceiver", "Timer", "Timers"]

_AFTER_FAILURE_S: Final = 1.0
"""After a failure of our own, what is due may fail again: not at once."""
_BACKED_UP_BYTES: Final = 8 * 1024
"""Whose connection has so much to send already is passed over by chats."""

_ENDS: Final = {
    LobbyEvent.LEFT: "logged out",
    LobbyEvent.EXPIRED: "did not come back in time",
    LobbyEvent.REMOVED: "removed by an operator",
    LobbyEvent.OVERFLOWED: "came back for messages that are gone",
}
_TOLD: Final = {
    "matched": "got a seat",
    "ready_check": "asked for a ready check",
    "ready_check_off": "the ready check is off",
    "unqueued": "out of the queue",
}
"""Pushes that are in a player's story."""

log: structlog.typing.FilteringBoundLogger = structlog.get_logger("rallypoint.lobby")


class LobbyHost:
    """Runs the lobby of one node. ``loop`` is the event loop, or whatever stands in for it in a test.

    Guests who are to be known again are looked up in ``store``, and kept there, by ``new_guest`` if it is given.
    ``commit`` is called if the lobby keeps what changes; else nothing waits for anything.
    """

    def __init__(
        self,
        lobby: Lobby,
        sessions: Sessions,
        loop: Timers,
        store: Store,
        *,
        first_frame_s: float = 5.0,
        commit: Commit | None = None,
        new_guest: NewGuest | None = None,
    ) -> None:
        self._lobby = lobby
        self._matching = Matching(lobby, sessions)
        self._loop = loop
        self._store = store
        self._new_guest = store.new_guest if new_guest is None else new_guest
        self._door = LobbyDoor(GuestLookups(store, loop.time, self._looked_up, self._rearm), first_frame_s)
        self._profiles = ProfileLookups(store, loop.time, self._profiled, self._rearm, keeps=store.keeps_guests)
        self._blocks = FreshBlocks()
        self._leaders = LeaderLookups(store, self._answered)
        self._writer = LobbyWriter(commit if lobby.keeps else None)
        self._receivers: dict[LobbyId, LobbyReceiver] = {}
        self.stories = PlayerStories(lobby.unix_ms)
        """What has happened to players lately, for operators."""
        self.met: Callable[[LobbyConnection], None] | None = None
        """Is told of each connection that has entered."""
        self._timer: Timer | None = None
        self._timer_due = 0.0
        self._settling = False
        self._stopped = False

    @property
    def figures(self) -> Mapping[str, QueueFigures]:
        """What was counted of each queue that anybody has got a seat by."""
        return self._matching.figures

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
        self._door.arrive(receiver, self._loop.time())
        connection.receiver = receiver  # last: what arrived before comes in right here
        self._arm(self._loop.time())

    def player_unseated(self, player: PlayerId) -> None:
        """The sessions' side: a seat that :meth:`.Sessions.reserve` gave was left, or has expired or ended."""
        now = self._loop.time()
        self._lobby.unseated(player, now)
        self._settle(now)

    def offer(self, player: PlayerId, offer: SeatOffer) -> bool:
        """Tells a player of a seat that somebody else has reserved, as after a match. False: not in this lobby."""
        session = self._lobby.of(player)
        if session is None:
            return False
        self._lobby.seat(session, offer)
        self._settle(self._loop.time())
        return True

    def notify(self, player: PlayerId, data: dict[str, Any]) -> bool:
        """An operator tells a player something. True: it was written to a connection; who is away gets it later."""
        session = self._lobby.of(player)
        if session is None:
            return False
        told = self._lobby.notify(session, data)
        self._settle(self._loop.time())
        return told and session.id in self._receivers

    def remove(self, player: PlayerId) -> bool:
        """An operator ends a player's lobby session: ticket, party and chats are left. False: there is none."""
        session = self._lobby.of(player)
        if session is None:
            return False
        self._lobby.remove(session)
        self._settle(self._loop.time())
        return True

    def address_of(self, session: LobbySession) -> str | None:
        """Where its connection comes from; ``None``: it has none."""
        receiver = self._receivers.get(session.id)
        return None if receiver is None else receiver.connection.remote_ip

    def session_changed(self, session: SessionId) -> None:
        """The sessions' side: a session appeared, what lists show of it may have changed, or it went."""
        self._lobby.session_changed(session)
        self._rearm()

    def capacity_changed(self) -> None:
        """The sessions' side: a session takes players again, or there is room for a new one."""
        self._lobby.queues.capacity_changed()
        self._settle(self._loop.time())

    def close_matching(self, why: str) -> None:
        """The sessions' side creates none any more: players who ask are told ``why``. Empty: it does again."""
        self._lobby.queues.close(why)
        self._settle(self._loop.time())

    async def stop(self, code: CloseCode = CloseCode.SHUTDOWN) -> None:
        """Closes every connection with ``code`` and waits for their ends; newer ones are turned away."""
        self._stopped = True
        if self._timer is not None:
            self._timer.cancel()
            self._timer = None
        open_ = [*self._door.receivers, *self._receivers.values()]
        for receiver in open_:
            receiver.done = True
            self._writer.cut(receiver, code, code.policy.meaning)
        self._receivers.clear()
        await self._door.stop()
        await self._profiles.stop()
        await self._leaders.stop()
        await asyncio.gather(*(receiver.connection.wait_closed() for receiver in open_))

    # --- what is kept if the server dies --------------------------------------------------------------------------

    def take_entries(self) -> list[Entry]:
        """What has changed since the last time, acknowledgements too: also to be asked for now and then."""
        return [_entry(kept) for kept in self._lobby.take_entries()]

    def wholes(self) -> list[Entry]:
        """All of it, whole."""
        return [_entry(kept) for kept in self._lobby.wholes()]

    def whole(self, key: str) -> Entry | None:
        """What has that key, whole; ``None``: there is nothing of that key."""
        kept = self._lobby.whole(key)
        return None if kept is None else _entry(kept)

    def restore(self, entries: Mapping[str, Sequence[bytes]], shift_s: float, now: float) -> None:
        """Goes on where a server died: see :meth:`.Lobby.restore`. Sessions are there again, and nobody has come in.

        All of it is to be committed whole: by whoever asks for :meth:`wholes`, or by the first round.

        Raises:
            Unreadable: the entries are of another release.
        """
        self._lobby.restore(entries, shift_s, now)
        self._arm(now)

    # --- what comes in --------------------------------------------------------------------------------------------

    def received(self, receiver: LobbyReceiver, payload: bytes) -> None:
        """One message of a connection."""
        now = self._loop.time()
        if receiver.early is not None:
            if not self._door.keep(receiver, payload):
                self._close(receiver, CloseCode.TOO_FAST, "too many messages before the first was answered", now)
                self._release(now)
            return
        self._settling = True  # what the sessions' side calls back meanwhile waits for the answer to be written
        try:
            self._route(receiver, decode_lobby(payload), now)
        except BadMessage as bad:
            self._close(receiver, bad.code, bad.reason, now, tell=bad.reason)
        except Exception as error:
            self._failed(receiver, error, now)
        finally:
            self._settling = False
        self._settle(now)

    def lost(self, receiver: LobbyReceiver, code: int | None) -> None:
        """The end of a connection."""
        now = self._loop.time()
        self._detach(receiver, now)
        log.debug("lobby connection lost", code=code, **receiver.who)
        self._settle(now)

    def _route(self, receiver: LobbyReceiver, message: LobbyMessage, now: float) -> None:
        if receiver.session is None:
            self._first(receiver, message, now)
            return
        if isinstance(message, Leaderboard) and self._store.keeps_guests:
            if self._lobby.queues.game_of(message.queue) is None:
                reason = f"this server does not have the queue {message.queue!r}"
                self._writer.tell(receiver, Answer(message.id, error="unknown_queue", reason=reason))
                return
            self._leaders.start(receiver, receiver.session.player, message)
            return
        if isinstance(message, Block) and not self._store.keeps_guests:
            self._writer.tell(receiver, Answer(message.id, error="not_kept", reason="this server keeps no block lists"))
            return
        session, former = receiver.session, receiver.session.ticket
        reply = self._lobby.received(session, message, now, receiver.connection.remote_ip)
        if isinstance(reply, Close):
            self._close(receiver, reply.code, reply.why, now)
        elif isinstance(reply, Pong):
            self._writer.echo(receiver, reply)
        elif reply is not None:
            self._writer.tell(receiver, reply)
            self._note(session, former, reply)

    def _note(self, session: LobbySession, former: LobbyTicket | None, reply: Answer) -> None:
        """What of an answer belongs in players' stories; ``former`` is the ticket before it."""
        ticket = session.ticket
        if ticket is not None and ticket is not former:
            for player in ticket.players:
                self.stories.add(player, f"waits in {', '.join(ticket.queues)}")
        elif reply.error == "muted":
            self.stories.add(session.player, "said something while muted", again=False)

    def _first(self, receiver: LobbyReceiver, message: LobbyMessage, now: float) -> None:
        """The first frame, which says whose the connection is to be."""
        keeps = self._store.keeps_guests
        match message:
            case Hello() if keeps and message.player and message.secret:
                self._door.look_up(receiver, message)
            case Hello():
                self._enter(receiver, self._lobby.hello(message, now, keep=keeps), now)
            case Resume():
                self._enter(receiver, self._lobby.resume(message, now), now)
            case _:
                self._close(receiver, CloseCode.UNEXPECTED, f"{type(message).__name__} as first frame", now)

    def _looked_up(self, receiver: LobbyReceiver, message: Hello, guest: Guest | None, certain: bool) -> None:
        """The store knows the guest, or knows nobody like that, or (not ``certain``) does not say."""
        now = self._loop.time()
        early, receiver.early = receiver.early or [], None
        self._settling = True
        try:
            self._enter(receiver, self._lobby.hello(message, now, guest, keep=certain), now)
        except Exception as error:
            self._failed(receiver, error, now)
        finally:
            self._settling = False
        self._settle(now)
        for payload in early:
            receiver.received(payload)

    def _enter(self, receiver: LobbyReceiver, entered: Entered | Close, now: float) -> None:
        if isinstance(entered, Close):
            self._close(receiver, entered.code, entered.why, now)
            return
        self._door.leave(receiver)
        session = receiver.session = entered.session
        welcome = entered.welcome
        if welcome.secret:
            self._new_guest(session.player, session.name, token_hash(welcome.secret))
        older = self._receivers.get(session.id)
        self._receivers[session.id] = receiver
        if entered.took_over and older is not None:
            self._close(older, CloseCode.TAKEN_OVER, "a newer connection took over", now)
        self._writer.tell(receiver, welcome)
        for push in entered.missed:
            self._writer.tell(receiver, push)
        log.debug("lobby entered", resumed=welcome.resumed, **receiver.who)
        self.stories.add(session.player, _came(entered))
        if self.met is not None:
            self.met(receiver.connection)

    def _failed(self, receiver: LobbyReceiver, error: Exception, now: float) -> None:
        """The failure is ours, whatever the client sent: it may resume, and nobody else notices."""
        log.error("lobby failed", peer=receiver.connection.remote_ip, exc_info=error)
        self._detach(receiver, now)
        self._writer.close(receiver, CloseCode.SERVER_FAILED, CloseCode.SERVER_FAILED.policy.meaning)

    def _close(self, receiver: LobbyReceiver, code: CloseCode, why: str, now: float, tell: str = "") -> None:
        """Ends a connection, with one line in the log. The client is told ``tell``, or else what the code means."""
        say = log.debug if code.policy.fault is Fault.NOBODY else log.info
        say("lobby connection closed", code=code.name, why=why, **receiver.who)
        self._detach(receiver, now)
        self._writer.close(receiver, code, tell or code.policy.meaning)

    def _detach(self, receiver: LobbyReceiver, now: float) -> None:
        """The connection counts no more; its lobby session is away, unless it has ended or has a newer one."""
        receiver.done = True
        self._door.leave(receiver)
        session = receiver.session
        if session is not None and self._receivers.get(session.id) is receiver:
            del self._receivers[session.id]
            if session.state is LobbyState.CONNECTED:
                self._lobby.dropped(session, now)
                self.stories.add(session.player, "connection lost")

    # --- what follows from it -------------------------------------------------------------------------------------

    def _settle(self, now: float) -> None:
        """Does all that is to be done now. To be called after everything that came in."""
        if self._settling or self._stopped:
            return  # the sessions' side called back: the loop below sees what it changed
        self._settling = True
        not_before = now
        try:
            self._tell_ended(now)
            for ticket in self._lobby.queues.ruled.take_strangers():
                self._profiles.start(ticket, ticket.queues)
            self._matching.settle(now)
            self._store_words(now)
            for session, push in self._lobby.take_pushes(now):
                receiver = self._receivers.get(session.id)
                if receiver is not None:
                    self._writer.tell(receiver, push)
                if push.kind in _TOLD:
                    self.stories.add(session.player, _TOLD[push.kind])
            self._flush(now)
        except Exception:
            log.exception("lobby failed")
            not_before = now + _AFTER_FAILURE_S
        finally:
            self._settling = False
        self._release(now)
        self._arm(not_before)

    def _store_words(self, now: float) -> None:
        """What the store is to know of what players have said and done."""
        ruled = self._lobby.queues.ruled
        made, self._matching.made = self._matching.made, []
        ended, dodges = ruled.take_ended(), ruled.take_dodges()
        if not self._store.keeps_guests:
            return
        unix_s = self._lobby.unix_ms() / 1000
        for match in made:
            self._store.match_made(match)
        for ticket in ended:
            self._store.ticket_ended(dated(ticket, now, unix_s))
        for player, other, blocked in self._lobby.take_blocks():
            self._store.block(player, other, blocked)
            self._blocks.note(player, other, blocked)
        for dodge in dodges:
            self._store.dodged(dodge.player, unix_s)

    def _profiled(self, ticket: LobbyTicket, profiles: Mapping[PlayerId, Profile]) -> None:
        """The store knows the players of a ticket, or does not say: it is searched for from now on."""
        known = {player: self._blocks.applied(player, profile) for player, profile in profiles.items()}
        self._lobby.queues.ruled.profiled(ticket, known)
        self._settle(self._loop.time())

    def _answered(self, receiver: LobbyReceiver, answer: Answer) -> None:
        """A leaderboard is there: for that connection, if it is still there."""
        if not receiver.done and not self._stopped:
            self._writer.tell(receiver, answer)
            self._settle(self._loop.time())

    def _flush(self, now: float) -> None:
        last, framed = b"", b""
        for session, payload in self._lobby.flush(now, self._backed_up):
            if payload is not last:
                last, framed = payload, frame(payload)
            receiver = self._receivers.get(session.id)
            if receiver is not None:
                self._writer.show(receiver, framed)

    def _release(self, now: float) -> None:
        """Commits what was decided, and then writes what says so."""
        for receiver in self._writer.take_overdrawn():
            self._too_slow(receiver, now)
        entries: list[Entry] = []
        if self._lobby.unwritten or self._writer.binding:
            try:
                entries = self.take_entries()
            except Exception:  # as when the journal fails: those who are here play on
                log.exception("lobby not kept")
        self._writer.release(entries)

    def _too_slow(self, receiver: LobbyReceiver, now: float) -> None:
        """What is told is not committed for so long that too much waits."""
        log.info("lobby connection closed", code=CloseCode.TOO_SLOW.name, why="too much waits", **receiver.who)
        self._detach(receiver, now)
        self._writer.cut(receiver, CloseCode.TOO_SLOW, CloseCode.TOO_SLOW.policy.meaning)

    def _backed_up(self, session: LobbySession) -> bool:
        receiver = self._receivers.get(session.id)
        return receiver is None or receiver.connection.outbox_bytes + receiver.held_bytes > _BACKED_UP_BYTES

    def _tell_ended(self, now: float) -> None:
        for session, event in self._lobby.poll(now):
            log.debug("lobby session ended", lobby=session.id, player=session.player, why=event.value)
            self.stories.add(session.player, _ENDS[event])
            receiver = self._receivers.get(session.id)
            if receiver is not None:  # its player resumed on another connection, and was refused
                code = CloseCode.KICKED if event is LobbyEvent.REMOVED else CloseCode.UNKNOWN
                self._close(receiver, code, event.value, now)

    def _rearm(self) -> None:
        """Something may be due earlier than it was."""
        if not self._settling and not self._stopped:
            self._arm(self._loop.time())

    def _arm(self, not_before: float) -> None:
        """Sees to it that :meth:`_wake` comes when something is due. A timer that comes too early does no harm."""
        dues = (self._lobby.next_due(), self._door.due, self._profiles.due)
        due = min((due for due in dues if due is not None), default=None)
        if due is None or (self._timer is not None and self._timer_due <= due):
            return
        if self._timer is not None:
            self._timer.cancel()
        self._timer_due = max(due, not_before)
        self._timer = self._loop.call_at(self._timer_due, self._wake)

    def _wake(self) -> None:
        self._timer = None
        now = self._loop.time()
        for receiver in self._door.poll(now):
            self._close(receiver, CloseCode.FIRST_FRAME_LATE, "no first frame", now)
        self._settling = True  # what comes of these is settled below
        try:
            self._profiles.poll(now)
            self._matching.search(now)  # a turn: what is left goes on when the loop has done everything else
        except Exception:
            log.exception("search for matches failed")
            self._lobby.queues.ruled.rest(now)
        finally:
            self._settling = False
        self._settle(now)


def _entry(kept: KeptEntry) -> Entry:
    key, kind, data = kept
    return Entry(key, EntryKind(kind), data)


def _came(entered: Entered) -> str:
    if entered.took_over:
        return "took over from another connection"
    return "came back" if entered.welcome.resumed else "came"
