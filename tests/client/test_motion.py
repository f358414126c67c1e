"""Which numbers of an entity move, and how."""

import math
from types import SimpleNamespace

import pytest

from rallypoint_client.motion import Motion, Moving
from tests.client.wire import SCHEMA

SHIP = SCHEMA.entities[2]
MOTION = Motion(
    [Moving("x", False, 0.01), Moving("y", False, 0.01), Moving("vx", False, 0.01), Moving("a", True, 0.01)]
)


def at(x: float = 0.0, y: float = 0.0, vx: float = 0.0, a: float = 0.0, **more: object) -> SimpleNamespace:
    return SimpleNamespace(x=x, y=y, vx=vx, a=a, **more)


def test_it_knows_the_fields_that_the_game_lets_move():
    assert [(each.name, each.turn, each.step) for each in Motion.of(SHIP).moving] == [
        ("x", False, 0.01),
        ("angle", True, 0.01),
    ]


def test_a_place_is_what_the_game_calls_x_y_and_z_or_what_is_named():
    assert MOTION.distance(MOTION.ways(at(), at(3, 4, 99, 1))) == 5
    named = Motion(MOTION.moving, ["vx"])
    assert named.distance(named.ways(at(), at(3, 4, 99, 1))) == 99


def test_a_place_that_does_not_move_is_refused_with_those_that_do():
    with pytest.raises(ValueError, match="Ship has no field 'ammo' that moves, but x, angle"):
        Motion.of(SHIP, ["ammo"])


def test_a_turn_is_the_short_way_round():
    assert MOTION.ways(at(a=0.1), at(a=math.tau - 0.1))[3] == pytest.approx(-0.2)


def test_what_is_as_near_as_can_be_told_apart_is_taken_as_predicted():
    state, predicted = at(1.0, 2.0, 3.0, 0.0, hull=4), at(1.004, 2.0, 3.0, math.tau - 0.001, hull=4)
    assert MOTION.merge(state, predicted)
    assert vars(state) == vars(predicted)


def test_what_is_not_stays_as_the_state_has_it():
    state = at(1.0, 2.0, hull=3)
    assert not MOTION.merge(state, at(1.004, 2.5, hull=4))
    assert vars(state) == vars(at(1.004, 2.0, hull=3))
    assert not MOTION.merge(at(hull=3), at(hull=4))


def test_what_is_not_seen_does_not_move():
    hidden = SimpleNamespace(x=None, y=1.0, vx=0.0, a=0.0)
    assert MOTION.ways(at(), hidden) == [0.0, 1.0, 0.0, 0.0]
    MOTION.add(hidden, [5.0, 1.0, 0.0, 0.0], 0.5)
    assert (hidden.x, hidden.y) == (None, 1.5)
