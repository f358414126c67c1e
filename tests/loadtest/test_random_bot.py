from random import Random
from types import SimpleNamespace

import pytest
from hypothesis import given, strategies as st

from rallypoint_loadtest.random_bot import RandomBot, random_value
from rallypoint_protocol.codec import encode, session_decoder
from rallypoint_protocol.inputs import make_inputs
from rallypoint_protocol.schema import (
    Bool,
    Bytes,
    Enumeration,
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
)

TYPES: list[WireType] = [
    Int(), Bool(), Float(), Fixed(0.01), Str(), Bytes(), Ref(""), Enumeration("Colour", (("RED", 1), ("BLUE", 5))),
    OptionalOf(Int()), TupleOf((Int(), Str())), TupleOf((Float(),), more=True),
]  # fmt: skip
EVERYTHING = tuple(FieldDef(f"f{number}", type_) for number, type_ in enumerate(TYPES))
STEER = InputDef("Steer", True, EVERYTHING)
FIRE = InputDef("Fire", False, ())


def bot_for(*inputs, seed=1):
    classes = make_inputs(inputs)
    schema = Schema("test", 20, 1, 8, 30.0, (), inputs, ())
    return RandomBot(SimpleNamespace(index=0, schema=schema, inputs=SimpleNamespace(**classes)), Random(seed)), classes


@given(st.integers())
def test_a_server_can_decode_whatever_it_sends(seed):
    bot, classes = bot_for(STEER, FIRE, seed=seed)
    decode = session_decoder(tuple(classes.values()))
    for _ in range(5):
        for sent in bot.tick(None):
            assert type(decode(encode(sent))) is type(sent)


def test_every_hold_is_given_at_every_tick_and_changes_now_and_then():
    bot, classes = bot_for(STEER)
    given_ = [list(bot.tick(None)) for _ in range(200)]
    assert all([type(sent) for sent in inputs] == [classes["Steer"]] for inputs in given_)
    assert 1 < len({encode(inputs[0]) for inputs in given_}) < 100


def test_it_acts_now_and_then():
    bot, classes = bot_for(STEER, FIRE)
    acts = sum(isinstance(sent, classes["Fire"]) for _ in range(1000) for sent in bot.tick(None))
    assert 10 < acts < 200


def test_in_a_game_without_holds_it_acts_at_every_tick():
    bot, _ = bot_for(FIRE)
    assert all(len(list(bot.tick(None))) == 1 for _ in range(20))


def test_in_a_game_without_inputs_it_does_nothing():
    bot, _ = bot_for()
    assert not list(bot.tick(None))


@pytest.mark.parametrize("type_", [Int(), Float(), Fixed(0.1)])
def test_numbers_stay_where_most_games_accept_them(type_):
    assert all(0 <= random_value(type_, Random(seed)) <= 1 for seed in range(100))
