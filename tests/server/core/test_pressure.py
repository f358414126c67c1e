"""How far the disk is behind, as a level."""

from __future__ import annotations

from hypothesis import given, strategies as st

from rallypoint.core.pressure import PRESSURE_LIMITS, PressureGauge, WritingDebt
from rallypoint.ports import Pressure


def test_there_is_a_limit_for_each_level():
    assert [int(level) for level in Pressure] == list(range(len(PRESSURE_LIMITS) + 1))
    assert list(PRESSURE_LIMITS) == sorted(PRESSURE_LIMITS)


def test_each_limit_begins_a_level_by_age_or_by_amount():
    for number, limit in enumerate(PRESSURE_LIMITS):
        assert PressureGauge().update(limit.lag_s, 0) == number + 1
        assert PressureGauge().update(0.0, limit.lag_bytes) == number + 1
        assert PressureGauge().update(limit.lag_s * 0.99, limit.lag_bytes - 1) == number


def test_a_level_ends_only_below_half_of_its_limit():
    gauge = PressureGauge()
    gauge.update(1.0, 0)
    assert [gauge.update(lag_s, 0) for lag_s in (0.6, 0.5, 0.49, 0.13, 0.12, 0.05, 0.04)] == [3, 3, 2, 2, 1, 1, 0]


@given(st.lists(st.tuples(st.floats(0.0, 3.0), st.integers(0, 40 << 20)), max_size=50))
def test_the_level_is_never_below_what_is_reached_nor_above_what_was_not_left(looks):
    gauge = PressureGauge()
    before = 0
    for lag_s, lag_bytes in looks:
        level = gauge.update(lag_s, lag_bytes)
        reached = PressureGauge().update(lag_s, lag_bytes)
        assert reached <= level <= max(before, reached)
        assert gauge.update(lag_s, lag_bytes) == level
        before = level


def test_one_slow_write_is_paid_off_by_time():
    debt = WritingDebt(10.0)
    debt.wrote(10.3, 0.3)
    assert debt.lag_s(10.3) == 0.3
    assert 0.19 < debt.lag_s(11.3) < 0.21
    assert debt.lag_s(14.0) == 0.0


def test_writes_that_take_more_than_their_share_add_up_but_not_without_end():
    debt, now = WritingDebt(0.0), 0.0
    for _ in range(1000):
        now += 0.01
        debt.wrote(now, 0.005)
    assert 1.9 < debt.lag_s(now) <= 2.0


def test_writes_within_their_share_are_no_debt():
    debt, now = WritingDebt(0.0), 0.0
    for _ in range(1000):
        now += 0.01
        debt.wrote(now, 0.0009)
    assert debt.lag_s(now) < 0.001
