from itertools import pairwise

import pytest
from hypothesis import given, strategies as st

from rallypoint_loadtest.wheel import Wheel


def test_each_item_is_due_once_an_interval_at_its_own_phase():
    wheel: Wheel[str] = Wheel(0.05, start=100.0, slot_max_s=0.001)
    wheel.add("a", 0)
    wheel.add("b", 7)
    sent: dict[str, list[float]] = {"a": [], "b": []}
    for step in range(1000):
        for planned, items in wheel.due(100.0 + step * 0.001):
            for item in items:
                sent[item].append(planned)
    assert sent["a"] == pytest.approx([100.0 + k * 0.05 for k in range(20)])
    assert sent["b"] == pytest.approx([100.007 + k * 0.05 for k in range(20)])


@given(st.lists(st.floats(0.0001, 0.4), max_size=50))
def test_whoever_is_late_gets_every_planned_moment_with_the_time_it_was_planned_for(steps):
    wheel: Wheel[str] = Wheel(0.05, start=0.0, slot_max_s=0.005)
    wheel.add("a", 3)
    now, seen = 0.0, []
    for step in steps:
        now += step
        for planned, items in wheel.due(now):
            assert planned <= now + 1e-6
            seen += [planned for _ in items]
    assert wheel.skipped == 0
    assert all(later - earlier == pytest.approx(0.05) for earlier, later in pairwise(seen))
    assert len(seen) == pytest.approx((now - 0.015) / 0.05, abs=1.01)


def test_slots_are_never_longer_than_asked_for():
    wheel: Wheel[str] = Wheel(1 / 60, start=0.0, slot_max_s=0.005)
    assert wheel.slot_s <= 0.005
    assert wheel.slots * wheel.slot_s == pytest.approx(1 / 60)


def test_what_is_too_long_overdue_is_skipped_and_counted():
    wheel: Wheel[str] = Wheel(0.05, start=0.0, slot_max_s=0.005, behind_max_s=1.0)
    wheel.add("a", 0)
    wheel.add("b", 0)
    planned = [moment for moment, items in wheel.due(3.0) if items]
    assert planned[0] == pytest.approx(2.0)
    assert wheel.skipped == 2 * 40


def test_an_item_may_go_while_the_wheel_turns():
    wheel: Wheel[str] = Wheel(0.05, start=0.0, slot_max_s=0.05)
    wheel.add("a", 0)
    turns = 0
    for _, items in wheel.due(0.2):
        turns += 1
        if items:
            wheel.remove("a", 0)
    assert turns == 5
    assert [items for _, items in wheel.due(0.3)] == [[], []]


def test_who_stops_in_the_middle_goes_on_there_the_next_time():
    wheel: Wheel[str] = Wheel(0.05, start=0.0, slot_max_s=0.01)
    taken = [planned for _, (planned, _) in zip(range(3), wheel.due(0.1), strict=False)]
    assert taken == pytest.approx([0.0, 0.01, 0.02])
    assert wheel.next_due == pytest.approx(0.03)


def test_the_next_turn_is_known():
    wheel: Wheel[str] = Wheel(0.05, start=10.0, slot_max_s=0.005)
    assert wheel.next_due == 10.0
    list(wheel.due(10.0))
    assert wheel.next_due == pytest.approx(10.005)
