"""The lobby of one node: who is here, and what each is to be told.

Everything that a client of the lobby may say comes in here, decoded, with the time; what comes back is what to do.
Whoever drives it (:mod:`rallypoint.runtime.lobby_host`) does this after each call: :meth:`~Lobby.poll` for lobby
sessions that ended, match the queues that changed (``Lobby.queues``), write what :meth:`~Lobby.take_pushes` gives, and
come again at :meth:`~Lobby.next_due`.

Bounds: a newcomer beyond ``lobbies_max`` is turned away with ``FULL``, whoever is here stays; a ticket beyond
``tickets_max`` in one queue is answered ``queue_full``; 64 answers; 256 pushes or 64 KiB until they are acknowledged.
Pushes are few, so a client that lets so many pile up is broken, and :class:`Welcome` has no place for a gap: if it
resumes and some that it has not got are gone, its lobby session ends and it is answered ``UNKNOWN``, seated or not.
"""

from __future__ import annotations

import heapq
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any, Protocol, assert_never

from rallypoint_protocol.close import CloseCode
from rallypoint_protocol.codec import encode
from rallypoint_protocol.ids import LobbyId, PlayerId, SessionId
from rallypoint_protocol.limits import PROTOCOL_VERSION
from rallypoint_protocol.messages import (
    Ack,
    Answer,
    CancelQueue,
    Hello,
    Leave,
    LobbyMessage,
    Locate,
    Ping,
    Pong,
    Proved,
    Push,
    QuickMatch,
    Resume,
    Welcome,
)

from .grace import Grace
from .lobby_queues import LobbyQueues
from .lobby_session import LobbyEvent, LobbySession, LobbyState
from .names import player_name
from .quick_match import QuickMatchRules
from .tokens import NewToken

__all__ = ["Close", "Entered", "Lobby", "LobbyRequest", "Seats"]

LobbyRequest = QuickMatch | CancelQueue | Locate


class Seats(Protocol):
    """What the lobby asks the sessions' side. Both are plain look-ups."""

    def is_seated(self, player: PlayerId, /) -> bool:
        """True while the player has a seat (reserved, connected or away) in any session."""

    def locate(self, session: SessionId, token: bytes, /) -> str | None:
        """Where the session lives, if ``token`` is valid for a seat in it; else ``None``."""


@dataclass(frozen=True, slots=True)
class Close:
    """The connection is to be closed. ``why`` is for the log: the client is told the code's own meaning."""

    code: CloseCode
    why: str


@dataclass(frozen=True, slots=True)
class Entered:
    """A first frame was accepted: what to write, and whether an older connection is to be closed ``TAKEN_OVER``."""

    session: LobbySession
    welcome: Welcome
    missed: tuple[Push, ...] = ()
    took_over: bool = False


