"""Tables that fit."""

from __future__ import annotations

import io

from rich.console import Console

from rallypoint.commands.sheets import Column, fact_lines, fitting, sheet

COLUMNS = [
    Column("id", lambda row: row["id"]),
    Column("", lambda row: row["one"], spare=True),
    Column("", lambda row: row["two"], spare=True),
    Column("n", lambda row: str(row["n"]), right=True),
]
ROW = {"id": "abcdef", "one": "11111", "two": "22222", "n": 3}


def titles(width: int) -> list[int]:
    return [COLUMNS.index(column) for column in fitting(COLUMNS, [ROW], width)]


def test_spare_columns_go_from_the_right_until_the_rest_fits() -> None:
    assert titles(23) == [0, 1, 2, 3]
    assert titles(22) == [0, 1, 3]
    assert titles(16) == [0, 1, 3]
    assert titles(15) == [0, 3]
    assert titles(1) == [0, 3]


def test_wide_characters_take_two_cells() -> None:
    assert [column.title for column in fitting(COLUMNS, [{**ROW, "id": "東京東京"}], 24)] == ["id", "", "n"]


def drawn(width: int) -> list[str]:
    console = Console(file=io.StringIO(), width=width, highlight=False)
    with console.capture() as captured:
        console.print(sheet(COLUMNS, [ROW, {**ROW, "n": 12}], width))
    return [line.rstrip() for line in captured.get().splitlines()]


def test_numbers_are_at_the_right() -> None:
    assert drawn(40) == ["id" + " " * 21 + "n", "abcdef  11111  22222   3", "abcdef  11111  22222  12"]


def test_what_still_does_not_fit_is_cut_and_not_wrapped() -> None:
    assert all(len(line) <= 6 for line in drawn(6))
    assert len(drawn(6)) == 3


def test_facts_are_aligned() -> None:
    console = Console(file=io.StringIO(), width=40, highlight=False)
    with console.capture() as captured:
        console.print(fact_lines([("a", "one"), ("longer", ("two", "bad"))]))
    assert [line.rstrip() for line in captured.get().splitlines()] == ["a       one", "longer  two"]
