"""Which figures are shown, in which order, on a terminal and on a page."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

from .goal import Metric

__all__ = [
    "GROUPS",
    "GROUP_COLUMNS",
    "ROWS",
    "Run",
    "Shown",
    "estimates_text",
    "rows_of",
    "setup_text",
    "starving_text",
]


@dataclass(frozen=True, slots=True)
class Run:
    """One set of rules, and what came of its day."""

    name: str
    figures: Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Shown:
    """One row of the table: a figure, with one value for each run."""

    name: str
    values: tuple[str, ...]
    difference: str = ""
    """Of the second run to the first, if there are two."""
    ratio: str = ""
    better: int | None = None
    """Which run has the better value, where one is better."""


def _metrics(label: str, figure: str, which: Sequence[str], unit: str, more: bool = False) -> list[Metric]:
    return [Metric(f"{label}, {one}", (figure, one), unit, more) for one in which]


ROWS: Final[tuple[Metric, ...]] = (
    *_metrics("wait", "wait_s", ("p50", "p90", "p95", "p99", "max"), "s"),
    Metric("gave up", ("tickets", "gave_up_share"), "%"),
    *_metrics("quality", "quality", ("mean", "p5"), "", more=True),
    *_metrics("rating spread in a match", "rating_spread", ("mean", "p95"), ""),
    *_metrics("team balance: gap of means", "team_gap", ("mean", "p95"), ""),
    *_metrics("team balance: favourite's chance", "favourite", ("mean", "p95"), "%"),
    *_metrics("latency of a match's slowest", "latency_ms", ("p50", "p95"), "ms"),
    Metric("matches a minute", ("matches", "a_minute"), "", more_is_better=True),
    Metric("ready checks that failed", ("checks", "failed_share"), "%"),
)
_COUNTS: Final = (
    ("tickets", ("tickets", "came")),
    ("… seated", ("tickets", "seated")),
    ("… gave up", ("tickets", "gave_up")),
    ("… declined a check", ("tickets", "declined")),
    ("… missed a check", ("tickets", "missed")),
    ("… refused", ("tickets", "refused")),
    ("… waiting in the end", ("tickets", "waiting")),
    ("arrivals while nobody was free", ("tickets", "nobody_free")),
    ("players seated", ("players", "seated")),
    ("matches", ("matches", "played")),
    ("… with bots", ("matches", "with_bots")),
)
GROUPS: Final = (("rating", "by_band"), ("region", "by_region"), ("party size", "by_party"))
GROUP_COLUMNS: Final[tuple[tuple[str, Callable[[Mapping[str, Any]], str]], ...]] = (
    ("tickets", lambda group: f"{group['tickets']:,}"),
    ("wait p50", lambda group: _number(group["wait_p50"], " s")),
    ("p95", lambda group: _number(group["wait_p95"], " s")),
    ("gave up", lambda group: f"{group['gave_up_share']:.1%}"),
    ("quality", lambda group: _number(group["quality_mean"], "", 3)),
    ("spread", lambda group: _number(group["spread_mean"], "")),
)


def _number(value: float | None, unit: str, digits: int = 1) -> str:
    return "-" if value is None else f"{value:,.{digits}f}{unit}"


def rows_of(runs: Sequence[Run]) -> list[Shown]:
    """All rows that say something of any run."""
    rows = []
    for metric in ROWS:
        values = [metric.of(run.figures) for run in runs]
        if any(value is not None for value in values):
            rows.append(_row(metric, values))
    for name, (table, key) in _COUNTS:
        counts = [run.figures[table][key] for run in runs]
        if any(counts) or name == "tickets":
            difference = f"{counts[1] - counts[0]:+,}" if len(counts) > 1 else ""
            rows.append(Shown(name, tuple(f"{count:,}" for count in counts), difference, _ratio(counts)))
    return rows


def _row(metric: Metric, values: Sequence[float | None]) -> Shown:
    texts = tuple(metric.text(value) for value in values)
    if len(values) < 2 or values[0] is None or values[1] is None:
        return Shown(metric.name, texts)
    change = values[1] - values[0]
    better = None if change == 0 else int((change > 0) == metric.more_is_better)
    points = f"{abs(change) * 100:.2f} points" if metric.unit == "%" else metric.text(abs(change))
    return Shown(metric.name, texts, f"{'+' if change >= 0 else '-'}{points}", _ratio(values), better)


def _ratio(values: Sequence[float | None]) -> str:
    if len(values) < 2 or not values[0] or values[1] is None:
        return ""
    return f"{values[1] / values[0]:.2f}x"


def starving_text(figures: Mapping[str, Any]) -> str:
    """The ticket that was seen waiting longest; empty if none was seen."""
    found = figures["starving"]
    if found is None:
        return ""
    players = ", ".join(found["players"])
    who = f"{players} (rating {found['rating']:.1f}{', ' + found['region'] if found['region'] else ''})"
    return f"{who} had waited {found['wait_s']:.0f} s at {_clock(found['at_s'])}: {found['text']}"


def estimates_text(figures: Mapping[str, Any]) -> str:
    """How the estimates came true; empty if there were none."""
    found = figures["estimates"]
    if found["sooner_share"] is None:
        return ""
    return (
        f"of {found['asked']:,} waiting tickets that asked, {found['told_share']:.0%} were told an estimate;"
        f" {found['sooner_share']:.0%} of these took no longer. The median estimate was {found['estimate_s']:.1f} s,"
        f" it took {found['rest_s']:.1f} s, and the median error was {found['error_s']:.1f} s"
    )


def _clock(at_s: float) -> str:
    minutes, _ = divmod(int(at_s), 60)
    return f"{minutes // 60}:{minutes % 60:02d} h"


def setup_text(figures: Mapping[str, Any]) -> str:
    """What was played, in a line."""
    tickets, players = figures["tickets"]["came"], figures["players"]["came"]
    return f"{figures['hours']:g} hours, {tickets:,} tickets of {players:,} players"
