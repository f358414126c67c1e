"""Those near a ticket, without looking at all.

Tickets are in *buckets*: all of one have the same values by the rules that never become optional (equal, dodgers). In a
bucket they are sorted by one number: that of the first distance rule; without one, by their best region, so that those
who can play together are side by side. A search looks at a *window* of those who are nearest in that order.
"""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from typing import Any, Final

from rallypoint.core.matchmaking.exclusion import SortMeasure
from rallypoint.core.matchmaking.measures import Measures
from rallypoint.core.matchmaking.nearness import DistanceMeasure
from rallypoint.core.matchmaking.pairing import Entry
from rallypoint.core.matchmaking.stages import Stage

__all__ = ["WINDOW_MAX", "Near"]

WINDOW_MAX: Final = 1024
"""At most so many are looked at around a ticket at the first try; after a try that was cut off more."""

_Key = tuple[float, float]


class _Bucket:
    __slots__ = ("deviation_max", "entries", "keys")

    def __init__(self) -> None:
        self.keys: list[_Key] = []
        self.entries: list[Entry] = []
        self.deviation_max = 0.0
        """Of all who were ever in it."""


class Near:
    """The tickets that may be matched now, by what makes them near to each other."""

    def __init__(self, measures: Measures) -> None:
        self._sorts = [m for m in measures.all if isinstance(m, SortMeasure) and not m.optional]
        self._distance = next((m for m in measures.all if isinstance(m, DistanceMeasure)), None)
        self._latency = measures.latency
        self._buckets: dict[tuple[Any, ...], _Bucket] = {}

    def add(self, entry: Entry) -> None:
        """It may be matched from now on."""
        where = self._where(entry)
        bucket = self._buckets.get(where)
        if bucket is None:
            bucket = self._buckets[where] = _Bucket()
        key = self._key(entry)
        place = bisect_left(bucket.keys, key)
        bucket.keys.insert(place, key)
        bucket.entries.insert(place, entry)
        if self._distance is not None and self._distance.uncertain:
            bucket.deviation_max = max(bucket.deviation_max, entry.values[self._distance.index][1])

    def remove(self, entry: Entry) -> None:
        """It may not be matched any more."""
        where = self._where(entry)
        bucket = self._buckets[where]
        place = bisect_left(bucket.keys, self._key(entry))
        del bucket.keys[place], bucket.entries[place]
        if not bucket.keys:
            del self._buckets[where]

    def around(self, entry: Entry, stage: Stage, window: int) -> tuple[list[Entry], bool]:
        """Those nearest, at most about ``window``, in no order that matters; and whether there are more of them.

        ``entry`` is left out. It need not be in here itself.
        """
        bucket = self._buckets.get(self._where(entry))
        if bucket is None:
            return [], False
        keys = bucket.keys
        first, last, number = 0, len(keys), self._number(entry)
        if self._distance is not None:
            deviation = entry.values[self._distance.index][1]
            step = next((step for measure, step in stage.pairs if measure is self._distance), None)
            if step is not None:
                reach = self._distance.reach(deviation, bucket.deviation_max, step)
                first = bisect_left(keys, (number - reach - 1e-9, 0.0))
                last = bisect_right(keys, (number + reach + 1e-9, float("inf")))
        cut = last - first > window
        if cut:
            middle = bisect_left(keys, self._key(entry))
            first = max(first, min(middle - window // 2, last - window))
            last = first + window
        found = bucket.entries[first:last]
        if not entry.held and entry in found:
            found.remove(entry)
        return found, cut

    def _where(self, entry: Entry) -> tuple[Any, ...]:
        return tuple([entry.values[measure.index] for measure in self._sorts])

    def _key(self, entry: Entry) -> _Key:
        return self._number(entry), entry.rank[-1]

    def _number(self, entry: Entry) -> float:
        if self._distance is not None:
            return float(entry.values[self._distance.index][0])
        if self._latency is not None:
            latencies, _ = entry.values[self._latency.index]
            best = min(latencies, key=lambda region: (latencies[region], region), default="")
            return float(self._latency.bits.bit_of(best).bit_length())
        return 0.0
