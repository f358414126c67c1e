"""Percentiles of what happens thousands of times a second, for the price of an array index."""

from __future__ import annotations

from array import array
from typing import Final

__all__ = ["Histogram", "Recent"]

_FINE: Final = 1000
"""Buckets of 0.1 ms, up to 100 ms; then one for each millisecond."""
_COARSE: Final = 9900


class Histogram:
    """Durations in seconds, to 0.1 ms below 100 ms and to 1 ms up to 10 s; longer ones count as 10 s."""

    __slots__ = ("_counts", "count", "max_s")

    def __init__(self) -> None:
        self._counts = array("L", bytes(array("L").itemsize * (_FINE + _COARSE)))
        self.count = 0
        self.max_s = 0.0

    def record(self, seconds: float) -> None:
        """Counts one duration. Negative ones count as zero."""
        index = int(seconds * 10_000)
        if index >= _FINE:
            index = min(_FINE + (index - _FINE) // 10, _FINE + _COARSE - 1)
        elif index < 0:
            index = 0
        self._counts[index] += 1
        self.count += 1
        if seconds > self.max_s:
            self.max_s = seconds

    def quantile_ms(self, q: float) -> float:
        """The duration that a share ``q`` of all did not exceed, in milliseconds; 0 if there are none."""
        wanted, seen = q * self.count, 0
        for index, count in enumerate(self._counts):
            seen += count
            if count and seen >= wanted:
                edge = (index + 1) * 0.1 if index < _FINE else 100.0 + (index - _FINE + 1)
                return min(edge, self.max_s * 1000)
        return 0.0

    def add(self, other: Histogram) -> None:
        """Takes in all of another's durations."""
        for index, count in enumerate(other._counts):
            if count:
                self._counts[index] += count
        self.count += other.count
        self.max_s = max(self.max_s, other.max_s)

    def summary(self) -> dict[str, float]:
        """``p50``, ``p90``, ``p99``, ``p99.9`` and ``max`` in milliseconds, and ``count``."""
        quantiles = {"p50": 0.5, "p90": 0.9, "p99": 0.99, "p99.9": 0.999}
        figures = {name: round(self.quantile_ms(q), 2) for name, q in quantiles.items()}
        return {**figures, "max": round(self.max_s * 1000, 2), "count": self.count}


class Recent:
    """The histogram of the last one to two periods of ``period_s`` seconds."""

    def __init__(self, period_s: float, now: float) -> None:
        self._period_s = period_s
        self._since = now
        self.current = Histogram()
        self._previous = Histogram()

    def turn(self, now: float) -> None:
        """Call now and then: starts a new period when it is time."""
        if now - self._since >= self._period_s:
            self._previous, self.current, self._since = self.current, Histogram(), now

    def summary(self) -> dict[str, float]:
        """As of :meth:`Histogram.summary`."""
        whole = Histogram()
        whole.add(self._previous)
        whole.add(self.current)
        return whole.summary()
