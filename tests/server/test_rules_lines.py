"""Every value of a TOML file is found in its line, however it is written."""

from __future__ import annotations

import tomllib
from typing import Any

import pytest
from hypothesis import given, strategies as st

from rallypoint.rules.lines import Path, lines_of

ITS_OWN_LINE = '''\
first = 1
"quoted key" = 2   # "not = 99"
'lit.eral' = 3
[tables]
dotted.inner = 5
dotted . "other" = 6
many = [7, 7,
  8,
  # ] a comment, with brackets = {
  10 ]
inline = { a = 11, b = { c = 11, "d" = 11 } }
text = """ a text
[not.a.table]
fake = 99 \\""" still """
after = 15
raw = \'\'\'
"""[[x]]\'\'\'\'\'
escape = "\\"]\\\\"
later = 19

[[tables.list]]
n = 22
[tables.list.sub]
n = 24
[[tables.list.deep]]
n = 26
[[ tables . list ]]
n = 28
[[tables.list.deep]]
n = 30
when = 1979-05-27 07:32:00
last = 32'''


def leaves(value: Any, path: Path = ()) -> list[tuple[Path, Any]]:
    """All values that are no tables or lists, with their paths."""
    if isinstance(value, dict):
        return [leaf for key, item in value.items() for leaf in leaves(item, (*path, key))]
    if isinstance(value, list):
        return [leaf for place, item in enumerate(value) for leaf in leaves(item, (*path, place))]
    return [(path, value)]


@pytest.mark.parametrize("newline", ["\n", "\r\n"])
def test_each_value_is_in_its_line(newline: str) -> None:
    text = ITS_OWN_LINE.replace("\n", newline)
    lines = lines_of(text)
    numbers = [(path, value) for path, value in leaves(tomllib.loads(text)) if isinstance(value, int)]
    assert len(numbers) == 20
    assert {path: lines[path] for path, _ in numbers} == dict(numbers)


def test_a_table_is_where_its_header_is() -> None:
    lines = lines_of("[a.b]\nx = 1\n\n[a]\ny = 1\n[[a.c]]\n[[a.c]]\n")
    assert lines[("a",)] == 4  # not where `a.b` spoke of it
    assert lines[("a", "b")] == 1
    assert lines[("a", "c", 0)] == 6
    assert lines[("a", "c", 1)] == 7


KEYS = st.sampled_from(["a", "b-1", "_", "0", "with space", 'quo"te', "d.o.t", "ünï"])
TEXTS = st.sampled_from(["", "plain", '"', "\\", "# no comment", "[x]", "a = 1", "{", "two\nlines", "'''"])
VALUES = st.recursive(
    st.integers(-9, 9) | st.booleans() | TEXTS,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(KEYS, inner, max_size=3),
    max_leaves=8,
)


def quoted(text: str) -> str:
    return '"' + text.replace("\\", "\\\\").replace('"', '\\"').replace("\n", "\\n") + '"'


def written(value: Any) -> str:
    """A value on one line."""
    match value:
        case bool():
            return str(value).lower()
        case str():
            return quoted(value)
        case list():
            return "[" + ", ".join(map(written, value)) + "]"
        case dict():
            return "{" + ", ".join(f"{quoted(key)} = {written(item)}" for key, item in value.items()) + "}"
        case _:
            return str(value)


@given(st.lists(st.tuples(KEYS, st.dictionaries(KEYS, VALUES, max_size=4)), max_size=5))
def test_all_that_was_read_has_the_line_that_it_was_written_on(tables: list[tuple[str, dict[str, Any]]]) -> None:
    text, expected = "# a file\n", {}
    counts: dict[str, int] = {}
    for name, table in tables:
        place = counts[name] = counts.get(name, -1) + 1
        text += f"[[{quoted(name)}]]\n"
        for key, value in table.items():
            expected[name, place, key] = text.count("\n") + 1
            text += f"{quoted(key)} = {written(value)} # = [\n\n"
    lines = lines_of(text)
    for path, _ in leaves(tomllib.loads(text)):
        if path[:3] in expected:
            assert lines[path] == lines[path[:3]] == expected[path[:3]]  # type: ignore[index]  # three of them are such a key
