"""Worlds of matchmaking are seeds of their own, and play what they are about."""

from __future__ import annotations

import asyncio
from collections import Counter
from random import Random

import pytest

from rallypoint_simulation.faults import FAULTS
from rallypoint_simulation.players import Player
from rallypoint_simulation.scenario import Scenario
from tests.simulation.games.skirmish import QUEUES
from tests.simulation.mean import mean_scenario
from tests.simulation.mean_matchmaking import ALL_FROM, FROM, SKIRMISH, THEMES, has_matchmaking


def test_some_seeds_have_matchmaking_and_those_before_stay_what_they_are() -> None:
    assert not any(map(has_matchmaking, range(FROM + 1)))
    assert sum(map(has_matchmaking, range(FROM, FROM + 400))) in range(98, 102)
    assert all(map(has_matchmaking, range(ALL_FROM, ALL_FROM + 20)))
    for seed in (FROM + 4, ALL_FROM + 1):
        assert mean_scenario(seed).games == (SKIRMISH,)
        assert mean_scenario(seed) == mean_scenario(seed) == Scenario.from_json(mean_scenario(seed).to_json())


def test_all_queues_manners_and_sizes_come() -> None:
    scenarios = [mean_scenario(seed) for seed in range(ALL_FROM, ALL_FROM + 200)]
    assert {len(scenario.players) for scenario in scenarios} == {3, 4, 5, 6, 8}
    acts = [act for scenario in scenarios for plan in scenario.players for act in plan.acts]
    queues = Counter(queue for act in acts for queue in act.args.get("queues", ()))
    assert set(queues) == {*QUEUES, "skirmish"}
    assert {act.args["manner"] for act in acts if "manner" in act.args} == {
        *("accept", "any", "late", "decline", "silent"),
    }
    assert {scenario.server.durability for scenario in scenarios} == {"off", "process", "disk"}


@pytest.mark.parametrize("theme", THEMES, ids=lambda theme: theme.__name__)
def test_a_theme_has_acts_and_faults_that_there_are_within_its_time(theme) -> None:
    for seed in range(20):
        names = ["ann", "bob", "cat", "dan"][: 3 + seed % 2]
        by_name, faults = theme(Random(seed), names, 25.0)
        acts = [act for each in by_name.values() for act in each]
        assert set(by_name) == set(names)
        assert all(asyncio.iscoroutinefunction(getattr(Player, act.do)) for act in acts)
        assert {fault.do for fault in faults} <= set(FAULTS)
        assert {fault.target for fault in faults} <= {"", "*", *names}
        assert all(0 <= one.at <= 35 for one in (*acts, *faults))
        assert acts
