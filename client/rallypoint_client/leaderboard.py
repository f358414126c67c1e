"""The best players of a rated queue, or those next to oneself.

    board = await lobby.leaderboard("ranked", limit=10)
    for row in board.rows:
        print(row.rank, row.name, f"{row.rating:.1f}")

    board = await lobby.leaderboard("ranked", around=True)
    print("you:", board.me, "of", board.total)

Who has not played a rated game in that queue is not in it.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import msgspec

from .errors import RequestRefused

__all__ = ["Leaderboard", "LeaderboardRow", "read_leaderboard"]


@dataclass(frozen=True, slots=True)
class LeaderboardRow:
    """One player of it."""

    rank: int
    """From 1."""
    player: str
    """The player's id."""
    name: str
    rating: float
    """What the order is by: what the player is at least worth, almost certainly (mu less three sigma)."""
    mu: float = 0.0
    """Mean skill."""
    sigma: float = 0.0
    """How uncertain that is."""
    games: int = 0
    """Rated games that the player has played in this queue."""


@dataclass(frozen=True, slots=True)
class Leaderboard:
    """A part of one, best first."""

    queue: str
    rows: tuple[LeaderboardRow, ...] = ()
    total: int = 0
    """Players who have a rating there."""
    me: int | None = None
    """One's own rank, of a leaderboard ``around`` oneself; ``None``: one has no rating there yet."""


def read_leaderboard(value: Any) -> Leaderboard:
    """From what the server said. Raises :class:`RequestRefused` (``malformed``) for what cannot be read."""
    try:
        return msgspec.convert(value, Leaderboard)
    except msgspec.ValidationError as error:
        raise RequestRefused("malformed", f"a leaderboard that cannot be read: {error}") from None
