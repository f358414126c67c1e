"""Rows as tables, and facts as lines, for a terminal or a pipe. All text in them is inert."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

from rich.console import Console
from rich.table import Table
from rich.text import Text

from .inert import inert

__all__ = ["TONES", "Cell", "Column", "Facts", "Row", "fact_lines", "fitting", "make_console", "sheet", "toned"]

Row = Mapping[str, Any]
Cell = str | tuple[str, str]
"""A text; or a text and its tone."""
Facts = Sequence[tuple[str, Cell]]

TONES: Final = {"ok": "green", "warn": "yellow", "bad": "bold red", "dim": "dim", "strong": "bold", "": ""}
PIPE_WIDTH: Final = 4_000
"""Who reads a pipe gets everything."""
_GAP: Final = 2


@dataclass(frozen=True, slots=True)
class Column:
    """One column. ``spare``: left out where there is no room."""

    title: str
    cell: Callable[[Row], Cell]
    right: bool = False
    spare: bool = False


def make_console() -> Console:
    """Standard output, which interprets nothing that is in a text."""
    console = Console(highlight=False, markup=False, emoji=False)
    if not console.is_terminal:
        console = Console(highlight=False, markup=False, emoji=False, width=PIPE_WIDTH)
    return console


def toned(cell: Cell) -> Text:
    """The text of a cell, inert, in its tone."""
    text, tone = cell if isinstance(cell, tuple) else (cell, "")
    return Text(inert(text), TONES[tone])


def fitting(columns: Sequence[Column], rows: Sequence[Row], width: int) -> list[Column]:
    """Those that there is room for: spare ones go from the right, until the rest fits."""
    widths = [
        max([len(column.title), *(toned(column.cell(row)).cell_len for row in rows)]) + _GAP for column in columns
    ]
    left = list(range(len(columns)))
    for place in reversed(left):
        if sum(widths[n] for n in left) - _GAP <= width:
            break
        if columns[place].spare:
            left = [n for n in left if n != place]
    return [columns[n] for n in left]


def sheet(columns: Sequence[Column], rows: Sequence[Row], width: int) -> Table:
    """A table of what fits."""
    shown = fitting(columns, rows, width)
    table = Table(box=None, pad_edge=False, padding=(0, _GAP, 0, 0), header_style="bold")
    for column in shown:
        table.add_column(column.title, justify="right" if column.right else "left", no_wrap=True, overflow="ellipsis")
    for row in rows:
        table.add_row(*(toned(column.cell(row)) for column in shown))
    return table


def fact_lines(facts: Iterable[tuple[str, Cell]]) -> Table:
    """A line for each: what, and how it is."""
    table = Table.grid(padding=(0, _GAP, 0, 0))
    table.add_column(style="dim", no_wrap=True)
    table.add_column(overflow="fold")
    for label, cell in facts:
        table.add_row(Text(label), toned(cell))
    return table
