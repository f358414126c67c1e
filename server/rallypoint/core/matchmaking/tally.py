"""Counts, for one ticket, which others may be with it by each rule of a queue.

The wait that counts for a pair is that of the older ticket (or of the newer, as the queue's ``age`` says): others may
come within reach although this ticket's own limit is narrow. So the others are put in the order of their age, and each
rule is applied to stretches of them that have the same limit.

Where many wait, the rules are counted in a sample, so that an explanation takes some 3 ms, however many there are. Who
is near is still counted among all if there are few of them: some 7 ms with 10,000 others.
"""

from __future__ import annotations

from bisect import bisect_right
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from operator import attrgetter
from typing import Final

from rallypoint.core.matchmaking.pairing import ALL, Entry, Measure

__all__ = ["SAMPLE_MAX", "Tally", "tally_of"]

SAMPLE_MAX: Final = 1000
"""With more others, the rules are counted in at most so many of them, taken evenly."""
SAMPLED_NEAR_MIN: Final = 10
"""With fewer of these near, it is looked who is near among all others."""
_QUEUED_AT: Final = attrgetter("ticket.queued_at")


@dataclass(frozen=True, slots=True)
class Tally:
    """What was counted."""

    of: int
    """Others that the rules were counted in."""
    passes: tuple[int, ...]
    """For each rule: how many of these may be with the ticket."""
    excludes: tuple[int, ...]
    """For each rule: how many of these it alone excludes."""
    near: int
    """Of all others, how many tickets pass all rules."""
    players: int
    """Of these tickets."""
    about: bool
    """The last two are not exact: they were counted in the sample."""


def tally_of(measures: Sequence[Measure], entry: Entry, others: list[Entry], now: float, *, oldest: bool) -> Tally:
    """``others``: who may be with the ticket at all, without itself. ``oldest``: whose wait counts for a pair."""
    sample = others[:: -(-len(others) // SAMPLE_MAX) or 1]
    pairs = _Pairs(entry, sample, now, oldest=oldest)
    passing = [pairs.passing(measure) for measure in measures]
    near, excludes = _count(passing, pairs.others)
    scale = len(others) / max(1, len(sample))
    if scale > 1.0 and len(near) < SAMPLED_NEAR_MIN:
        first = sorted(range(len(measures)), key=lambda place: len(passing[place]))
        near = _near([measures[place] for place in first], entry, others, now, oldest=oldest)
        scale = 1.0
    return Tally(
        len(sample),
        tuple(map(len, passing)),
        tuple(excludes),
        round(len(near) * scale),
        round(sum(other.size for other in near) * scale),
        scale > 1.0,
    )


class _Pairs:
    """One ticket, and others: the oldest first, so that those with the same limit are neighbours."""

    def __init__(self, entry: Entry, others: Sequence[Entry], now: float, *, oldest: bool) -> None:
        self.entry = entry
        self.others = sorted(others, key=_QUEUED_AT)
        self._queued_at = list(map(_QUEUED_AT, self.others))
        self._now = now
        self._wait_s = entry.wait(now)
        self._oldest = oldest

    def passing(self, measure: Measure) -> list[Entry]:
        """Those who may be with the ticket by one rule. Each stretch with the same limit is looked at as a whole."""
        found: list[Entry] = []
        begin = 0
        for step in range(len(measure.afters) - 1, -1, -1):  # the widest first: it is in force for the oldest
            end = self._end(measure.afters[step], begin) if step else len(self.others)
            if end > begin:
                stretch = self.others[begin:end]
                found += _narrow(measure, self.entry, stretch, step)
                begin = end
        return found

    def _end(self, after_s: float, begin: int) -> int:
        """How many pairs have waited so long."""
        if (after_s <= self._wait_s) is self._oldest:
            return len(self.others) if self._oldest else begin
        return bisect_right(self._queued_at, self._now - after_s)


def _count(passing: Sequence[list[Entry]], others: Sequence[Entry]) -> tuple[list[Entry], list[int]]:
    """Who passes all rules; and for each rule, how many it excludes that pass all others."""
    passed = Counter[Entry]()
    for found in passing:
        passed.update(found)
    rules = len(passing)
    near = [other for other in others if passed[other] == rules] if rules else list(others)
    almost = [other for other in others if passed[other] == rules - 1]
    sets = [set(found) for found in passing]  # only asked what is in them
    return near, [sum(other not in there for other in almost) for there in sets]


def _narrow(measure: Measure, entry: Entry, others: list[Entry], step: int) -> list[Entry]:
    """Those of ``others`` who may be with the ticket at one step of a rule."""
    if measure.limits[step] is None:
        return others
    return measure.narrow(others, entry, measure.joint(ALL, entry.values[measure.index], step), step)


def _near(measures: Sequence[Measure], entry: Entry, others: list[Entry], now: float, *, oldest: bool) -> list[Entry]:
    """Who passes all rules, of any number of others. ``measures``: that which fewest pass first.

    Limits only widen: who does not pass with the longest wait there is, passes with none. That leaves few to look at.
    """
    wait_s = entry.wait(now)
    if oldest and others:
        wait_s = max(wait_s, now - min(map(_QUEUED_AT, others)))
    for measure in measures:
        others = _narrow(measure, entry, others, measure.step_at(wait_s))
    return _count([_Pairs(entry, others, now, oldest=oldest).passing(measure) for measure in measures], others)[0]
