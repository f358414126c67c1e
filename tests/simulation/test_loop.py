"""The event loop in virtual time: the order of calls, clocks of hosts, and how a world ends."""

from __future__ import annotations

import asyncio
import contextvars
import gc
from random import Random

import pytest

from rallypoint_simulation.host import Scheduled
from rallypoint_simulation.loop import Host, SimulatedLoop, StandStill


@pytest.fixture
def loop() -> SimulatedLoop:
    return SimulatedLoop(Random(1))  # type: ignore[abstract]  # what it lacks, nobody here asks for


def test_time_goes_on_at_once_to_what_is_due_next(loop: SimulatedLoop) -> None:
    async def sleep() -> float:
        began = loop.time()
        await asyncio.sleep(3600)
        return loop.time() - began

    assert loop.run_until_complete(sleep()) == pytest.approx(3600)


def test_calls_run_first_in_first_out_and_what_they_add_in_the_next_turn(loop: SimulatedLoop) -> None:
    seen: list[str] = []
    loop.call_soon(lambda: (seen.append("a"), loop.call_soon(seen.append, "c")))
    loop.call_soon(seen.append, "b")
    loop.run_forever()
    assert seen == ["a", "b", "c"]


def test_what_is_due_at_one_moment_runs_in_an_order_that_the_seed_decides() -> None:
    def order(seed: int) -> list[int]:
        loop, seen = SimulatedLoop(Random(seed)), list[int]()  # type: ignore[abstract]  # as above
        for number in range(6):
            loop.call_at(2000.0, seen.append, number)
        loop.run_forever()
        return seen

    assert order(1) == order(1)
    assert len({tuple(order(seed)) for seed in range(10)}) > 5


def test_a_future_that_nothing_will_complete_is_a_stand_still(loop: SimulatedLoop) -> None:
    with pytest.raises(StandStill):
        loop.run_until_complete(loop.create_future())


def test_calls_without_end_in_one_moment_are_a_stand_still_that_names_the_next(loop: SimulatedLoop) -> None:
    def again() -> None:
        loop.call_soon(again)

    again()
    with pytest.raises(StandStill, match="again"):
        loop.run_for(1)


def test_cancelled_timers_are_thrown_out_before_they_are_due(loop: SimulatedLoop) -> None:
    timers = [loop.call_later(1000, print) for _ in range(1000)]
    for timer in timers:
        timer.cancel()
    assert len(loop._due) <= 101
    assert loop.pending(loop.world) == []


def test_a_timer_that_is_cancelled_does_not_run_even_in_its_own_moment(loop: SimulatedLoop) -> None:
    seen: list[str] = []
    calls: list[Scheduled] = []
    for number in range(2):
        calls.append(loop.call_at(2000.0, lambda other=1 - number: (seen.append("ran"), calls[other].cancel())))
    loop.run_forever()
    assert seen == ["ran"]


def test_a_failing_call_is_kept_with_its_host_and_the_others_run(loop: SimulatedLoop) -> None:
    seen: list[int] = []
    host = Host("ann")
    loop.on(host, loop.now + 1, lambda: 1 / 0)
    loop.on(host, loop.now + 2, seen.append, 1)
    loop.run_forever()
    assert [(type(each["exception"]), each["host"]) for each in loop.failures] == [(ZeroDivisionError, "ann")]
    assert seen == [1]


def test_context_variables_do_not_get_from_one_host_to_another(loop: SimulatedLoop) -> None:
    variable = contextvars.ContextVar("variable", default="none")
    ann, bob, seen = Host("ann"), Host("bob"), list[str]()
    loop.on(ann, loop.now + 1, variable.set, "ann's")
    for host in (bob, ann):
        loop.on(host, loop.now + 2, lambda: seen.append(variable.get()))
    loop.run_forever()
    assert sorted(seen) == ["ann's", "none"]
    assert variable.get() == "none"


# --- hosts ------------------------------------------------------------------------------------------------------------


def test_what_a_call_starts_runs_on_the_same_host(loop: SimulatedLoop) -> None:
    seen: list[str] = []

    async def act() -> None:
        await asyncio.sleep(1)
        loop.call_soon(lambda: seen.append(loop.host.name))
        await asyncio.create_task(other())

    async def other() -> None:
        seen.append(loop.host.name)

    loop.start_on(Host("ann"), act(), "act")
    loop.run_for(2)
    assert seen == ["ann", "ann"]


def test_a_frozen_host_does_everything_afterwards_in_order(loop: SimulatedLoop) -> None:
    ann, seen = Host("ann"), list[tuple[int, float]]()
    for number in range(5):
        loop.on(ann, 1001.0 + number, lambda number=number: seen.append((number, loop.now)))
    loop.freeze(ann, 4.0)
    loop.run_forever()
    assert [number for number, _ in seen] == [0, 1, 2, 3, 4]
    assert [now for _, now in seen] == [1004.0, 1004.0, 1004.0, 1004.0, 1005.0]


def test_a_clock_that_stops_while_frozen_delays_timers_but_not_what_comes_from_outside(loop: SimulatedLoop) -> None:
    ann, seen = Host("ann"), dict[str, float]()

    async def wait() -> None:
        await asyncio.sleep(10)
        seen["timer"] = loop.now

    loop.start_on(ann, wait(), "wait")
    loop.run_for(1)
    loop.freeze(ann, 60, clock_stops=True)
    loop.on(ann, 1030.0, lambda: seen.update(delivery=loop.now, clock=loop.time()))
    loop.run_for(100)
    assert seen == {"delivery": 1061.0, "clock": pytest.approx(1001.0), "timer": pytest.approx(1070.0)}


