"""Networks as players have them: what is drawn is of the kind that was asked for."""

from __future__ import annotations

from collections import Counter
from random import Random

import pytest

from rallypoint_simulation.conditions import CONDITIONS
from rallypoint_simulation.faults import FAULTS
from rallypoint_simulation.matches import MatchPlan

HOUR_S = 3600.0


def test_nothing_goes_wrong_on_a_good_network():
    assert list(CONDITIONS["good"].faults("Ann", HOUR_S, Random(1))) == []


def test_networks_are_worse_from_good_to_train():
    counts = [len(list(each.faults("Ann", HOUR_S, Random(1)))) for each in CONDITIONS.values()]
    slowest = [each.latency_s[1] for each in CONDITIONS.values()]
    assert list(CONDITIONS) == ["good", "home", "mobile", "train"]
    assert counts == sorted(counts)
    assert slowest == sorted(slowest)


@pytest.mark.parametrize("name", CONDITIONS)
def test_faults_come_about_as_often_as_they_should_within_the_time_and_exist(name):
    conditions = CONDITIONS[name]
    faults = list(conditions.faults("Ann", 10 * HOUR_S, Random(1)))
    assert all(0 < fault.at < 10 * HOUR_S and fault.target == "Ann" and fault.do in FAULTS for fault in faults)
    for do, count in Counter(fault.do for fault in faults).items():
        assert count == pytest.approx(conditions.faults_per_min[do] * 600, rel=0.25)


@pytest.mark.parametrize("name", CONDITIONS)
def test_weather_is_within_its_bounds(name):
    least, most = CONDITIONS[name].latency_s
    for seed in range(20):
        assert least - 1e-4 <= CONDITIONS[name].weather(Random(seed)).latency_s <= most + 1e-4


def test_mixed_gives_each_player_a_network_of_their_own():
    plan = MatchPlan("no:Matter", ("no:Matter",), (8, 8))
    assert {name for seed in range(5) for name in plan.networks(seed)} == set(CONDITIONS)
    assert set(MatchPlan("no:Matter", (), (8, 8), "train").networks(1)) == {"train"}
