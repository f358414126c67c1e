"""Quick match: one queue a game, first come first seated.

A ticket is the place of a player, or of a group that plays in one session or not at all. Whenever something changes,
the tickets of those who are here are looked at in order of arrival: the oldest go into free seats of running sessions,
the oldest session first. If at least ``seats_min`` still wait, a session is created for as many as fit. If fewer wait,
and the oldest of them for ``bots_after_s``, a session is created for those, and bots fill it up. Tickets of players who
are away keep their place and are skipped; so is a group where it does not fit: see :mod:`.quick_groups`.

:meth:`Queue.match` proposes and changes nothing: a ticket leaves the queue when its players have their seats
(:meth:`~Queue.remove`). A proposal that could not be carried out is told by :meth:`~Queue.refused`; such
proposals then rest for a moment, and the tickets stay where they are.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from itertools import chain, islice
from typing import Any, Final

from rallypoint_protocol.ids import LobbyId, SeatIndex, SessionId, Token

from .quick_groups import Line, Overdue, into_open

__all__ = ["CreateFor", "Decision", "OpenSession", "Queue", "QuickMatchRules", "SeatIn", "SeatOffer", "Ticket"]

RETRY_S: Final = 1.0
"""Rest after a proposal that was refused (the node is full or draining, a session was locked meanwhile)."""
PLACES_EVERY_S: Final = 1.0
"""Places change for everybody behind one who leaves: they are told at most this often."""


@dataclass(frozen=True, slots=True)
class QuickMatchRules:
    """How one game is quick-matched. ``bots_after_s`` is ``None`` for a game without bots."""

    game: str
    seats_min: int
    seats_max: int
    bots_after_s: float | None = None


@dataclass(frozen=True, slots=True)
class OpenSession:
    """A running session that takes ``free`` more players."""

    session_id: SessionId
    free: int


@dataclass(frozen=True, slots=True)
class SeatOffer:
    """A reserved seat, with what its player needs to take it."""

    session_id: SessionId
    seat: SeatIndex
    token: Token
    url: str
    schema_hash: bytes
    game: str = ""
    code: str = ""
    """The session's room code, if it is private."""

    @property
    def data(self) -> dict[str, Any]:
        """What its player is told: as the push ``matched``, or as the answer to a request for it."""
        told = {
            "game": self.game,
            "session": self.session_id,
            "seat": self.seat,
            "url": self.url,
            "token": self.token,
            "schema": self.schema_hash,
        }
        return told | {"code": self.code} if self.code else told


@dataclass(frozen=True, slots=True)
class SeatIn:
    """Decision: seats in a running session for all of one ticket."""

    lobby_id: LobbyId
    session_id: SessionId


@dataclass(frozen=True, slots=True)
class CreateFor:
    """Decision: a new session for these tickets, in order, and that many bots."""

    lobby_ids: tuple[LobbyId, ...]
    bots: int = 0


Decision = SeatIn | CreateFor


@dataclass(slots=True)
class Ticket:
    """A place in the queue since ``queued_at_s``."""

    lobby_id: LobbyId
    """Of the player, or of the one who has queued the group."""
    queued_at_s: float
    connected: bool = True
    told: int = 0
    """The place that its player was told last; 0 before the first time."""
    unheard: bool = False
    """That is not acknowledged yet. Newer places wait for it, so that they cannot pile up."""
    number: int = 0
    """Counts the tickets of the queue."""
    barred: frozenset[SessionId] = frozenset()
    """Sessions that do not take this player: one that has banned it, or where it sits already."""
    size: int = 1
    """How many players it is."""
    silent: bool = False
    """Its place is not told: it waits in another queue, too, that tells."""


