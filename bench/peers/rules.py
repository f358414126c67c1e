"""When a number of clients *holds*, and the search for the largest that does. Pure: it is told what was measured."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

__all__ = ["HZ", "MILD", "RULES", "SEATS", "STRICT", "Rule", "is_lower_bound", "largest", "next_count", "overloaded"]

HZ: Final = 20
SEATS: Final = 8
_TRIES_MAX: Final = 2
"""A failure is confirmed once before it counts."""

Measured = Mapping[str, Any]
"""What the generator printed of one run."""


@dataclass(frozen=True, slots=True)
class Rule:
    """All joined, none was lost, nothing malformed; ticks come in time; and what else is asked."""

    name: str
    snapshots_min: float
    """Least part of the snapshots due that must have arrived."""
    shown_intervals_max: float | None
    """p99 from the planned time of an input to the snapshot that shows it, in intervals."""

    def holds(self, run: Measured) -> bool:
        """Whether the server held in this run."""
        interval_ms = 1000 / HZ
        return (
            "error" not in run
            and run["joined"] == run["n"]
            and not run["dead"]
            and not run["bad"]
            and run["snapshot_ratio"] >= self.snapshots_min
            and run["late_p99_ms"] < interval_ms / 2
            and (self.shown_intervals_max is None or run["shown_p99_ms"] < self.shown_intervals_max * interval_ms)
        )

    def __str__(self) -> str:
        shown = (
            "" if self.shown_intervals_max is None else f", input shown p99 < {self.shown_intervals_max:g} intervals"
        )
        return f"{self.name}: at least {self.snapshots_min:.0%} of snapshots, ticks late p99 < half an interval{shown}"


STRICT: Final = Rule("strict", 0.99, 1.5)
MILD: Final = Rule("mild", 0.97, None)
"""For servers whose interval timer drifts, so that they make fewer ticks than they should."""
RULES: Final = (STRICT, MILD)


def overloaded(run: Measured) -> bool:
    """Whether the generator could not keep to its plan, though the server had time left: the run says little of it."""
    return "error" not in run and bool(run["lag_p99_ms"] > 1000 / HZ / 2 and run["server_cpu"] < 0.9)


Runs = Mapping[int, Sequence[Measured]]
"""What was measured of one server in one round, by the number of clients."""


def _bounds(runs: Runs, rule: Rule) -> tuple[int, int]:
    """The largest count that held, and the smallest above it that failed for good (0: none)."""
    low = max((n for n, made in runs.items() if any(map(rule.holds, made))), default=0)
    failed = [n for n, made in runs.items() if n > low and len(made) >= _TRIES_MAX]
    return low, min(failed, default=0)


def is_lower_bound(runs: Runs, rule: Rule) -> bool:
    """Whether it was the generator, or nothing, that ended the search: the server may hold more."""
    _, high = _bounds(runs, rule)
    return not high or all(map(overloaded, runs[high]))


def largest(runs: Runs, rule: Rule) -> int:
    """The largest count that held; 0 if none did."""
    return _bounds(runs, rule)[0]


def next_count(runs: Runs, rule: Rule, *, within: float = 1.05, runs_max: int = 14) -> int | None:
    """How many clients to try next, a whole number of sessions; ``None`` once the answer is known ``within`` a factor.

    ``runs`` must not be empty: the fixed counts are measured first, and say where to look.
    """
    low, high = _bounds(runs, rule)
    if sum(map(len, runs.values())) >= runs_max:
        return None
    unsure = [n for n, made in runs.items() if n > low and len(made) < _TRIES_MAX]
    if unsure and (not high or min(unsure) < high):
        return min(unsure)
    if low and high:
        wanted = (low + high) / 2
        if high / low < within:
            return None
    elif low:
        busy = max(run.get("server_cpu", 0.0) for run in runs[low])
        wanted = low * min(2.0, max(1.06, 0.95 / max(busy, 0.05)))
    else:
        wanted = high * 0.6
    count = max(SEATS, round(wanted / SEATS) * SEATS)
    return None if count in (low, high) else count
