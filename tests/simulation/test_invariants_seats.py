"""The observers of seats say nothing in a world in which much goes wrong, and nothing of that is their fault."""

from __future__ import annotations

import pytest

from rallypoint_simulation.network import Weather
from rallypoint_simulation.run import run
from rallypoint_simulation.scenario import Act, Fault, PlayerPlan, Scenario, ServerPlan
from tests.simulation.invariants import actions, connections, events, grace, holds, resumes, ticks, tokens

OBSERVERS = (
    actions.Actions,
    connections.Connections,
    events.Events,
    grace.Grace,
    holds.Holds,
    resumes.Resumes,
    ticks.Ticks,
    tokens.Tokens,
)


def _evening(name: str, game: str, begin: float) -> PlayerPlan:
    """Loses connections, reloads, has two tabs, sleeps, shows old tokens, leaves and comes again."""
    acts = [
        Act(begin, "quick_match", {"game": game}),
        Act(begin + 3.0, "cut"),
        Act(begin + 5.0, "second_tab"),
        Act(begin + 6.0, "old_token", {"which": 0}),
        Act(begin + 7.0, "reload", {"times": 2}),
        Act(begin + 9.0, "sleep", {"seconds": 2.5, "clock_stops": True}),
        Act(begin + 14.0, "close_app"),
        Act(begin + 16.0, "open_app"),
        Act(begin + 18.0, "leave_seat"),
        Act(begin + 19.0, "quick_match", {"game": game}),
    ]
    return PlayerPlan(name, Weather(latency_s=0.03, jitter_s=0.04, stall_every_s=5.0), tuple(acts))


@pytest.mark.parametrize("game", ["ledgers:Books", "ledgers:Pairs", "turns:Turns"])
def test_all_of_it_holds_in_a_world_in_which_much_goes_wrong(game: str) -> None:
    name = game.partition(":")[2].lower()
    faults = (
        Fault("vanish", at=4.0, target="bob"),
        Fault("darken", at=8.0, target="bob", args={"seconds": 4.5}),
        Fault("freeze", at=11.0, args={"seconds": 0.8}),
        Fault("cut", target="ann", on=None, at=12.0),
        Fault("kick", at=20.0, target="bob"),
        Fault("crash_server", at=24.0),
    )
    players = (_evening("ann", name, 0.5), _evening("bob", name, 0.7))
    scenario = Scenario(
        3,
        (f"tests.simulation.games.{game}",),
        30.0,
        players=players,
        faults=faults,
        server=ServerPlan(5.0, journal_s=0.1),
    )
    outcome = run(scenario, OBSERVERS, keep_timeline=False)
    assert outcome.violation is None
    assert outcome.messages > 200
