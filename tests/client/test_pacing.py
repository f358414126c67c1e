"""When a client is at which tick."""

import pytest
from hypothesis import given, strategies as st

from rallypoint_client.pacing import Pacing

TICK = 50.0


def pacing(buffer_ticks: int = 6, one_way_ms: float = 60.0) -> Pacing:
    made = Pacing(TICK, buffer_ticks)
    made.measured(one_way_ms)
    return made


def test_the_client_is_ahead_by_the_way_to_the_server_and_half_a_tick():
    assert pacing().lead_ms == 85.0
    assert pacing().now(1000.0) == 21  # 1085 ms: tick 21 is over, what is done now is for 22


def test_without_a_buffer_the_lead_is_the_way_to_the_server():
    assert pacing(0).lead_ms == 60.0


def test_a_late_input_raises_the_lead_at_once_by_as_much():
    made = pacing()
    assert made.decided(30, 33, 33) == 3
    assert (made.lead_ms, made.late) == (85.0 + 150, 1)


def test_what_was_sent_before_the_lead_was_raised_does_not_raise_it_again():
    made = pacing()
    made.now(1000.0)
    made.decided(18, 20, 20)
    raised = made.lead_ms
    assert made.decided(22, 25, 25) == 3
    assert made.lead_ms == raised
    made.now(1100.0)
    made.decided(made.tick + 1, made.tick + 2, made.tick + 2)
    assert made.lead_ms == raised + TICK


def test_the_lead_falls_slowly_and_not_below_what_the_way_takes():
    made = pacing()
    made.decided(30, 33, 33)
    made.passed(1000.0)
    assert made.lead_ms == pytest.approx(85 + 150 - 10)
    made.passed(1e6)
    assert made.lead_ms == 85.0


def test_the_lead_is_never_so_long_that_inputs_would_have_to_wait_longer_than_they_may():
    made = pacing(6)
    made.decided(30, 60, 60)
    assert made.lead_ms == 60 + 5 * TICK
    small = pacing(1)
    small.decided(30, 60, 60)
    assert small.lead_ms == 60 + TICK / 2


def test_an_early_input_lowers_the_lead():
    made = pacing()
    made.decided(30, 35, 35)
    made.now(1500.0)
    made.decided(made.tick + 1, made.tick - 2, made.tick - 1)
    assert (made.lead_ms, made.early) == (60 + 5 * TICK - 2 * TICK, 1)


def test_a_pass_for_many_ticks_says_that_an_input_was_late_only_if_none_of_them_was_meant():
    made = pacing()
    assert made.decided(30, 28, 34) == 0
    assert made.decided(27, 28, 34) == 1
    assert made.decided(36, 28, 34) == -2


def test_without_a_buffer_each_wrong_guess_teaches_a_little_and_no_more_than_a_tick():
    made = pacing(0)
    made.decided(30, 34, 34)
    assert made.lead_ms == 60 + 5
    for tick in range(100, 400, 2):
        made.now(tick * TICK)
        made.decided(made.tick + 1, made.tick + 4, made.tick + 4)
    assert made.lead_ms == 60 + TICK


def test_the_clients_tick_does_not_go_back_but_with_a_clock_that_was_set():
    made = pacing()
    assert made.now(1000.0) == 21
    assert made.now(900.0) == 21
    assert made.now(-3000.0) == -59
    assert made.now(1000.0) == 21


def test_another_connection_begins_with_another_clock():
    made = pacing()
    made.now(1000.0)
    made.restart()
    assert made.now(500.0) == 11


@given(st.lists(st.tuples(st.integers(-5, 20), st.floats(0, 5000)), max_size=60), st.integers(0, 30))
def test_the_lead_keeps_within_its_bounds(inputs, buffer_ticks):
    made, now = pacing(buffer_ticks), 1000.0
    for off, ms in inputs:
        now += ms
        made.passed(ms)
        made.now(now)
        made.decided(made.tick + 1, made.tick + 1 + off, made.tick + 1 + off)
        low, high = (0.5, max(0.5, buffer_ticks - 1)) if buffer_ticks else (-1, 1)
        assert 60 + low * TICK - 1e-6 <= made.lead_ms <= 60 + high * TICK + 1e-6
