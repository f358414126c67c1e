"""A schema has one canonical form: equal games have equal hashes, and any change of what a client sees changes it."""

from __future__ import annotations

import enum
from typing import Any

import msgpack
import msgspec
import pytest

from rallypoint import Action, Entity, Event, Game, Hold, Player, field, fixed, on, private
from rallypoint_protocol.codec import encode
from rallypoint_protocol.inputs import make_inputs
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
    decode_schema,
    encode_schema,
    from_wire,
    schema_hash,
)

COLOUR = Enumeration("Colour", (("RED", 1), ("BLUE", 2)))
TYPES: list[WireType] = [
    Int(),
    Bool(),
    Float(),
    Fixed(0.01),
    Fixed(0.02),
    Str(),
    Bytes(),
    COLOUR,
    Enumeration("Colour", (("RED", 1), ("BLUE", 3))),
    Enumeration("Colour", (("BLUE", 2), ("RED", 1))),
    Enumeration("Color", (("RED", 1), ("BLUE", 2))),
    Enumeration("Colour", (("RED", 1), ("BLUE", 2), ("GREEN", 3))),
    Ref("Ship"),
    Ref(""),
    OptionalOf(Int()),
    OptionalOf(OptionalOf(Int())),
    OptionalOf(TupleOf((Int(),), True)),
    TupleOf((Int(),)),
    TupleOf((Int(),), True),
    TupleOf((Int(), Int())),
    TupleOf(()),
    TupleOf((TupleOf((Int(),), True),), True),
]
SCHEMA = Schema(
    "duel",
    20,
    1,
    4,
    30.0,
    (
        EntityDef("Game", ()),
        EntityDef("Player", (FieldDef("name", Str()),)),
        EntityDef("Ship", (FieldDef("x", Fixed(0.01), "", "linear"), FieldDef("ammo", Int(), "owner"))),
    ),
    (InputDef("Steer", True, (FieldDef("turn", Int()),), (0,)), InputDef("Fire", False, ())),
    (EventDef("Hit", (FieldDef("by", OptionalOf(COLOUR)),)),),
)


def with_type(type_: WireType) -> Schema:
    return msgspec.structs.replace(SCHEMA, events=(EventDef("Hit", (FieldDef("by", type_),)),))


def changed(value: Any) -> Any:
    """Something of the same type that is not equal."""
    match value:
        case bool():
            return not value
        case int() | float():
            return value + 1
        case str():
            return {"step": "turn", "linear": "turn"}.get(value, value + "x")
        case tuple():
            return value[:-1] if value else (0,)
        case _:
            return Bytes()


def variants(item: Any) -> list[Any]:
    """The struct with one thing changed in it, for each thing that there is at any depth."""
    found: list[Any] = []
    for name in item.__struct_fields__:
        value = getattr(item, name)
        deeper = list(value) if isinstance(value, tuple) else [value]
        for index, inner in enumerate(deeper):
            if not isinstance(inner, msgspec.Struct):
                continue
            for other in variants(inner):
                whole = (*value[:index], other, *value[index + 1 :]) if isinstance(value, tuple) else other
                found.append(msgspec.structs.replace(item, **{name: whole}))
        new = changed(value)
        if not (isinstance(item, FieldDef) and name == "type" and new == value) and name != "members":
            found.append(msgspec.structs.replace(item, **{name: new}))
    return found


def test_a_schema_comes_back_with_the_same_bytes():
    data = encode_schema(SCHEMA)
    assert decode_schema(data) == SCHEMA
    assert encode_schema(decode_schema(data)) == data
    assert msgpack.packb(msgpack.unpackb(data)) == data
    assert len(schema_hash(data)) == 16


@pytest.mark.parametrize("type_", TYPES)
def test_every_type_comes_back_as_it_was(type_: WireType):
    assert decode_schema(encode_schema(with_type(type_))) == with_type(type_)


def test_different_types_have_different_hashes():
    hashes = {schema_hash(encode_schema(with_type(type_))) for type_ in TYPES}
    assert len(hashes) == len(TYPES)


def test_any_change_anywhere_changes_the_hash():
    schemas = [SCHEMA, *variants(SCHEMA)]
    assert len(schemas) > 30
    assert len({schema_hash(encode_schema(schema)) for schema in schemas}) == len(schemas)