class Queue:
    """The queue of one game. Bounded: at ``tickets_max`` :attr:`full` is true, and newcomers are to be turned away."""

    def __init__(self, rules: QuickMatchRules, tickets_max: int) -> None:
        self.rules = rules
        self.due: float | None = None
        """When :meth:`match` may find something without any change; as of its last call."""
        self.creates = True
        """False: only free seats of running sessions are proposed."""
        self._tickets: dict[LobbyId, Ticket] = {}
        self._tickets_max = tickets_max
        self._tickets_made = 0
        self._groups = 0
        self._seat_from = float("-inf")
        self._create_from = float("-inf")
        self._places_changed = False
        self._places_from = float("-inf")

    def __len__(self) -> int:
        return len(self._tickets)

    @property
    def players_here(self) -> int:
        """How many players wait and are here."""
        return sum(ticket.size for ticket in self._tickets.values() if ticket.connected)

    @property
    def full(self) -> bool:
        """True if no ticket can be added."""
        return len(self._tickets) >= self._tickets_max

    def add(
        self, lobby_id: LobbyId, now: float, *, size: int = 1, number: int | None = None, silent: bool = False
    ) -> None:
        """A ticket at the end of the queue. The caller has seen to it that it is new and that there is room.

        ``number``: if it was numbered already, higher than any before; else it is one more than the last.
        """
        assert lobby_id not in self._tickets
        assert not self.full
        self._keep(Ticket(lobby_id, now, number=number or self._tickets_made + 1, size=size, silent=silent))

    def ticket(self, lobby_id: LobbyId) -> Ticket:
        """A place in the queue, to be read."""
        return self._tickets[lobby_id]

    def restore(self, ticket: Ticket) -> None:
        """A ticket of a server that died: to be called in the order of their numbers, before any other is added."""
        self._keep(ticket)
        self._places_changed = True

    def remove(self, lobby_id: LobbyId) -> None:
        """The ticket is seated, cancelled or gone: everybody behind it moves up."""
        self._groups -= self._tickets.pop(lobby_id).size > 1
        self._places_changed = True

    def drop(self, lobby_id: LobbyId) -> None:
        """The ticket's player is away: it keeps its place and is skipped."""
        self._tickets[lobby_id].connected = False

    def come_back(self, lobby_id: LobbyId) -> None:
        """The ticket's player is back."""
        self._tickets[lobby_id].connected = True
        self._places_changed = True

    def bar(self, lobby_id: LobbyId, session: SessionId) -> None:
        """That session does not take this player: the others have its seats, and the player another session."""
        ticket = self._tickets[lobby_id]
        ticket.barred |= {session}

    def tell_again(self, lobby_id: LobbyId) -> None:
        """The player's client has begun anew, and knows of no place."""
        ticket = self._tickets[lobby_id]
        ticket.told, ticket.unheard = 0, False
        self._places_changed = True

    def heard(self, lobby_id: LobbyId) -> None:
        """The player has acknowledged the place that was told last."""
        ticket = self._tickets[lobby_id]
        if ticket.unheard:
            ticket.unheard = False
            self._places_changed = True

    def _keep(self, ticket: Ticket) -> None:
        assert ticket.number > self._tickets_made
        self._tickets_made = ticket.number
        self._tickets[ticket.lobby_id] = ticket
        self._groups += ticket.size > 1

    def match(self, now: float, open_sessions: Iterable[OpenSession]) -> list[Decision]:
        """What to do now, in order; ``open_sessions`` are the game's, oldest first. To be called after every change.

        No ticket is in two decisions. Each decision is to be carried out, or told to :meth:`refused`.
        """
        # Lazily: with a full node and thousands waiting, this comes often and has nothing to do.
        here = (ticket for ticket in self._tickets.values() if ticket.connected)
        passed: list[Ticket] = []
        decisions: list[Decision] = []
        overdue = Overdue(now) if self._groups else None
        if self._tickets and now >= self._seat_from:
            decisions += [
                SeatIn(ticket.lobby_id, session) for ticket, session in into_open(here, passed, open_sessions, overdue)
            ]
        left = chain(passed, here)
        creating = self.creates and now >= self._create_from
        line = Line(left if creating else islice(left, 1))
        if creating:
            while created := self._next_session(line, now):
                decisions.append(created)
        self.due = self._next_due(line.first, now)
        if line.first is not None and overdue is not None and overdue.due is not None:
            self.due = overdue.due if self.due is None else min(self.due, overdue.due)
        return decisions

    def refused(self, decision: Decision | None, now: float) -> None:
        """``decision`` could not be carried out (``None``: nothing could): its like is not proposed for ``RETRY_S``."""
        if not isinstance(decision, CreateFor):
            self._seat_from = now + RETRY_S
        if not isinstance(decision, SeatIn):
            self._create_from = now + RETRY_S
        if self.due is None or self.due > now + RETRY_S:
            self.due = now + RETRY_S

    def _next_session(self, line: Line[Ticket], now: float) -> CreateFor | None:
        rules, first = self.rules, line.first
        if first is None:
            return None
        group = line.take(rules.seats_min, rules.seats_max)
        if not group and rules.bots_after_s is not None and now >= first.queued_at_s + rules.bots_after_s:
            group = line.take(first.size, rules.seats_max)
        if not group:
            return None
        people = sum(ticket.size for ticket in group)
        return CreateFor(tuple(ticket.lobby_id for ticket in group), bots=max(0, rules.seats_min - people))

    def _next_due(self, first: Ticket | None, now: float) -> float | None:
        """When those who still wait (the ``first`` of them is enough) may get something by mere passing of time."""
        if first is None:
            return None
        rests = (self._seat_from, self._create_from) if self.creates else (self._seat_from,)
        dues = [rest for rest in rests if rest > now]
        if self.creates and self.rules.bots_after_s is not None:
            dues.append(max(first.queued_at_s + self.rules.bots_after_s, self._create_from))
        return min(dues, default=None)

    @property
    def places_due(self) -> float | None:
        """When :meth:`places` is to be called next; ``None`` while nobody's place changes."""
        return self._places_from if self._places_changed else None

    def places(self, now: float) -> list[tuple[LobbyId, int]]:
        """The players to be told their place (from 1 on): newcomers at once, the others every ``PLACES_EVERY_S``.

        Counts as told. One who is away, or has not acknowledged the place before, is told the newest one later.
        """
        if not self._places_changed or now < self._places_from:
            return self._newcomers()
        self._places_changed = False
        self._places_from = now + PLACES_EVERY_S
        told = []
        for place, ticket in enumerate(self._tickets.values(), start=1):
            if ticket.connected and not ticket.silent and not ticket.unheard and ticket.told != place:
                told.append(_tell(ticket, place))
        return told

    def _newcomers(self) -> list[tuple[LobbyId, int]]:
        told = []
        for behind, ticket in enumerate(reversed(self._tickets.values())):
            if ticket.told:
                break  # whoever came before it was told before it
            if ticket.connected and not ticket.silent:
                told.append(_tell(ticket, len(self._tickets) - behind))
        return told[::-1]


def _tell(ticket: Ticket, place: int) -> tuple[LobbyId, int]:
    ticket.told, ticket.unheard = place, True
    return ticket.lobby_id, place
