"""Text of strangers on a terminal."""

from __future__ import annotations

import io
import unicodedata

import pytest
from hypothesis import given, strategies as st
from rich.console import Console

from rallypoint.commands.inert import inert, plain
from rallypoint.commands.sheets import Column, sheet, toned


@pytest.mark.parametrize(
    ("hostile", "shown"),
    [
        ("\x1b[31mred\x1b[0m", r"\x1b[31mred\x1b[0m"),
        ("\x1b]0;title\x07", r"\x1b]0;title\x07"),
        ("\x9b31m", r"\x9b31m"),
        ("a\r\nb\tc", r"a\r\nb\tc"),
        ("\u202egnp.exe", r"\u202egnp.exe"),
        ("zero\u200bwidth", r"zero\u200bwidth"),
        ("line\u2028end", r"line\u2028end"),
        ("no\u00a0break", "no break"),
        ("\ud800", r"\ud800"),
        ("Zoë 東京 🚀", "Zoë 東京 🚀"),
        ("[bold]", "[bold]"),
    ],
)
def test_what_is_no_visible_character_is_written_out(hostile: str, shown: str) -> None:
    assert inert(hostile) == shown


@given(st.text())
def test_nothing_that_moves_a_cursor_is_left_of_any_text(text: str) -> None:
    assert all(char == " " or unicodedata.category(char)[0] not in "CZ" for char in inert(text))


def test_values_are_inert_however_deep_they_are() -> None:
    assert plain({"a": ["\x1b[2J"]}) == r'{"a": ["\u001b[2J"]}'
    assert plain("\x1b[2J") == r"\x1b[2J"
    assert plain({"a": "\x9b2J"}) == r'{"a": "\x9b2J"}'


def test_a_cell_is_neither_markup_nor_an_escape_code_nor_an_emoji() -> None:
    out = io.StringIO()
    console = Console(file=out, force_terminal=True, color_system="truecolor", width=100, highlight=False)
    hostile = "[red]x[/red] :smile: \x1b[5m [link=http://e.vil]l[/link]"
    console.print(sheet([Column("name", lambda row: row["name"])], [{"name": hostile}], 100))
    assert r"[red]x[/red] :smile: \x1b[5m [link=http://e.vil]l[/link]" in out.getvalue()
    assert "\x1b[5m" not in out.getvalue()
    assert "\x1b]8" not in out.getvalue()
    assert toned(("\x1b[5m", "bad")).plain == r"\x1b[5m"
