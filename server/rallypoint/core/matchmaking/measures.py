"""The measures of a queue's rules, and what each ticket is prepared with."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, assert_never

from rallypoint.core.matchmaking.common import LatencyMeasure, OverlapMeasure
from rallypoint.core.matchmaking.exclusion import AvoidMeasure, DodgersMeasure, EqualMeasure
from rallypoint.core.matchmaking.nearness import BalanceMeasure, DistanceMeasure
from rallypoint.core.matchmaking.pairing import Measure
from rallypoint.core.matchmaking.rules import Avoid, Balance, Distance, Equal, Latency, Overlap, QueueRules, Rule
from rallypoint.core.matchmaking.ticket import Member

__all__ = ["Measures", "measure_of"]


def measure_of(rule: Rule, index: int) -> Measure:
    """The measure of one rule; ``index`` is that of its values."""
    match rule:
        case Distance():
            return DistanceMeasure(rule, index)
        case Equal():
            return EqualMeasure(rule, index)
        case Overlap():
            return OverlapMeasure(rule, index)
        case Latency():
            return LatencyMeasure(rule, index)
        case Avoid():
            return DodgersMeasure(rule, index) if rule.what == "dodgers" else AvoidMeasure(rule, index)
        case Balance():
            return BalanceMeasure(rule, index)
        case _:
            assert_never(rule)


class Measures:
    """All of a queue."""

    def __init__(self, rules: QueueRules) -> None:
        self.rules = rules
        self.all = tuple(measure_of(rule, index) for index, rule in enumerate(rules.rules))
        """One for each rule, in their order."""
        own = [measure for measure in self.all if isinstance(measure, BalanceMeasure)]
        self.balances = tuple(own)
        self.divider = own[0] if own else BalanceMeasure(Balance(name=""), len(self.all))
        """What teams are divided by: the first balance rule, else the rating. Its values are there in any case."""
        self._prepares = self.all if own else (*self.all, self.divider)
        self.latency = next((measure for measure in self.all if isinstance(measure, LatencyMeasure)), None)

    def refusal(self, members: Sequence[Member]) -> str:
        """Why such a ticket can never be matched here, as a sentence; "" if it may be."""
        if not members:
            return "a ticket has at least one player"
        if len({member.player for member in members}) < len(members):
            return "a player is in the party twice"
        largest = min(self.rules.largest_party, max(team.most for team in self.rules.teams))
        if len(members) > largest:
            return f"parties of this queue have at most {largest} players"
        return next(filter(None, (measure.refusal(members) for measure in self.all)), "")

    def values(self, members: Sequence[Member], *, lenient: bool = False) -> tuple[Any, ...]:
        """What the measures look at. ``lenient``: ``None`` for each that has something against these members."""
        if lenient:
            return tuple(None if m.refusal(members) else m.value(members) for m in self._prepares)
        return tuple(measure.value(members) for measure in self._prepares)

    def forget(self, values: tuple[Any, ...]) -> None:
        """Those are not used any more."""
        for measure in self._prepares:
            if values[measure.index] is not None:
                measure.forget(values[measure.index])
