"""One ticket of the lobby: the place of a player, or of a party, in one or several queues."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from rallypoint_protocol.ids import LobbyId, PlayerId, SessionId

from .lobby_session import LobbySession, LobbyState
from .matchmaking.rules import QueueRules
from .matchmaking.ticket import Match, Ticket, Value
from .ready_checks import ReadyCheck

__all__ = ["Entrant", "FoundMatch", "LobbyTicket"]


@dataclass(frozen=True, slots=True, eq=False)
class Entrant:
    """One of the players of a ticket, and what it says for the rules."""

    session: LobbySession
    attributes: Mapping[str, Value] = field(default_factory=dict)
    latency_ms: Mapping[str, float] = field(default_factory=dict)

    @property
    def player(self) -> PlayerId:
        """Who it is."""
        return self.session.player


class FoundMatch:
    """A match of a queue with rules, from when it was found until its players are seated, or it is off."""

    __slots__ = ("check", "id", "match", "rules", "stale", "tickets", "told")

    def __init__(self, match_id: str, rules: QueueRules, match: Match, tickets: tuple[LobbyTicket, ...]) -> None:
        self.id = match_id
        self.rules = rules
        self.match = match
        self.tickets = tickets
        """All of the match, team by team."""
        self.check: ReadyCheck | None = None
        self.told: dict[PlayerId, int] = {}
        """The number of the push that told each how far the ready check is."""
        self.stale: dict[PlayerId, None] = {}
        """Those who have not acknowledged that, and for whom there is news."""

    @property
    def by_team(self) -> tuple[tuple[LobbyTicket, ...], ...]:
        """The same, by team."""
        tickets = iter(self.tickets)
        return tuple(tuple(next(tickets) for _ in team) for team in self.match.teams)

    @property
    def sessions(self) -> list[LobbySession]:
        """Of all players."""
        return [entrant.session for ticket in self.tickets for entrant in ticket.entrants]

    @property
    def players(self) -> dict[str, tuple[PlayerId, ...]]:
        """Of each ticket, by its id."""
        return {ticket.id: ticket.players for ticket in self.tickets}


class LobbyTicket:
    """Its id is that of the lobby session that has queued it, whose player comes first. Changed by the queues only."""

    __slots__ = (
        "barred",
        "entrants",
        "found",
        "gone",
        "held",
        "id",
        "number",
        "queued_at",
        "queues",
        "record_id",
        "searched",
    )

    def __init__(self, entrants: tuple[Entrant, ...], queues: tuple[str, ...], number: int, queued_at: float) -> None:
        self.id: LobbyId = entrants[0].session.id
        self.entrants = entrants
        self.queues = queues
        """Where it waits; the first is what clients that know of one only are told."""
        self.number = number
        """In order of arrival, over all queues."""
        self.queued_at = queued_at
        self.barred: frozenset[SessionId] = frozenset()
        """Sessions that do not take one of its players."""
        self.found: FoundMatch | None = None
        """The match that it is in."""
        self.searched: dict[str, Ticket] = {}
        """What stands for it in queues with rules, by queue: empty until it is known who its players are."""
        self.held: dict[str, None] = {}
        """Queues that do not look at it."""
        self.gone = False
        self.record_id = ""
        """What it is called in what is written down of it, if it is in a queue with rules."""

    @property
    def size(self) -> int:
        """How many players it is."""
        return len(self.entrants)

    @property
    def players(self) -> tuple[PlayerId, ...]:
        """Who they are."""
        return tuple(entrant.player for entrant in self.entrants)

    @property
    def here(self) -> bool:
        """True while all have a connection."""
        return all(entrant.session.state is LobbyState.CONNECTED for entrant in self.entrants)
