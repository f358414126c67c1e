"""What is measured beside the games: the event loop's lag, garbage collections, and the journal's flushes."""

from __future__ import annotations

import asyncio
import gc
from collections.abc import Callable, Iterator
from typing import Any

import pytest

from rallypoint.runtime.garbage import Garbage
from rallypoint.runtime.loop_lag import BEAT_S, LoopLag
from rallypoint.runtime.timings import Timings
from tests.server.backend_house import BackendHouse


class Time:
    """A loop whose timers come when a test says so."""

    def __init__(self) -> None:
        self.now = 100.0
        self.timers: list[tuple[float, Callable[[], object]]] = []
        self.cancelled = 0

    def call_later(self, delay: float, callback: Callable[[], object], /) -> Any:
        self.timers.append((self.now + delay, callback))
        return self

    def cancel(self) -> None:
        self.cancelled += 1

    def come(self, late_s: float = 0.0) -> None:
        at, callback = self.timers.pop()
        self.now = at + late_s
        callback()


@pytest.fixture
def time() -> Time:
    return Time()


def test_a_loop_s_lag_is_how_much_later_than_asked_for_its_timer_came(time: Time) -> None:
    lag = LoopLag(time, lambda: time.now)
    lag.start()
    for late_s in (0.0, 0.0, 0.25, -0.0005):
        time.come(late_s)
    summary = lag.timings.summary()
    assert (summary["count"], summary["max"]) == (4, 250.0)
    assert lag.timings.take_worst() == pytest.approx(0.25)
    assert lag.timings.take_worst() == 0.0


def test_the_heartbeat_is_as_old_as_the_last_beat(time: Time) -> None:
    lag = LoopLag(time, lambda: time.now)
    lag.start()
    time.come()
    assert lag.heartbeat_age_s == 0.0
    time.now += 3.0
    assert lag.heartbeat_age_s == 3.0
    lag.stop()
    assert time.cancelled == 1


def test_the_timer_comes_ten_times_a_second(time: Time) -> None:
    lag = LoopLag(time, lambda: time.now)
    lag.start()
    for _ in range(50):
        time.come()
    assert time.now == pytest.approx(100.0 + 50 * BEAT_S)


def test_what_is_summed_up_is_lately(time: Time) -> None:
    timings = Timings(lambda: time.now, 10.0)
    timings.record(0.5)
    time.now += 10
    timings.turn()
    timings.record(0.1)
    assert timings.summary()["count"] == 2
    time.now += 10
    assert timings.summary()["count"] == 1
    assert timings.total().count == 2


@pytest.fixture
def garbage() -> Iterator[Garbage]:
    ticks = iter(range(1000))
    made = Garbage(lambda: next(ticks) / 100)
    made.start()
    yield made
    made.stop()


def test_collections_are_measured_and_counted_by_generation(garbage: Garbage) -> None:
    gc.disable()
    try:
        gc.collect(0)
        gc.collect(2)
    finally:
        gc.enable()
    assert (garbage.collections[0], garbage.collections[2]) == (1, 1)
    assert garbage.timings.total().count == 2
    assert garbage.timings.take_worst() == pytest.approx(0.01)


def test_a_collection_that_was_under_way_at_the_start_is_left_out(garbage: Garbage) -> None:
    garbage._called("stop", {"generation": 0, "collected": 0})
    assert garbage.collections == [0, 0, 0]


def test_after_the_end_nothing_is_measured() -> None:
    garbage = Garbage(lambda: 0.0)
    garbage.start()
    garbage.stop()
    garbage.stop()
    gc.collect()
    assert garbage.collections == [0, 0, 0]
    assert garbage._called not in gc.callbacks


async def test_a_node_knows_how_long_its_journal_s_flushes_take() -> None:
    house = BackendHouse()
    house.node.journal.flushed(0.003)
    assert house.node.flushes.summary()["max"] == 3.0
    house.node.ticker.stop()
    await asyncio.sleep(0)
