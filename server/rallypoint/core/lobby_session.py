"""One player's stay in the lobby, over any number of connections.

The story: ``hello`` makes a lobby session, *connected*. When its connection breaks it is *away*: it keeps its queue
place, its unacknowledged pushes and its answers for a grace window. A resume brings it back; a resume while it is
still connected (the server has not noticed the break, or there are two tabs) is a takeover, and the older connection
is told. A hello of a guest who is known, and has a lobby session, comes back to that one in the same way; its client
knows nothing of before, so requests, listings and chats begin anew, and what was pushed and not acknowledged comes
again. It *ends* when the grace window does, when the player logs out, or when it comes back for pushes that are gone.
The grace window does not run while its player has a seat: whoever plays can come back to the lobby. If the server dies
and another goes on, it is as if the connection had been lost then: see :mod:`.lobby_return`.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from enum import Enum
from typing import TYPE_CHECKING, Final

from rallypoint_protocol.ids import LobbyId, PlayerId, Token
from rallypoint_protocol.messages import Answer, Push

from .bucket import Bucket
from .grace import Grace
from .outgoing import Outgoing
from .tokens import NewToken, TokenPair

if TYPE_CHECKING:
    from .lobby_ticket import LobbyTicket
    from .party import PartyMember
    from .watcher import Watcher

__all__ = ["ANSWERS_KEPT", "Answers", "Grace", "IllegalLobbyEvent", "LobbyEvent", "LobbySession", "LobbyState"]

ANSWERS_KEPT = 64


class LobbyState(Enum):
    """Where a lobby session stands."""

    CONNECTED = "connected"
    AWAY = "away"
    ENDED = "ended"


class LobbyEvent(Enum):
    """What happens to a lobby session."""

    DROPPED = "dropped"
    RETURNED = "returned"
    TAKEN_OVER = "taken over"
    LEFT = "left"
    EXPIRED = "expired"
    REMOVED = "removed"
    """By an operator."""
    OVERFLOWED = "overflowed"
    """Its player came back for pushes that are gone."""


TRANSITIONS: Final[Mapping[tuple[LobbyState, LobbyEvent], LobbyState]] = {
    (LobbyState.CONNECTED, LobbyEvent.DROPPED): LobbyState.AWAY,
    (LobbyState.CONNECTED, LobbyEvent.TAKEN_OVER): LobbyState.CONNECTED,
    (LobbyState.CONNECTED, LobbyEvent.LEFT): LobbyState.ENDED,
    (LobbyState.CONNECTED, LobbyEvent.REMOVED): LobbyState.ENDED,
    (LobbyState.CONNECTED, LobbyEvent.OVERFLOWED): LobbyState.ENDED,
    (LobbyState.AWAY, LobbyEvent.RETURNED): LobbyState.CONNECTED,
    (LobbyState.AWAY, LobbyEvent.EXPIRED): LobbyState.ENDED,
    (LobbyState.AWAY, LobbyEvent.REMOVED): LobbyState.ENDED,
    (LobbyState.AWAY, LobbyEvent.OVERFLOWED): LobbyState.ENDED,
}


class IllegalLobbyEvent(Exception):
    """``event`` cannot happen in ``state``: the server's own fault. Nothing has changed."""

    def __init__(self, lobby_id: LobbyId, state: LobbyState, event: LobbyEvent) -> None:
        super().__init__(f"lobby session {lobby_id}: {event.value} while {state.value}")
        self.lobby_id = lobby_id
        self.state = state
        self.event = event


class Answers:
    """The answers of the last requests, so that a request sent again is answered and not executed again.

    Those with the highest ids are kept. Every id that was ever executed is either kept or at most :attr:`forgotten`.
    """

    __slots__ = ("_kept", "_kept_max", "forgotten")

    def __init__(self, kept_max: int = ANSWERS_KEPT) -> None:
        self._kept: dict[int, Answer] = {}
        self._kept_max = kept_max
        self.forgotten = -1
        """Highest id whose answer is no longer kept; -1 if there is none."""

    def find(self, request_id: int) -> Answer | None:
        """The answer to give again, or ``None`` for a request to be executed."""
        if request_id <= self.forgotten:
            return Answer(request_id, error="too_old", reason="the answer to this request is no longer kept")
        return self._kept.get(request_id)

    def keep(self, answer: Answer) -> None:
        """Remembers the answer to a request that was just executed."""
        self._kept[answer.id] = answer
        if len(self._kept) > self._kept_max:
            self.forgotten = min(self._kept)
            del self._kept[self.forgotten]

    @property
    def all(self) -> list[Answer]:
        """Those that are kept, in the order in which they were given."""
        return list(self._kept.values())

    @classmethod
    def restored(cls, answers: Iterable[Answer], forgotten: int) -> Answers:
        """As they were."""
        made = cls()
        made._kept = {answer.id: answer for answer in answers}
        made.forgotten = forgotten
        return made


