"""Percentiles to a tenth of a millisecond; what is recent, what is of all time, and what has come since a moment."""

from __future__ import annotations

import random

import pytest
from hypothesis import given, strategies as st

from rallypoint.runtime.histogram import DURATION_EDGES_S, Counted, Histogram, Recent, merged

DURATIONS = st.lists(st.floats(-0.001, 12.0) | st.floats(0, 0.05), max_size=80)


def filled(durations: list[float]) -> Histogram:
    histogram = Histogram()
    for duration in durations:
        histogram.record(duration)
    return histogram


@given(durations=DURATIONS.filter(bool), q=st.floats(0.01, 1.0))
def test_a_quantile_is_right_to_the_width_of_a_bucket(durations: list[float], q: float) -> None:
    rank = max(1, -int(-q * len(durations) // 1))
    exact = min(sorted(max(0.0, one) for one in durations)[rank - 1], 10.0) * 1000
    found = filled(durations).quantile_ms(q)
    # The one that is next may be meant, where the rank is whole but for a rounding error.
    assert found >= exact - 1e-6 or q * len(durations) % 1 < 1e-9
    assert found <= max(exact + (0.11 if exact < 99 else 1.1), 0.1) or rank < len(durations)


@given(first=DURATIONS, second=DURATIONS)
def test_two_added_are_as_one_that_had_all(first: list[float], second: list[float]) -> None:
    both, all_ = filled(first), filled(first + second)
    both.add(filled(second))
    assert both.summary() == all_.summary()
    assert both.buckets() == all_.buckets()
    assert both.sum_s == pytest.approx(all_.sum_s)


@given(first=DURATIONS, second=DURATIONS)
def test_what_has_come_since_is_what_was_not_there_before(first: list[float], second: list[float]) -> None:
    before = filled(first)
    after = before.copy()
    for duration in second:
        after.record(duration)
    since = after.since(before)
    assert since.buckets() == filled(second).buckets()
    assert since.sum_s == pytest.approx(filled(second).sum_s, abs=1e-9)
    assert since.max_s == pytest.approx(min(10.0, filled(second).max_s), abs=0.00101)


@given(durations=st.lists(st.sampled_from(range(1, 4000)).map(lambda tenth: tenth / 10_000 + 5e-6), max_size=50))
def test_coarse_buckets_hold_what_monitoring_takes_them_for(durations: list[float]) -> None:
    counted = Counted()
    for duration in durations:
        counted.record(duration)
    assert filled(durations).buckets() == counted.counts
    assert counted.count == len(durations)


def test_a_value_at_the_end_of_a_bucket_is_in_it_and_one_beyond_all_is_in_the_last() -> None:
    counted = Counted((1.0, 2.0))
    for value in (1.0, 1.5, 2.0, 9.0):
        counted.record(value)
    assert (counted.counts, counted.sum) == ([1, 2, 1], 13.5)


def test_a_period_that_is_over_is_recent_for_one_more_and_never_forgotten() -> None:
    recent = Recent(30.0, 0.0)
    recent.current.record(0.010)
    recent.turn(30.0)
    recent.current.record(0.020)
    assert (recent.whole().count, recent.whole().max_s) == (2, 0.020)
    recent.turn(60.0)
    assert (recent.whole().count, recent.total().count) == (1, 2)
    recent.turn(90.0)
    assert (recent.whole().count, recent.total().count, recent.total().sum) == (0, 2, pytest.approx(0.030))


def test_what_is_of_all_time_only_grows() -> None:
    recent, random_ = Recent(5.0, 0.0), random.Random(3)
    before = [0] * (len(DURATION_EDGES_S) + 1)
    for second in range(40):
        for _ in range(random_.randrange(20)):
            recent.current.record(random_.expovariate(100))
        if second % 3:
            recent.turn(float(second))
        now = recent.total().counts
        assert all(new >= old for new, old in zip(now, before, strict=True))
        before = now


def test_since_a_moment_is_exact_over_the_end_of_a_period() -> None:
    recent = Recent(30.0, 0.0)
    recent.current.record(0.001)
    mark = recent.mark()
    recent.current.record(0.018)
    assert recent.since(mark).count == 1
    recent.turn(30.0)
    recent.current.record(0.002)
    since = recent.since(mark)
    assert (since.count, since.quantile_ms(1.0)) == (2, pytest.approx(18.0, abs=0.11))
    recent.turn(60.0)
    assert recent.since(mark).count == 1  # too long ago: of what is kept


def test_games_together_are_a_node() -> None:
    games = [Recent(30.0, 0.0), Recent(30.0, 0.0)]
    games[0].current.record(0.001)
    games[1].current.record(0.004)
    games[1].turn(30.0)
    assert merged(games).count == 2
    assert merged(games).max_s == 0.004
