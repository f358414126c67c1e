"""The same figures for each rating band, region and party size."""

from __future__ import annotations

import math
from bisect import bisect_right
from collections.abc import Callable, Sequence
from itertools import pairwise
from typing import Final

from .numbers import Figures, percentile, rounded, share_of
from .record import WAITED, Outcome, Record

__all__ = ["BANDS", "by_band", "by_party", "by_region"]

BANDS: Final = (15.0, 20.0, 25.0, 30.0, 35.0)
"""Ratings at which one band ends and the next begins."""


def _grouped(record: Record, names: Sequence[str], group_of: Callable[[int], int]) -> list[Figures]:
    """The same figures for each group of tickets that is not empty."""
    tickets = record.tickets
    rows: list[list[int]] = [[] for _ in names]
    for row in range(len(tickets)):
        rows[group_of(row)].append(row)
    return [_group(record, name, members) for name, members in zip(names, rows, strict=True) if members]


def _group(record: Record, name: str, rows: Sequence[int]) -> Figures:
    tickets = record.tickets
    waits = sorted(tickets.wait[row] for row in rows if tickets.outcome[row] in WAITED)
    seated = [row for row in rows if tickets.outcome[row] == Outcome.SEATED]
    return {
        "name": name,
        "tickets": len(rows),
        "share": share_of(len(rows), len(tickets)),
        "gave_up_share": share_of(len(waits) - len(seated), len(waits)),
        "wait_p50": rounded(percentile(waits, 50)),
        "wait_p95": rounded(percentile(waits, 95)),
        "quality_mean": _mean([tickets.quality[row] for row in seated]),
        "spread_mean": _mean([tickets.spread[row] for row in seated]),
    }


def _mean(values: Sequence[float]) -> float | None:
    return round(math.fsum(values) / len(values), 3) if values else None


def by_band(record: Record) -> list[Figures]:
    names = [
        f"under {BANDS[0]:g}",
        *(f"{low:g} to {high:g}" for low, high in pairwise(BANDS)),
        f"{BANDS[-1]:g} and more",
    ]
    return _grouped(record, names, lambda row: bisect_right(BANDS, record.tickets.mu[row]))


def by_region(record: Record) -> list[Figures]:
    names = [*record.regions, "unknown"]
    return _grouped(record, names, lambda row: record.tickets.region[row])


def by_party(record: Record) -> list[Figures]:
    most = max(record.tickets.size, default=1)
    names = ["alone", *(f"party of {size}" for size in range(2, most + 1))]
    return _grouped(record, names, lambda row: record.tickets.size[row] - 1)
