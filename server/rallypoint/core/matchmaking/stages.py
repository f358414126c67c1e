"""The waits at which anything changes for a ticket of a queue, and what is in force between them.

A *stage* is the number of those waits that a ticket has passed. Limits only widen, so that what holds at a stage holds
at all later ones: a match may be looked for with the limits of a stage that is a little behind.
"""

from __future__ import annotations

from bisect import bisect_right
from dataclasses import dataclass

from rallypoint.core.matchmaking.common import LatencyMeasure, OverlapMeasure
from rallypoint.core.matchmaking.exclusion import AvoidMeasure, SortMeasure
from rallypoint.core.matchmaking.measures import Measures
from rallypoint.core.matchmaking.nearness import BalanceMeasure, DistanceMeasure
from rallypoint.core.matchmaking.pairing import Measure

__all__ = ["Stage", "Stages"]

_ORDER = (DistanceMeasure, SortMeasure, LatencyMeasure, OverlapMeasure, AvoidMeasure)
"""The cheapest first, and those that exclude most."""


@dataclass(frozen=True, slots=True)
class Stage:
    """What is in force at one stage."""

    number: int
    pairs: tuple[tuple[Measure, int], ...]
    """Rules about pairs that count, each with its step."""
    narrowing: tuple[tuple[Measure, int], ...]
    """Those of them that exclude many, cheaply: worth asking of all candidates whenever one has joined."""
    late: tuple[AvoidMeasure, ...]
    """The others: worth asking only of the one who is to join."""
    groups: tuple[tuple[Measure, int], ...]
    """Rules about what all have in common that count."""
    costs: tuple[tuple[Measure, int, float], ...]
    """Rules that choose between candidates, with their steps and weights."""
    balances: tuple[tuple[BalanceMeasure, float], ...]
    """Rules about teams that count, and their limits."""
    fills: bool
    """A match may have fewer than the most players."""
    bots: bool
    """Bots may have the seats that are missing."""


class Stages:
    """All of a queue."""

    def __init__(self, measures: Measures) -> None:
        rules = measures.rules
        waits = {after for measure in measures.all for after in measure.afters}
        self._ranges = rules.seats_min < rules.seats_max
        if self._ranges:
            waits.add(rules.fill_after_s)
        if rules.bots_after_s is not None:
            waits.add(rules.bots_after_s)
        self.afters = tuple(sorted(wait for wait in waits if wait > 0.0))
        """Seconds; ascending."""
        self.all = tuple(self._stage(measures, number) for number in range(len(self.afters) + 1))

    def at(self, wait: float) -> int:
        """The stage of a ticket that has waited so long."""
        return bisect_right(self.afters, wait)

    def _stage(self, measures: Measures, number: int) -> Stage:
        rules, wait = measures.rules, self.afters[number - 1] if number else 0.0
        ordered = [measure for kind in _ORDER for measure in measures.all if isinstance(measure, kind)]
        counting = [(m, m.step_at(wait)) for m in ordered if m.limits[m.step_at(wait)] is not None]
        joint = (LatencyMeasure, OverlapMeasure)
        return Stage(
            number,
            tuple((m, step) for m, step in counting if not isinstance(m, joint)),
            tuple((m, step) for m, step in counting if not isinstance(m, (*joint, AvoidMeasure))),
            tuple(m for m, _ in counting if isinstance(m, AvoidMeasure)),
            tuple((m, step) for m, step in counting if isinstance(m, joint)),
            tuple((m, m.step_at(wait), m.rule.weight) for m in ordered if m.rule.weight > 0 and _chooses(m, wait)),
            tuple((m, limit) for m in measures.balances if (limit := m.limits[m.step_at(wait)]) is not None),
            self._ranges and wait >= rules.fill_after_s,
            rules.bots_after_s is not None and wait >= rules.bots_after_s,
        )


def _chooses(measure: Measure, wait: float) -> bool:
    """A rule that is kept or broken has no cost while it is kept."""
    return measure.limits[measure.step_at(wait)] is None or not isinstance(measure, SortMeasure | AvoidMeasure)
