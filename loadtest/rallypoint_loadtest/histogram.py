"""Durations, counted in buckets of 0.05 ms.

One addition to a dict per value: a tenth of what an HDR histogram costs here, and there are 20,000 a second. Only
buckets that were hit exist, so a run's histogram is a few thousand numbers, and those of several processes add up.
"""

from __future__ import annotations

import math
from collections import defaultdict
from collections.abc import Sequence

import msgspec

__all__ = ["BUCKETS_PER_MS", "Histogram", "samples_needed"]

BUCKETS_PER_MS = 20


class Histogram(msgspec.Struct):
    """Non-negative durations in milliseconds. Percentiles are exact to one bucket, the maximum is exact."""

    counts: dict[int, int] = msgspec.field(default_factory=lambda: defaultdict(int))
    max_ms: float = 0.0

    def record(self, value_ms: float) -> None:
        """Counts one value."""
        self.counts[int(value_ms * BUCKETS_PER_MS)] += 1
        if value_ms > self.max_ms:
            self.max_ms = value_ms

    @property
    def count(self) -> int:
        """How many values were recorded."""
        return sum(self.counts.values())

    def add(self, other: Histogram) -> None:
        """Adds what another one has counted."""
        for bucket, count in other.counts.items():
            self.counts[bucket] = self.counts.get(bucket, 0) + count
        self.max_ms = max(self.max_ms, other.max_ms)

    def percentile_ms(self, percent: float) -> float | None:
        """The least duration that at least ``percent`` percent of the values do not exceed; ``None`` without values."""
        found = self.percentiles_ms((percent,))
        return found[0] if found else None

    def percentiles_ms(self, percents: Sequence[float]) -> list[float]:
        """Several of them, for the price of one; ``percents`` in ascending order. Empty without values."""
        total, seen = self.count, 0
        found: list[float] = []
        if not total:
            return found
        ranks = [max(1, math.ceil(total * percent / 100 - 1e-9)) for percent in percents]
        for bucket in sorted(self.counts):
            seen += self.counts[bucket]
            while len(found) < len(ranks) and seen >= ranks[len(found)]:
                found.append(min((bucket + 1) / BUCKETS_PER_MS, self.max_ms))
        return found


def samples_needed(percent: float) -> int:
    """How many values a percentile needs to mean something: ten on its thinner side. 1,000 for p99, 20 for p50."""
    return math.ceil(1000 / (100 - percent) - 1e-6)
