"""What came of a simulated day, ticket by ticket and match by match: what the figures are made of."""

from __future__ import annotations

from array import array
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from enum import IntEnum
from typing import Final

from rallypoint.core.matchmaking.rules import QueueRules

__all__ = ["WAITED", "MatchFacts", "Outcome", "Record", "Starving", "Tickets", "Told"]


class Outcome(IntEnum):
    """How a ticket ended: each does, exactly once."""

    WAITING = 0
    """It still waited, or was being asked, when the day was over."""
    SEATED = 1
    GAVE_UP = 2
    DECLINED = 3
    """One of its players declined a ready check."""
    MISSED = 4
    """One of its players did not answer one."""
    REFUSED = 5
    """The queue never took it: it could not have been matched."""


WAITED: Final = (Outcome.SEATED, Outcome.GAVE_UP)
"""Whose waits count."""


class Tickets:
    """One row for each ticket, in columns: there are hundreds of thousands."""

    def __init__(self) -> None:
        self.at = array("d")
        """When it came: seconds from the start."""
        self.wait = array("d")
        """Seconds until it ended; -1 while it has not."""
        self.outcome = array("b")
        self.size = array("b")
        self.mu = array("d")
        """Of the rating: the mean of its members'."""
        self.region = array("b")
        """The nearest to its first member: a place in ``Record.regions``; -1: none is known."""
        self.quality = array("d")
        """Of its match; -1: it had none."""
        self.spread = array("d")
        """Of the ratings in its match."""

    def __len__(self) -> int:
        return len(self.at)

    def came(self, at: float, size: int, mu: float, region: int) -> int:
        """A new row, which waits. Its place."""
        self.at.append(at)
        self.wait.append(-1.0)
        self.outcome.append(Outcome.WAITING)
        self.size.append(size)
        self.mu.append(mu)
        self.region.append(region)
        self.quality.append(-1.0)
        self.spread.append(-1.0)
        return len(self.at) - 1

    def ended(self, row: int, wait: float, outcome: Outcome) -> None:
        """Says how. It must not have ended before."""
        assert self.wait[row] < 0, f"ticket {row} ended twice"
        self.wait[row] = wait
        self.outcome[row] = outcome


@dataclass(frozen=True, slots=True)
class MatchFacts:
    """One match that was played."""

    at: float
    """When its players were seated."""
    players: int
    bots: int
    quality: float
    """By the yardstick of this simulation."""
    spread: float
    """The highest rating less the lowest."""
    gap: float | None
    """The highest mean rating of a team less the lowest; ``None`` without teams."""
    favourite: float | None
    """How likely the better team wins, by the ratings; ``None`` but for two equally large teams."""
    latency_ms: float | None
    """The slowest player's, to the region that was chosen."""
    steps: tuple[int, ...]
    """For each of the queue's rules, which of its steps was in force: 0 is its first limit."""


@dataclass(frozen=True, slots=True)
class Starving:
    """The ticket that was seen waiting longest, and what it was told then."""

    wait_s: float
    at: float
    players: tuple[str, ...]
    mu: float
    region: str
    text: str
    rules: tuple[Mapping[str, object], ...] = ()


@dataclass(frozen=True, slots=True)
class Told:
    """A waiting ticket was told how long it would still take."""

    row: int
    at: float
    estimate_s: float | None


@dataclass(slots=True)
class Record:
    """One set of rules, one day."""

    rules: QueueRules
    span_s: float
    regions: Sequence[str]
    every_s: float
    """Between two samples of what there is over time."""
    tickets: Tickets = field(default_factory=Tickets)
    matches: list[MatchFacts] = field(default_factory=list)
    nobody_free: int = 0
    """Arrivals without a ticket: everybody waited or played."""
    refusals: dict[str, int] = field(default_factory=dict)
    """Why the queue refused tickets, and how often."""
    checks: int = 0
    """Ready checks that were over before the day was."""
    checks_declined: int = 0
    checks_missed: int = 0
    waiting: list[int] = field(default_factory=list)
    playing: list[int] = field(default_factory=list)
    starving: Starving | None = None
    told: list[Told] = field(default_factory=list)
