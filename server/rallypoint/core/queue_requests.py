"""Requests about queues: into some, out of all, whether to play a match that was found, and why it takes so long."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final, Protocol, assert_never

from rallypoint_protocol.ids import PlayerId
from rallypoint_protocol.messages import Accept, Answer, CancelQueue, Enqueue, Explain, QuickMatch

from .bucket import Bucket, Rate
from .lobby_queues import LobbyQueues
from .lobby_session import LobbySession
from .lobby_ticket import Entrant
from .parties import Parties
from .party import values

__all__ = ["ENQUEUE_RATE", "EXPLAIN_RATE", "OWN_EXPLAIN_RATE", "QueueRequest", "QueueRequests"]

QueueRequest = QuickMatch | Enqueue | CancelQueue | Accept | Explain

EXPLAIN_RATE: Final = Rate(per_second=20.0, burst=40)
"""Explanations that a node gives, to all together: with 10,000 waiting, one takes it some 3 ms."""
OWN_EXPLAIN_RATE: Final = Rate(per_second=2.0, burst=10)
"""And to one player: whoever asks without end does not take them from the others."""
ENQUEUE_RATE: Final = Rate(per_second=1.0, burst=20)
"""Tickets of one player for queues with rules: each is looked up, searched for, written down, and may bother others."""


class MaySit(Protocol):
    """The part of the sessions' side that knows who may sit down."""

    def may_sit(self, player: PlayerId, game: str, /) -> bool:
        """False if a seat elsewhere keeps the player from having one in ``game``."""


class QueueRequests:
    """Answers them."""

    def __init__(self, seats: MaySit, queues: LobbyQueues, parties: Parties) -> None:
        self._seats = seats
        self._queues = queues
        self._parties = parties
        self._explains: Bucket | None = None

    def answer(self, session: LobbySession, message: QueueRequest, now: float) -> Answer:
        """Carries the request out."""
        queues = self._queues
        match message:
            case QuickMatch():
                if message.game not in queues:
                    return Answer(message.id, error="unknown_game", reason="this server does not have that game")
                return self._enter(session, message.id, (message.game,), {}, {}, now)
            case Enqueue():
                for name in message.queues:
                    if queues.game_of(name) is None:
                        reason = f"this server does not have the queue {name!r}"
                        return Answer(message.id, error="unknown_queue", reason=reason)
                names = tuple(message.queues)
                return self._enter(session, message.id, names, message.attributes, message.latency_ms, now)
            case CancelQueue():
                if not queues.cancel(session, now):
                    return Answer(message.id, error="not_queued", reason="you are in no queue")
                return Answer(message.id)
            case Accept():
                if not queues.ruled.answer(session, session.ticket, message.match, now, accepts=message.accepted):
                    return Answer(message.id, error="no_match", reason="you are not asked for that match (any more)")
                return Answer(message.id)
            case Explain():
                if session.ticket is None:
                    return Answer(message.id, error="no_ticket", reason="you are in no queue")
                if self._explains is None:
                    self._explains = Bucket(EXPLAIN_RATE, now)
                if session.explains is None:
                    session.explains = Bucket(OWN_EXPLAIN_RATE, now)
                if not session.explains.take(now):
                    return Answer(message.id, error="too_fast", reason="you ask too often why you wait")
                if not self._explains.take(now):
                    return Answer(message.id, error="too_fast", reason="many ask why they wait: ask again in a moment")
                return Answer(message.id, value=queues.explain(session.ticket, now))
            case _:
                assert_never(message)

    def _enter(
        self,
        session: LobbySession,
        request_id: int,
        names: tuple[str, ...],
        attributes: Mapping[str, Any],
        latency_ms: Mapping[str, float],
        now: float,
    ) -> Answer:
        if session.ticket is not None:
            return Answer(request_id, error="already_queued", reason="you are waiting in a queue already")
        games = [game for name in names if (game := self._queues.game_of(name)) is not None]
        refusal = self._parties.refusal_to_queue(session, games)
        if refusal is not None:
            return Answer(request_id, error=refusal[0], reason=refusal[1])
        entrants = [Entrant(session, values(attributes), dict(latency_ms))]
        if session.party is not None:
            others = [member for member in session.party.party.members if member.session is not session]
            entrants += [Entrant(member.session, member.attributes, member.latency_ms) for member in others]
        if any(entrant.session.ticket is not None for entrant in entrants):
            return Answer(request_id, error="already_queued", reason="a member of your party is waiting in a queue")
        if not all(self._seats.may_sit(entrant.player, game) for entrant in entrants for game in games):
            return Answer(request_id, error="already_seated", reason="you have a seat in a session: leave it first")
        if session.enqueues is None:
            session.enqueues = Bucket(ENQUEUE_RATE, now)
        if any(name in self._queues.ruled.queues for name in names) and not session.enqueues.take(now):
            return Answer(request_id, error="too_fast", reason="you come and go too often: wait a moment")
        denial = self._queues.enter(tuple(entrants), names, now)
        if denial is not None:
            return Answer(request_id, error=denial.error, reason=denial.reason)
        return Answer(request_id)
