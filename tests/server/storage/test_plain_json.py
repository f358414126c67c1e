"""JSON out of what games give."""

from __future__ import annotations

import enum
import json

import pytest
from hypothesis import given, strategies as st

from rallypoint.game.plain import plain as plain_of
from rallypoint.storage.plain_json import clean_text, to_json


class Colour(enum.IntEnum):
    RED = 1


@pytest.mark.parametrize(
    ("value", "plain"),
    [
        (b"\x00\xff", "00ff"),
        (float("nan"), None),
        (float("-inf"), None),
        (1 << 64, None),
        ((1, 2.5, None, True), [1, 2.5, None, True]),
        ({1: "a", None: "b", "c": {b"\x01": 2}}, {"1": "a", "NoneType": "b", "c": {"01": 2}}),
        ({(1, 2): 3}, {"tuple": 3}),
        (object(), None),
        (Colour.RED, "RED"),
        ({"x": {1}}, {"x": [1]}),
    ],
)
def test_what_json_has_not_becomes_something_that_it_has(value, plain):
    assert plain_of(value) == plain


def test_what_holds_itself_ends():
    endless: list[object] = []
    endless.append(endless)
    assert len(to_json(endless)) < 200


values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text() | st.binary(),
    lambda inner: st.lists(inner) | st.dictionaries(st.text() | st.integers() | st.binary() | st.floats(), inner),
    max_leaves=20,
)


@given(values)
def test_whatever_it_is_it_becomes_strict_json(value):
    text = to_json(value)
    assert text.isascii()
    json.loads(text, parse_constant=lambda name: pytest.fail(f"{name} is no JSON"))


@given(st.text(st.characters(), max_size=20))
def test_clean_text_can_be_encoded_and_has_no_nul(text):
    cleaned = clean_text(text, 10)
    assert "\x00" not in cleaned
    assert len(cleaned.encode()) <= 40


def test_half_a_surrogate_pair_is_replaced():
    assert clean_text("a\ud800b\x00", 10) == "a?b"
