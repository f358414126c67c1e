"""How long a session stood still, as its players saw it. Pure: seconds of one monotonic clock."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

__all__ = ["Standstill", "freeze_of"]


@dataclass(slots=True)
class Standstill:
    """One player's passes around a recovery."""

    last_s: float | None = None
    """The newest pass before it."""
    after: list[tuple[int, float]] = field(default_factory=list)
    """Tick and time of the first two passes of the newest epoch."""

    def passed(self, tick: int, now: float) -> None:
        """A pass of the new epoch came."""
        if len(self.after) < 2:
            self.after.append((tick, now))


def freeze_of(players: Sequence[Standstill]) -> float | None:
    """From the last tick before to the first one after, in seconds, for the player of a session who waited longest.

    The first pass after a recovery shows the tick that was recovered: that is no step yet, and whoever comes back early
    gets it early. The first tick after is the first above it. ``None`` if somebody has had none.
    """
    seen = [player.after[0][0] for player in players if player.after]
    if len(seen) < len(players) or not seen:
        return None
    recovered = min(seen)
    longest = 0.0
    for player in players:
        at = next((at for tick, at in player.after if tick > recovered), None)
        if at is None or player.last_s is None:
            return None
        longest = max(longest, at - player.last_s)
    return longest
