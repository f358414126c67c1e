"""Quality that can be compared: by the widest limits of the first rules, whatever made the match."""

from __future__ import annotations

from dataclasses import replace

import pytest

from rallypoint.core.matchmaking.rules import Avoid, Distance, Equal, Expansion, Latency
from rallypoint.core.matchmaking.ticket import Match, RuleScore
from rallypoint_simulation.traffic.yardstick import Yardstick
from tests.traffic.days import DUEL

RATING = Distance(name="rating", attribute="rating", limit=2, expansions=(Expansion(10, 10.0),), weight=3)
RULES = replace(DUEL, rules=(RATING, Latency(name="latency", limit=100), Avoid(name="recent", what="recent", weight=0)))


def match(*scores, quality=0.25):
    return Match("duel", (), scores, quality, 0.0)


def test_the_widest_limit_is_the_measure_at_every_wait():
    for limit, cost in ((2.0, 1.0), (10.0, 0.5)):
        made = match(RuleScore("rating", 4.0, limit, cost), RuleScore("latency", 50, 100, 0.5))
        # 5 of 10 with weight 3, 50 of 100 with weight 1
        assert Yardstick(RULES).quality(made, 5.0) == pytest.approx(0.5)


def test_what_is_beyond_the_widest_limit_costs_all():
    assert Yardstick(RULES).quality(match(RuleScore("rating", 4.0, 2.0, 0.1)), 50.0) == 0


def test_only_rules_that_both_have_count():
    other = replace(RULES, rules=(RATING, Equal(name="latency", attribute="mode")))
    made = match(RuleScore("rating", 4.0, 2.0, 1.0), RuleScore("latency", 1, 1, 1.0))
    assert Yardstick(RULES, [other]).quality(made, 1.0) == pytest.approx(0.9)


def test_rules_without_a_measure_count_by_their_cost():
    rules = replace(RULES, rules=(Avoid(name="recent", what="recent"), Equal(name="mode", attribute="mode")))
    made = match(RuleScore("recent", 1, 1, 1.0), RuleScore("mode", 1, 1, 0.0))
    assert Yardstick(rules).quality(made, 1.0) == 0.5


def test_without_anything_to_compare_it_is_the_matchs_own():
    assert Yardstick(RULES, [replace(RULES, rules=())]).quality(match(RuleScore("rating", 1, 1, 1)), 1.0) == 0.25