@pytest.mark.parametrize("data", [b"", b"\x90", b"\xc0", encode_schema(SCHEMA)[:-1], encode_schema(SCHEMA) + b"\xc0"])
def test_bytes_that_are_no_schema_are_refused(data: bytes):
    with pytest.raises(msgspec.DecodeError):
        decode_schema(data)


def test_a_schema_may_grow_without_breaking_older_clients():
    grown = msgpack.unpackb(encode_schema(SCHEMA))
    grown[5][2][1][0].append("new")
    grown[5][2].append("new")
    grown[6][0].append("new")
    grown += [0, "new"]  # what it has in its place today, and what nobody knows
    assert decode_schema(msgpack.packb(grown)) == SCHEMA


# --- of games -----------------------------------------------------------------------------------------------------


class Colour(enum.IntEnum):
    RED = 1
    BLUE = 2


def make_game(**change: Any) -> type[Game[Any]]:
    """A game, made anew at each call; ``change`` replaces one part of it."""

    class Pilot(Player):
        score: int = change.get("score", field(0))

    class Ship(Entity):
        x: float = change.get("x", fixed(0.01))
        ammo: int = change.get("ammo", field(10, to="owner"))
        heat: float = private(change.get("heat", 0.0))
        target: Ship | None = field(None)

    class Steer(Hold):
        turn: int = change.get("turn", 0)
        path: tuple[int, ...] = (1, 2)
        where: tuple[float, float] = (0.5, 1.5)
        colour: Colour = Colour.BLUE
        colours: tuple[Colour, ...] = (Colour.RED,)
        maybe: tuple[Colour, ...] | None = None

    class Fire(Action):
        power: int

    class Hit(Event):
        by: int

    class Duel(Game[Pilot], seats=change.get("seats", (1, 4)), tick_hz=change.get("tick_hz", 20)):
        uses = (Ship, Steer, Fire, Hit)
        round: int = change.get("round", field(0))

        @on(Fire)
        def fire(self, player: Pilot, action: Fire) -> None: ...

    return Duel


def test_equal_games_have_equal_hashes():
    assert make_game().definition().schema_hash == make_game().definition().schema_hash
    assert make_game().definition().schema_bytes == make_game().definition().schema_bytes


def test_what_no_client_sees_does_not_change_the_hash():
    assert make_game(heat=5.0).definition().schema_hash == make_game().definition().schema_hash
    assert make_game(ammo=field(3, to="owner")).definition().schema_hash == make_game().definition().schema_hash


@pytest.mark.parametrize(
    "change",
    [
        {"score": field(0, to="owner")},
        {"x": fixed(0.02)},
        {"x": field(0.0)},
        {"x": fixed(0.01, lerp="turn")},
        {"ammo": field(10)},
        {"turn": 1},
        {"seats": (1, 5)},
        {"tick_hz": 30},
        {"round": private(0)},
    ],
    ids=str,
)
def test_what_a_client_sees_changes_the_hash(change: dict[str, Any]):
    assert make_game(**change).definition().schema_hash != make_game().definition().schema_hash


def test_a_client_makes_inputs_with_the_games_defaults_from_the_schema_that_was_sent():
    definition = make_game().definition()
    classes = make_inputs(decode_schema(definition.schema_bytes).inputs)
    steer = classes["Steer"]()
    assert (steer.path, steer.where, steer.colour, steer.colours, steer.maybe) == ((1, 2), (0.5, 1.5), 2, (1,), None)
    decoded = definition.decode(encode(classes["Steer"](seq=1, path=(3,), maybe=(1, 2))))
    assert (decoded.seq, decoded.path, decoded.colour, decoded.maybe) == (1, (3,), Colour.BLUE, (1, 2))
    assert definition.decode(encode(classes["Fire"](seq=2, power=9))).power == 9


def test_from_wire_converts_at_any_depth():
    deep = from_wire(OptionalOf(TupleOf((Fixed(0.5), TupleOf((Fixed(0.3),), True)))))
    assert deep is not None
    assert deep(None) is None
    assert deep([3, [1, 2]]) == (1.5, (pytest.approx(0.3), pytest.approx(0.6)))
    for plain in (Int(), Bool(), Float(), Str(), Bytes(), COLOUR, Ref("Ship"), OptionalOf(Int())):
        assert from_wire(plain) is None


def test_a_definition_is_made_once():
    game = make_game()
    assert game.definition() is game.definition()
