"""From wire values to what a client's user sees."""

import copy
import enum
from typing import Any

import pytest

from rallypoint_client.values import Enums, Namespace
from rallypoint_protocol.schema import Enumeration, Fixed, Int, OptionalOf, Str, TupleOf, WireType
from tests.client.wire import COLOUR


def converted(enums: Enums, type_: WireType, value: Any) -> Any:
    convert = enums.converter(type_)
    assert convert is not None
    return convert(value)


def test_what_is_the_same_needs_no_conversion():
    enums = Enums()
    assert enums.converter(Int()) is None
    assert enums.converter(OptionalOf(Str())) is None


def test_fixed_becomes_a_float():
    assert converted(Enums(), Fixed(0.01), 1234) == 12.34


def test_an_enum_becomes_a_member_also_inside_of_others():
    enums = Enums()
    red = enums.of(COLOUR)["RED"]
    assert converted(enums, COLOUR, 1) is red
    assert converted(enums, OptionalOf(COLOUR), 1) is red
    assert converted(enums, OptionalOf(COLOUR), None) is None
    assert converted(enums, TupleOf((COLOUR,), more=True), [1, 1]) == (red, red)
    assert converted(enums, TupleOf((Int(), COLOUR)), [1, 1]) == (1, red)


def test_one_enumeration_is_one_class_however_many_fields_use_it():
    enums = Enums()
    same = Enumeration(COLOUR.name, COLOUR.members)
    assert enums.of(COLOUR) is enums.of(same)
    assert issubclass(enums.of(COLOUR), enum.IntEnum)
    assert enums.by_name() == {"Colour": enums.of(COLOUR)}


def test_a_number_of_a_newer_server_stays_a_number():
    assert converted(Enums(), COLOUR, 99) == 99


def test_arrays_become_tuples():
    assert converted(Enums(), TupleOf((Int(),), more=True), [1, 2]) == (1, 2)
    assert converted(Enums(), TupleOf((Fixed(0.5), Str())), [3, "a"]) == (1.5, "a")


def test_an_array_of_the_wrong_length_is_an_error():
    with pytest.raises(ValueError):
        converted(Enums(), TupleOf((Int(), Int())), [1])


def test_a_wrong_name_is_answered_with_those_that_exist():
    names = Namespace("input", "duel", {"Steer": 1, "Fire": 2})
    assert names.Steer == 1
    assert dir(names) == ["Fire", "Steer"]
    with pytest.raises(AttributeError, match="duel has no input 'Stear', but Steer, Fire"):
        _ = names.Stear
    with pytest.raises(AttributeError, match="but none"):
        _ = Namespace("input", "duel", {}).Steer


def test_a_namespace_can_be_copied():
    assert copy.copy(Namespace("input", "duel", {"Steer": 1})).Steer == 1
