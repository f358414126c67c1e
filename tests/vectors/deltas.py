"""``deltas.json``: passes in a row, and what a client must know after each."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, Final

from tests.vectors import deltas_many_fields, deltas_of_seats
from tests.vectors.stage import Stage

__all__ = ["deltas"]


_SHIP: Final[dict[str, Any]] = {"x": 0.0, "y": 0.0, "angle": 0.0, "hull": 4}


def _game(stage: Stage, status: int = 1, round_: int = 1) -> Any:
    return stage.put(0, "Game", status=status, round=round_)


def _ship(stage: Stage, id_: int, **values: Any) -> Any:
    return stage.put(id_, "Ship", **_SHIP | values)


def _enter_and_change() -> Stage:
    stage = Stage("enter and change", "an entity enters; its fields change, one and several at a time")
    _game(stage)
    ship = _ship(stage, 1, x=10.0, y=20.5)
    stage.send("age 0: the channel is everything that follows. Masks are 3 (status, round) and 15 (x, y, angle, hull)")
    ship.x = 10.25
    stage.send("age 1: x changed by 25 steps of 0.01; the mask is 1")
    ship.x, ship.angle, ship.hull = 9.0, 3.14, 3
    stage.send("age 1: mask 13 is x, angle and hull: -125, +314, -1")
    ship.y = 20.504
    stage.send("y moved by less than half a step: nothing to send but the CRC")
    return stage


def _wrap() -> Stage:
    stage = Stage("64 bits", "differences of whole numbers wrap to signed 64 bits")
    game = _game(stage, round_=2**63 - 1)
    stage.send("round is 2^63 - 1", crc=False)
    game.round = -(2**63)
    stage.send("the difference is +1: 2^63 - 1 + 1 wraps to -2^63")
    game.round = 2**63 - 1
    stage.send("and back: the difference is -1")
    game.round = 0
    stage.send("-(2^63 - 1): fits 64 bits")
    game.round = -(2**63)
    stage.send("-2^63")
    game.round = 1
    stage.send("from -2^63 to 1: the difference 2^63 + 1 travels as -(2^63 - 1)")
    return stage


def _leave_and_enter() -> Stage:
    stage = Stage("leave and enter", "leaves come before enters; an unknown leave is fine; an id is replaced")
    _game(stage)
    _ship(stage, 1)
    _ship(stage, 2)
    stage.send("two ships")
    stage.leave(1)
    _ship(stage, 3, hull=9)
    stage.send("1 leaves, 3 enters")
    stage.leave(3)
    _ship(stage, 3, hull=8)
    stage.send("3 leaves and enters again, in one step: leaves first")
    _ship(stage, 4)
    stage.leave(4)
    stage.send("4 entered and left within the step: a leave of what was never there")
    stage.put(2, "Ship", owner=1, **_SHIP | {"x": 1.0})
    stage.send("2 has an owner now: it enters again, and replaces what was there")
    return stage


def _empty() -> Stage:
    stage = Stage("empty passes", "passes without parts advance every channel; a part follows on them")
    game = _game(stage)
    stage.send("the game")
    stage.send("nothing changed, and no CRC: no parts", crc=False)
    stage.send("again", crc=False)
    game.round = 2
    stage.send("age 1 is since the empty pass before")
    return stage


def _conflated() -> Stage:
    stage = Stage("conflated", "a client that was behind gets one larger delta: values of age > 1 are no differences")
    game = _game(stage)
    ships = [_ship(stage, id_) for id_ in (1, 2, 3)]
    stage.send("three ships")
    ships[0].x = 1.0
    stage.step()
    stage.leave(2)
    ships[0].x = 2.0
    stage.step()
    _ship(stage, 4, hull=1)
    game.round = 7
    stage.step()
    ships[2].y = -5.5
    stage.send("age 4: x of ship 1 is 200 (not +200), round is 7, y of ship 3 is -550; 2 left, 4 entered")
    ships[0].x = 2.01
    stage.send("age 1 again: +1")
    stage.step()
    stage.send("age 2, and nothing changed: only a CRC")
    stage.step()
    stage.leave(4)
    _ship(stage, 4, hull=2)
    stage.step()
    stage.send("age 3: 4 left and entered again meanwhile: both are told")
    return stage


def _resumed() -> Stage:
    stage = Stage("resumed", "after a lost connection the next pass is one larger delta on what the client kept")
    _game(stage)
    ship = _ship(stage, 1)
    stage.send("the first connection", events=[(16, [0])])
    ship.x = 3.0
    stage.step()
    ship.x = 4.0
    stage.step()
    stage.come_back("a new connection resumes: state and event number are kept", "resumed")
    ship.hull = 2
    stage.send("age 3: everything since the last pass; the events go on", events=[(16, [1])])
    ship.hull = 1
    stage.send("age 1")
    return stage


def _resync() -> Stage:
    stage = Stage("resync", "state is dropped, and everything follows; events that were lost are counted")
    _game(stage)
    _ship(stage, 1)
    _ship(stage, 2)
    stage.send("before", events=[(16, [0]), (16, [1])])
    stage.leave(1)
    stage.step()
    stage.come_back("3 events (3, 4, 5) are gone: the next is 6", "resync", lost=3)
    stage.send("age 0: everything", events=[(16, [2])])
    stage.come_back("a new epoch: always the whole state; event numbers go on", "resync", epoch=2)
    _ship(stage, 7)
    stage.send("epoch 2", events=[(16, [3])])
    return stage


def _lost_before() -> Stage:
    stage = Stage("events were lost", "`lost` in seated: the next event does not follow the last one that came")
    _game(stage)
    ship = _ship(stage, 1)
    stage.send("event 1", events=[(16, [0])])
    stage.come_back("4 events (2 to 5) are gone: the state comes anew, and the count goes on", "resync", lost=4)
    stage.send("none yet: 5 is the last, as if it had been received")
    ship.hull = 1
    stage.send("event 6", events=[(16, [1])])
    stage.come_back("the connection broke again; `lost` is told once", "resumed")
    stage.send("event 7", events=[(17, [1, 0])])
    return stage


def _events() -> Stage:
    stage = Stage("events", "events are numbered without gaps, and are told after the state of their pass, in order")
    _game(stage)
    ship = _ship(stage, 1)
    stage.send("no events yet")
    ship.hull = 3
    stage.send("two events: ship 1 already has hull 3 when they are told", events=[(16, [1]), (17, [1, None])])
    stage.send("a refused input, and a kind that is not known: both count", events=[(0, [5, "too hot"]), (9, [1, 2])])
    stage.send("3 comes again, and 5 is new: what is known is ignored", events=[(16, [2])], again=3)
    stage.send("the end", events=[(1, [{"winners": [0], "scores": {0: 2, 1: 0}, "reason": "", "data": {}}, "over"])])
    return stage


def _desync(name: str, meaning: str, message: list[Any]) -> Callable[[], Stage]:
    def make() -> Stage:
        stage = Stage(f"desync: {name}", "a pass that does not fit: close, and resume from nothing (tick -1)")
        _game(stage)
        _ship(stage, 1)
        stage.send("a state")
        stage.send("another")
        stage.broken(meaning, message)
        return stage

    return make


_HEAD: Final = [1, 3, 150, 0]
_SEQUENCES: Final[list[Callable[[], Stage]]] = [
    _enter_and_change,
    _wrap,
    _leave_and_enter,
    _empty,
    _conflated,
    _resumed,
    _resync,
    _events,
    _lost_before,
    *deltas_many_fields.SEQUENCES,
    *deltas_of_seats.SEQUENCES,
    _desync("wrong CRC", "the CRC is not that of the state", [41, None, _HEAD, [[0, 1, None, None, [1, 1, 5], 1]]]),
    _desync(
        "a gap",
        "age 1 at tick 4 is since tick 3; the state is of tick 2",
        [41, None, [1, 4, 200, 0], [[0, 1, None, None, [1, 1, 5]]]],
    ),
    _desync(
        "a newer base", "age 2 at tick 5 is since tick 3", [41, None, [1, 5, 250, 0], [[0, 2, None, None, [1, 1, 5]]]]
    ),
    _desync("no newer tick", "tick 2 after tick 2", [41, None, [1, 2, 100, 0], []]),
    _desync("another epoch", "epoch 2 in the middle of epoch 1", [41, None, [2, 3, 150, 0], []]),
    _desync(
        "unknown entity", "a change of an entity that is not there", [41, None, _HEAD, [[0, 1, None, None, [9, 1, 5]]]]
    ),
    _desync(
        "field not visible",
        "a change of `ammo`, which this seat does not see",
        [41, None, _HEAD, [[0, 1, None, None, [1, 16, 5]]]],
    ),
    _desync(
        "no such field", "bit 5 of a class that has fields 0 to 4", [41, None, _HEAD, [[0, 1, None, None, [1, 32, 5]]]]
    ),
    _desync("no such class", "class 3 of 3", [41, None, _HEAD, [[0, 1, None, [[5, 3, None, 0]]]]]),
    _desync(
        "enter with no such field",
        "bit 5 of a class that has 5",
        [41, None, _HEAD, [[0, 1, None, [[5, 2, None, 32, 1]]]]],
    ),
    _desync("values missing", "mask 3 with one value", [41, None, _HEAD, [[0, 1, None, [[5, 2, None, 3, 1]]]]]),
    _desync(
        "changes cut off", "a mask of two fields, and one value", [41, None, _HEAD, [[0, 1, None, None, [1, 3, 5]]]]
    ),
]


def deltas() -> list[dict[str, Any]]:
    """``deltas.json``."""
    return [make().to_json() for make in _SEQUENCES]
