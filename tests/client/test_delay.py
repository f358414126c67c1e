"""How far behind a state is shown, and how that time moves."""

import itertools

import pytest
from hypothesis import given, strategies as st

from rallypoint_client.delay import DELAY_TICKS_MAX, DELAY_TICKS_MIN, InterpolationDelay, Playhead

TICK = 50.0


def after(*late: float) -> InterpolationDelay:
    """States that came so late, one a tick."""
    delay = InterpolationDelay(TICK)
    for tick, ms in enumerate(late):
        delay.passed(tick * TICK, tick * TICK + ms)
    return delay


def test_before_anything_is_measured_it_is_one_and_a_half_ticks():
    assert InterpolationDelay(TICK).ms == after(20.0).ms == 75.0


def test_a_late_state_raises_it_at_once_to_what_would_have_been_enough():
    assert after(60.0, 60.0, 200.0).ms == 50 + 200 + TICK / 4


def test_states_in_time_lower_it_slowly():
    assert after(60, 200, *[60] * 20).ms == pytest.approx(262.5 - 20 * 2.5)


def test_it_is_never_lower_than_one_tick_nor_higher_than_ten():
    assert after(*[0.0] * 2000).ms == pytest.approx(62.5)
    assert after(*[-60.0] * 2000).ms == DELAY_TICKS_MIN * TICK
    assert after(60, 60, 5000).ms == DELAY_TICKS_MAX * TICK


def test_the_time_that_a_connection_was_away_is_no_lateness():
    delay = after(60, 60)
    was = delay.ms
    delay.restart()
    delay.passed(4000.0, 4060.0)
    assert delay.ms == was


def test_a_state_that_is_not_newer_says_nothing():
    delay = after(60, 60)
    was = delay.ms
    delay.passed(0.0, 900.0)
    assert delay.ms == was


# --- the time that is shown -----------------------------------------------------------------------------------------


def test_it_begins_where_it_should_be_but_not_beyond_what_is_known():
    assert Playhead(400).move(1000, 70) == 70
    assert Playhead(400).move(1000, 70, 50) == 50


def test_it_goes_after_a_changed_time_a_little_faster_or_slower():
    playhead = Playhead(400, slower=0.25, faster=0.1)
    playhead.move(0, 1000)
    assert playhead.move(100, 1200) == pytest.approx(1110)
    assert playhead.move(200, 1100) == pytest.approx(1110 + 75)


def test_it_waits_for_what_is_not_known_yet_and_then_goes_on_from_there():
    playhead = Playhead(400)
    playhead.move(0, 1000)
    assert playhead.move(100, 1100, 1040) == 1040
    assert playhead.move(200, 1200, 1040) == 1040
    assert playhead.move(300, 1300, 5000) == pytest.approx(1150)


def test_it_jumps_to_what_is_far_off():
    playhead = Playhead(400)
    playhead.move(0, 1000)
    assert playhead.move(10, 2000) == 2000
    assert playhead.move(20, 1000) == 1000


def test_after_a_restart_it_begins_anew():
    playhead = Playhead(400)
    playhead.move(0, 1000)
    playhead.restart()
    assert playhead.move(10, 900) == 900


@given(st.lists(st.tuples(st.floats(0, 100), st.floats(-300, 300), st.floats(-50, 500)), max_size=50))
def test_it_never_runs_backwards_and_never_faster_than_it_may(moves):
    playhead = Playhead(1e9, slower=0.25, faster=0.1)
    local, shown, passed = 0.0, [playhead.move(0.0, 0.0)], []
    for after_ms, off, known in moves:
        local += after_ms
        passed.append(after_ms)
        shown.append(playhead.move(local, local + off, local + known))
    for (before, now), ms in zip(itertools.pairwise(shown), passed, strict=True):
        assert -1e-9 <= now - before <= 1.1 * ms + 1e-6
