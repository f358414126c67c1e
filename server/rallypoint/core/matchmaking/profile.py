"""What is known of a player before a match, and of all players of a queue: what a store says."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from rallypoint_protocol.ids import PlayerId

from .ticket import Rating

__all__ = ["Leader", "Leaders", "Profile"]


@dataclass(frozen=True, slots=True)
class Profile:
    """One player, as the rules of queues see them."""

    ratings: Mapping[str, Rating] = field(default_factory=dict)
    """By queue; a queue in which the player was never rated is left out."""
    blocked: frozenset[PlayerId] = frozenset()
    """Whom the player has blocked."""
    recent: tuple[tuple[PlayerId, ...], ...] = ()
    """The other players of the last matches, newest first."""
    dodges: int = 0
    """Ready checks declined or missed within the last hour."""


@dataclass(frozen=True, slots=True)
class Leader:
    """One row of a leaderboard."""

    rank: int
    """From 1 on; equal ratings have different ranks, in the order of the players' ids."""
    player: PlayerId
    name: str
    """Empty for a player who is not kept any more."""
    rating: Rating
    games: int
    """Rated ones."""


@dataclass(frozen=True, slots=True)
class Leaders:
    """Part of a leaderboard, best first."""

    rows: tuple[Leader, ...] = ()
    total: int = 0
    """Players who were rated in this queue."""
    me: int | None = None
    """The rank of the player who was asked for; ``None``: of nobody, or never rated."""

    def data(self, queue: str) -> dict[str, Any]:
        """As it is sent."""
        return {
            "queue": queue,
            "rows": [
                {
                    "rank": row.rank,
                    "player": row.player,
                    "name": row.name,
                    "rating": round(row.rating.ordinal, 2),
                    "mu": round(row.rating.mu, 3),
                    "sigma": round(row.rating.sigma, 3),
                    "games": row.games,
                }
                for row in self.rows
            ],
            "total": self.total,
            "me": self.me,
        }
