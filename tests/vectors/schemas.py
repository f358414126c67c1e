"""The schemas that the vectors are about, and ``schemas.json``."""

from __future__ import annotations

from typing import Any, Final

import msgspec

from rallypoint_protocol.schema import (
    Bool,
    Bytes,
    EntityDef,
    Enumeration,
    EventDef,
    FieldDef,
    Fixed,
    Float,
    InputDef,
    Int,
    OptionalOf,
    Ref,
    Schema,
    Str,
    TupleOf,
    WireType,
    encode_schema,
    from_wire,
    schema_hash,
)
from tests.vectors.notation import to_json, unpacked

__all__ = ["BUFFERED", "EVERYTHING", "SCHEMAS", "SMALL", "TURNS", "schemas", "values"]

_STATUS: Final = Enumeration("SessionStatus", (("WAITING", 0), ("RUNNING", 1), ("ENDED", 2)))
_PLAYER_STATE: Final = Enumeration("PlayerState", (("CONNECTED", 0), ("AWAY", 1)))
_PLAYER: Final = (
    FieldDef("name", Str()),
    FieldDef("state", _PLAYER_STATE),
    FieldDef("away_until_ms", Int()),
    FieldDef("player_id", Str()),
)
_SUIT: Final = Enumeration("Suit", (("CLUBS", 1), ("HEARTS", 2), ("JOKER", -1)))

SMALL: Final = Schema(
    "skirmish",
    20,
    2,
    4,
    30.0,
    (
        EntityDef("Game", (FieldDef("status", _STATUS), FieldDef("round", Int()))),
        EntityDef("Player", (*_PLAYER, FieldDef("score", Int()))),
        EntityDef(
            "Ship",
            (
                FieldDef("x", Fixed(0.01), lerp="linear"),
                FieldDef("y", Fixed(0.01), lerp="linear"),
                FieldDef("angle", Fixed(0.01), lerp="turn"),
                FieldDef("hull", Int()),
                FieldDef("ammo", Int(), to="owner"),
            ),
        ),
    ),
    (
        InputDef("Steer", True, (FieldDef("turn", Int()), FieldDef("thrust", Bool())), (0, False)),
        InputDef("Fire", False, ()),
        InputDef("Trade", False, (FieldDef("ship", Ref("Ship")), FieldDef("note", Str()))),
        InputDef("Aim", True, (FieldDef("angle", Float()), FieldDef("target", OptionalOf(Int()))), (0.0, None)),
    ),
    (
        EventDef("Hit", (FieldDef("victim", Int()),)),
        EventDef("Killed", (FieldDef("victim", Int()), FieldDef("by", OptionalOf(Int())))),
    ),
)
EVERYTHING: Final = Schema(
    "everything",
    10,
    1,
    200,
    5.5,
    (
        EntityDef("Game", (FieldDef("status", _STATUS),)),
        EntityDef("Player", _PLAYER),
        EntityDef(
            "Thing",
            (
                FieldDef("whole", Int()),
                FieldDef("yes", Bool()),
                FieldDef("real", Float(), lerp="linear"),
                FieldDef("cents", Fixed(0.01), lerp="linear"),
                FieldDef("thirds", Fixed(0.3), lerp="linear"),
                FieldDef("text", Str()),
                FieldDef("raw", Bytes()),
                FieldDef("suit", _SUIT),
                FieldDef("friend", Ref("Thing")),
                FieldDef("maybe", OptionalOf(Int())),
                FieldDef("maybe_suit", OptionalOf(_SUIT)),
                FieldDef("pair", TupleOf((Int(), Str()))),
                FieldDef("many", TupleOf((Float(),), more=True)),
                FieldDef("deep", OptionalOf(TupleOf((TupleOf((Int(),), more=True), Bool())))),
                FieldDef("secret", Int(), to="owner"),
                FieldDef("plan", Str(), to="spies"),
            ),
        ),
        EntityDef("Bare", ()),
    ),
    (),
    (),
)
TURNS: Final = Schema(
    "nim",
    0,
    2,
    2,
    60.0,
    (
        EntityDef("Game", (FieldDef("status", _STATUS), FieldDef("heap", Int()), FieldDef("turn", Int()))),
        EntityDef("Player", (*_PLAYER, FieldDef("clock_ms", Int()))),
    ),
    (InputDef("Take", False, (FieldDef("count", Int()),)),),
    (),
)
BUFFERED: Final = msgspec.structs.replace(SMALL, game="buffered", input_buffer_ticks=3)
SCHEMAS: Final = {"small": SMALL, "everything": EVERYTHING, "turns": TURNS, "buffered": BUFFERED}
_MEANINGS: Final = {
    "small": "a real-time game; `ammo` is its owner's alone",
    "everything": "every type of a field; more than 16 seats, so that `applied` is in the seat part",
    "turns": "a turn-based game: tick_hz is 0",
    "buffered": "the small one with input_buffer_ticks: its inputs may have `at`",
}


def schemas() -> list[dict[str, Any]]:
    """``schemas.json``."""
    made = []
    for name, schema in SCHEMAS.items():
        data = encode_schema(schema)
        vector = {"name": name, "meaning": _MEANINGS[name], "hash": schema_hash(data).hex(), "hex": data.hex()}
        made.append(vector | {"value": to_json(unpacked(data))})
    return made


_WIRE: Final[list[tuple[str, WireType, list[Any]]]] = [
    ("whole numbers", Int(), [0, -1, 2**63 - 1, -(2**63)]),
    ("truth", Bool(), [True, False]),
    ("64-bit floats", Float(), [0.0, -0.0, 0.1, 1.5, -1e300]),
    ("1 / step is whole (100): divide by it", Fixed(0.01), [0, 1, -1, 12345, 29, 2**53]),
    ("1 / step is whole (8)", Fixed(0.125), [1, 3]),
    ("1 / step is not whole: multiply by step", Fixed(0.3), [1, 3, 7, -10]),
    ("steps larger than 1: 1 / step rounds to 0: multiply", Fixed(5.0), [1, 3]),
    ("text", Str(), ["", "Zoë \U0001f680"]),
    ("bytes", Bytes(), [b"", b"\x00\xff"]),
    ("a member's number; an unknown one is kept as a number", _SUIT, [1, 2, -1, 99]),
    ("an entity's id; 0 is none", Ref("Thing"), [0, 7, -1]),
    ("nil is none", OptionalOf(Int()), [None, 5]),
    ("exactly these", TupleOf((Int(), Str())), [[1, "a"]]),
    ("any number of the first", TupleOf((Float(),), more=True), [[], [1.0, 0.5]]),
]


def values() -> list[dict[str, Any]]:
    """``values.json``: what a user of a client sees for a wire value."""
    made = []
    for meaning, type_, wires in _WIRE:
        convert = from_wire(type_) or _same
        seen = [{"wire": to_json(wire), "seen": to_json(convert(wire))} for wire in wires]
        made.append(
            {
                "type": to_json(unpacked(encode_schema(_holder(type_)))[5][0][1][0][1]),
                "meaning": meaning,
                "values": seen,
            }
        )
    return made


def _holder(type_: WireType) -> Schema:
    return Schema("g", 1, 1, 1, 0.0, (EntityDef("Game", (FieldDef("f", type_),)),), (), ())


def _same(value: Any) -> Any:
    return value
