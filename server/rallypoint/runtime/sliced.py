"""Long lists, looked through and sorted between the steps of all games."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Sequence
from typing import Any, Final, TypeVar

__all__ = ["matching", "window"]

_SLICE: Final = 1000
"""Rows in one turn of the event loop: some 0.5 ms."""
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
    if offset > len(rows) - end:  # nearer to the end: the same from there
        found = await _first(rows[::-1], key, not desc, len(rows) - offset)
        return found[::-1][: end - offset]
    return (await _first(rows, key, desc, end))[offset:]


async def _first(rows: Sequence[Row], key: Callable[[Row], Any], desc: bool, count: int) -> list[Row]:
    kept: list[Row] = []
    for begin in range(0, len(rows), _SLICE):
        kept += rows[begin : begin + _SLICE]
        kept.sort(key=key, reverse=desc)  # most of it is sorted already
        del kept[count:]
        await asyncio.sleep(0)
    return kept
