"""Who of the lobby waits for which game, and what they are told about it.

Pushes: ``queued`` when a player's place is known or has changed, ``matched`` with the seat, ``unqueued`` with a reason.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from typing import Any

from rallypoint_protocol.ids import LobbyId, SessionId
from rallypoint_protocol.messages import Answer, CancelQueue, QuickMatch

from .lobby_image import TicketImage, Waits
from .lobby_session import LobbySession
from .quick_match import Decision, OpenSession, Queue, QuickMatchRules, SeatOffer, Ticket

__all__ = ["LobbyQueues", "SendPush"]

SendPush = Callable[[LobbySession, str, dict[str, Any]], int]
"""Numbers and keeps a push to a player, and gives its number."""


class LobbyQueues:
    """One queue a game, and at most one ticket a lobby session (``LobbySession.queue``)."""

    def __init__(self, games: Sequence[QuickMatchRules], tickets_max: int, push: SendPush) -> None:
        self._queues = {rules.game: Queue(rules, tickets_max) for rules in games}
        self._waiting: dict[LobbyId, LobbySession] = {}
        self._push = push
        self._changed: dict[str, None] = {}  # a set that keeps its order

    @property
    def games(self) -> list[str]:
        """The games that can be played here, in the order of the settings."""
        return list(self._queues)

    def __contains__(self, game: str) -> bool:
        return game in self._queues

    def waiting(self, game: str) -> int:
        """How many tickets are in the queue of ``game``. Raises ``KeyError`` for an unknown game."""
        return len(self._queues[game])

    def join(self, session: LobbySession, message: QuickMatch, now: float, *, may_sit: bool) -> Answer:
        """Answers the request for a seat: a ticket at the end of the game's queue, or an error."""
        queue = self._queues.get(message.game)
        if queue is None:
            return Answer(message.id, error="unknown_game", reason="this server does not have that game")
        if session.queue is not None:
            return Answer(message.id, error="already_queued", reason="you are waiting in a queue already")
        if not may_sit:
            return Answer(message.id, error="already_seated", reason="you have a seat in a session: leave it first")
        if queue.full:
            return Answer(message.id, error="queue_full", reason="too many players are waiting: try again later")
        queue.add(session.id, now)
        session.queue = message.game
        self._waiting[session.id] = session
        self._changed[message.game] = None
        return Answer(message.id)

    def cancel(self, session: LobbySession, message: CancelQueue) -> Answer:
        """Answers the request to give up the place."""
        if session.queue is None:
            return Answer(message.id, error="not_queued", reason="you are in no queue")
        game = self.remove(session)
        self._push(session, "unqueued", {"game": game, "reason": "cancelled"})
        return Answer(message.id)

    def remove(self, session: LobbySession) -> str | None:
        """Takes the player out, untold; the game that was waited for, if any."""
        game, session.queue = session.queue, None
        if game is not None:
            del self._waiting[session.id]
            self._queues[game].remove(session.id)
            self._changed[game] = None
            session.touch()
        return game

    def drop(self, session: LobbySession) -> None:
        """The player is away: a ticket keeps its place and is skipped."""
        if session.queue is not None:
            self._queues[session.queue].drop(session.id)

    def come_back(self, session: LobbySession) -> None:
        """The player is back: a ticket counts again."""
        if session.queue is not None:
            self._queues[session.queue].come_back(session.id)
            self._changed[session.queue] = None

    def begin_anew(self, session: LobbySession) -> None:
        """The player's client knows nothing of before: a ticket's place is told again, unless that push is replayed."""
        if session.queue is not None and session.pushes.acked >= session.place_push:
            self._queues[session.queue].tell_again(session.id)
            session.touch()

    def acknowledged(self, session: LobbySession) -> None:
        """The player has acknowledged pushes: perhaps the place told last, so that a newer one may be told."""
        if session.queue is not None and session.pushes.acked >= session.place_push:
            self._queues[session.queue].heard(session.id)

    def capacity_changed(self) -> None:
        """A session opened, or there is room for another: whoever waits is to be matched again."""
        self._changed.update((game, None) for game, queue in self._queues.items() if len(queue))

    def poll(self, now: float) -> None:
        """Has the queues matched again whose time has come."""
        for game, queue in self._queues.items():
            if queue.due is not None and queue.due <= now:
                self._changed[game] = None

    def next_due(self) -> float | None:
        """When something happens by itself."""
        dues = [due for queue in self._queues.values() for due in (queue.due, queue.places_due) if due is not None]
        return min(dues, default=None)

    def take_changed(self) -> list[str]:
        """The games to be matched again."""
        changed = list(self._changed)
        self._changed.clear()
        return changed

    def match(self, game: str, now: float, open_sessions: Iterable[OpenSession]) -> list[Decision]:
        """What to do for the queue of ``game``: end each with :meth:`matched` or :meth:`refused`."""
        return self._queues[game].match(now, open_sessions)

    def seated(self, session: LobbySession, offer: SeatOffer, rematch_of: SessionId | None = None) -> None:
        """The player has a seat: a ticket goes, and the player is told where."""
        queued = self.remove(session)
        if queued is not None and queued != offer.data["game"]:  # somebody else has seated them, in another game
            self._push(session, "unqueued", {"game": queued, "reason": "already_seated"})
        self._push(session, "matched", offer.data | ({} if rematch_of is None else {"rematch": rematch_of}))

    def barred(self, session: LobbySession, from_: SessionId) -> None:
        """That session does not take the player, who goes on waiting for another one."""
        if session.queue is not None:
            self._queues[session.queue].bar(session.id, from_)
            session.touch()
            self._changed[session.queue] = None

    def turned_away(self, session: LobbySession, reason: str) -> None:
        """The ticket goes without a seat."""
        game = self.remove(session)
        if game is not None:
            self._push(session, "unqueued", {"game": game, "reason": reason})

    def refused(self, game: str, decision: Decision | None, now: float) -> None:
        """A decision (``None``: any) could not be carried out: those whom it concerned go on waiting."""
        self._queues[game].refused(decision, now)

    def tell_places(self, now: float) -> None:
        """Tells those whose place is new."""
        for game, queue in self._queues.items():
            for lobby_id, place in queue.places(now):
                session = self._waiting[lobby_id]
                data = {"game": game, "place": place, "waiting": len(queue)}
                session.place_push = self._push(session, "queued", data)

    # --- what is kept if the server dies ----------------------------------------------------------------------------

    def image(self, session: LobbySession) -> Waits:
        """What it is queued for."""
        if session.queue is None:
            return Waits(session.place_push)
        ticket = self._queues[session.queue].ticket(session.id)
        barred: list[str] = sorted(ticket.barred)
        image = TicketImage(session.queue, ticket.number, ticket.queued_at_s, ticket.told, barred)
        return Waits(session.place_push, image)

    def restore(self, session: LobbySession, image: TicketImage, shift_s: float) -> None:
        """The place of one who is away; to be called in the order of the tickets' numbers.

        The place that was told last is ``unheard`` as long as its push is not acknowledged.
        """
        queue = self._queues.get(image.game)
        if queue is None:
            self._push(session, "unqueued", {"game": image.game, "reason": "unknown_game"})
            return
        unheard = bool(image.told) and session.pushes.acked < session.place_push
        barred = frozenset(SessionId(barred) for barred in image.barred)
        queued_at = image.queued_at + shift_s
        queue.restore(Ticket(session.id, queued_at, False, image.told, unheard, image.number, barred))
        session.queue = image.game
        self._waiting[session.id] = session
