"""Mean worlds are dense: each kind of act, fault and moment comes, and a number always gives the same world."""

from __future__ import annotations

import asyncio
from collections import Counter
from random import Random

import pytest

from rallypoint.games import find_game
from rallypoint_simulation.faults import FAULTS
from rallypoint_simulation.matchmaking import Matchable
from rallypoint_simulation.players import Player
from rallypoint_simulation.scenario import Scenario
from rallypoint_simulation.strangers import MANNERS
from tests.simulation.mean import GAMES, mean_scenario
from tests.simulation.mean_faults import MOMENTS
from tests.simulation.mean_matchmaking import MOMENTS as MATCH_MOMENTS
from tests.simulation.mean_pauses import FROM as PAUSES_FROM
from tests.simulation.mean_themes import THEMES

SEEDS = range(1500)


@pytest.fixture(scope="module")
def scenarios() -> list[Scenario]:
    return [mean_scenario(seed) for seed in SEEDS]


def test_a_seed_gives_the_same_scenario_each_time() -> None:
    assert [mean_scenario(seed).to_json() for seed in range(20)] == [
        mean_scenario(seed).to_json() for seed in range(20)
    ]


def test_a_scenario_can_be_written_down_and_read_again(scenarios: list[Scenario]) -> None:
    for scenario in scenarios[:50]:
        assert Scenario.from_json(scenario.to_json()) == scenario


def test_every_game_is_one() -> None:
    assert len({find_game(name).definition().options.name for name in GAMES}) == len(GAMES)


def test_every_act_is_done_by_somebody(scenarios: list[Scenario]) -> None:
    done = Counter(act.do for scenario in scenarios for plan in scenario.players for act in plan.acts)
    known = {**vars(Matchable), **vars(Player)}
    own = {name for name, value in known.items() if asyncio.iscoroutinefunction(value) and name[0] != "_"}
    assert set(done) == own - {"meet", "host"}, "an act that nobody does, or one that there is not"
    manners = {
        act.args["manner"]
        for scenario in scenarios
        for plan in scenario.players
        for act in plan.acts
        if act.do == "hostile"
    }
    assert manners == set(MANNERS)


def test_every_fault_strikes_in_some_world_at_a_time_or_a_moment(scenarios: list[Scenario]) -> None:
    drawn = [fault for scenario in scenarios for fault in scenario.faults]
    pauses = [fault for seed in range(30) for fault in mean_scenario(PAUSES_FROM + seed).faults]
    assert {fault.do for fault in drawn + pauses} == set(FAULTS)
    assert {(fault.on.message, fault.on.when) for fault in drawn if fault.on is not None} == {
        (moment, when) for moment in {**MOMENTS, **MATCH_MOMENTS} for when in ("sent", "received")
    }
    triggered = sum(fault.on is not None for fault in drawn)
    assert 0.2 < triggered / len(drawn) < 0.6


def test_worlds_are_short_and_their_players_few(scenarios: list[Scenario]) -> None:
    sizes = Counter(len(scenario.players) for scenario in scenarios)
    assert min(sizes) == 1
    assert max(sizes) == 10
    assert all(15 <= scenario.duration_s <= 60 for scenario in scenarios)
    assert all(3 <= scenario.server.lobby_grace_s <= 10 for scenario in scenarios)


def test_what_survives_is_drawn_and_what_ends_a_server_strikes_at_times_messages_and_writes(
    scenarios: list[Scenario],
) -> None:
    kinds = Counter(scenario.server.durability for scenario in scenarios)
    assert kinds["off"] > kinds["process"] > kinds["disk"] > len(scenarios) / 8
    for durability in ("process", "disk"):
        ends = [
            fault
            for scenario in scenarios
            if scenario.server.durability == durability
            for fault in scenario.faults
            if fault.do in ("crash_server", "power_loss")
        ]
        assert {fault.do for fault in ends} == {"crash_server", "power_loss"}
        assert {fault.write.when for fault in ends if fault.write is not None} == {"before", "within", "after"}
        assert any(fault.on is not None for fault in ends)
        assert any("again_s" in fault.args for fault in ends)


@pytest.mark.parametrize("theme", THEMES, ids=lambda theme: theme.__name__)
def test_a_theme_has_acts_or_faults_that_there_are_within_its_time(theme) -> None:
    for seed in range(20):
        names = ["ann", "bob", "cat"][: 1 + seed % 3]
        about = theme(Random(seed), names, 40.0)
        acts = [act for each in about.acts.values() for act in each]
        assert set(about.acts) | about.devoted <= set(names)
        assert all(asyncio.iscoroutinefunction(getattr(Player, act.do)) for act in acts)
        assert {fault.do for fault in about.faults} <= set(FAULTS)
        assert {fault.target for fault in about.faults} <= {"", "*", *names}
        assert all(0 <= one.at <= 42 for one in (*acts, *about.faults))
        assert len(acts) + len(about.faults) > 0
