"""Percentiles of what happens thousands of times a second, for the price of an array index."""

from __future__ import annotations

from array import array
from collections.abc import Iterable, Sequence
from typing import Final

__all__ = ["DURATION_EDGES_S", "Counted", "Histogram", "Mark", "Recent", "merged"]

_FINE: Final = 1000
"""Buckets of 0.1 ms, up to 100 ms; then one for each millisecond."""
_COARSE: Final = 9900
_EMPTY: Final = array("L", bytes(array("L").itemsize * (_FINE + _COARSE)))
DURATION_EDGES_S: Final = (
    *(0.0005, 0.001, 0.002, 0.003, 0.005, 0.0075, 0.01, 0.015, 0.02, 0.03, 0.05, 0.075, 0.1),
    *(0.2, 0.5, 1.0, 2.5),
)
"""Upper ends of the coarse buckets that monitoring gets; the last one has no end."""


def _index(seconds: float) -> int:
    index = int(seconds * 10_000)
    if index >= _FINE:
        return min(_FINE + (index - _FINE) // 10, _FINE + _COARSE - 1)
    return max(index, 0)


_ENDS: Final = tuple(_index(edge + 5e-5) for edge in DURATION_EDGES_S)


class Histogram:
    """Durations in seconds, to 0.1 ms below 100 ms and to 1 ms up to 10 s; longer ones count as 10 s."""

    __slots__ = ("_counts", "count", "max_s", "sum_s")

    def __init__(self) -> None:
        self._counts = _EMPTY[:]
        self.count = 0
        self.max_s = 0.0
        self.sum_s = 0.0

    def record(self, seconds: float) -> None:
        """Counts one duration. Negative ones count as zero."""
        index = int(seconds * 10_000)
        if index >= _FINE:
            index = min(_FINE + (index - _FINE) // 10, _FINE + _COARSE - 1)
        elif index < 0:
            index = 0
        self._counts[index] += 1
        self.count += 1
        if seconds > 0.0:
            self.sum_s += seconds
            if seconds > self.max_s:
                self.max_s = seconds

    def quantile_ms(self, q: float) -> float:
        """The duration that a share ``q`` of all did not exceed, in milliseconds; 0 if there are none."""
        wanted, seen = q * self.count, 0
        for index, count in enumerate(self._used()):
            seen += count
            if count and seen >= wanted:
                edge = (index + 1) * 0.1 if index < _FINE else 100.0 + (index - _FINE + 1)
                return min(edge, self.max_s * 1000)
        return 0.0

    def add(self, other: Histogram) -> None:
        """Takes in all of another's durations."""
        for index, count in enumerate(other._used()):
            if count:
                self._counts[index] += count
        self.count += other.count
        self.sum_s += other.sum_s
        self.max_s = max(self.max_s, other.max_s)

    def copy(self) -> Histogram:
        """As of now."""
        copy = Histogram()
        copy.add(self)
        return copy

    def since(self, earlier: Histogram) -> Histogram:
        """What has come since it was like ``earlier``, a copy of it. Its longest is known to the bucket."""
        later, begun, longest = Histogram(), len(earlier._used()), 0
        for index, count in enumerate(self._used()):
            if index < begun:
                count -= earlier._counts[index]
            if count:
                later._counts[index] = count
                later.count += count
                longest = index + 1
        later.sum_s = self.sum_s - earlier.sum_s
        later.max_s = longest / 10_000 if longest <= _FINE else 0.1 + (longest - _FINE) / 1000
        return later

    def buckets(self) -> list[int]:
        """How many are in each of the coarse buckets that end at :data:`DURATION_EDGES_S`; and, last, beyond these."""
        used, found, begin = self._used(), [], 0
        for end in _ENDS:
            found.append(sum(used[begin:end]))
            begin = end
        return [*found, self.count - sum(found)]

    def summary(self) -> dict[str, float]:
        """``p50``, ``p90``, ``p99``, ``p99.9`` and ``max`` in milliseconds, and ``count``."""
        quantiles = {"p50": 0.5, "p90": 0.9, "p99": 0.99, "p99.9": 0.999}
        figures = {name: round(self.quantile_ms(q), 2) for name, q in quantiles.items()}
        return {**figures, "max": round(self.max_s * 1000, 2), "count": self.count}

    def _used(self) -> array[int]:
        """Up to the longest one: of ten thousand buckets, mostly some hundred."""
        return self._counts[: _index(self.max_s) + 1]


class Counted:
    """What monitoring gets: values in buckets that end at ``edges`` (the last one has no end), and their sum.

    For what happens a few times a second; and the sum of histograms of finished periods.
    """

    __slots__ = ("counts", "edges", "sum")

    def __init__(self, edges: Sequence[float] = DURATION_EDGES_S) -> None:
        self.edges = edges
        self.counts = [0] * (len(edges) + 1)
        self.sum = 0.0

    @property
    def count(self) -> int:
        """How many there are."""
        return sum(self.counts)

    def record(self, value: float) -> None:
        """Counts one."""
        place = 0
        for edge in self.edges:
            if value <= edge:
                break
            place += 1
        self.counts[place] += 1
        self.sum += value

    def add(self, histogram: Histogram) -> None:
        """All of its durations; the edges are :data:`DURATION_EDGES_S`."""
        self.counts = [have + more for have, more in zip(self.counts, histogram.buckets(), strict=True)]
        self.sum += histogram.sum_s


Mark = tuple[Histogram, Histogram]
"""A moment in the life of a :class:`Recent`."""


class Recent:
    """The histogram of the last one to two periods of ``period_s`` seconds; and, coarsely, of all time."""

    def __init__(self, period_s: float, now: float) -> None:
        self._period_s = period_s
        self._since = now
        self.current = Histogram()
        self.previous = Histogram()
        self._finished = Counted()

    def turn(self, now: float) -> None:
        """Call now and then: starts a new period when it is time."""
        if now - self._since >= self._period_s:
            self._finished.add(self.current)
            self.previous, self.current, self._since = self.current, Histogram(), now

    def whole(self) -> Histogram:
        """Of the last one to two periods."""
        return merged([self])

    def total(self) -> Counted:
        """Of all time."""
        total = Counted()
        total.counts, total.sum = self._finished.counts, self._finished.sum
        total.add(self.current)
        return total

    def mark(self) -> Mark:
        """To ask later what has come :meth:`since`."""
        return self.current, self.current.copy()

    def since(self, mark: Mark) -> Histogram:
        """What has come since then, if that was less than a period ago."""
        current, copy = mark
        if current is self.current:
            return self.current.since(copy)
        since = self.previous.since(copy) if current is self.previous else self.previous.copy()
        since.add(self.current)
        return since

    def summary(self) -> dict[str, float]:
        """As of :meth:`Histogram.summary`."""
        return self.whole().summary()


def merged(recents: Iterable[Recent]) -> Histogram:
    """What all of them have counted in the last one to two periods."""
    whole = Histogram()
    for recent in recents:
        whole.add(recent.previous)
        whole.add(recent.current)
    return whole
