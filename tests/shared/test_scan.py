"""What an entity holds becomes wire values, or an error that names the entity and the field."""

from __future__ import annotations

import enum
import math
from typing import Any

import pytest
from hypothesis import given, strategies as st

from rallypoint_protocol.limits import INT_MAX, INT_MIN
from rallypoint_protocol.scan import (
    FIXED_STEPS_MAX,
    FieldError,
    Record,
    compile_scan,
    compile_values,
    fixed_scale,
    wrap,
)
from rallypoint_protocol.schema import (
    Bool,
    Bytes,
    Enumeration,
    FieldDef,
    Fixed,
    Float,
    Int,
    OptionalOf,
    Ref,
    Str,
    TupleOf,
    WireType,
    from_wire,
)


def brief(value: object) -> str:
    """The name of a case."""
    return ascii(value)[:40]


class Suit(enum.IntEnum):
    HEARTS = 1
    SPADES = 4


class Other(enum.IntEnum):
    THREE = 3


class Rank(enum.StrEnum):
    ACE = "ace"


class Text(str):
    __slots__ = ()


SUIT = Enumeration("Suit", (("HEARTS", 1), ("SPADES", 4)))


class Thing:
    """Stands for an entity: whatever attributes are given."""

    id: Any

    def __init__(self, **fields: Any) -> None:
        self.__dict__.update(fields)


def scanned(type_: WireType, old: Any, new: Any) -> tuple[Record, list[Any]]:
    """What a scan finds after a field changed from ``old`` to ``new``."""
    fields = [(3, FieldDef("value", type_))]
    thing: Any = Thing(value=old)
    record = Record(5, 2, None, 8, thing, compile_values("Thing", [fields[0][1]])(thing), 10)
    thing.value = new
    changes: list[Any] = []
    compile_scan("Thing", fields)(thing, record, 11, changes)
    return record, changes


BIG = 10**400
NONE_OF_IT = [
    (Int(), 0, 1.5),
    (Int(), 0, True),
    (Int(), 5, "5"),
    (Int(), 0, None),
    (Int(), 0, 2**63),
    (Int(), 0, -(2**63) - 1),
    (Int(), 0, BIG),
    (Int(), 0, [1]),
    (Bool(), False, 1),
    (Bool(), False, None),
    (Bool(), False, "yes"),
    (Float(), 0.0, math.nan),
    (Float(), 0.0, math.inf),
    (Float(), 0.0, -math.inf),
    (Float(), 0.0, True),
    (Float(), 0.0, "1.0"),
    (Float(), 0.0, None),
    (Float(), 0.0, BIG),
    (Float(), 0.0, 1j),
    (Fixed(0.01), 0.0, math.nan),
    (Fixed(0.01), 0.0, math.inf),
    (Fixed(0.01), 0.0, -math.inf),
    (Fixed(0.01), 0.0, "1"),
    (Fixed(0.01), 0.0, None),
    (Fixed(0.01), 0.0, 1e15),
    (Fixed(0.01), 0.0, -1e15),
    (Fixed(0.01), 0.0, 1e300),
    (Fixed(0.01), 0.0, 1e308),  # times 100, it is infinite
    (Fixed(0.01), 0.0, BIG),
    (Fixed(0.01), 0.0, 1j),
    (Str(), "", 5),
    (Str(), "", b"text"),
    (Str(), "", None),
    (Str(), "", "\ud800"),
    (Bytes(), b"", "text"),
    (Bytes(), b"", None),
    (Bytes(), b"", [1]),
    (SUIT, Suit.HEARTS, 3),
    (SUIT, Suit.HEARTS, Other.THREE),
    (SUIT, Suit.HEARTS, "SPADES"),
    (SUIT, Suit.SPADES, True),
    (SUIT, Suit.HEARTS, None),
    (SUIT, Suit.HEARTS, [4]),
    (Ref("Ship"), None, 5),
    (Ref("Ship"), None, "ship"),
    (Ref("Ship"), None, Thing(id="x")),
    (OptionalOf(Int()), None, 2**63),
    (OptionalOf(Int()), None, "x"),
    (OptionalOf(Float()), None, math.nan),
    (OptionalOf(Float()), None, BIG),
    (OptionalOf(SUIT), None, 3),
    (TupleOf((Int(),), True), (), [1]),
    (TupleOf((Int(),), True), (), (1, "x")),
    (TupleOf((Int(),), True), (), (1, 2**63)),
    (TupleOf((Float(),), True), (), (math.nan,)),
    (TupleOf((Int(), Str())), (0, ""), (0,)),
    (TupleOf((Int(), Str())), (0, ""), (0, "", 0)),
    (TupleOf((Int(), Str())), (0, ""), ("", 0)),
    (TupleOf((Int(), Str())), (0, ""), None),
    (TupleOf((OptionalOf(Bool()),), True), (), (None, 1)),
]


