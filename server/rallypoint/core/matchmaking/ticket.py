"""What waits in a queue, and what becomes of it: plain data.

A ticket is a single player or a party: all of its members play in one team, or not at all.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from rallypoint_protocol.ids import PlayerId, SessionId

__all__ = ["Backfill", "Match", "Member", "Rating", "RuleScore", "Ticket", "Value"]

Value = bool | int | float | str | tuple[str, ...]
"""Of an attribute. Numbers are finite."""


@dataclass(frozen=True, slots=True)
class Rating:
    """A player's skill in one queue, in the units of OpenSkill: mean and deviation."""

    mu: float = 25.0
    sigma: float = 25.0 / 3

    @property
    def ordinal(self) -> float:
        """What a player is at least worth, almost certainly: what leaderboards show."""
        return self.mu - 3 * self.sigma


@dataclass(frozen=True, slots=True)
class Member:
    """One player of a ticket."""

    player: PlayerId
    attributes: Mapping[str, Value] = field(default_factory=dict)
    rating: Rating = Rating()
    latency_ms: Mapping[str, float] = field(default_factory=dict)
    """Round trip to each region that the client has measured."""
    blocked: frozenset[PlayerId] = frozenset()
    recent: tuple[tuple[PlayerId, ...], ...] = ()
    """With whom this player played the last matches, newest first. Tuples: ten thousand tickets keep them."""
    dodges: int = 0
    """Ready checks declined or missed within the last hour."""


@dataclass(slots=True, eq=False)
class Ticket:
    """A single player or a party that waits in one queue. Its id is the same in each queue that it waits in."""

    id: str
    members: tuple[Member, ...]
    queued_at: float
    """Seconds of the node's clock. A ticket that comes back after a ready check keeps it."""
    number: int
    """In order of arrival."""
    barred: frozenset[SessionId] = frozenset()
    """Running sessions that do not take one of its players. Replaced while it waits, when one has refused."""


@dataclass(frozen=True, slots=True)
class Backfill:
    """A running session of this queue that wants more players."""

    session: SessionId
    free: tuple[int, ...]
    """Free seats of each team."""
    teams: tuple[tuple[Member, ...], ...]
    """Who is there, with attributes and ratings as when they were matched; bots are left out."""
    asked_at: float
    region: str = ""


@dataclass(frozen=True, slots=True)
class RuleScore:
    """How well a match satisfies one rule."""

    rule: str
    value: float
    """What was measured: the largest distance, the latency of the region, how many values are in common."""
    limit: float
    """The limit in force when it was made."""
    cost: float
    """From 0 (perfect) to 1 (at the limit, or beyond it for one that was optional)."""


@dataclass(frozen=True, slots=True)
class Match:
    """Some tickets that are to play together: a proposal, until all of its seats are reserved."""

    queue: str
    teams: tuple[tuple[Ticket, ...], ...]
    """The tickets of each team. Of a backfill: those who are added to each team."""
    scores: tuple[RuleScore, ...]
    quality: float
    """1 less the mean of the costs, weighted: from 0 to 1."""
    at: float
    """When it was found."""
    region: str = ""
    """The best that all have in common, if there is a latency rule."""
    bots: tuple[int, ...] = ()
    """Seats of each team that bots get; empty: none."""
    backfill: SessionId | None = None
    """The running session that the tickets come into."""

    @property
    def tickets(self) -> tuple[Ticket, ...]:
        """All of them, team by team."""
        return tuple(ticket for team in self.teams for ticket in team)
