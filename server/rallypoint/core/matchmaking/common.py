"""Rules about what all of a match have in common: values of a list (``Overlap``), a region (``Latency``)."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Final

from rallypoint.core.matchmaking.bits import Bits
from rallypoint.core.matchmaking.nearness import aggregate, share
from rallypoint.core.matchmaking.pairing import ALL, Entry, Measure
from rallypoint.core.matchmaking.rules import Latency, Overlap
from rallypoint.core.matchmaking.ticket import Member

__all__ = ["LatencyMeasure", "OverlapMeasure"]

_NEVER: Final = float("inf")


class OverlapMeasure(Measure):
    """A value is the set of words that all members like, as bits."""

    rule: Overlap

    def __init__(self, rule: Overlap, index: int) -> None:
        super().__init__(rule, index)
        self.bits = Bits()

    def _words(self, members: Sequence[Member]) -> list[str] | None:
        lists = [member.attributes.get(self.rule.attribute, self.rule.default) for member in members]
        words: list[tuple[str, ...]] = []
        for one in lists:
            if isinstance(one, str):
                words.append((one,))
            elif isinstance(one, tuple):
                words.append(one)
            else:
                return None
        return [word for word in words[0] if all(word in others for others in words[1:])]

    def refusal(self, members: Sequence[Member]) -> str:
        words = self._words(members)
        if words is None:
            return f"rule {self.rule.name}: the attribute {self.rule.attribute} has to be a list of strings"
        if not self.optional and len(set(words)) < self.scales[-1]:
            return f"rule {self.rule.name}: too little of {self.rule.attribute} in common"
        return ""

    def value(self, members: Sequence[Member]) -> int:
        return self.bits.take(self._words(members) or ())

    def forget(self, value: int) -> None:
        self.bits.give_back(value)

    def joint(self, joint: int, value: int, step: int) -> int:
        return joint & value

    def narrow(self, entries: list[Entry], value: Entry, joint: int, step: int) -> list[Entry]:
        index, limit = self.index, self.scales[step]
        if limit <= 1:
            return [entry for entry in entries if entry.values[index] & joint] if limit > 0 else entries
        return [entry for entry in entries if (entry.values[index] & joint).bit_count() >= limit]

    def _cost(self, common: int, most: int, limit: float) -> float:
        if common < limit:
            return 1.0
        return (most - common) / (most - limit) if most > limit else 0.0

    def costs(self, entries: list[Entry], entry: Entry, step: int) -> list[float]:
        index, limit = self.index, self.scales[step]
        mine = entry.values[index]
        most = mine.bit_count()
        return [
            self._cost((other.values[index] & mine).bit_count(), min(most, other.values[index].bit_count()), limit)
            for other in entries
        ]

    def score(self, entries: Sequence[Entry], step: int) -> tuple[float, float]:
        common, most = ALL, min(entry.values[self.index].bit_count() for entry in entries)
        for entry in entries:
            common &= entry.values[self.index]
        count = common.bit_count()
        return float(count), self._cost(count, most, self.scales[step])


class LatencyMeasure(Measure):
    """A value is the latency to each region that all members have measured, then for each step the regions within its
    limit as bits, then all regions as bits."""

    rule: Latency

    def __init__(self, rule: Latency, index: int) -> None:
        super().__init__(rule, index)
        self.bits = Bits()

    def _latencies(self, members: Sequence[Member]) -> Mapping[str, float]:
        told = [member.latency_ms or self.rule.default or {} for member in members]
        if len(told) == 1:
            return told[0]
        both = [region for region in told[0] if all(region in others for others in told[1:])]
        return {region: aggregate(self.rule.party, [one[region] for one in told]) for region in both}

    def refusal(self, members: Sequence[Member]) -> str:
        if not all(member.latency_ms or self.rule.default for member in members):
            return f"rule {self.rule.name}: the latency to at least one region has to be told"
        latencies = self._latencies(members).values()
        if not self.optional and not any(latency <= self.scales[-1] for latency in latencies):
            return f"rule {self.rule.name}: no region within {self.scales[-1]:g} ms"
        return ""

    def value(self, members: Sequence[Member]) -> tuple[Mapping[str, float], tuple[int, ...]]:
        latencies = self._latencies(members)
        whole = self.bits.take(latencies)
        masks = []
        for limit in self.limits:
            mask = 0
            for region, latency in latencies.items():
                if limit is None or latency <= limit:
                    mask |= self.bits.bit_of(region)
            masks.append(mask)
        return latencies, (*masks, whole)

    def forget(self, value: tuple[Mapping[str, float], tuple[int, ...]]) -> None:
        self.bits.give_back(value[1][-1])

    def joint(self, joint: int, value: tuple[Mapping[str, float], tuple[int, ...]], step: int) -> int:
        return joint & value[1][step]

    def narrow(self, entries: list[Entry], value: Entry, joint: int, step: int) -> list[Entry]:
        index = self.index
        return [entry for entry in entries if entry.values[index][1][step] & joint]

    def costs(self, entries: list[Entry], entry: Entry, step: int) -> list[float]:
        index, limit = self.index, self.scales[step]
        mine = entry.values[index][0]
        found = []
        for other in entries:
            theirs = other.values[index][0]
            best = _NEVER
            for region, latency in mine.items():
                there = theirs.get(region, _NEVER)
                worse = there if there > latency else latency  # noqa: FURB136  # max() takes three times as long
                if worse < best:
                    best = worse
            found.append(share(best, limit))
        return found

    def region(self, entries: Sequence[Entry]) -> tuple[str, float]:
        """The best one that all reach, and its latency for who is furthest; "" and infinity if there is none."""
        best, lowest = "", _NEVER
        values = [entry.values[self.index][0] for entry in entries]
        for region in sorted(values[0]):
            worst = max(value.get(region, _NEVER) for value in values)
            if worst < lowest:
                best, lowest = region, worst
        return best, lowest

    def score(self, entries: Sequence[Entry], step: int) -> tuple[float, float]:
        latency = self.region(entries)[1]
        return latency, share(latency, self.scales[step])