@pytest.mark.parametrize(("type_", "old", "new"), NONE_OF_IT, ids=brief)
def test_a_wrong_value_is_refused_by_name_when_it_changes(type_: WireType, old: Any, new: Any):
    with pytest.raises(FieldError) as caught:
        scanned(type_, old, new)
    assert (caught.value.entity, caught.value.field) == ("Thing", "value")
    assert str(caught.value).startswith("Thing.value: ")
    assert len(str(caught.value)) < 200


@pytest.mark.parametrize(("type_", "old", "new"), NONE_OF_IT, ids=brief)
def test_a_wrong_value_is_refused_by_name_when_the_entity_enters(type_: WireType, old: Any, new: Any):
    with pytest.raises(FieldError) as caught:
        compile_values("Thing", [FieldDef("value", type_)])(Thing(value=new))
    assert (caught.value.entity, caught.value.field) == ("Thing", "value")
    assert len(str(caught.value)) < 200


def test_the_error_names_the_field_that_is_wrong_among_those_that_are_not():
    fields = [(i, FieldDef(name, Int())) for i, name in enumerate("abc")]
    thing: Any = Thing(a=0, b=0, c=0)
    record = Record(1, 2, None, 7, thing, [0, 0, 0], 1)
    scan = compile_scan("Thing", fields)
    thing.a, thing.c = 1, "x"
    with pytest.raises(FieldError, match=r"Thing\.c: must be an int, not str 'x'"):
        scan(thing, record, 2, [])
    del thing.b
    with pytest.raises(FieldError, match=r"Thing\.b: "):
        scan(thing, record, 2, [])


def test_a_value_whose_comparison_fails_is_refused_by_name():
    class Odd:
        def __ne__(self, other: object) -> bool:
            raise ValueError("the truth of an array")

        __hash__ = None  # type: ignore[assignment]  # as arrays are

    with pytest.raises(FieldError, match=r"Thing\.value: must be an int"):
        scanned(Int(), 0, Odd())


@pytest.mark.parametrize(
    ("type_", "old", "new", "wire", "sent"),
    [
        (Int(), 5, 7, 7, 2),
        (Int(), INT_MIN, INT_MAX, INT_MAX, -1),  # the difference wraps
        (Int(), INT_MAX, INT_MIN, INT_MIN, 1),
        (Int(), 0, Suit.SPADES, 4, 4),
        (Bool(), False, True, True, True),
        (Float(), 0.0, 2, 2.0, 2.0),
        (Float(), 0.0, -5e-324, -5e-324, -5e-324),
        (Fixed(0.01), 1.0, 1.239, 124, 24),
        (Fixed(0.5), 0.0, -3.0, -6, -6),
        (Fixed(2.0), 0.0, 7, 4, 4),
        (Fixed(0.3), 0.0, 0.9, 3, 3),
        (Str(), "a", "b", "b", "b"),
        (Str(), "a", Text("b"), "b", "b"),
        (Str(), "a", Rank.ACE, "ace", "ace"),
        (Bytes(), b"a", bytearray(b"b"), b"b", b"b"),
        (SUIT, Suit.HEARTS, Suit.SPADES, 4, 4),
        (SUIT, Suit.HEARTS, 4, 4, 4),
        (Ref("Ship"), None, Thing(id=9), 9, 9),
        (Ref("Ship"), Thing(id=9), None, 0, 0),
        (OptionalOf(Fixed(0.1)), None, 0.3, 3, 3),
        (OptionalOf(Int()), 3, None, None, None),
        (TupleOf((Int(), Str())), (0, ""), (1, "x"), [1, "x"], [1, "x"]),
        (TupleOf((Fixed(0.5),), True), (), (1.0, 2.0), [2, 4], [2, 4]),
    ],
)
def test_a_change_is_found_once_and_sent(type_: WireType, old: Any, new: Any, wire: Any, sent: Any):
    record, changes = scanned(type_, old, new)
    assert changes == [5, 8, sent]
    assert record.wire == [wire]
    assert type(record.wire[0]) in (int, bool, float, str, bytes, list, type(None))
    assert (record.ticks, record.changed, record.entered) == ([11], 11, 10)
    again: list[Any] = []
    compile_scan("Thing", [(3, FieldDef("value", type_))])(record.entity, record, 12, again)
    assert again == []
    assert record.changed == 11


