"""Delta sequences about seats: owners, subscriptions, applied inputs, spectators, turn-based games."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, Final

from tests.vectors.stage import Stage

__all__ = ["SEQUENCES"]

_PLAYER: Final[dict[str, Any]] = {"state": 0, "away_until_ms": 0, "score": 0}
_SHIP: Final[dict[str, Any]] = {"x": 0.0, "y": 0.0, "angle": 0.0, "hull": 4, "ammo": 10}


def _player(stage: Stage, seat: int, name: str, **values: Any) -> Any:
    return stage.put(-1 - seat, "Player", **_PLAYER | {"name": name, "player_id": f"id of {name}"} | values)


def _owner() -> Stage:
    stage = Stage("owner", "a channel of the owner's carries a field that nobody else sees", seat=1)
    theirs = stage.channels.channel("owner:0")
    mine = stage.channels.channel("owner:1")
    stage.subscribe(mine)
    stage.put(0, "Game", status=1, round=1)
    ships = []
    for seat, channel in enumerate((theirs, mine)):
        ship = stage.put(1 + seat, "Ship", owner=seat, **_SHIP)
        ships.append(stage.show(1 + seat, "Ship", ship, owner=seat, only="owner", to=channel))
    stage.send("seat 1: `ammo` (mask 16) of ship 2 in channel 2; ship 1 has none here")
    ships[0].ammo, ships[1].ammo = 9, 8
    stage.send("both fired; one is told")
    stage.leave(2)
    stage.leave(2, mine)
    stage.send("ship 2 leaves both channels: it is gone")
    return stage


def _given() -> Stage:
    stage = Stage("given away", "an entity changes its owner: it enters again, in other channels")
    theirs, mine = stage.channels.channel("owner:1"), stage.channels.channel("owner:0")
    stage.subscribe(mine)
    ship = stage.put(1, "Ship", owner=0, **_SHIP)
    stage.show(1, "Ship", ship, owner=0, only="owner", to=mine)
    stage.send("my ship")
    stage.leave(1, mine)
    stage.show(1, "Ship", ship, owner=1)
    stage.show(1, "Ship", ship, owner=1, only="owner", to=theirs)
    stage.send("theirs now: still seen, without `ammo`")
    stage.leave(1, theirs)
    stage.show(1, "Ship", ship, owner=0)
    stage.show(1, "Ship", ship, owner=0, only="owner", to=mine)
    stage.send("mine again")
    return stage


def _moves() -> Stage:
    stage = Stage("from channel to channel", "an entity that moves between channels which a seat both has stays")
    red = stage.channels.channel("red")
    stage.subscribe(red)
    trap = stage.put(1, "Ship", to=red, **_SHIP)
    stage.send("in channel 1")
    stage.leave(1, red)
    stage.show(1, "Ship", trap)
    stage.send("to channel 0: its enter comes before the leave in channel 1, because parts are in order of channels")
    stage.leave(1)
    stage.show(1, "Ship", trap, to=red)
    stage.send("and back: the leave comes first; it never was gone in between, as a pass is applied whole")
    return stage


def _subscriptions() -> Stage:
    stage = Stage("subscribe and unsubscribe", "a new channel begins with age 0; one that is given up is forgotten")
    red, blue = stage.channels.channel("red"), stage.channels.channel("blue")
    stage.put(0, "Game", status=1, round=1)
    stage.put(1, "Ship", to=red, **_SHIP)
    stage.put(2, "Ship", to=blue, **_SHIP)
    stage.send("channel 0 alone")
    stage.subscribe(red)
    stage.send("and channel 1: age 0")
    stage.subscribe(blue)
    stage.send("channel 2 instead: what 1 held is gone")
    stage.subscribe(red, blue)
    stage.send("both: 1 begins with age 0 again")
    stage.subscribe()
    stage.send("none but channel 0", crc=False)
    return stage


def _cleared() -> Stage:
    stage = Stage(
        "cleared", "age 0 in the middle: the server's history does not reach back; what follows is everything"
    )
    stage.put(0, "Game", status=1, round=1)
    ship = stage.put(1, "Ship", **_SHIP)
    stage.put(2, "Ship", **_SHIP)
    stage.send("two ships")
    stage.leave(2)
    ship.hull = 1
    stage.step()
    stage.forget_history()
    stage.send("age 0 without a resync: ship 2 is not in what follows, and so it is gone")
    ship.hull = 0
    stage.send("age 1")
    return stage


def _applied() -> Stage:
    stage = Stage("applied", "the table has the low 16 bits of the last input decided, for each seat in order", seat=1)
    stage.put(0, "Game", status=1, round=1)
    stage.send("nothing yet", applied=[0, 0, 0, 0])
    stage.send("seat 1: input 3", applied=[900, 3, 0, 0])
    stage.send("input 65535", applied=[901, 65535, 0, 0])
    stage.send("0000 after ffff is 65536, and not 0", applied=[902, 65536, 0, 0])
    stage.send("98304 is 32768 further: the most that is possible", applied=[902, 65536 + 32768, 0, 0])
    stage.send("131073 wraps once more", applied=[902, 131_073, 0, 0], undurable=3)
    return stage


def _large() -> Stage:
    stage = Stage(
        "applied in a large session", "more than 16 seats: in the seat part, in full, when it changed", "everything"
    )
    stage.put(0, "Game", status=1)
    stage.send("input 70000", alone=70_000)
    stage.send("no change: no seat part", crc=False)
    stage.send("input 70001", alone=70_001, crc=False)
    return stage


def _players() -> Stage:
    stage = Stage("players", "ids -1, -2, ...: the player in seat 0, 1, ...; who drops, comes back, and leaves")
    stage.put(0, "Game", status=0, round=0)
    _player(stage, 0, "Ann")
    stage.send("Ann waits")
    bob = _player(stage, 1, "Bob")
    stage.send("Bob came")
    bob.state, bob.away_until_ms = 1, 30_100
    stage.send("Bob's connection is lost: the seat is freed at session time 30100")
    bob.state, bob.away_until_ms = 0, 0
    stage.send("Bob is back")
    stage.leave(-2)
    stage.send("Bob left")
    _player(stage, 1, "Cleo")
    stage.send("Cleo has Bob's seat, and with it the id -2: the one id that is used again")
    return stage


def _spectator() -> Stage:
    stage = Stage("spectator", "seat -1: everybody's state alone, and nothing in the table of applied inputs", seat=-1)
    stage.put(0, "Game", status=1, round=1)
    ship = stage.put(1, "Ship", owner=0, **_SHIP)
    stage.show(1, "Ship", ship, owner=0, only="owner", to=stage.channels.channel("owner:0"))
    stage.send("no `ammo` of anybody's", table=[7, 9, 0, 0])
    ship.ammo, ship.x = 9, 0.5
    stage.send("a change", table=[8, 9, 0, 0])
    return stage


def _turns() -> Stage:
    stage = Stage(
        "turn by turn", "tick_hz 0: a pass a step, however long after; each is acknowledged", "turns", acks=True
    )
    clock: dict[str, Any] = {"state": 0, "away_until_ms": 0, "clock_ms": 60_000}
    game = stage.put(0, "Game", status=1, heap=12, turn=0)
    ann = stage.put(-1, "Player", **clock | {"name": "Ann", "player_id": "a"})
    stage.put(-2, "Player", **clock | {"name": "Bob", "player_id": "b"})
    stage.at(25)
    stage.send("the start, at session time 25 ms", applied=[0, 0])
    game.heap, game.turn, ann.clock_ms = 9, 1, 55_000
    stage.at(5_025)
    stage.send("Ann took 3, five seconds later", applied=[1, 0])
    stage.at(65_025)
    stage.send("a minute passed: a step without a change", applied=[1, 0], crc=False)
    return stage


SEQUENCES: Final[list[Callable[[], Stage]]] = [
    _owner,
    _given,
    _moves,
    _subscriptions,
    _cleared,
    _applied,
    _large,
    _players,
    _spectator,
    _turns,
]
