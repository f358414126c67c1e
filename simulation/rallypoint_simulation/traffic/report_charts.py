"""The charts of the page."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Final

from .chart import Chart, Point
from .figures import HEAT_QUALITIES, HEAT_WAITS
from .shown import Run

__all__ = ["COLOURS", "group_chart", "group_names", "heats", "over_time", "waits"]

COLOURS: Final = ("a", "b")
"""Of the first run and the second: classes of the page's style."""


def group_names(runs: Sequence[Run], key: str) -> list[str]:
    """All groups that any run has."""
    return list(dict.fromkeys(group["name"] for run in runs for group in run.figures[key]))


def _ticks(most: float, count: int = 5) -> list[tuple[float, str]]:
    """Round numbers from 0 to ``most``."""
    raw = max(most, 1e-9) / count
    unit = 10.0 ** math.floor(math.log10(raw))
    step = next(unit * factor for factor in (1, 2, 5, 10) if unit * factor >= raw)
    return [(step * place, f"{step * place:,g}") for place in range(int(most / step + 1e-9) + 1)]


def _log(wait: float) -> float:
    return math.log2(1 + wait)


def waits(runs: Sequence[Run]) -> str:
    """How many tickets had waited no longer than that."""
    longest = max((run.figures["wait_s"]["max"] or 1.0) for run in runs)
    chart = Chart("Tickets that had waited no longer than that", (0, _log(longest)), (0, 100), 280)
    marks = [wait for wait in (1, 2, 5, 10, 20, 30, 60, 120, 300, 600, 1800, 3600) if wait < longest * 0.95]
    chart.axes(
        [(_log(wait), f"{wait}") for wait in marks], [(each, f"{each} %") for each in range(0, 101, 20)], "seconds"
    )
    for place, run in enumerate(runs):
        points = [(_log(wait), share) for share, wait in run.figures["wait_shares"]]
        chart.line(points, COLOURS[place], run.name)
    return chart.svg()


def heats(runs: Sequence[Run]) -> str:
    """For each run: how many tickets had which wait and which quality."""
    edges = [*HEAT_WAITS, HEAT_WAITS[-1] * 1.5]
    charts = []
    most = max((cell for run in runs for column in run.figures["wait_quality"] for cell in column), default=0)
    for place, run in enumerate(runs):
        chart = Chart(f"{run.name}: quality of the match by wait", (0, _log(edges[-1])), (0, 1), 320)
        labels = [(_log(wait), f"{wait}") for wait in (1, 3, 10, 28, 75, 200)]
        chart.axes(labels, [(each / 5, f"{each / 5:g}") for each in range(6)], "seconds", "quality")
        for column, cells in enumerate(run.figures["wait_quality"]):
            for row, count in enumerate(cells):
                if count:
                    low, high = row / HEAT_QUALITIES, (row + 1) / HEAT_QUALITIES
                    hint = f"{edges[column]:g} to {edges[column + 1]:g} s, quality {low:g}: {count:,} tickets"
                    share = 0.08 + 0.92 * math.sqrt(count / most)
                    chart.box(_log(edges[column]), _log(edges[column + 1]), low, high, COLOURS[place], hint, share)
        charts.append(f"<div>{chart.svg()}</div>")
    return f'<div class="side">{"".join(charts)}</div>'


def group_chart(runs: Sequence[Run], name: str, key: str) -> str:
    """Bars up to the median and, paler, to the 95th percentile."""
    groups = group_names(runs, key)
    most = max((group["wait_p95"] or 0 for run in runs for group in run.figures[key]), default=0) or 1.0
    chart = Chart(f"Wait by {name}: median, and paler the 95th percentile", (0, len(groups)), (0, most * 1.05), 260)
    chart.axes([(place + 0.5, group) for place, group in enumerate(groups)], _ticks(most), "", "seconds")
    wide = 0.7 / len(runs)
    for place, run in enumerate(runs):
        chart.key(f"bar {COLOURS[place]}", run.name)
        for group in run.figures[key]:
            left = groups.index(group["name"]) + 0.15 + place * wide
            for which, share in (("wait_p95", 0.35), ("wait_p50", 1.0)):
                if group[which]:
                    hint = f"{run.name}, {group['name']}: {which.removeprefix('wait_')} {group[which]:.1f} s"
                    chart.box(left, left + wide * 0.9, 0, group[which], COLOURS[place], hint, share)
    return chart.svg()


def over_time(runs: Sequence[Run]) -> str:
    """How many wait, and how many come. Each point is the mean of a while, or it would be all noise."""
    hours = runs[0].figures["hours"]
    waiting = [_means(run, "waiting", 3, 1.0) for run in runs]
    came = _means(runs[0], "came", 6, 1 / runs[0].figures["over_time"]["every_s"])
    return _lines("Waiting tickets", hours, waiting, runs) + _lines("Tickets that came, a second", hours, [came], ())


def _means(run: Run, key: str, together: int, factor: float) -> list[Point]:
    """The middle of each while, in hours, and the mean of its samples."""
    over, hours = run.figures["over_time"], run.figures["hours"]
    values, every = over[key], over["every_s"]
    starts = range(0, len(values) - together + 1, together)
    points = [
        ((start + together / 2) * every / 3600, sum(values[start : start + together]) / together * factor)
        for start in starts
    ]
    return [point for point in points if point[0] <= hours]


def _lines(title: str, hours: float, lines: Sequence[Sequence[Point]], runs: Sequence[Run]) -> str:
    most = max((value for points in lines for _, value in points), default=0.0) or 1.0
    chart = Chart(title, (0, hours), (0, most * 1.05), 220)
    chart.axes(_ticks(hours, 8), _ticks(most), "hours")
    for place, points in enumerate(lines):
        chart.line(points, COLOURS[place], runs[place].name if runs else "")
    return chart.svg()
