"""Figures as people read them, in terminals: the console's own forms."""

from __future__ import annotations

import datetime as dt
import math
from itertools import pairwise
from typing import Final

__all__ = ["clock", "count", "counted", "duration", "ms", "percent", "size", "time_since"]

NONE: Final = "-"
_UNITS: Final = ((86_400, "d"), (3_600, "h"), (60, "min"), (1, "s"))


def ms(value: float | None) -> str:
    """Milliseconds."""
    if value is None or not math.isfinite(value):
        return NONE
    large = abs(value)
    if large >= 1000:
        return f"{_trimmed(value / 1000, 1 if large >= 10_000 else 2)} s"
    return f"{_trimmed(value, 0 if large >= 100 else 1 if large >= 1 else 2)} ms"


def size(value: float | None) -> str:
    """Bytes."""
    if value is None:
        return NONE
    units = ["B", "KiB", "MiB", "GiB", "TiB"]
    while abs(value) >= 1024 and len(units) > 1:
        value /= 1024
        units.pop(0)
    return f"{_trimmed(value, 0 if units[0] == 'B' or abs(value) >= 100 else 1)} {units[0]}"


def count(value: float | None) -> str:
    """How many."""
    if value is None:
        return NONE
    return f"{value:,}" if isinstance(value, int) else f"{round(value, 1):,}"


def counted(number: int, what: str) -> str:
    """``1 session``, ``12 sessions``."""
    return f"1 {what}" if number == 1 else f"{count(number)} {what}s"


def duration(seconds: float | None) -> str:
    """In the two largest units."""
    if seconds is None:
        return NONE
    if seconds < 10:
        return f"{_trimmed(max(0.0, seconds), 1)} s"
    whole = round(seconds)
    for (unit, name), (smaller, its) in pairwise(_UNITS):
        if whole >= unit:
            rest = whole % unit // smaller
            return f"{whole // unit} {name}" + (f" {rest} {its}" if rest else "")
    return f"{whole} s"


def time_since(at: float | None, now: float) -> str:
    """How long ago a Unix time was."""
    return NONE if at is None else duration(max(0.0, now - at))


def clock(at: float | None, now: float) -> str:
    """The time of day, here, of a Unix time; with the day if it is not today's."""
    if at is None:
        return NONE
    moment, today = dt.datetime.fromtimestamp(at).astimezone(), dt.datetime.fromtimestamp(now).astimezone()
    return moment.strftime("%H:%M:%S" if moment.date() == today.date() else "%Y-%m-%d %H:%M:%S")


def percent(share: float | None) -> str:
    """Of a share: 1 is 100%."""
    if share is None:
        return NONE
    return f"{_trimmed(share * 100, 1 if abs(share) < 0.1 else 0)}%"


def _trimmed(value: float, digits: int) -> str:
    fixed = f"{value:.{digits}f}"
    return fixed.rstrip("0").rstrip(".") if "." in fixed else fixed
