"""The session's clock as seen from here. Times in milliseconds."""

import pytest
from hypothesis import given, strategies as st

from rallypoint_client.clock import SAMPLES_MAX, SessionClock


def test_before_the_first_pong_nothing_is_known():
    clock = SessionClock()
    assert clock.now_ms(5.0) is None
    assert clock.round_trip_ms is None


def test_the_answer_is_taken_to_be_made_halfway():
    clock = SessionClock()
    clock.pong(1000.0, 50.0, 1020.0)
    assert clock.round_trip_ms == 20.0
    assert clock.now_ms(1020.0) == 60.0


def test_the_quickest_of_the_last_pings_decides():
    clock = SessionClock()
    clock.pong(0.0, 1000.0 + 5, 10.0)
    clock.pong(100.0, 1100.0 + 90, 200.0)
    assert clock.now_ms(300.0) == 1300.0
    assert clock.round_trip_ms == 100.0


def test_a_quick_ping_is_forgotten_after_eight_others():
    clock = SessionClock()
    clock.pong(0.0, 1001.0, 2.0)
    for number in range(1, SAMPLES_MAX + 1):
        sent = number * 100.0
        clock.pong(sent, 1000 + sent + 20, sent + 20)  # all of its 20 ms on the way there
    assert clock.now_ms(2000.0) == pytest.approx(3010.0)


@given(st.lists(st.tuples(st.floats(0, 200), st.floats(0, 200)), min_size=1, max_size=30), st.floats(-1e6, 1e6))
def test_the_error_is_at_most_half_of_the_quickest_round_trip(pings, offset):
    clock = SessionClock()
    for number, (there, back) in enumerate(pings):
        sent = number * 1000.0
        clock.pong(sent, sent + there + offset, sent + there + back)
    best = min(there + back for there, back in pings[-SAMPLES_MAX:])
    local = len(pings) * 1000.0
    assert clock.now_ms(local) == pytest.approx(local + offset, abs=best / 2 + 1e-3)


def test_a_clock_that_stood_still_is_believed_with_the_next_ping():
    clock = SessionClock()
    clock.pong(0.0, 1005.0, 10.0)
    clock.pong(5000.0, 1025.0, 5040.0)  # paused for five seconds
    assert clock.now_ms(5040.0) == 1045.0


def test_a_clock_as_coarse_as_its_ticks_does_not_forget_good_pings():
    clock = SessionClock(slack_ms=50.0)
    clock.pong(0.0, 1000.0, 2.0)
    clock.pong(1045.0, 2000.0, 1055.0)  # really 2050
    assert clock.now_ms(1055.0) == 1000 - 1 + 1055


def test_time_does_not_run_backwards_for_small_corrections():
    clock = SessionClock()
    clock.pong(0.0, 1100.0, 200.0)
    before = clock.now_ms(200.0)
    clock.pong(210.0, 1165.0, 220.0)
    assert before == 1200.0
    assert clock.now_ms(220.0) == 1200.0
    assert clock.now_ms(260.0) == 1210.0


def test_a_large_step_backwards_is_made():
    clock = SessionClock()
    clock.pong(0.0, 10_000.0, 10.0)
    clock.now_ms(10.0)
    clock.pong(20.0, 1000.0, 30.0)
    assert clock.now_ms(30.0) == 1005.0


def test_an_answer_from_before_the_question_is_ignored():
    clock = SessionClock()
    clock.pong(100.0, 5.0, 50.0)
    assert clock.now_ms(200.0) is None


def test_after_a_reset_nothing_is_known():
    clock = SessionClock()
    clock.pong(0.0, 1000.0, 10.0)
    clock.now_ms(10.0)
    clock.reset()
    assert clock.now_ms(20.0) is None
