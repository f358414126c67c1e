"""How a queue is doing, for operators."""

from __future__ import annotations

from dataclasses import dataclass

from rallypoint.core.matchmaking.queue import MatchQueue

__all__ = ["QueueStatus", "queue_status"]


@dataclass(frozen=True, slots=True)
class QueueStatus:
    """Waits in seconds. What is of the last ``minutes`` is ``None`` if no match was made in them."""

    waiting: int
    """Tickets."""
    players: int
    oldest_wait_s: float
    """0 if nobody waits."""
    minutes: int
    """What follows is of so many, up to now."""
    matches: int
    matches_per_minute: float
    wait_p50_s: float | None
    """Of the tickets of these matches, until their seats were reserved."""
    wait_p90_s: float | None
    quality: float | None
    """The mean of these matches: from 0 to 1."""


def queue_status(queue: MatchQueue, now: float) -> QueueStatus:
    """As of now."""
    entries = queue.entries
    recent = queue.recent.recent(now)
    return QueueStatus(
        waiting=len(queue),
        players=sum(entry.size for entry in entries),
        oldest_wait_s=round(max((entry.wait(now) for entry in entries), default=0.0), 1),
        minutes=recent.minutes,
        matches=recent.matches,
        matches_per_minute=recent.per_minute,
        wait_p50_s=_rounded(recent.p50_s),
        wait_p90_s=_rounded(recent.p90_s),
        quality=recent.quality,
    )


def _rounded(seconds: float | None) -> float | None:
    return None if seconds is None else round(seconds, 1)
