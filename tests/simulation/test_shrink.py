"""Shrinking: what is left is what the violation needs, and it breaks the same invariant."""

from __future__ import annotations

from msgspec.structs import replace

from rallypoint_simulation.network import Weather
from rallypoint_simulation.observer import Violation
from rallypoint_simulation.scenario import Act, Fault, PlayerPlan, Scenario, ServerPlan, Trigger
from rallypoint_simulation.shrink import shrink
from rallypoint_simulation.triggers import WHOSE

BAD = Weather(latency_s=1.0)
LARGE = Scenario(
    1,
    ("a:A", "b:B", "c:C"),
    60.0,
    players=tuple(
        PlayerPlan(f"p{n}", BAD, tuple(Act(float(at), "enter" if at % 7 else "cut") for at in range(n, 50)))
        for n in range(8)
    ),
    faults=tuple(Fault("reset", float(at), f"p{at % 8}") for at in range(40)),
    server=ServerPlan(lobby_grace_s=3.0, journal_s=0.2),
)
THERE = Violation("it breaks", "here", 20.0)


def needs(scenario: Scenario) -> Violation | None:
    """Breaks if p3 is cut at 14 s, p5 is reset at 13 s, and the journal is slow."""
    cut = any(Act(14.0, "cut") in plan.acts for plan in scenario.players if plan.name == "p3")
    reset = Fault("reset", 13.0, "p5") in scenario.faults and any(plan.name == "p5" for plan in scenario.players)
    if cut and reset and scenario.server.journal_s and "b:B" in scenario.games and scenario.duration_s > 15.0:
        return Violation("it breaks", "here", 15.5)
    return Violation("something else breaks", "", 1.0) if scenario.players else None


def test_only_what_the_violation_needs_is_left():
    shrunk = shrink(LARGE, THERE, needs)
    left = shrunk.scenario
    assert [plan.name for plan in left.players] == ["p3", "p5"]
    assert [plan.acts for plan in left.players] == [(Act(14.0, "cut"),), ()]
    assert left.faults == (Fault("reset", 13.0, "p5"),)
    assert left.games == ("b:B",)
    assert left.server == ServerPlan(journal_s=0.2)
    assert {plan.weather for plan in left.players} == {Weather()}
    assert left.duration_s <= 16.0
    assert needs(left) is not None
    assert shrunk.violation.at == 15.5


def test_players_are_left_out_while_a_fault_of_whoever_it_is_stays():
    whoever = Fault("cut", target=WHOSE, on=Trigger("Resume"))

    def play(scenario: Scenario) -> Violation | None:
        there = scenario.players and whoever in scenario.faults
        return Violation("it breaks", "here", 1.0) if there else None

    left = shrink(replace(LARGE, faults=(whoever,)), THERE, play).scenario
    assert (len(left.players), left.faults) == (1, (whoever,))


def test_another_violation_does_not_count():
    def other(scenario: Scenario) -> Violation:
        return Violation("something else breaks", "", 1.0)

    shrunk = shrink(LARGE, THERE, other)
    assert shrunk.scenario == LARGE
    assert shrunk.violation is THERE


def test_it_plays_no_more_often_than_it_may():
    played = []

    def play(scenario: Scenario) -> Violation | None:
        played.append(scenario)
        return needs(scenario)

    assert shrink(LARGE, THERE, play, runs_max=5).runs == 5 == len(played)


def test_it_ends_when_its_time_is_over():
    now = [0.0]

    def play(scenario: Scenario) -> Violation | None:
        now[0] += 1.0
        return needs(scenario)

    assert shrink(LARGE, THERE, play, seconds_max=3.5, clock=lambda: now[0]).runs == 4


def test_nothing_is_played_twice():
    played: list[str] = []

    def play(scenario: Scenario) -> Violation | None:
        played.append(scenario.to_json())
        return needs(scenario)

    shrink(LARGE, THERE, play)
    assert len(set(played)) == len(played)
    assert LARGE.to_json() not in played


def test_what_is_shrunk_can_be_written_down_and_read_again():
    left = shrink(LARGE, THERE, needs).scenario
    assert Scenario.from_json(left.to_json()) == left
