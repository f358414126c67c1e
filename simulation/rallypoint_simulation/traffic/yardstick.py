"""One measure of quality for all matches of a simulation, whatever rules made them, and after whatever wait.

A match's own quality says how much of the limits *in force* it used up. So a match that was made under a wide limit
looks better than the same one under a narrow limit, and looser rules would always win. Here the limits are fixed: the
widest of each rule of the first rules that were given, with their weights.
"""

from __future__ import annotations

import math
from collections.abc import Sequence

from rallypoint.core.matchmaking.rules import Balance, Distance, Latency, QueueRules, Rule
from rallypoint.core.matchmaking.ticket import Match

__all__ = ["Yardstick"]


class Yardstick:
    """Quality from 0 to 1: 1 less the weighted mean of the costs of the rules that all sets have, by name and kind."""

    def __init__(self, first: QueueRules, others: Sequence[QueueRules] = ()) -> None:
        kinds = [{rule.name: type(rule) for rule in other.rules} for other in others]
        common = [rule for rule in first.rules if all(kind.get(rule.name) is type(rule) for kind in kinds)]
        self._rules = {rule.name: (rule, _widest(rule)) for rule in common if rule.weight > 0}

    def quality(self, match: Match, spread: float) -> float:
        """Of one match; ``spread`` is that of its ratings. Where nothing can be compared, the match's own."""
        costs, weights = [], []
        for score in match.scores:
            rule, widest = self._rules.get(score.rule, (None, None))
            if rule is None:
                continue
            cost = score.cost
            if widest is not None:
                # Without the uncertainty, of which other rules may make more.
                plain = isinstance(rule, Distance) and rule.attribute == "rating"
                cost = min(1.0, (spread if plain else score.value) / widest)
            costs.append(rule.weight * cost)
            weights.append(rule.weight)
        return 1 - math.fsum(costs) / math.fsum(weights) if weights else match.quality


def _widest(rule: Rule) -> float | None:
    """The last limit of a rule that measures something; ``None``: its cost does not depend on limits."""
    if not isinstance(rule, (Distance, Latency, Balance)):
        return None
    widest = rule.expansions[-1].limit if rule.expansions else rule.limit
    return widest if 0 < widest < math.inf else None