def test_without_that_a_timer_that_came_due_runs_at_the_thaw(loop: SimulatedLoop) -> None:
    ann, seen = Host("ann"), list[float]()

    async def wait() -> None:
        await asyncio.sleep(10)
        seen.append(loop.now)

    loop.start_on(ann, wait(), "wait")
    loop.run_for(1)
    loop.freeze(ann, 60)
    loop.run_for(100)
    assert seen == [1061.0]


@pytest.mark.parametrize("clock_stops", [False, True])
def test_a_host_that_freezes_itself_sees_its_clock_stand_or_go_on_but_never_back(
    loop: SimulatedLoop, clock_stops: bool
) -> None:
    ann, seen = Host("ann"), list[float]()

    async def sleep() -> None:
        for _ in range(3):
            seen.append(loop.time())
            loop.freeze(ann, 30, clock_stops=clock_stops)
            seen.append(loop.time())
            await asyncio.sleep(0.1)
        seen.append(loop.time())

    loop.start_on(ann, sleep(), "sleep")
    loop.run_for(200)
    assert len(seen) == 7
    assert seen == sorted(seen)


def test_a_stopped_clock_goes_on_from_where_it_stood_when_the_host_thaws_early(loop: SimulatedLoop) -> None:
    host, seen = Host("phone"), []
    began = loop.now
    loop.on(host, began, lambda: loop.call_later(10.0, lambda: seen.append(loop.now - began)))
    loop.run_for(2.0)
    loop.freeze(host, 100.0, clock_stops=True)
    loop.run_for(5.0)
    loop.thaw(host)
    assert host.behind_s == pytest.approx(5.0)
    loop.run_for(20.0)
    assert seen == [pytest.approx(15.0)]


def test_a_clock_that_two_freezes_stop_does_not_go_back_when_the_host_thaws_early(loop: SimulatedLoop) -> None:
    host = Host("phone")
    loop.freeze(host, 10.0, clock_stops=True)
    loop.run_for(5.0)
    loop.freeze(host, 10.0)
    loop.freeze(host, 20.0, clock_stops=True)  # from 15 s to 25 s
    loop.run_for(2.0)
    loop.thaw(host)
    assert host.behind_s == pytest.approx(7.0)
    loop.freeze(host, 10.0)
    loop.thaw(host)
    assert host.behind_s == pytest.approx(7.0)


def test_of_two_freezes_the_later_end_counts(loop: SimulatedLoop) -> None:
    ann, seen = Host("ann"), list[float]()
    loop.freeze(ann, 10, clock_stops=True)
    loop.freeze(ann, 5, clock_stops=True)
    loop.freeze(ann, 20, clock_stops=True)
    loop.on(ann, 1001.0, lambda: seen.append(loop.now))
    loop.run_for(30)
    assert seen == [1020.0]
    assert ann.behind_s == 20


def test_nothing_of_a_killed_host_runs_any_more_not_even_what_ends_its_tasks(loop: SimulatedLoop) -> None:
    ann, seen = Host("ann"), list[str]()

    async def act() -> None:
        try:
            await asyncio.sleep(10)
        finally:
            seen.append("finally")

    loop.start_on(ann, act(), "act")
    loop.run_for(1)
    loop.on(ann, 1002.0, seen.append, "call")
    loop.kill(ann)
    gc.collect()
    loop.run_for(100)
    assert seen == []
    assert loop.pending(ann) == []
    assert loop.failures == []


# --- failures and the end ---------------------------------------------------------------------------------------------


def test_a_task_that_failed_unheard_is_told_as_soon_as_nobody_can_ask(loop: SimulatedLoop) -> None:
    async def fail() -> None:
        raise ValueError

    loop.start_on(Host("ann"), fail(), "forgotten")
    kept = loop.start_on(Host("bob"), fail(), "kept")
    loop.run_for(1)
    assert [each["host"] for each in loop.failures] == ["ann"]
    loop.look_for_failures(at_rest=True)
    assert [each["host"] for each in loop.failures] == ["ann", "bob"]
    assert kept.done()


def test_a_task_whose_exception_somebody_took_is_no_failure(loop: SimulatedLoop) -> None:
    async def fail() -> None:
        raise ValueError

    async def ask() -> None:
        with pytest.raises(ValueError):
            await asyncio.create_task(fail())

    loop.run_until_complete(ask())
    loop.look_for_failures(at_rest=True)
    assert loop.failures == []


def test_a_world_that_is_thrown_away_ends_without_a_word(
    loop: SimulatedLoop, capsys: pytest.CaptureFixture[str], recwarn: pytest.WarningsRecorder
) -> None:
    async def stubborn() -> None:
        while True:
            try:
                await asyncio.sleep(1)
            finally:
                await asyncio.gather(stubborn(), asyncio.sleep(1))

    async def carries_on() -> None:
        while True:
            try:
                await stubborn()
            except Exception:
                continue

    async def fails() -> None:
        raise ValueError

    started = [loop.start_on(Host("ann"), work(), "work") for work in (stubborn, carries_on, fails)]
    loop.run_for(0.5)
    loop.start_on(Host("ann"), stubborn(), "never begun")
    loop.close()
    started.clear()
    gc.collect()
    assert capsys.readouterr().err == ""
    assert not recwarn.list
    assert loop.is_closed()


def test_a_closed_loop_runs_nothing(loop: SimulatedLoop) -> None:
    loop.close()
    with pytest.raises(RuntimeError, match="closed"):
        loop.run_for(1)
