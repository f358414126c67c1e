"""What is made from a schema."""

import math

import msgspec
import pytest

from rallypoint_client.classes import SCHEMAS_MAX, Classes, SchemaCache, classes_of
from rallypoint_client.errors import InvalidInput
from rallypoint_protocol.codec import BadMessage, encode
from rallypoint_protocol.inputs import make_inputs
from rallypoint_protocol.schema import (
    Bytes,
    EntityDef,
    Enumeration,
    FieldDef,
    InputDef,
    Int,
    Schema,
    TupleOf,
    encode_schema,
    schema_hash,
)
from tests.client.wire import HASH, SAY, SCHEMA, SCHEMA_BYTES, STEER

classes = Classes(SCHEMA, HASH)


def framed(classes, x, seq, tick):
    kind = classes.input_class(x)
    return kind.frame(seq, tick, kind.rest(x))


def test_inputs_are_classes_with_the_games_defaults():
    steer = classes.inputs.Steer()
    assert (steer.turn, steer.thrust) == (0, False)
    assert classes.inputs.Steer(turn=1, thrust=True).turn == 1


@pytest.mark.parametrize(("seq", "tick"), [(1, -1), (127, 5), (300, 70_000), (2**40, 2**33)])
def test_an_input_is_put_together_as_it_would_be_encoded_whole(seq, tick):
    say = classes.inputs.Say(text="hello", colour=2)
    assert framed(classes, say, seq, tick) == encode([SAY, seq, tick, "hello", 2])
    assert framed(classes, classes.inputs.Steer(turn=-3), seq, tick) == encode([STEER, seq, tick, -3, False])


def test_long_inputs_and_high_kinds_are_put_together_as_well():
    fields = tuple(FieldDef(f"f{number}", Int()) for number in range(20))
    many = tuple(InputDef(f"I{number}", False, fields) for number in range(100))
    made = Classes(msgspec.structs.replace(SCHEMA, inputs=many), b"")
    x = made.inputs.I99(**{field.name: 7 for field in fields})
    assert framed(made, x, 900, 4) == encode([64 + 99, 900, 4, *[7] * 20])


def test_an_input_that_carries_a_number_already_is_sent_with_the_right_one():
    steer = classes.inputs.Steer(turn=1, seq=99, tick=77)
    assert framed(classes, steer, 1, 2) == encode([STEER, 1, 2, 1, False])


@pytest.mark.parametrize(
    ("name", "fields"),
    [
        ("Steer", {"turn": "left"}),
        ("Steer", {"turn": 1.5}),
        ("Steer", {"turn": 2**63}),
        ("Steer", {"turn": 2**70}),
        ("Steer", {"turn": object()}),
        ("Aim", {"angle": math.nan}),
        ("Aim", {"angle": math.inf}),
        ("Say", {"text": b"bytes", "colour": 1}),
        ("Say", {"text": "\ud800", "colour": 1}),
        ("Say", {"text": "hi", "colour": 3}),
    ],
)
def test_an_input_that_the_server_would_close_for_is_refused_here(name, fields):
    x = getattr(classes.inputs, name)(**fields)
    with pytest.raises(InvalidInput, match=name) as caught:
        classes.input_class(x).rest(x)
    assert caught.value.name == name


def test_an_int_is_good_enough_for_a_float():
    aim = classes.inputs.Aim(angle=1)
    assert framed(classes, aim, 1, 1) == encode([65, 1, 1, 1])


def test_a_member_of_the_games_enum_is_a_value():
    say = classes.inputs.Say(text="", colour=classes.enums.Colour.BLUE)
    assert framed(classes, say, 1, 1) == encode([SAY, 1, 1, "", 2])


def test_what_is_no_input_of_the_game_is_answered_with_its_inputs():
    other = make_inputs(SCHEMA.inputs)["Steer"]()
    for x in (other, "Steer", None):
        with pytest.raises(TypeError, match=r"duel: make one with seat\.inputs, which has Steer, Aim, Fire, Say"):
            classes.input_class(x)


def test_enums_only_used_by_inputs_or_entities_are_there():
    assert dir(classes.enums) == ["Colour", "PlayerState"]
    assert classes.enums.Colour.RED == 1


def test_a_hold_may_have_defaults_of_any_type():
    defaults = ((1, 2), b"x", 2)
    fields = (
        FieldDef("pair", TupleOf((Int(), Int()))),
        FieldDef("raw", Bytes()),
        FieldDef("colour", Enumeration("Colour", (("RED", 1), ("BLUE", 2)))),
    )
    schema = msgspec.structs.replace(SCHEMA, inputs=(InputDef("Odd", True, fields, defaults),))
    data = encode_schema(schema)
    made = SchemaCache().add(schema_hash(data), data)
    assert made.inputs.Odd().pair == (1, 2)
    assert framed(made, made.inputs.Odd(), 1, 1) == encode([64, 1, 1, [1, 2], b"x", 2])


def test_a_schema_is_made_into_classes_once():
    cache = SchemaCache()
    assert cache.get(HASH) is None
    made = cache.add(HASH, SCHEMA_BYTES)
    assert cache.get(HASH) is made
    assert made.hash == HASH
    assert made.schema == SCHEMA


def test_the_schema_used_longest_ago_is_forgotten_first():
    cache = SchemaCache()
    hashes = []
    for number in range(SCHEMAS_MAX):
        data = encode_schema(msgspec.structs.replace(SCHEMA, game=f"g{number}"))
        hashes.append(schema_hash(data))
        cache.add(hashes[-1], data)
    assert cache.get(hashes[0]) is not None
    cache.add(HASH, SCHEMA_BYTES)
    assert cache.get(hashes[0]) is not None
    assert cache.get(hashes[1]) is None


def _bytes(**changes):
    return encode_schema(msgspec.structs.replace(SCHEMA, **changes))


@pytest.mark.parametrize(
    "data",
    [
        b"",
        b"\xc1",
        SCHEMA_BYTES[:-1],
        _bytes(entities=()),
        _bytes(entities=SCHEMA.entities[:1]),
        _bytes(inputs=(InputDef("not a name", False, (FieldDef("a b", Int()),)),)),
        _bytes(inputs=(InputDef("Wrong", True, (FieldDef("a", Int()),), ("text",)),)),
        _bytes(entities=(*SCHEMA.entities, EntityDef("E", (FieldDef("e", Enumeration("mro", (("mro", 1),))),)))),
    ],
)
def test_a_schema_that_makes_no_sense_is_a_bad_message(data):
    with pytest.raises(BadMessage):
        SchemaCache().add(schema_hash(data), data)


def test_a_schema_must_be_the_one_that_was_announced():
    with pytest.raises(BadMessage, match="announced"):
        SchemaCache().add(b"0" * 16, SCHEMA_BYTES)


def test_classes_of_a_schema_object_are_made_once():
    schema = Schema("g", 20, 1, 2, 30.0, SCHEMA.entities, (), ())
    assert classes_of(schema) is classes_of(schema)
    assert classes_of(schema).hash == schema_hash(encode_schema(schema))
