"""How a queue of quick matches did in the last quarter of an hour."""

from __future__ import annotations

import math
from collections import deque
from typing import Final

from rallypoint.core.matchmaking.estimate import RecentWaits

__all__ = ["RecentSeats"]

REMEMBERED: Final = 1000
"""Tickets, and sessions: of a busy queue, the newest."""
WINDOW_S: Final = 900.0


class RecentSeats:
    """Bounded: some 100 KB for a busy queue. Times are those of the node's clock, in seconds."""

    __slots__ = ("_made", "_waits")

    def __init__(self) -> None:
        self._waits: deque[tuple[float, float]] = deque(maxlen=REMEMBERED)
        self._made: deque[float] = deque(maxlen=REMEMBERED)

    def seated(self, now: float, wait_s: float) -> None:
        """A ticket has its seats, in a new session or a running one."""
        self._waits.append((now, max(0.0, wait_s)))

    def made(self, now: float) -> None:
        """A session was created for tickets."""
        self._made.append(now)

    def recent(self, now: float) -> RecentWaits:
        """Its matches are the sessions that were created; there is no quality."""
        waits = sorted(wait_s for at, wait_s in self._waits if now - at <= WINDOW_S)
        made = sum(now - at <= WINDOW_S for at in self._made)
        seen_s = WINDOW_S
        if made == REMEMBERED:
            seen_s = max(1.0, now - self._made[0])
        return RecentWaits(
            matches=made,
            minutes=math.ceil(seen_s / 60),
            p50_s=_part(waits, 0.5),
            p90_s=_part(waits, 0.9),
            per_minute=round(made * 60 / seen_s, 2),
            quality=None,
        )


def _part(ordered: list[float], part: float) -> float | None:
    """The smallest that so many do not exceed."""
    return ordered[math.ceil(len(ordered) * part) - 1] if ordered else None
