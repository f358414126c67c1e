"""What a queue's rules say, as data. They are read from a game class or a TOML file by :mod:`rallypoint.rules_file`.

A rule holds for a whole match. Its *limit* depends on how long the match has been waited for: that is the wait of its
oldest ticket, or of its newest (``QueueRules.age``). An expansion is another limit from some wait on; with
``optional_after_s`` the rule does not count at all from then on. Waits are seconds.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Literal

__all__ = [
    "Aggregate",
    "Avoid",
    "Balance",
    "Distance",
    "Equal",
    "Expansion",
    "Latency",
    "Overlap",
    "Priority",
    "QueueRules",
    "Rule",
    "TeamSize",
]

Aggregate = Literal["min", "max", "mean"]
"""How the values of a party's members become the party's."""
Priority = Literal["backfill", "oldest", "parties"]
"""``backfill``: free seats of running sessions come before new matches (else after). ``oldest``: those who have waited
longest are tried first. ``parties``: the largest parties are tried first."""


@dataclass(frozen=True, slots=True)
class TeamSize:
    """How many players a team has. All teams but those of a free-for-all have a size each: ``4v4`` is two of (4, 4)."""

    least: int
    most: int
    name: str = ""


@dataclass(frozen=True, slots=True)
class Expansion:
    """From a wait of ``after_s`` on, the limit is ``limit``. In order of ``after_s``; each is wider than before."""

    after_s: float
    limit: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Distance:
    """No two tickets of a match are further apart than ``limit`` in a number.

    ``attribute`` is one of the tickets' attributes, or built in: ``rating`` (the mean skill in this queue),
    ``party_size``. For ``rating`` with ``uncertainty`` u, what counts is the distance less u times the root of the
    summed squares of both deviations (so unknown players are near to more people).
    """

    name: str
    attribute: str
    limit: float
    uncertainty: float = 0.0
    party: Aggregate = "mean"
    default: float | None = None
    """Of a player without that attribute; ``None``: a ticket without it is refused."""
    weight: float = 1.0
    """How much closeness counts when there is a choice; 0: not at all."""
    expansions: tuple[Expansion, ...] = ()
    optional_after_s: float | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Equal:
    """All players of a match have the same value. A party whose members differ is refused."""

    name: str
    attribute: str
    default: str | float | bool | None = None
    weight: float = 1.0
    """Counts once the rule is optional: those who are equal are taken rather than others."""
    optional_after_s: float | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Overlap:
    """All players of a match have ``limit`` values (a whole number) of a list in common, as the maps they like."""

    name: str
    attribute: str
    limit: float = 1.0
    default: tuple[str, ...] | None = None
    weight: float = 1.0
    expansions: tuple[Expansion, ...] = ()
    """Each *fewer* than before."""
    optional_after_s: float | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Latency:
    """There is a region that all players of a match reach within ``limit`` milliseconds; the best one is chosen."""

    name: str
    limit: float
    party: Aggregate = "max"
    default: Mapping[str, float] | None = None
    """Of a player who told none; ``None``: a ticket without it is refused."""
    weight: float = 1.0
    expansions: tuple[Expansion, ...] = ()
    optional_after_s: float | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Avoid:
    """Players that are not matched with each other.

    ``recent``: who met in the last ``matches`` matches of either. ``blocked``: one has the other on the block list.
    ``dodgers``: who has declined ``limit`` ready checks within the last hour plays only with others like that.
    """

    name: str
    what: Literal["recent", "blocked", "dodgers"]
    matches: int = 3
    limit: float = 3.0
    weight: float = 1.0
    optional_after_s: float | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Balance:
    """The means of any two teams are not further apart than ``limit``. Players are divided among teams for the least.

    Without such a rule teams are divided evenly by ``rating`` all the same, and any division is allowed.
    """

    name: str
    attribute: str = "rating"
    limit: float = float("inf")
    default: float | None = None
    weight: float = 1.0
    expansions: tuple[Expansion, ...] = ()
    optional_after_s: float | None = None


Rule = Distance | Equal | Overlap | Latency | Avoid | Balance


@dataclass(frozen=True, slots=True, kw_only=True)
class QueueRules:
    """One queue. Checked when it was read: the names of the rules are unique, and some match can satisfy all."""

    name: str
    game: str
    teams: tuple[TeamSize, ...]
    """One for each team: two of (4, 4) are 4v4, (1, 1) and (4, 4) one against four. A single one is a free-for-all of
    that many players, whose sessions have no teams."""
    rules: tuple[Rule, ...] = ()
    age: Literal["oldest", "newest"] = "oldest"
    """Whose wait expands the rules of a match."""
    priority: tuple[Priority, ...] = ("backfill", "oldest")
    fill_after_s: float = 5.0
    """With team sizes that are ranges: a match of fewer than the most is made once its oldest ticket has waited so
    long; before that only one that is full."""
    party_max: int = 0
    """Players of the largest party that may come in; 0: as many as the largest team has."""
    ready_s: float | None = None
    """How long all have to accept a match; ``None``: nobody is asked."""
    backfill: bool = True
    """Whether running sessions of this queue that ask for it get players for free seats."""
    bots_after_s: float | None = None
    """A ticket that has waited so long plays with bots in the seats that are missing; ``None``: never."""
    rated: bool = False
    """Whether results change ratings (of this queue)."""
    options: Mapping[str, Any] = field(default_factory=dict)
    """For the game's ``created(options)``."""

    @property
    def seats_min(self) -> int:
        """The least number of players of a match."""
        return sum(team.least for team in self.teams)

    @property
    def seats_max(self) -> int:
        """The most."""
        return sum(team.most for team in self.teams)

    @property
    def largest_party(self) -> int:
        """Players of the largest party that may come in."""
        return self.party_max or max(team.most for team in self.teams)
