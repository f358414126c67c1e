"""An entity all of whose fields changed is sent at one go: exactly what looking at each field would have sent."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import example, given, strategies as st

from rallypoint_protocol.channels import Channels
from rallypoint_protocol.codec import encode
from rallypoint_protocol.limits import FLOAT_MAX, INT_MAX, INT_MIN
from rallypoint_protocol.scan import FIXED_STEPS_MAX, FieldError, Record, compile_scan, compile_values
from rallypoint_protocol.schema import Bool, FieldDef, Fixed, Float, Int

FIELDS: list[tuple[int, FieldDef]] = [
    (0, FieldDef("place", Fixed(0.01))),
    (2, FieldDef("count", Int())),
    (3, FieldDef("heat", Float())),
    (7, FieldDef("lit", Bool())),
]
ALL = 0b10001101


class Thing:
    def __init__(self, place: Any = 0.0, count: Any = 0, heat: Any = 0.0, lit: Any = False) -> None:
        self.place, self.count, self.heat, self.lit = place, count, heat, lit


def record_of(thing: Thing, fields: list[tuple[int, FieldDef]]) -> Record:
    values = compile_values("Thing", [field for _, field in fields])(thing)
    return Record(5, 2, None, sum(1 << bit for bit, _ in fields), thing, values, 10)


def scanned(old: Thing, new: Thing, fields: list[tuple[int, FieldDef]]) -> tuple[Record, list[Any]]:
    """The record and the changes after one tick."""
    record = record_of(old, fields)
    changes: list[Any] = []
    compile_scan("Thing", fields)(new, record, 11, changes)
    return record, changes


def field_by_field(old: Thing, new: Thing) -> tuple[list[Any], list[Any]]:
    """Wire values and changes as scans of single fields find them: these have no short cut."""
    wire: list[Any] = []
    mask, sent = 0, []
    for field in FIELDS:
        record, changes = scanned(old, new, [field])
        wire += record.wire
        if changes:
            mask |= changes[1]
            sent += changes[2:]
    return wire, [5, mask, *sent] if mask else []


edges = st.sampled_from([INT_MIN, INT_MAX, FIXED_STEPS_MAX, -FIXED_STEPS_MAX, FIXED_STEPS_MAX + 1, 0, 1])
places = st.floats(-(2.0**46), 2.0**46) | st.integers(-1000, 1000)
things = st.builds(
    Thing,
    places,
    st.integers(INT_MIN, INT_MAX) | st.integers(-3, 3) | edges,
    st.floats(-FLOAT_MAX, FLOAT_MAX) | st.integers(-3, 3),
    st.booleans(),
)


@given(things, things)
@example(Thing(), Thing(0.01, 1, 1.0, True))
@example(Thing(0.0, INT_MIN, 0.0, False), Thing(1.0, INT_MAX, 1.0, True))
@example(Thing(0.0, INT_MAX, 0.0, False), Thing(1.0, -1, 1.0, True))
def test_all_at_one_go_sends_what_each_field_would_have_sent(old: Thing, new: Thing):
    record, changes = scanned(old, new, FIELDS)
    wire, expected = field_by_field(old, new)
    assert changes == expected
    assert record.wire == wire
    assert [type(value) for value in changes] == [type(value) for value in expected]
    assert record.changed == (11 if expected else 10)


def test_what_changed_at_one_go_is_known_by_one_number():
    record, changes = scanned(Thing(), Thing(1.0, 2, 3.0, True), FIELDS)
    assert changes == [5, ALL, 100, 2, 3.0, True]
    assert (record.whole, record.ticks) == (11, [10, 10, 10, 10])


@pytest.mark.parametrize(
    ("wrong", "name"),
    [
        (Thing(float("nan"), 1, 1.0, True), "place"),
        (Thing(float("inf"), 1, 1.0, True), "place"),
        (Thing(1e15, 1, 1.0, True), "place"),
        (Thing("1", 1, 1.0, True), "place"),
        (Thing(1.0, 1.5, 1.0, True), "count"),
        (Thing(1.0, True, 1.0, True), "count"),
        (Thing(1.0, INT_MAX + 1, 1.0, True), "count"),
        (Thing(1.0, 1, float("inf"), True), "heat"),
        (Thing(1.0, 1, float("nan"), True), "heat"),
        (Thing(1.0, 1, 1.0, 1.5), "lit"),
    ],
)
def test_a_value_that_is_not_allowed_is_named_also_when_all_else_changed(wrong: Thing, name: str):
    with pytest.raises(FieldError) as refused:
        scanned(Thing(0.5, 7, 0.5, False), wrong, FIELDS)
    assert refused.value.field == name


def test_a_delta_from_further_back_has_the_fields_that_changed_since_by_whichever_way():
    fields = [(0, FieldDef("place", Fixed(0.01))), (1, FieldDef("count", Int()))]
    thing = Thing()
    channels = Channels()
    channel = channels.channel("everyone")
    channels.open_tick()
    channels.enter(channel, 5, 2, None, 3, thing, [0, 0], compile_scan("Thing", fields), 1)
    channels.close_tick(1)
    for tick, (place, count) in enumerate([(0.0, 1), (0.5, 2), (0.5, 3)], 2):  # one field, both at one go, one field
        channels.open_tick()
        thing.place, thing.count = place, count
        channels.close_tick(tick)
    assert channels.delta(channel, 1) == encode([0, 3, None, None, [5, 3, 50, 3]])
    assert channels.delta(channel, 2) == encode([0, 2, None, None, [5, 3, 50, 3]])
    assert channels.delta(channel, 3) == encode([0, 1, None, None, [5, 2, 1]])
