"""Percentiles, summaries and shares."""

from __future__ import annotations

import math
from array import array
from collections.abc import Iterable, Sequence
from typing import Any

__all__ = ["Figures", "percentile", "rounded", "share_of", "summary"]

Figures = dict[str, Any]
"""As JSON has them."""


def percentile(ordered: Sequence[float] | array[float], share: float) -> float | None:
    """The least of the ordered values that ``share`` of 100 of them do not exceed; ``None`` of nothing."""
    if not ordered:
        return None
    return ordered[max(0, math.ceil(share / 100 * len(ordered) - 1e-9) - 1)]


def summary(values: Iterable[float]) -> Figures:
    """Mean and percentiles, rounded to thousandths; each ``None`` if there is nothing."""
    ordered = sorted(values)
    if not ordered:
        return dict.fromkeys(("mean", "p5", "p50", "p90", "p95", "p99", "max"))
    found = {"mean": math.fsum(ordered) / len(ordered)}
    found |= {f"p{share}": percentile(ordered, share) or 0.0 for share in (5, 50, 90, 95, 99)}
    found["max"] = ordered[-1]
    return {name: round(value, 3) for name, value in found.items()}


def rounded(value: float | None) -> float | None:
    return None if value is None else round(value, 3)


def share_of(part: float, of: float) -> float:
    return round(part / of, 5) if of else 0.0
