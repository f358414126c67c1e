"""The lobby of one node: who is here, and what each is to be told.

Everything that a client of the lobby may say comes in here, decoded, with the time; what comes back is what to do.
Whoever drives it (:mod:`rallypoint.runtime.lobby_host`) does this after each call: :meth:`~Lobby.poll` for lobby
sessions that ended, match the queues that changed (``Lobby.queues``), make the sessions that were agreed on
(``Lobby.rematches``), write what :meth:`~Lobby.take_pushes` and :meth:`~Lobby.flush` give, and come again at
:meth:`~Lobby.next_due`. If it is to survive the server, what :meth:`~Lobby.take_entries` gives is committed before
anything is written; after a restart, :meth:`~Lobby.restore` goes on from there.

The work is done by its parts: ``queues``, ``directory`` (the list of sessions), ``chats``, ``rematches``, ``parties``,
and requests about one session in :mod:`.room_requests`. Each has its bounds, and says what happens at them. Here: a
newcomer beyond ``lobbies_max`` is turned away with ``FULL``, whoever is here stays; a ticket beyond ``tickets_max`` in
one queue is answered ``queue_full``; 64 answers; 256 pushes or 64 KiB until they are acknowledged. Pushes are few, so a
client that lets so many pile up is broken, and :class:`Welcome` has no place for a gap: if it resumes and some that it
has not got are gone, its lobby session ends and it is answered ``UNKNOWN``, seated or not.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any, Final

from rallypoint_protocol.close import CloseCode
from rallypoint_protocol.codec import encode
from rallypoint_protocol.ids import LobbyId, PlayerId, SessionId
from rallypoint_protocol.messages import (
    Ack,
    Answer,
    Hello,
    Leave,
    LobbyMessage,
    LobbyRequest,
    Ping,
    Pong,
    Proved,
    Push,
    Resume,
)

from .chat import Chats
from .directory import Directory
from .lobby_entry import Close, Entered, EntryTerms, KnownGuest, LobbyEntry
from .lobby_image import TABLE_KEY
from .lobby_keeper import KeptEntry, LobbyKeeper
from .lobby_queues import LobbyQueues
from .lobby_register import LobbyRegister
from .lobby_requests import LobbyRequests, Seats
from .lobby_return import LobbyReturn
from .lobby_session import LobbyEvent, LobbySession, LobbyState
from .lobby_ticket import LobbyTicket
from .matchmaking.rules import QueueRules
from .orders import MatchOrder
from .parties import Parties
from .party_requests import PartyRequests
from .quick_match import QuickMatchRules, SeatOffer
from .rematch import Rematches
from .room_codes import Guesses
from .room_requests import RoomRequests
from .rooms import Rooms
from .tokens import NewToken

__all__ = ["NOTICES_BEHIND_BYTES_MAX", "NOTICES_BEHIND_MAX", "Close", "Entered", "KnownGuest", "Lobby", "Seats"]


NOTICES_BEHIND_MAX: Final = 128
"""Pushes that wait for a player: with so many, operators' notices are left out."""
NOTICES_BEHIND_BYTES_MAX: Final = 32 * 1024
"""The same, in bytes: what no client acknowledges would else push out what it needs."""


