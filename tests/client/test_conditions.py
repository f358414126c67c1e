"""Conditions as people write them."""

from __future__ import annotations

import contextlib
from typing import Any

import pytest
from hypothesis import given, strategies as st

from rallypoint_client.conditions import parse_conditions
from rallypoint_protocol.limits import CONDITIONS_MAX, INT_MAX, INT_MIN, KEY_CHARS_MAX, VALUE_CHARS_MAX
from rallypoint_protocol.messages import Condition


def parsed(one: Any) -> tuple[str, str, Any]:
    (condition,) = parse_conditions([one])
    return condition.field, condition.op, condition.value


@pytest.mark.parametrize(
    ("text", "condition"),
    [
        ("free > 0", ("free", ">", 0)),
        ("free>0", ("free", ">", 0)),
        ("  players<=3 ", ("players", "<=", 3)),
        ("meta.map = desert", ("meta.map", "=", "desert")),
        ("meta.map != the big desert", ("meta.map", "!=", "the big desert")),
        ("meta.level >= -2.5", ("meta.level", ">=", -2.5)),
        ("meta.level < 1e3", ("meta.level", "<", 1000.0)),
        ("meta.ranked = true", ("meta.ranked", "=", True)),
        (f"meta.ranked = {False}", ("meta.ranked", "=", False)),
        ("meta.owner = null", ("meta.owner", "=", None)),
        ('meta.owner = "null"', ("meta.owner", "=", "null")),
        ("meta.level = '7'", ("meta.level", "=", "7")),
        ('meta.name has "x y"', ("meta.name", "has", "x y")),
        ('meta.name has "say \\"hi\\""', ("meta.name", "has", 'say "hi"')),
        ("meta.name has 'say \"hi\"'", ("meta.name", "has", 'say "hi"')),
        ("meta.name has 7", ("meta.name", "has", "7")),
        ("meta.name has > 7", ("meta.name", "has", "> 7")),
        ("leader = has", ("leader", "=", "has")),
        ('meta.map = ""', ("meta.map", "=", "")),
        ("meta.map = it's", ("meta.map", "=", "it's")),
        ("meta.a.b = 1", ("meta.a.b", "=", 1)),
        ("meta.when = 2026-01-01", ("meta.when", "=", "2026-01-01")),
        (("free", ">", 0), ("free", ">", 0)),
        (("meta.odd key = ", "=", "7"), ("meta.odd key = ", "=", "7")),
        (Condition("game", "=", "duel"), ("game", "=", "duel")),
    ],
)
def test_a_condition_is_read_as_it_is_meant(text, condition):
    field, op, value = parsed(text)
    assert (field, op, value) == condition
    assert type(value) is type(condition[2])


@pytest.mark.parametrize(
    ("wrong", "says"),
    [
        ("free", "write it as 'free > 0'"),
        ("", "write it as 'free > 0'"),
        ("namehas x", "write it as"),
        (("free", ">"), r"as a tuple: \('free', '>', 0\)"),
        (7, "as a tuple"),
        ("free == 0", "there is no '==', but = != < <= > >= has"),
        ("free =< 0", "there is no '=<'"),
        (("free", "is", 0), "there is no 'is'"),
        ("map = desert", "a session has no 'map', but game, state, .*; metadata is named meta.map"),
        ("meta. = 1", "1 to 32 characters"),
        ("free > ", 'lacks a value; an empty text is ""'),
        ('meta.map = "desert', 'ends with ", and has'),
        ("meta.map = 'desert", "a text in ' ends with '"),
        ("meta.map = '", "a text in '"),
        (("meta.name", "has", 7), "'has' looks for a text"),
        (f"free > {INT_MAX + 1}", "does not fit 64 bits"),
        (f"free > {'9' * 5000}", "is not a finite number"),
        ("free > 1e999", "is not a finite number"),
        (("free", ">", float("nan")), "is not a finite number"),
        (("free", "=", [1]), "is neither .* but a list"),
        (("meta.map", "=", "x" * (VALUE_CHARS_MAX + 1)), "longer than 128 characters"),
        (("meta." + "k" * (KEY_CHARS_MAX + 1), "=", 1), "1 to 32 characters"),
    ],
)
def test_what_cannot_be_understood_is_told_what_to_write(wrong, says):
    with pytest.raises(ValueError, match=says):
        parse_conditions([wrong])


def test_their_number_is_bounded():
    assert len(parse_conditions(["free > 0"] * CONDITIONS_MAX)) == CONDITIONS_MAX
    with pytest.raises(ValueError, match="at most 8"):
        parse_conditions(["free > 0"] * (CONDITIONS_MAX + 1))


def test_a_condition_alone_is_no_list_of_them():
    with pytest.raises(ValueError, match="list"):
        parse_conditions("free > 0")


plain = st.one_of(
    st.none(),
    st.booleans(),
    st.integers(INT_MIN, INT_MAX),
    st.floats(allow_nan=False, allow_infinity=False),
    st.text(max_size=VALUE_CHARS_MAX),
)


@given(plain)
def test_a_tuples_value_is_taken_as_it_is(value):
    got = parsed(("meta.x", "=", value))[2]
    assert got == value
    assert type(got) is type(value)


@given(st.text(max_size=40))
def test_no_text_brings_the_parser_down(text):
    with contextlib.suppress(ValueError):
        parse_conditions([text])