class Lobby:
    """All lobby sessions of one node, and a queue for each game."""

    def __init__(
        self,
        new_token: NewToken,
        new_id: Callable[[], str],
        games: Sequence[QuickMatchRules],
        seats: Seats,
        *,
        grace_s: float = 30.0,
        grace_budget_s: float = 120.0,
        lobbies_max: int = 20_000,
        tickets_max: int = 10_000,
    ) -> None:
        self._new_token = new_token
        self._new_id = new_id
        self._seats = seats
        self._grace_s = grace_s
        self._grace_budget_s = grace_budget_s
        self._lobbies_max = lobbies_max
        self.queues = LobbyQueues(games, tickets_max, self._push)
        """Who waits for what. Its decisions are carried out by whoever drives the lobby."""
        self._sessions: dict[LobbyId, LobbySession] = {}
        self._by_player: dict[PlayerId, LobbySession] = {}
        # Ends of grace windows; those of players who came back stay in until their time. The count in the middle
        # breaks ties: lobby sessions cannot be compared.
        self._deadlines: list[tuple[float, int, LobbySession]] = []
        self._deadlines_made = 0
        self._ended: list[tuple[LobbySession, LobbyEvent]] = []
        self._unsent: list[tuple[LobbySession, Push]] = []

    def __len__(self) -> int:
        return len(self._sessions)

    def find(self, lobby_id: LobbyId) -> LobbySession | None:
        """The lobby session, unless it has ended."""
        return self._sessions.get(lobby_id)

    def waiting(self, game: str) -> int:
        """How many tickets are in the queue of ``game``. Raises ``KeyError`` for an unknown game."""
        return self.queues.waiting(game)

    # --- first frames ---------------------------------------------------------------------------------------------

    def hello(self, message: Hello) -> Entered | Close:
        """A new guest. A client of a newer version is accepted: it has to speak ours."""
        if message.version < PROTOCOL_VERSION:
            return Close(CloseCode.UPDATE, "version too old")
        if len(self._sessions) >= self._lobbies_max:
            return Close(CloseCode.FULL, "too many lobby sessions")
        lobby_id, player = LobbyId(self._new_id()), PlayerId(self._new_id())
        token = self._new_token()
        grace = Grace(self._grace_s, self._grace_budget_s)
        session = LobbySession(lobby_id, player, player_name(message.name, player), token, grace)
        self._sessions[lobby_id] = self._by_player[player] = session
        return Entered(session, self._welcome(session, token, resumed=False))

    def resume(self, message: Resume, now: float) -> Entered | Close:
        """Back on a new connection. One answer, ``UNKNOWN``, to whatever is wrong with the id or the token."""
        if message.version < PROTOCOL_VERSION:
            return Close(CloseCode.UPDATE, "version too old")
        session = self._sessions.get(LobbyId(message.id))
        if session is None:
            return Close(CloseCode.UNKNOWN, "no such lobby session")
        if session.grace.over(now):  # whether or not it was polled already
            return Close(CloseCode.UNKNOWN, "grace is over")
        token = session.tokens.redeem(message.token, self._new_token)
        if token is None:
            return Close(CloseCode.UNKNOWN, "wrong token")
        if session.pushes.lost_since(message.event):
            self._end(session, LobbyEvent.OVERFLOWED)
            return Close(CloseCode.UNKNOWN, "pushes are gone")
        took_over = session.come_back(now)
        self.queues.come_back(session)
        self._acknowledged(session, message.event)
        missed = tuple(push for _, push in session.pushes.since(message.event))
        return Entered(session, self._welcome(session, token, resumed=True), missed, took_over)

    def _welcome(self, session: LobbySession, token: bytes, *, resumed: bool) -> Welcome:
        return Welcome(
            lobby=session.id,
            token=token,
            player=session.player,
            name=session.name,
            games=self.queues.games,
            resumed=resumed,
            event=session.pushes.last,
            grace_s=session.grace.next_s,
        )

    # --- everything after -----------------------------------------------------------------------------------------

    def received(self, session: LobbySession, message: LobbyMessage, now: float) -> Answer | Pong | Close | None:
        """Any later message of a connected player: what to answer, if anything."""
        match message:
            case QuickMatch() | CancelQueue() | Locate():
                return self.request(session, message, now)
            case Ack():
                self._acknowledged(session, message.event)
                return None
            case Ping():
                return Pong(message.sent_ms, 0.0, 0)
            case Proved():
                session.tokens.proved()
                return None
            case Leave():
                self._end(session, LobbyEvent.LEFT)
                return Close(CloseCode.LEFT, "logged out")
            case Hello() | Resume():
                return Close(CloseCode.UNEXPECTED, "a second first frame")
            case _:
                assert_never(message)

    def request(self, session: LobbySession, message: LobbyRequest, now: float) -> Answer:
        """Executes a request once, however often it is sent: a client that wants to know anew takes a new id."""
        answer = session.answers.find(message.id)
        if answer is None:
            answer = self._execute(session, message, now)
            session.answers.keep(answer)
        return answer

    def _execute(self, session: LobbySession, message: LobbyRequest, now: float) -> Answer:
        match message:
            case QuickMatch():
                return self.queues.join(session, message, now, seated=self._seats.is_seated(session.player))
            case CancelQueue():
                return self.queues.cancel(session, message)
            case Locate():
                url = self._seats.locate(SessionId(message.session), message.token)
                if url is None:
                    return Answer(message.id, error="unknown", reason=CloseCode.UNKNOWN.policy.meaning)
                return Answer(message.id, value={"url": url})
            case _:
                assert_never(message)

    def dropped(self, session: LobbySession, now: float) -> None:
        """The connection of a connected lobby session is gone. Raises :class:`IllegalLobbyEvent` for any other."""
        session.drop(now, seated=self._seats.is_seated(session.player))
        self._watch_grace(session)
        self.queues.drop(session)

    def unseated(self, player: PlayerId, now: float) -> None:
        """The player's seat is gone, for whatever reason. Unknown players (bots, those who logged out) are fine."""
        session = self._by_player.get(player)
        if session is not None and session.unseat(now):
            self._watch_grace(session)
        self.queues.capacity_changed()

    # --- time -----------------------------------------------------------------------------------------------------

    def poll(self, now: float) -> list[tuple[LobbySession, LobbyEvent]]:
        """The lobby sessions that ended since the last call, and of what: grace that is over ends here."""
        while self._deadlines and self._deadlines[0][0] <= now:
            deadline, _, session = heapq.heappop(self._deadlines)
            if session.grace.deadline == deadline:
                self._end(session, LobbyEvent.EXPIRED)
        self.queues.poll(now)
        ended, self._ended = self._ended, []
        return ended

    def take_pushes(self, now: float) -> list[tuple[LobbySession, Push]]:
        """What to write now, in order, places in queues that changed included."""
        self.queues.tell_places(now)
        unsent, self._unsent = self._unsent, []
        return unsent

    def next_due(self) -> float | None:
        """When something happens by itself: whoever drives this is to come again then."""
        while self._deadlines and self._deadlines[0][2].grace.deadline != self._deadlines[0][0]:
            heapq.heappop(self._deadlines)
        queues = self.queues.next_due()
        if not self._deadlines:
            return queues
        return self._deadlines[0][0] if queues is None else min(queues, self._deadlines[0][0])

    # --- steps of the above ---------------------------------------------------------------------------------------

    def _acknowledged(self, session: LobbySession, event: int) -> None:
        session.pushes.ack(event)
        self.queues.acknowledged(session)

    def _push(self, session: LobbySession, kind: str, data: dict[str, Any]) -> int:
        push = Push(session.pushes.last + 1, kind, data)
        session.pushes.append(push, len(encode(push)))
        if session.state is LobbyState.CONNECTED:  # one who is away gets it with the resume
            self._unsent.append((session, push))
        return push.n

    def _watch_grace(self, session: LobbySession) -> None:
        if session.grace.deadline is not None:
            self._deadlines_made += 1
            heapq.heappush(self._deadlines, (session.grace.deadline, self._deadlines_made, session))

    def _end(self, session: LobbySession, event: LobbyEvent) -> None:
        session.end(event)
        self.queues.remove(session)
        del self._sessions[session.id], self._by_player[session.player]
        self._ended.append((session, event))