class Lobby:
    """All lobby sessions of one node, and what they do together.

    ``unix_ms`` gives the time of day, for the lines of chats; everything else goes by ``now``, in seconds.
    """

    def __init__(
        self,
        new_token: NewToken,
        new_id: Callable[[], str],
        games: Sequence[QuickMatchRules],
        seats: Seats,
        rooms: Rooms,
        *,
        unix_ms: Callable[[], int],
        new_code: Callable[[], str] | None = None,
        grace_s: float = 30.0,
        grace_budget_s: float = 120.0,
        lobbies_max: int = 20_000,
        tickets_max: int = 10_000,
        keep: bool = False,
        rules: Sequence[QueueRules] = (),
    ) -> None:
        """``keep``: changes are noted, and given by :meth:`take_entries`, which is to be called then.

        ``new_code`` makes the codes of parties; without it they are ids. ``rules`` are those of further queues.
        """
        self.new_id, self.unix_ms = new_id, unix_ms
        self._seats = seats
        self._rooms = rooms
        self._register = LobbyRegister()
        self._ended: list[tuple[LobbySession, LobbyEvent]] = []
        self._unsent: list[tuple[LobbySession, Push]] = []
        self.queues = LobbyQueues(games, tickets_max, self._push, rules, new_id)
        """Who waits for what. Its decisions are carried out by whoever drives the lobby."""
        self.directory = Directory(rooms.row)
        """The list of sessions, and who watches it."""
        self.chats = Chats(rooms, unix_ms)
        self.rematches = Rematches(rooms, seats, self._register.of, self._push)
        """Who wants to play once more. What is agreed is carried out by whoever drives the lobby."""
        guesses = Guesses()
        self.parties = Parties(new_id, new_code or new_id, seats, self._register.of, self._push)
        """Who wants to be matched together."""
        self.parties.changed_callback = self.queues.party_changed
        self._keeper = LobbyKeeper(self.queues, self.directory, self.chats, self.rematches, self.parties)
        if keep:
            self._keeper.begin()
        terms = EntryTerms(grace_s, grace_budget_s, lobbies_max)
        self._return = LobbyReturn(
            terms,
            seats,
            self._register,
            self.queues,
            self.directory,
            self.chats,
            self.rematches,
            self.parties,
            self._keeper,
        )
        self._entry = LobbyEntry(
            terms,
            new_token,
            new_id,
            rooms,
            self._register,
            self.queues,
            self.directory,
            self.chats,
            self.parties,
            self._keeper,
            self._end,
        )
        self._requests = LobbyRequests(
            seats,
            self.queues,
            self.directory,
            self.chats,
            self.rematches,
            RoomRequests(rooms, guesses),
            self.parties,
            PartyRequests(self.parties, guesses),
        )
        self._look_round()

    def __len__(self) -> int:
        return len(self._register)

    def find(self, lobby_id: LobbyId) -> LobbySession | None:
        """The lobby session, unless it has ended."""
        return self._register.find(lobby_id)

    def of(self, player: PlayerId) -> LobbySession | None:
        """The player's lobby session, unless it has ended."""
        return self._register.of(player)

    def sessions(self) -> list[LobbySession]:
        """All that have not ended."""
        return list(self._register)

    def waiting(self, game: str) -> int:
        """How many tickets are in the queue of ``game``. Raises ``KeyError`` for an unknown game."""
        return self.queues.waiting(game)

    # --- what clients say -------------------------------------------------------------------------------------------

    def hello(
        self, message: Hello, now: float, guest: KnownGuest | None = None, *, keep: bool = False
    ) -> Entered | Close:
        """A first frame: see :meth:`.LobbyEntry.hello`."""
        return self._let_in(self._entry.hello(message, now, guest, keep=keep))

    def resume(self, message: Resume, now: float) -> Entered | Close:
        """A first frame: see :meth:`.LobbyEntry.resume`."""
        return self._let_in(self._entry.resume(message, now))

    def received(
        self, session: LobbySession, message: LobbyMessage, now: float, address: str = ""
    ) -> Answer | Pong | Close | None:
        """Any later message of a connected player: what to answer, if anything. ``address`` is the client's."""
        match message:
            case Ack():
                self._acknowledged(session, message.event, now)
                self.directory.acknowledged(session, message.tick)
                return None
            case Ping():
                return Pong(message.sent_ms, 0.0, 0)
            case Proved():
                session.tokens.proved(session.tokens.newest)
                self._keeper.ride(session)
                return None
            case Leave():
                self._end(session, LobbyEvent.LEFT)
                return Close(CloseCode.LEFT, "logged out")
            case Hello() | Resume():
                return Close(CloseCode.UNEXPECTED, "a second first frame")
            case _:
                return self.request(session, message, now, address)

    def request(self, session: LobbySession, message: LobbyRequest, now: float, address: str = "") -> Answer:
        """Executes a request once, however often it is sent: a client that wants to know anew takes a new id."""
        answer = session.answers.find(message.id)
        if answer is None:
            answer = self._requests.answer(session, message, address, now)
            session.answers.keep(answer)
            self._keeper.answered(session, answer)
        return answer

    def seat(self, session: LobbySession, offer: SeatOffer, rematch: Mapping[str, Any] | None = None) -> None:
        """The player has a seat that was not asked for by name, nor with a ticket; ``rematch``: what else is told."""
        self.queues.seated(session, offer, rematch)
        self.rematches.seated(session.player)
        self.parties.seen(session.player)

    def seat_all(self, ticket: LobbyTicket, offers: Sequence[SeatOffer], order: MatchOrder | None = None) -> None:
        """The players of a ticket have these seats, in their order; ``order``: for the match of a queue with rules."""
        self.queues.seated_all(ticket, offers, order)
        for player in ticket.players:
            self.rematches.seated(player)
            self.parties.seen(player)

    def notify(self, session: LobbySession, data: dict[str, Any]) -> bool:
        """An operator tells the player something; who is away gets it with the next connection. False: so much waits
        for them already that it is not told, or they would lose what they need."""
        if not self.may_notify(session):
            return False
        self._push(session, "notice", data)
        return True

    def may_notify(self, session: LobbySession) -> bool:
        """There is room for a notice of an operator, besides what the player needs."""
        if not session.pushed:
            return True
        return len(session.pushes) < NOTICES_BEHIND_MAX and session.pushes.bytes < NOTICES_BEHIND_BYTES_MAX

    def remove(self, session: LobbySession) -> None:
        """An operator removes the player: as a logout, at once, and :meth:`poll` tells of it."""
        self._end(session, LobbyEvent.REMOVED)

    def take_blocks(self) -> list[tuple[PlayerId, PlayerId, bool]]:
        """What players have said of others since the last call: who, whom, and whether to block or not any more."""
        blocks, self._requests.blocks = self._requests.blocks, []
        return blocks

    def dropped(self, session: LobbySession, now: float) -> None:
        """The connection of a connected lobby session is gone. Raises :class:`IllegalLobbyEvent` for any other."""
        session.drop(now, seated=self._seats.is_seated(session.player))
        self._connected(-1)
        self._register.watch_grace(session)
        self.queues.drop(session)
        self.parties.seen(session.player)
        self.directory.drop(session)

    def unseated(self, player: PlayerId, now: float) -> None:
        """The player's seat is gone, for whatever reason. Unknown players (bots, those who logged out) are fine."""
        session = self._register.of(player)
        if session is not None:
            if session.unseat(now):
                self._register.watch_grace(session)
            self.chats.unseated(session, now)
            self.parties.seen(player)
        self.queues.unseated(player, session)
        self.directory.counts_may_have_changed()

    def session_changed(self, session: SessionId) -> None:
        """A session appeared, what lists show of it may have changed, or it went."""
        self.directory.changed(session)
        self.directory.counts_may_have_changed()
        self.queues.ruled.backfills.changed()

    # --- time -------------------------------------------------------------------------------------------------------

    def poll(self, now: float) -> list[tuple[LobbySession, LobbyEvent]]:
        """The lobby sessions that ended since the last call, and of what: grace that is over ends here."""
        for session in self._register.take_expired(now):
            self._end(session, LobbyEvent.EXPIRED)
        self.queues.poll(now)
        self.rematches.poll(now)
        ended, self._ended = self._ended, []
        return ended

    def take_pushes(self, now: float) -> list[tuple[LobbySession, Push]]:
        """What to write now, in order, places in queues that changed included."""
        self.queues.tell_places(now)
        self.parties.news.tell(now)
        unsent, self._unsent = self._unsent, []
        return unsent

    def flush(self, now: float, backed_up: Callable[[LobbySession], bool]) -> list[tuple[LobbySession, bytes]]:
        """Whole messages to write now, the same object for those who get the same: listings and chats.

        Who is ``backed_up`` has not taken what was written before, and gets no chat.
        """
        counts = self._counts() if self.directory.wants_counts(now) else None
        return self.directory.flush(now, counts) + self.chats.flush(now, backed_up)

    def next_due(self) -> float | None:
        """When something happens by itself: whoever drives this is to come again then."""
        dues = (
            self._register.due,
            self.queues.next_due(),
            self.rematches.due,
            self.parties.news.due,
            self.directory.due,
            self.chats.due,
        )
        return min((due for due in dues if due is not None), default=None)

    # --- what is kept if the server dies ----------------------------------------------------------------------------

    @property
    def keeps(self) -> bool:
        """True if changes are noted."""
        return self._keeper.keeps

    @property
    def unwritten(self) -> bool:
        """True if :meth:`take_entries` has something that is worth a batch of its own."""
        return self._keeper.waits

    def take_entries(self) -> list[KeptEntry]:
        """What has changed since the last call: to be committed before anybody is told of it."""
        return self._keeper.take()

    def wholes(self) -> list[KeptEntry]:
        """All of it, whole; counts as taken."""
        entries = [self._keeper.whole(session) for session in self._register]
        return [*entries, self._keeper.table.whole()] if self._keeper.table.is_needed else entries

    def whole(self, key: str) -> KeptEntry | None:
        """What has that key, whole; counts as taken. ``None``: there is nothing of that key."""
        if key == TABLE_KEY:
            return self._keeper.table.whole()
        session = self._register.find(LobbyId(key.removeprefix(f"{TABLE_KEY}/")))
        return None if session is None else self._keeper.whole(session)

    def restore(self, entries: Mapping[str, Sequence[bytes]], shift_s: float, now: float) -> None:
        """Goes on where the server died that wrote these entries: see :class:`.LobbyReturn`.

        Raises:
            Unreadable: they are of another release. The lobby is not to be used then.
        """
        self._return.restore(entries, shift_s, now)
        self._look_round()

    # --- steps of the above -----------------------------------------------------------------------------------------

    def _let_in(self, entered: Entered | Close) -> Entered | Close:
        """What was pushed to the player just now comes with the welcome, and not once more."""
        if isinstance(entered, Entered):
            self._unsent = [one for one in self._unsent if one[0] is not entered.session]
        return entered

    def _acknowledged(self, session: LobbySession, event: int, now: float) -> None:
        if session.pushed:
            session.pushes.ack(event)
            self.queues.acknowledged(session, now)
            self.parties.acknowledged(session)
            self._keeper.ride(session)

    def _look_round(self) -> None:
        for row in self._rooms.rows():
            self.directory.changed(SessionId(row.id))

    def _push(self, session: LobbySession, kind: str, data: dict[str, Any]) -> int:
        push = Push(session.pushed + 1, kind, data)
        session.pushes.append(push, len(encode(push)))
        session.touch()
        if session.state is LobbyState.CONNECTED:  # one who is away gets it with the resume
            self._unsent.append((session, push))
        return push.n

    def _connected(self, change: int) -> None:
        self._register.connected += change
        self.directory.counts_may_have_changed()

    def _counts(self) -> dict[str, int]:
        return {
            "lobby": self._register.connected,
            "playing": self._rooms.playing(),
            "sessions": self.directory.sessions,
        }

    def _end(self, session: LobbySession, event: LobbyEvent) -> None:
        if session.state is LobbyState.CONNECTED:
            self._connected(-1)
        session.end(event)
        self.parties.ended(session)
        self.queues.remove(session)
        self.directory.unwatch(session)
        self.chats.forget(session)
        self._register.remove(session)
        self.rematches.left(session.player)
        self._ended.append((session, event))
