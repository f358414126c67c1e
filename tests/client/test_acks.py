"""When a client acknowledges."""

import pytest

from rallypoint_client.acks import Acks


def acks(tick_hz: int = 20, tick: int = 100, event: int = 0) -> Acks:
    made = Acks()
    made.set_tick_hz(tick_hz)
    made.seated(tick, event)
    return made


def test_every_five_ticks():
    made = acks()
    assert [tick for tick in range(100, 121) if made.due(tick, 0)] == [105, 110, 115, 120]


def test_an_input_counts_for_its_tick():
    made = acks()
    for tick in range(101, 105):
        assert not made.due(tick, 0)
    made.input(104)
    assert [tick for tick in range(105, 112) if made.due(tick, 0)] == [109]


def test_an_event_is_in_a_frame_within_five_ticks_of_the_last_one():
    made = acks()
    due = []
    for tick in range(101, 120):
        made.input(tick)
        if made.due(tick, event=1 if tick >= 103 else 0):
            due.append(tick)
    assert due == [105]


def test_what_is_urgent_goes_at_once_if_there_is_anything_to_say():
    made = acks()
    made.urgent = True
    assert made.due(101, 0)
    made.urgent = True
    assert not made.due(101, 0)
    assert not made.due(102, 0)  # urgent was for that one look
    made.urgent = True
    assert made.due(101, 1)


def test_what_a_resume_has_said_needs_no_frame():
    made = acks(tick=100, event=7)
    made.urgent = True
    assert not made.due(100, 7)


def test_after_a_resync_the_first_pass_is_acknowledged():
    assert acks(tick=-1).due(5000, 0)


@pytest.mark.parametrize(("tick_hz", "every"), [(0, 1), (1, 1), (4, 1), (8, 2), (10, 2), (20, 5), (60, 5)])
def test_slow_games_are_acknowledged_four_times_a_second(tick_hz, every):
    made = acks(tick_hz)
    assert next(tick for tick in range(101, 112) if made.due(tick, 0)) == 100 + every
