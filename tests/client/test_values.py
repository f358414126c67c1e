"""From wire values to what a client's user sees."""

import copy
import enum

import pytest

from rallypoint_client.values import Enums, Namespace
from rallypoint_protocol.schema import Enumeration, Fixed, Int, OptionalOf, Str, TupleOf

from tests.client.wire import COLOUR


def test_what_is_the_same_needs_no_conversion():
    enums = Enums()
    assert enums.converter(Int()) is None
    assert enums.converter(OptionalOf(Str())) is None


def test_fixed_becomes_a_float():
    assert Enums().converter(Fixed(0.01))(1234) == 12.34


def test_an_enum_becomes_a_member_also_inside_of_others():
    enums = Enums()
    red = enums.of(COLOUR)["RED"]
    assert enums.converter(COLOUR)(1) is red
    optional = enums.converter(OptionalOf(COLOUR))
    assert optional(1) is red
    assert optional(None) is None
    assert enums.converter(TupleOf((COLOUR,), more=True))([1, 1]) == (red, red)
    assert enums.converter(TupleOf((Int(), COLOUR)))([1, 1]) == (1, red)


def test_one_enumeration_is_one_class_however_many_fields_use_it():
    enums = Enums()
    same = Enumeration(COLOUR.name, COLOUR.members)
    assert enums.of(COLOUR) is enums.of(same)
    assert issubclass(enums.of(COLOUR), enum.IntEnum)
    assert enums.by_name() == {"Colour": enums.of(COLOUR)}


def test_a_number_of_a_newer_server_stays_a_number():
    assert Enums().converter(COLOUR)(99) == 99


def test_arrays_become_tuples():
    assert Enums().converter(TupleOf((Int(),), more=True))([1, 2]) == (1, 2)
    assert Enums().converter(TupleOf((Fixed(0.5), Str())))([3, "a"]) == (1.5, "a")


def test_an_array_of_the_wrong_length_is_an_error():
    with pytest.raises(ValueError):
        Enums().converter(TupleOf((Int(), Int())))([1])


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
