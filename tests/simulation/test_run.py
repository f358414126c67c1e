"""A run: from the start of the server until nothing is left; what goes wrong is an outcome."""

from __future__ import annotations

import asyncio
import logging

import pytest
import structlog

from rallypoint_client import Lobby
from rallypoint_simulation.observer import Observer
from rallypoint_simulation.run import run
from rallypoint_simulation.scenario import Act, Fault, PlayerPlan, Scenario

BOOKS = "tests.simulation.games.ledgers:Books"
PLAY = Act(0.0, "quick_match", {"game": "books"})


def scenario(*plans: PlayerPlan, duration_s: float = 5.0, faults: tuple[Fault, ...] = ()) -> Scenario:
    return Scenario(7, (BOOKS,), duration_s, players=plans or (PlayerPlan("ann", acts=(PLAY,)),), faults=faults)


class Fails(Observer):
    def look(self) -> None:
        if self.world.elapsed_s > 2.0:
            self.violate("nothing lasts", "two seconds are over")


def test_a_run_ends_when_nothing_is_left_and_says_how_much_there_was():
    outcome = run(scenario())
    assert outcome.violation is None
    assert outcome.messages > 100
    assert outcome.figures["seats"] == 1
    assert outcome.simulated_s > 5.0 + 60.0  # offers of rematches have expired


def test_a_violation_ends_the_run_with_a_timeline_that_ends_in_it():
    outcome = run(scenario(), [Fails])
    assert outcome.violation is not None
    assert outcome.violation.invariant == "nothing lasts"
    assert 2.0 < outcome.violation.at < 2.5
    assert outcome.timeline[-1].endswith(">>> nothing lasts: two seconds are over")


def test_who_watches_changes_nothing():
    class Watches(Observer):
        def sent(self, *args) -> None:
            pass

    assert run(scenario()).digest == run(scenario(), [Watches], keep_timeline=False).digest


@pytest.mark.parametrize("what", ["sent", "stepped", "look", "at_rest", "opened", "server_started"])
def test_an_observer_that_fails_is_a_violation_with_its_traceback(what):
    def fail(*_: object) -> None:
        raise LookupError("lost")

    outcome = run(scenario(), [type("Clumsy", (Observer,), {what: fail})])
    assert outcome.violation is not None
    assert outcome.violation.invariant == "the observer Clumsy does not fail"
    assert "LookupError: lost" in outcome.violation.text


def test_what_an_act_raises_that_is_not_documented_is_a_violation(monkeypatch):
    async def quick_match(self, game):
        raise AttributeError("oops")

    monkeypatch.setattr(Lobby, "quick_match", quick_match)
    outcome = run(scenario())
    assert outcome.violation is not None
    assert outcome.violation.invariant == "the client library raises only what it documents"
    assert "ann: quick_match: AttributeError: oops" in outcome.violation.text


@pytest.mark.parametrize("log", [structlog.get_logger("rallypoint.server"), logging.getLogger("websockets.server")])
def test_what_is_logged_as_an_error_is_a_violation(log):
    class Logs(Observer):
        def look(self) -> None:
            try:
                raise ZeroDivisionError
            except ZeroDivisionError:
                log.exception("it failed")

    outcome = run(scenario(), [Logs])
    assert outcome.violation is not None
    assert outcome.violation.invariant == "nothing logs an error"
    assert "it failed" in outcome.violation.text
    assert "ZeroDivisionError" in outcome.violation.text


def test_a_callback_that_calls_itself_back_for_ever_is_a_violation():
    class Spins(Observer):
        def server_started(self) -> None:
            self.again()

        def again(self) -> None:
            self.world.loop.call_soon(self.again)

    outcome = run(scenario(), [Spins])
    assert outcome.violation is not None
    assert outcome.violation.invariant == "the world does not stand still"


def test_a_loop_without_a_pause_is_a_violation_that_says_where():
    class Hangs(Observer):
        def server_started(self) -> None:
            async def hang() -> None:
                while True:
                    try:
                        pass
                    except Exception:
                        await asyncio.sleep(0)

            self.world.loop.create_task(hang())

    outcome = run(scenario(), [Hangs], cpu_s_max=0.5)
    assert outcome.violation is not None
    assert outcome.violation.invariant == "the world does not stand still"
    assert "in hang" in outcome.violation.text


def test_a_closed_app_does_nothing_until_it_is_opened():
    acts = (PLAY, Act(2.0, "close_app"), Act(2.5, "chat"))
    assert run(scenario(PlayerPlan("ann", acts=acts))).figures["acts"] == 2
    opened = (*acts, Act(3.0, "open_app"), Act(4.0, "chat"))
    assert run(scenario(PlayerPlan("ann", acts=opened))).figures["acts"] == 5


def test_at_the_end_sleepers_wake_routes_clear_and_a_server_that_is_down_is_back():
    faults = (
        Fault("freeze", 2.0, "ann", args={"seconds": 1e6}),
        Fault("darken", 3.0, "bob", args={"seconds": 1e6}),
        Fault("store_down", 3.0, args={"seconds": 1e6}),
        Fault("crash_server", 4.0, args={"down_s": 1e6}),
    )
    both = PlayerPlan("ann", acts=(PLAY,)), PlayerPlan("bob", acts=(PLAY,))
    outcome = run(scenario(*both, faults=faults))
    assert outcome.violation is None
    assert outcome.figures["servers"] == 2
    assert outcome.simulated_s < 300


def test_what_does_not_exist_is_said_before_anything_runs():
    with pytest.raises(ValueError, match="there is no act 'fly'"):
        run(scenario(PlayerPlan("ann", acts=(Act(0.0, "fly"),))))
    with pytest.raises(ValueError, match="there is no act '_seated'"):
        run(scenario(PlayerPlan("ann", acts=(Act(0.0, "_seated"),))))
    with pytest.raises(ValueError, match="there is no fault 'flood'"):
        run(scenario(faults=(Fault("flood"),)))
    with pytest.raises(ValueError, match="the same name"):
        run(scenario(PlayerPlan("ann"), PlayerPlan("ann")))


def test_a_run_leaves_nothing_behind_for_the_next_one():
    before = structlog.get_config()
    first, second = run(scenario()), run(scenario())
    assert first.digest == second.digest
    assert structlog.get_config() == before
    with pytest.raises(RuntimeError, match="no running event loop"):
        asyncio.get_running_loop()
