"""Conditions on session rows: what fits, and that nothing a stranger asks for raises."""

from __future__ import annotations

import math

import pytest
from hypothesis import given, strategies as st

from rallypoint.core.conditions import compiled, filter_key, plain_conditions
from rallypoint_protocol.messages import Condition, SessionRow

META = {"mode": "Team Deathmatch", "level": 3, "rate": 2.5, "ranked": True, "note": None, "street": "Weiße Straße"}
ROW = SessionRow("s1", "orbit", "waiting", 2, 8, 6, 1, "Ada", META, 1_700_000_000_000)


def fits(field, op, value, row=ROW):
    return compiled(Condition(field, op, value))(row)


@pytest.mark.parametrize(
    ("field", "op", "value"),
    [
        ("game", "=", "orbit"),
        ("game", "!=", "chess"),
        ("state", "=", "waiting"),
        ("players", ">=", 2),
        ("players", "<", 2.5),
        ("seats", "=", 8.0),
        ("free", ">", 5),
        ("spectators", "<=", 1),
        ("leader", "has", "AD"),
        ("meta.level", "=", 3),
        ("meta.rate", ">", 2),
        ("meta.mode", "has", "deathmatch"),
        ("meta.mode", "<", "Z"),
        ("meta.street", "has", "STRASSE"),
        ("meta.ranked", "=", True),
        ("meta.note", "=", None),
        ("meta.absent", "=", None),
        ("meta.absent", "!=", "anything"),
    ],
)
def test_what_fits(field, op, value):
    assert fits(field, op, value)


@pytest.mark.parametrize(
    ("field", "op", "value"),
    [
        ("game", "=", "Orbit"),
        ("players", "=", 3),
        ("meta.mode", "has", "duel"),
        ("meta.level", "has", "3"),
        ("players", "has", 2),
        ("meta.ranked", "!=", True),
        ("meta.note", "!=", None),
        ("meta.absent", "<", 1),
    ],
)
def test_what_does_not(field, op, value):
    assert not fits(field, op, value)


@pytest.mark.parametrize("op", ["=", "!=", "<", "<=", ">", ">=", "has"])
@pytest.mark.parametrize("field", ["", "id", "meta", "meta.", "created_ms", "__class__", "meta.__len__", "colour"])
@pytest.mark.parametrize("value", ["s1", 1, None, True])
def test_a_field_that_no_row_has_fits_nobody(field, op, value):
    if field.startswith("meta."):
        assert fits(field, op, value) is (op == ("=" if value is None else "!=")), "such metadata is nil"
    else:
        assert not fits(field, op, value)


@pytest.mark.parametrize("op", ["=", "<", "<=", ">", ">="])
@pytest.mark.parametrize(
    ("field", "value"),
    [("players", "2"), ("game", 1), ("meta.ranked", 1), ("meta.level", True), ("meta.note", 0), ("meta.mode", None)],
)
def test_different_types_are_different_and_have_no_order(field, op, value):
    assert not fits(field, op, value)
    assert fits(field, "!=", value)


@pytest.mark.parametrize("op", ["<", "<=", ">", ">="])
def test_booleans_and_nil_have_no_order(op):
    assert not fits("meta.ranked", op, True)
    assert not fits("meta.note", op, None)


def test_large_whole_numbers_are_compared_exactly():
    row = SessionRow("s1", "orbit", "waiting", 0, 8, 8, 0, "", {"score": 2**53 + 1}, 0)
    assert not fits("meta.score", "=", float(2**53), row)
    assert fits("meta.score", ">", float(2**53), row)


def test_what_a_game_puts_into_its_metadata_by_mistake_fits_nothing():
    row = SessionRow("s1", "orbit", "waiting", 0, 8, 8, 0, "", {"list": [1], "nan": math.nan}, 0)
    for op in ("=", "<", "<=", ">", ">=", "has"):
        assert not fits("meta.list", op, "1", row)
        assert not fits("meta.nan", op, 1.0, row)


def test_text_to_look_for_is_taken_in_the_form_that_metadata_has():
    [plain] = plain_conditions([Condition("meta.mode", "has", "Ｔｅａｍ\u202e")])
    assert plain.value == "Team"
    assert compiled(plain)(ROW)


def test_filters_of_different_types_are_different_filters():
    filters = [[Condition("meta.x", "=", value)] for value in (1, 1.0, True, "1", None)]
    assert len({filter_key("", where) for where in filters}) == 5
    assert filter_key("orbit", []) != filter_key("", [])


SCALARS = st.none() | st.booleans() | st.integers(-3, 3) | st.floats(allow_nan=False) | st.text(max_size=4)
FIELDS = st.sampled_from(["game", "state", "players", "free", "leader", "meta.a", "meta.b", "nothing"]) | st.text(
    max_size=37
)


@given(
    field=FIELDS,
    op=st.sampled_from(["=", "!=", "<", "<=", ">", ">=", "has"]),
    value=SCALARS,
    meta=st.dictionaries(st.sampled_from("ab"), SCALARS),
)
def test_no_condition_raises_and_a_comparison_and_its_opposite_differ(field, op, value, meta):
    row = SessionRow("s1", "orbit", "waiting", 2, 8, 6, 1, "Ada", meta, 0)
    fitting = fits(field, op, value, row)
    assert isinstance(fitting, bool)
    opposite = {"=": "!=", "<": ">=", ">": "<="}.get(op)
    if opposite is not None and fitting:
        assert not fits(field, opposite, value, row)
