"""A quarter of an hour, once a second, and not a sample more."""

from __future__ import annotations

from collections.abc import AsyncIterator

import pytest

from rallypoint.console.history import COLUMN_S, KEPT_S, SERIES, History
from rallypoint.runtime.histogram import DURATION_EDGES_S
from tests.server.backend_house import ANN
from tests.server.console.overview_house import OverviewHouse

BUCKETS = len(DURATION_EDGES_S) + 1
AT = 1_700_000_000.0


def filled(seconds: int) -> History:
    history = History(["orbit"])
    for second in range(seconds):
        history.add(AT + second, dict.fromkeys(SERIES, float(second)), {"orbit": [second + 1] + [0] * (BUCKETS - 1)})
    return history


def test_the_oldest_sample_goes_when_a_newer_one_comes() -> None:
    answer = filled(KEPT_S + 7).answer(KEPT_S)
    assert answer.series["players"] == [float(second) for second in range(7, KEPT_S + 7)]
    assert answer.from_at == AT + 7
    assert len(answer.heat["orbit"].cells) == KEPT_S // COLUMN_S


def test_who_asks_for_less_gets_the_newest() -> None:
    answer = filled(100).answer(20)
    assert answer.series["drops"] == [float(second) for second in range(80, 100)]
    assert (answer.from_at, answer.every_s) == (AT + 80, 1.0)
    assert len(answer.heat["orbit"].cells) == 2


def test_heat_is_what_has_come_in_each_ten_seconds() -> None:
    cells = filled(35).answer(60).heat["orbit"].cells
    assert [column[0] for column in cells] == [COLUMN_S] * 3
    assert all(len(column) == BUCKETS for column in cells)


def test_nothing_sampled_is_no_series() -> None:
    answer = History(["orbit"]).answer(60)
    assert answer.series == {name: [] for name in SERIES}
    assert answer.heat["orbit"].cells == []


def test_while_the_machine_slept_nothing_was_measured() -> None:
    history = filled(3)
    history.add(AT + 10, dict.fromkeys(SERIES, 1.0), {"orbit": [9] * BUCKETS})
    answer = history.answer(60)
    assert answer.series["players"] == [0.0, 1.0, 2.0, *[None] * 7, 1.0]
    assert answer.from_at == AT
    history.add(AT + 10**6, dict.fromkeys(SERIES, 2.0), {"orbit": [9] * BUCKETS})
    assert len(history.answer(KEPT_S).series["players"]) == KEPT_S


@pytest.fixture
async def house() -> AsyncIterator[OverviewHouse]:
    made = OverviewHouse()
    yield made
    made.node.ticker.stop()


async def test_counters_are_sampled_as_what_was_added_in_that_second(house: OverviewHouse) -> None:
    figures = house.node.ticker.games["duel"]
    await house.seconds()
    figures.drops += 3
    figures.resumes["resync"] += 2
    await house.seconds()
    await house.seconds()
    series = house.desk.history(3).series
    assert (series["drops"], series["resumes"]) == ([0, 3, 0], [0, 2, 0])


async def test_durations_are_sampled_as_the_worst_of_that_second(house: OverviewHouse) -> None:
    house.session(ANN)
    house.sampler.lag.timings.record(0.004)
    house.sampler.lag.timings.record(0.003)
    await house.seconds(2)
    series = house.desk.history(2).series
    assert series["loop_lag_ms"] == [4.0, 0.0]
    assert series["sessions"] == [1, 1]
    assert series["cpu_share"] == [0.0, 0.25]
    assert series["journal_flush_ms"] == [None, None]  # there is no journal


async def test_turns_are_sampled_before_and_after_a_period_ends(house: OverviewHouse) -> None:
    await house.seconds(70, late_s=0.0015)
    cells = house.desk.history(70).heat["duel"].cells
    assert [column[2] for column in cells] == [200] * 7
