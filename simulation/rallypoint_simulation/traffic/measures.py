"""How fair one match is, by what the server knows of its players."""

from __future__ import annotations

import math
from bisect import bisect_right
from collections.abc import Sequence
from itertools import pairwise

from rallypoint.core.matchmaking.rules import Balance, Distance, Latency, Overlap, QueueRules, Rule
from rallypoint.core.matchmaking.ticket import Match, Member

from .record import MatchFacts
from .yardstick import Yardstick

__all__ = ["Measures", "steps_of"]

_BETA = 25.0 / 6
"""How much one player's performance varies from match to match, in OpenSkill's units."""


def steps_of(rule: Rule) -> tuple[tuple[float, float | None], ...]:
    """Each limit of a rule and from which wait on it holds; the limit ``None``: the rule is optional from then on.

    Those without a number (``equal``, ``avoid``) have the limit 0.
    """
    steps: list[tuple[float, float | None]] = [(0.0, 0.0)]
    if isinstance(rule, (Distance, Latency, Overlap, Balance)):
        steps = [(0.0, rule.limit), *((each.after_s, each.limit) for each in rule.expansions)]
    if rule.optional_after_s is not None:
        steps = [step for step in steps if step[0] < rule.optional_after_s]
        steps.append((rule.optional_after_s, None))
    return tuple(steps)


class Measures:
    """Of the matches of one queue."""

    def __init__(self, rules: QueueRules, yardstick: Yardstick) -> None:
        self._rules, self._yardstick = rules, yardstick
        self._after = [[after for after, _ in steps_of(rule)][1:] for rule in rules.rules]
        self._teams = len(rules.teams) > 1

    def of(self, match: Match, seated_at: float) -> MatchFacts:
        """All figures of one match."""
        teams = [[member for ticket in team for member in ticket.members] for team in match.teams]
        players = [member for team in teams for member in team]
        ratings = [member.rating.mu for member in players]
        waits = [max(0.0, match.at - ticket.queued_at) for ticket in match.tickets]
        age = max(waits) if self._rules.age == "oldest" else min(waits)
        means = [math.fsum(member.rating.mu for member in team) / len(team) for team in teams if team]
        slowest = max((member.latency_ms.get(match.region, 0.0) for member in players), default=0.0)
        spread = max(ratings) - min(ratings)
        return MatchFacts(
            seated_at,
            len(players),
            sum(match.bots),
            self._yardstick.quality(match, spread),
            spread,
            max(means) - min(means) if self._teams and len(means) > 1 else None,
            _favourite(teams) if self._teams else None,
            slowest if match.region else None,
            tuple(bisect_right(after, age) for after in self._after),
        )


def _favourite(teams: Sequence[Sequence[Member]]) -> float | None:
    """The better team's chance, as OpenSkill predicts it for two teams: ``Phi(d / sqrt(n beta^2 + sum sigma^2))``."""
    if len(teams) != 2 or not teams[0] or any(len(one) != len(other) for one, other in pairwise(teams)):
        return None
    first, second = (math.fsum(member.rating.mu for member in team) for team in teams)
    players = [member for team in teams for member in team]
    doubt = math.sqrt(len(players) * _BETA**2 + math.fsum(member.rating.sigma**2 for member in players))
    return 0.5 * (1 + math.erf(abs(first - second) / doubt / math.sqrt(2)))
