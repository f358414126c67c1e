"""States between two passes."""

import math

import pytest
from hypothesis import given, strategies as st

from rallypoint_client.interpolate import SNAPSHOTS_MAX, History
from rallypoint_client.view import View
from rallypoint_protocol.replica import Replica
from tests.client.wire import SCHEMA, make_pass, player, read_pass, ship


class Line:
    """A replica whose every pass is kept."""

    def __init__(self, *enters) -> None:
        self.replica = Replica(SCHEMA)
        self.history = History(SCHEMA)
        self.take(make_pass(1, age=0, enters=list(enters)))

    def take(self, message: bytes) -> None:
        self.replica.apply(read_pass(message))
        self.history.push(self.replica)

    def at(self, ms: float) -> View:
        frame = self.history.frame(ms)
        assert frame is not None
        return View(frame, SCHEMA, 0)


def rock(id_: int, x: float, heading: float = 0.0):
    return [id_, 3, None, 0b11, x, heading]


def test_a_linear_field_moves_straight_between_two_passes():
    line = Line(ship(7, 0, x=100, ammo=1))
    line.take(make_pass(2, changes=[7, 1, 100]))
    assert [line.at(ms).get(7).x for ms in (50, 60, 75, 95)] == pytest.approx([1.0, 1.2, 1.5, 1.9])


def test_a_floats_turn_takes_the_short_way_round():
    line = Line(rock(5, 0.0, math.tau - 0.1))
    line.take(make_pass(2, changes=[5, 0b10, 0.3]))
    heading = line.at(75).get(5).heading
    assert math.cos(heading) == pytest.approx(math.cos(0.1))
    assert math.sin(heading) == pytest.approx(math.sin(0.1))


def test_a_fixed_turn_takes_the_short_way_round_in_its_steps():
    line = Line(ship(7, 0, angle=10, ammo=1))
    line.take(make_pass(2, changes=[7, 0b10, 608]))  # 0.10 to 6.18: that is 0.2 backwards
    assert line.at(75).get(7).angle == pytest.approx(0.1 - (0.1 + math.tau - 6.18) / 2, abs=1e-9)


@given(st.floats(-20, 20), st.floats(-20, 20), st.floats(0, 0.999))
def test_a_turn_is_never_longer_than_half_a_circle_and_ends_where_it_should(old, new, part):
    line = Line(rock(5, 0.0, old))
    line.take(make_pass(2, changes=[5, 0b10, new]))
    heading = line.at(50 + 50 * part).get(5).heading
    assert abs(heading - old) <= math.pi + 1e-9
    line.take(make_pass(3))
    end = line.at(100).get(5).heading
    assert math.isclose(math.cos(end), math.cos(new), abs_tol=1e-9)


def test_other_fields_change_when_their_time_comes():
    line = Line(ship(7, 0, ammo=5), player(0, score=1))
    line.take(make_pass(2, changes=[7, 0b100, -1, -1, 0b100, 9]))
    assert (line.at(99).get(7).ammo, line.at(99).me.score) == (5, 1)
    assert (line.at(100).get(7).ammo, line.at(100).me.score) == (4, 10)


def test_entities_appear_and_disappear_when_their_time_comes():
    line = Line(rock(5, 1.0))
    line.take(make_pass(2, enters=[rock(6, 2.0)], leaves=[5]))
    assert [r.id for r in line.at(99).all("Rock")] == [5]
    assert line.at(99).get(5).x == 1.0
    assert [r.id for r in line.at(100).all("Rock")] == [6]


def test_a_field_that_becomes_visible_does_not_move():
    line = Line([7, 2, 0, 0b10, 5])
    line.take(make_pass(2, leaves=[7], enters=[ship(7, 0, x=100, ammo=1)]))
    assert line.at(75).get(7).x is None


def test_before_the_oldest_and_after_the_newest_the_nearest_is_shown():
    line = Line(rock(5, 1.0))
    line.take(make_pass(2, changes=[5, 1, 2.0]))
    assert line.at(0).get(5).x == 1.0
    assert line.at(10_000).get(5).x == 2.0


def test_a_gap_between_passes_is_bridged():
    line = Line(rock(5, 0.0))
    line.take(make_pass(5, age=4, changes=[5, 1, 4.0]))
    assert line.at(150).get(5).x == pytest.approx(2.0)
    assert line.at(150).now_ms == 150.0
    assert line.at(150).tick == 1


def test_what_is_kept_is_not_changed_by_later_passes():
    line = Line(ship(7, 0, x=100, ammo=1))
    before = line.at(50)
    line.take(make_pass(2, changes=[7, 1, 100]))
    assert before.get(7).x == 1.0


def test_a_new_epoch_begins_a_new_history():
    line = Line(rock(5, 1.0))
    line.replica = Replica(SCHEMA)
    line.take(make_pass(1, epoch=2, age=0, enters=[rock(5, 9.0)], now_ms=60))
    assert line.at(0).get(5).x == 9.0


def test_time_that_was_set_back_begins_a_new_history():
    line = Line(rock(5, 1.0))
    line.take(make_pass(2, changes=[5, 1, 9.0], now_ms=10))
    assert line.at(0).get(5).x == 9.0


def test_an_empty_history_shows_nothing():
    assert History(SCHEMA).frame(5.0) is None


def test_the_number_of_states_kept_is_bounded():
    line = Line(rock(5, 0.0))
    for tick in range(2, 100):
        line.take(make_pass(tick, changes=[5, 1, float(tick)]))
    assert line.history.unread == 99
    assert line.at(0).tick == 100 - SNAPSHOTS_MAX
    assert line.history.unread == 0


def test_nothing_is_known_beyond_the_newest_state():
    line = Line(ship(7, 0, ammo=1))
    assert line.history.newest_ms == 50
    line.take(make_pass(2))
    assert line.history.newest_ms == 100
    assert History(SCHEMA).newest_ms == math.inf
