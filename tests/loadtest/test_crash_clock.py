"""How long a session stood still."""

import pytest

from rallypoint_loadtest.crash_clock import Standstill, freeze_of


def player(last_s: float | None, *after: tuple[int, float]) -> Standstill:
    made = Standstill(last_s)
    for tick, now in after:
        made.passed(tick, now)
    return made


def test_it_is_the_time_from_the_last_tick_before_to_the_first_after_for_who_waited_longest():
    players = [player(10.0, (100, 10.8), (101, 11.5)), player(9.98, (100, 11.0), (101, 11.52))]
    assert freeze_of(players) == pytest.approx(1.54)


def test_the_recovered_state_itself_is_no_tick_and_who_comes_last_need_not_see_it():
    players = [player(10.0, (100, 10.5), (101, 11.0)), player(10.0, (101, 11.01), (102, 11.06))]
    assert freeze_of(players) == pytest.approx(1.01)


def test_there_is_none_before_everybody_has_seen_a_tick():
    assert freeze_of([player(10.0, (100, 10.5), (101, 11.0)), player(10.0)]) is None
    assert freeze_of([player(10.0, (100, 10.5))]) is None
    assert freeze_of([player(None, (100, 10.5), (101, 11.0))]) is None
    assert freeze_of([]) is None