@pytest.mark.parametrize(
    ("type_", "old", "new"),
    [
        (Fixed(0.01), 1.0, 1.0049),
        (Float(), 0.0, -0.0),
        (Str(), "a", Text("a")),
        (SUIT, Suit.SPADES, 4),
        (Ref("Ship"), None, Thing(id=0)),  # destroyed, or never spawned
        (TupleOf((Int(),), True), (1, 2), (1, 2)),
    ],
)
def test_what_looks_the_same_on_the_wire_is_not_sent(type_: WireType, old: Any, new: Any):
    record, changes = scanned(type_, old, new)
    assert changes == []
    assert (record.ticks, record.changed) == ([10], 10)


@given(st.integers(INT_MIN, INT_MAX), st.integers(INT_MIN, INT_MAX))
def test_a_difference_of_whole_numbers_brings_any_to_any(old: int, new: int):
    _, changes = scanned(Int(), old, new)
    if old == new:
        assert changes == []
        return
    difference = changes[2]
    assert INT_MIN <= difference <= INT_MAX
    total = old + difference
    assert (total if INT_MIN <= total <= INT_MAX else wrap(total)) == new


steps = st.integers(-FIXED_STEPS_MAX, FIXED_STEPS_MAX)


@given(steps, steps, st.sampled_from([0.001, 0.01, 0.1, 0.25, 0.3, 0.5, 1.0, 2.0, 7.0]))
def test_a_difference_of_steps_never_overflows(old: int, new: int, step: float):
    scale = fixed_scale(step)
    record, changes = scanned(Fixed(step), 0.0, 0.0)
    record.wire, record.entity.value = [old], new / scale
    if not -FIXED_STEPS_MAX <= round(new / scale * scale) <= FIXED_STEPS_MAX:
        return
    compile_scan("Thing", [(3, FieldDef("value", Fixed(step)))])(record.entity, record, 12, changes)
    assert INT_MIN <= (changes[2] if changes else 0) <= INT_MAX
    assert record.wire == [old + (changes[2] if changes else 0)]


@given(st.floats(-1e9, 1e9), st.sampled_from([0.001, 0.01, 0.1, 0.25, 0.3, 0.5, 1.0, 2.0, 7.0]))
def test_a_client_sees_a_fixed_number_to_half_a_step(value: float, step: float):
    (wire,) = compile_values("Thing", [FieldDef("value", Fixed(step))])(Thing(value=value))
    back = from_wire(Fixed(step))
    assert back is not None
    assert abs(back(wire) - value) <= step / 2 * (1 + 1e-9) + abs(value) * 1e-12


@given(st.integers(-(2**200), 2**200))
def test_wrap_gives_the_only_equal_number_of_64_bits(value: int):
    assert INT_MIN <= wrap(value) <= INT_MAX
    assert (wrap(value) - value) % 2**64 == 0
