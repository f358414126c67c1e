from random import Random
from typing import Any

import pytest

from rallypoint_client import Bot
from rallypoint_loadtest.kinds import Kind
from rallypoint_loadtest.pace import TickPace, TurnPace, pace_for
from rallypoint_loadtest.seat_watch import Window
from rallypoint_loadtest.think import Think
from tests.loadtest.fake_seat import Fire, fake_seat

AT_ONCE = Think(0.001, 0.001)


class Eager(Bot):
    def __init__(self):
        pass

    def tick(self, view):
        return [Fire()]


@pytest.fixture
async def pace() -> Any:
    return TurnPace(AT_ONCE, Window())


async def test_a_game_without_ticks_is_played_in_turns():
    ticks, turns = pace_for(20, AT_ONCE, Window()), pace_for(0, AT_ONCE, Window())
    assert isinstance(ticks, TickPace)
    assert isinstance(turns, TurnPace)
    assert (ticks.kind, turns.kind) == (Kind.TICKS, Kind.TURNS)
    ticks.stop()


def is_thinking(watch):
    return watch._timer is not None and not watch._timer.cancelled()


async def test_nobody_makes_a_move_after_the_stop_not_even_who_is_seated_later(pace):
    before = pace.begin(fake_seat(), Eager(), Random(1))
    assert is_thinking(before)
    pace.stop()
    after = pace.begin(fake_seat(), Eager(), Random(1))
    assert not is_thinking(before)
    assert not is_thinking(after)


async def test_a_seat_that_is_over_makes_no_move(pace):
    watch = pace.begin(fake_seat(), Eager(), Random(1))
    pace.end(watch)
    assert not is_thinking(watch)
