"""Ticks are counted: none is made early, none twice, and what is skipped is said."""

from __future__ import annotations

import pytest
from hypothesis import given, strategies as st

from rallypoint.core.schedule import SLACK_S, Schedule, phase

rates = st.sampled_from([1, 3, 7, 10, 20, 30, 50, 60])
starts = st.floats(0, 1e7)  # up to four months since the machine was started
gaps = st.lists(st.floats(0, 0.4) | st.sampled_from([0.0, 0.05, 1.0, 20.0]), max_size=60)


def test_the_first_tick_is_due_one_interval_after_the_start():
    schedule = Schedule(20, 100.0)
    assert schedule.next_due == 100.05
    assert schedule.due(100.0499) == 0
    assert schedule.due(100.05) == 1
    assert schedule.due(100.05) == 0
    assert schedule.next_due == pytest.approx(100.1)


def test_who_is_late_makes_up_for_it():
    schedule = Schedule(20, 0.0, catch_up_max=5)
    assert schedule.due(0.21) == 4
    assert schedule.skipped == 0
    assert schedule.next_due == pytest.approx(0.25)


def test_what_is_beyond_the_cap_is_skipped_and_session_time_stands_still_for_as_long():
    schedule = Schedule(20, 0.0, catch_up_max=5)
    assert schedule.due(1.0) == 5
    assert schedule.skipped == 15
    assert schedule.origin == pytest.approx(0.75)
    assert schedule.next_due == pytest.approx(1.05)


@given(rates, starts, gaps)
def test_ticks_made_and_skipped_are_those_that_time_has_brought(hz: int, start: float, steps: list[float]):
    schedule, now, made = Schedule(hz, start), start, 0
    for gap in steps:
        now += gap
        count = schedule.due(now)
        assert 0 <= count <= schedule.catch_up_max
        made += count
        assert schedule.due(now) == 0
        assert schedule.next_due > now
        assert schedule.next_due <= now + 1 / hz + 2 * SLACK_S
        assert made + schedule.skipped == pytest.approx((now - start) * hz, abs=1 + 1e-3)
        assert (schedule.next_due - schedule.origin) * hz == pytest.approx(made + 1, abs=1e-3)


@given(rates, st.floats(0, 1e8), st.integers(1, 40))
def test_a_tick_is_due_at_the_moment_that_was_said(hz: int, start: float, ticks: int):
    """Or a ticker that wakes then would find nothing to do, and wake again at once."""
    schedule = Schedule(hz, start)
    for _ in range(ticks):
        at = schedule.next_due
        assert schedule.due(at) == 1
        assert schedule.next_due > at


@given(rates, st.floats(0, 1e8), st.integers(1, 40))
def test_no_tick_is_early_by_more_than_the_slack(hz: int, start: float, ticks: int):
    schedule = Schedule(hz, start)
    for _ in range(ticks):
        at = schedule.next_due
        assert schedule.due(at - 4 * SLACK_S) == 0
        schedule.due(at)


@given(rates, st.floats(0, 1e6), gaps, st.integers(1, 9))
def test_the_cap_is_kept_and_the_next_tick_is_never_in_the_past(hz: int, start: float, steps: list[float], cap: int):
    schedule, now = Schedule(hz, start, catch_up_max=cap), start
    for gap in steps:
        now += gap
        assert schedule.due(now) <= cap
        assert schedule.next_due > now


def test_a_clock_that_stands_still_or_is_before_the_start_brings_no_ticks():
    schedule = Schedule(20, 100.0)
    assert [schedule.due(now) for now in (0.0, 99.0, 100.0, 100.0)] == [0, 0, 0, 0]
    assert schedule.skipped == 0


@pytest.mark.parametrize("count", [2, 3, 10, 100, 1000])
def test_sessions_are_spread_evenly_however_many_there_are(count: int):
    phases = sorted(phase(number, 1.0) for number in range(count))
    gaps_between = [b - a for a, b in zip(phases, [*phases[1:], phases[0] + 1.0], strict=True)]
    assert all(0.0 <= offset < 1.0 for offset in phases)
    assert max(gaps_between) <= 2.7 / count


@given(rates, st.floats(0, 1e6), st.integers(0, 10**7))
def test_a_schedule_that_goes_on_makes_its_next_tick_one_interval_after_its_start(hz: int, start: float, made: int):
    schedule = Schedule(hz, start, made=made)
    assert schedule.next_due == pytest.approx(start + 1 / hz, abs=1e-6)
    assert schedule.origin == pytest.approx(start - made / hz, abs=1e-6)
    assert schedule.due(start) == 0
    assert schedule.due(start + 1 / hz) == 1
