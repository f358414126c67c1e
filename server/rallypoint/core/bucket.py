"""A token bucket that is told the time: how often one player, or one address, may do something that costs."""

from __future__ import annotations

from dataclasses import dataclass

__all__ = ["Bucket", "Rate"]


@dataclass(frozen=True, slots=True)
class Rate:
    """``burst`` times at once, and then ``per_second``."""

    per_second: float
    burst: int


class Bucket:
    """What is left of one allowance. Exact: in t seconds at most ``burst + per_second * t`` are taken.

    A clock that goes back earns nothing.
    """

    __slots__ = ("_as_of", "_left", "_rate")

    def __init__(self, rate: Rate, now: float) -> None:
        self._rate = rate
        self._left = float(rate.burst)
        self._as_of = now

    def ready(self, now: float) -> bool:
        """True if :meth:`take` would succeed. Takes nothing."""
        rate = self._rate
        if now > self._as_of:
            self._left = min(float(rate.burst), self._left + (now - self._as_of) * rate.per_second)
            self._as_of = now
        return self._left >= 1.0

    def take(self, now: float) -> bool:
        """Takes one. ``False``: there was none, and nothing is held against whoever tried."""
        if not self.ready(now):
            return False
        self._left -= 1.0
        return True
