"""Timers of a game."""

import pytest
from hypothesis import given, strategies as st

from rallypoint.game.timers import Timers


def fired(timers: Timers, now_ms: int) -> list[str]:
    return [method for method, _ in timers.due(now_ms)]


def test_a_timer_fires_once_and_not_before_its_time():
    timers = Timers()
    timers.add(100, "explode", (7, "x"))
    assert list(timers.due(99)) == []
    assert list(timers.due(100)) == [("explode", (7, "x"))]
    assert list(timers.due(1000)) == []


def test_timers_fire_in_the_order_of_their_times():
    timers = Timers()
    timers.add(300, "c", ())
    timers.add(100, "a", ())
    timers.add(200, "b", ())
    assert fired(timers, 1000) == ["a", "b", "c"]


def test_equal_times_fire_in_the_order_in_which_they_were_set():
    timers = Timers()
    for name in "fedcba":
        timers.add(100, name, ())
    assert fired(timers, 100) == list("fedcba")


def test_arguments_are_never_compared():
    timers = Timers()
    timers.add(100, "same", (1,))
    timers.add(100, "same", ("text",))
    timers.add(100, "same", (None,))
    assert len(list(timers.due(100))) == 3


def test_a_cancelled_timer_does_not_fire():
    timers = Timers()
    first, second = timers.add(100, "a", ()), timers.add(100, "b", ())
    assert timers.cancel(first) is True
    assert fired(timers, 100) == ["b"]
    assert second != first


@pytest.mark.parametrize("number", [0, -1, 99])
def test_a_timer_that_never_was_cannot_be_cancelled(number: int):
    timers = Timers()
    timers.add(100, "a", ())
    assert timers.cancel(number) is False
    assert len(timers) == 1


def test_a_timer_cannot_be_cancelled_twice_or_after_it_fired():
    timers = Timers()
    first, second = timers.add(100, "a", ()), timers.add(100, "b", ())
    assert timers.cancel(first) is True
    assert timers.cancel(first) is False
    assert fired(timers, 100) == ["b"]
    assert timers.cancel(second) is False


def test_a_timer_that_is_due_can_still_be_cancelled_by_one_before_it():
    timers = Timers()
    timers.add(100, "a", ())
    second = timers.add(100, "b", ())
    timers.add(100, "c", ())
    names = []
    for method, _ in timers.due(100):
        names.append(method)
        timers.cancel(second)
    assert names == ["a", "c"]


def test_what_a_timer_sets_for_now_is_due_with_the_next_step():
    timers = Timers()
    timers.add(100, "again", ())
    for method, _ in timers.due(100):
        timers.add(100, method, ())
    assert len(timers) == 1
    assert fired(timers, 100) == ["again"]


def test_the_next_time_is_that_of_a_timer_that_will_fire():
    timers = Timers()
    assert timers.next_ms is None
    first = timers.add(100, "a", ())
    timers.add(200, "b", ())
    assert timers.next_ms == 100
    timers.cancel(first)
    assert timers.next_ms == 200
    assert fired(timers, 200) == ["b"]
    assert timers.next_ms is None
    assert len(timers) == 0


@given(
    st.lists(st.tuples(st.integers(0, 20), st.booleans()), max_size=40),
    st.lists(st.integers(0, 5), max_size=10),
)
def test_every_timer_that_is_not_cancelled_fires_in_order(wanted: list[tuple[int, bool]], advances: list[int]):
    timers = Timers()
    numbers = [timers.add(due_ms, str(place), ()) for place, (due_ms, _) in enumerate(wanted)]
    for number, (_, cancelled) in zip(numbers, wanted, strict=True):
        if cancelled:
            assert timers.cancel(number)
    kept = sorted((due_ms, place) for place, (due_ms, cancelled) in enumerate(wanted) if not cancelled)
    assert len(timers) == len(kept)
    now_ms, seen = 0, []
    for advance in [*advances, 100]:
        now_ms += advance
        seen += fired(timers, now_ms)
        assert seen == [str(place) for due_ms, place in kept if due_ms <= now_ms]
