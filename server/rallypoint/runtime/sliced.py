"""Long lists, looked through and sorted between the steps of all games."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Sequence
from typing import Any, Final, TypeVar

__all__ = ["matching", "window"]

_SLICE: Final = 250
"""Rows that are looked at in one turn of the event loop: some 0.5 ms."""
_SORTED_A_SLICE: Final = 1000
Row = TypeVar("Row")


async def matching(rows: Sequence[Row], fits: Callable[[Row], bool]) -> list[Row]:
    """Those that fit, in their order."""
    found: list[Row] = []
    for begin in range(0, len(rows), _SLICE):
        found += [row for row in rows[begin : begin + _SLICE] if fits(row)]
        await asyncio.sleep(0)
    return found


async def window(rows: Sequence[Row], key: Callable[[Row], Any], *, desc: bool, offset: int, limit: int) -> list[Row]:
    """``sorted(rows, key=key, reverse=desc)[offset : offset + limit]``. Only what comes before the window's end is
    ever sorted, or what comes after its begin, whichever is less."""
    end = min(len(rows), offset + limit)
    if offset >= end:
        return []
    keys: list[Any] = []
    for begin in range(0, len(rows), _SLICE):
        keys += map(key, rows[begin : begin + _SLICE])  # once: some have to be made
        await asyncio.sleep(0)
    if offset > len(rows) - end:  # nearer to the end: the same from there
        found = await _first(range(len(rows) - 1, -1, -1), keys, not desc, len(rows) - offset)
        found = found[::-1][: end - offset]
    else:
        found = (await _first(range(len(rows)), keys, desc, end))[offset:]
    return [rows[number] for number in found]


async def _first(numbers: range, keys: Sequence[Any], desc: bool, count: int) -> list[int]:
    """Those ``numbers`` of rows that come first."""
    kept: list[int] = []
    for begin in range(0, len(numbers), _SORTED_A_SLICE):
        kept += numbers[begin : begin + _SORTED_A_SLICE]
        kept.sort(key=keys.__getitem__, reverse=desc)  # most of it is sorted already
        del kept[count:]
        await asyncio.sleep(0)
    return kept