class LobbySession:
    """The state of one lobby session. Changed by :class:`~rallypoint.core.lobby.Lobby` and its parts only.

    There may be thousands that do nothing: what only some need is made when they do.
    """

    __slots__ = (
        "_answers",
        "_pushes",
        "_touched",
        "creates",
        "enqueues",
        "explains",
        "grace",
        "guesses",
        "id",
        "listens",
        "name",
        "party",
        "place_push",
        "player",
        "state",
        "talk",
        "ticket",
        "tokens",
        "watcher",
    )

    def __init__(
        self,
        lobby_id: LobbyId,
        player: PlayerId,
        name: str,
        first: Token,
        grace: Grace,
        touched: Callable[[LobbySession], None] | None = None,
    ) -> None:
        """``touched`` is called when something has changed that is kept if the server dies."""
        self._touched = touched
        self.id = lobby_id
        self.player = player
        self.name = name
        self.tokens = TokenPair(first)
        self.grace = grace
        self.state = LobbyState.CONNECTED
        self._pushes: Outgoing[Push] | None = None
        self._answers: Answers | None = None
        self.ticket: LobbyTicket | None = None
        """What its player waits for."""
        self.place_push = 0
        """Number of the last push that told a place in a queue."""
        self.party: PartyMember | None = None
        """Its player's place in a party."""
        self.watcher: Watcher | None = None
        """What it has of the list of sessions, once it has watched."""
        self.listens: tuple[str, ...] = ()
        """The chats that it listens to."""
        self.talk: Bucket | None = None
        self.guesses: Bucket | None = None
        self.creates: Bucket | None = None
        self.enqueues: Bucket | None = None
        self.explains: Bucket | None = None

    @property
    def pushes(self) -> Outgoing[Push]:
        """What was pushed and is not acknowledged."""
        if self._pushes is None:
            self._pushes = Outgoing()
        return self._pushes

    @property
    def queue(self) -> str | None:
        """The (first) queue that its player waits in."""
        return None if self.ticket is None else self.ticket.queues[0]

    @property
    def pushed(self) -> int:
        """Number of the last push; 0 before the first."""
        return 0 if self._pushes is None else self._pushes.last

    @property
    def answers(self) -> Answers:
        """Of the last requests."""
        if self._answers is None:
            self._answers = Answers()
        return self._answers

    @property
    def asked(self) -> bool:
        """True once it has made a request."""
        return self._answers is not None

    def touch(self) -> None:
        """Something has changed that is kept if the server dies."""
        if self._touched is not None:
            self._touched(self)

    def resume_from(self, state: LobbyState, pushes: Outgoing[Push] | None, answers: Answers | None) -> None:
        """A new one goes on as one of a server that died."""
        self.state = state
        self._pushes = pushes
        self._answers = answers

    def drop(self, now: float, *, seated: bool) -> None:
        """The connection broke. The grace window opens, unless the player is ``seated``."""
        self._advance(LobbyEvent.DROPPED)
        if not seated:
            self.grace.start(now)

    def unseat(self, now: float) -> bool:
        """The player's seat is gone: the grace window of an away one opens now. True if it did."""
        if self.state is not LobbyState.AWAY or self.grace.deadline is not None:
            return False
        self.grace.start(now)
        self.touch()
        return True

    def come_back(self, now: float) -> bool:
        """A resume was accepted. True if it takes over from a connection that is still there."""
        taken_over = self.state is LobbyState.CONNECTED
        self._advance(LobbyEvent.TAKEN_OVER if taken_over else LobbyEvent.RETURNED)
        self.grace.stop(now)
        return taken_over

    def begin_anew(self, new_token: NewToken) -> Token:
        """Its player came with a hello, and has neither a token of it nor any idea of what was asked: the token."""
        token = new_token()
        self.tokens = TokenPair(token)
        self._answers = None
        return token

    def end(self, event: LobbyEvent) -> None:
        """Over, for the reason ``event``: left, expired or overflowed."""
        self._advance(event)
        self.grace.deadline = None

    def _advance(self, event: LobbyEvent) -> None:
        after = TRANSITIONS.get((self.state, event))
        if after is None:
            raise IllegalLobbyEvent(self.id, self.state, event)
        self.state = after
        self.touch()
