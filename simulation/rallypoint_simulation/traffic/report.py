"""The figures as one HTML page that needs nothing else: no script, no style and no picture from elsewhere."""

from __future__ import annotations

import math
from collections.abc import Sequence
from html import escape
from typing import Any, Final

from .chart import CHART_STYLE, Chart, Point
from .figures import HEAT_QUALITIES, HEAT_WAITS
from .goal import Verdict
from .shown import GROUP_COLUMNS, GROUPS, Run, estimates_text, rows_of, setup_text, starving_text

__all__ = ["page"]

_STYLE: Final = """
:root { color-scheme: light dark; --back: #fff; --text: #1f2630; --dim: #7a8494; --line: #d8dde5; --soft: #f3f5f8;
  --a: #1668c7; --b: #c2410c; }
@media (prefers-color-scheme: dark) {
  :root { --back: #14181f; --text: #dfe4ec; --dim: #8d97a8; --line: #313845; --soft: #1c222c;
    --a: #6db3ff; --b: #ff9a5c; }
}
body { margin: 0 auto; padding: 24px 20px 60px; max-width: 1040px; background: var(--back); color: var(--text);
  font: 15px/1.5 system-ui, sans-serif; }
h1 { font-size: 24px; margin: 0 0 4px; } h2 { font-size: 18px; margin: 36px 0 8px; }
p { margin: 6px 0; max-width: 75ch; } .dim { color: var(--dim); }
code { font-family: ui-monospace, monospace; font-size: 13px; overflow-wrap: anywhere; }
.verdict { border-left: 4px solid var(--a); background: var(--soft); padding: 10px 14px; margin: 16px 0; }
.wide { overflow-x: auto; }
table { border-collapse: collapse; font-variant-numeric: tabular-nums; margin: 8px 0; }
th, td { padding: 3px 12px; text-align: right; border-bottom: 1px solid var(--line); white-space: nowrap; }
th:first-child, td:first-child { text-align: left; padding-left: 0; }
th { font-weight: 600; } td.better { font-weight: 700; }
.mark { display: inline-block; width: 10px; height: 10px; border-radius: 2px; margin-right: 6px; }
.mark.a { background: var(--a); } .mark.b { background: var(--b); }
.side { display: flex; flex-wrap: wrap; gap: 20px; } .side > div { flex: 1 1 440px; }
"""
_COLOURS: Final = ("a", "b")
_NOTE: Final = (
    "A wait is that of a ticket until its players had their seats, or until they gave up. Quality is from 0 to 1:"
    " 1 less the weighted mean of how much of each rule's widest limit a match used up. Limits and weights are those of"
    " the first rules, for all matches; so this is not the quality that a server keeps with a match, which is by the"
    " limits that were in force. Ratings are what a server would know of the players."
)


def page(runs: Sequence[Run], goal: str, verdict: Verdict | None, command: str) -> str:
    """One or two runs; ``command`` is what makes this page again."""
    title = " and ".join(run.name for run in runs)
    parts = [
        f"<h1>Matchmaking: {escape(title)}</h1>",
        f'<p class="dim">{escape(setup_text(runs[0].figures))}, in virtual time. <code>{escape(command)}</code></p>',
    ]
    if verdict is not None:
        parts.append(f'<div class="verdict"><b>Goal: {escape(goal)}.</b> {escape(_sentence(verdict.text))}</div>')
    parts += [_main_table(runs), f'<p class="dim">{escape(_NOTE)}</p>']
    parts += ["<h2>Wait</h2>", _waits(runs), "<h2>Wait against quality</h2>", _heats(runs)]
    for name, key in GROUPS:
        if any(len(run.figures[key]) > 1 for run in runs):
            parts += [f"<h2>By {name}</h2>", _group_chart(runs, name, key), _group_table(runs, name, key)]
    parts += ["<h2>Over the day</h2>", _over_time(runs)]
    parts += [_expansions(runs), _estimates(runs), _starving(runs)]
    body = "\n".join(part for part in parts if part)
    return (
        '<!doctype html>\n<html lang="en"><head><meta charset="utf-8">'
        '<meta name="viewport" content="width=device-width, initial-scale=1">'
        f"<title>Matchmaking: {escape(title)}</title><style>{_STYLE}{CHART_STYLE}</style></head>\n"
        f"<body>\n{body}\n</body></html>\n"
    )


def _sentence(text: str) -> str:
    return f"{text[:1].upper()}{text[1:]}."


def _mark(place: int) -> str:
    return f'<span class="mark {_COLOURS[place]}"></span>'


# --- tables -----------------------------------------------------------------------------------------------------------


def _table(head: Sequence[str], rows: Sequence[Sequence[str]]) -> str:
    """Of cells that are HTML already."""
    top = "".join(f"<th>{cell}</th>" for cell in head)
    body = "\n".join(f"<tr>{''.join(row)}</tr>" for row in rows)
    return f'<div class="wide"><table><thead><tr>{top}</tr></thead><tbody>\n{body}\n</tbody></table></div>'


def _cell(text: str, style: str = "") -> str:
    begin = f'<td class="{style}">' if style else "<td>"
    return f"{begin}{escape(text)}</td>"


def _main_table(runs: Sequence[Run]) -> str:
    two = len(runs) > 1
    head = ["", *(f"{_mark(place)}{escape(run.name)}" for place, run in enumerate(runs))]
    head += ["difference", "ratio"] if two else []
    rows = [
        [
            _cell(row.name),
            *(_cell(value, "better" if row.better == place else "") for place, value in enumerate(row.values)),
            *((_cell(row.difference), _cell(row.ratio)) if two else ()),
        ]
        for row in rows_of(runs)
    ]
    return _table(head, rows)


def _group_table(runs: Sequence[Run], name: str, key: str) -> str:
    rows = []
    for group_name in _group_names(runs, key):
        for place, run in enumerate(runs):
            group = next((each for each in run.figures[key] if each["name"] == group_name), None)
            if group is not None:
                first = f"<td>{_mark(place)}{escape(group_name)}</td>"
                rows.append([first, *(_cell(value(group)) for _, value in GROUP_COLUMNS)])
    return _table([escape(name), *(column for column, _ in GROUP_COLUMNS)], rows)


def _group_names(runs: Sequence[Run], key: str) -> list[str]:
    return list(dict.fromkeys(group["name"] for run in runs for group in run.figures[key]))


def _expansions(runs: Sequence[Run]) -> str:
    rows = []
    for place, run in enumerate(runs):
        for rule in run.figures["expansions"]:
            for step in rule["steps"]:
                limit = "optional" if step["limit"] is None else f"{step['limit']:g}"
                first = f"<td>{_mark(place)}{escape(rule['rule'])}</td>"
                cells = (limit, f"{step['after_s']:g} s", f"{step['matches']:,}", f"{step['share']:.1%}")
                rows.append([first, *map(_cell, cells)])
    if not rows:
        return ""
    return "<h2>Which limits were in force</h2>" + _table(["rule", "limit", "from", "matches", "share"], rows)


def _starving(runs: Sequence[Run]) -> str:
    parts = []
    for place, run in enumerate(runs):
        text = starving_text(run.figures)
        if not text:
            continue
        parts.append(f"<p>{_mark(place)}{escape(_sentence(text.removesuffix('.')))}</p>")
        rules = run.figures["starving"]["rules"]
        if rules:
            rows = [
                [_cell(_said(rule[key])) for key in ("rule", "limit", "passes", "of", "excludes")] for rule in rules
            ]
            parts.append(_table(["rule", "limit", "pass", "of", "only this rule excludes"], rows))
    return "<h2>Who waited longest, and what it was told</h2>" + "\n".join(parts) if parts else ""


def _estimates(runs: Sequence[Run]) -> str:
    texts = [(place, estimates_text(run.figures)) for place, run in enumerate(runs)]
    parts = [f"<p>{_mark(place)}{escape(_sentence(text))}</p>" for place, text in texts if text]
    return "<h2>Estimated waits</h2>" + "\n".join(parts) if parts else ""


def _said(value: Any) -> str:
    return "-" if value is None else f"{value:g}" if isinstance(value, float) else str(value)


# --- charts -----------------------------------------------------------------------------------------------------------


def _ticks(most: float, count: int = 5) -> list[tuple[float, str]]:
    """Round numbers from 0 to ``most``."""
    raw = max(most, 1e-9) / count
    unit = 10.0 ** math.floor(math.log10(raw))
    step = next(unit * factor for factor in (1, 2, 5, 10) if unit * factor >= raw)
    return [(step * place, f"{step * place:,g}") for place in range(int(most / step + 1e-9) + 1)]


def _log(wait: float) -> float:
    return math.log2(1 + wait)


def _waits(runs: Sequence[Run]) -> str:
    """How many tickets had waited no longer than that."""
    longest = max((run.figures["wait_s"]["max"] or 1.0) for run in runs)
    chart = Chart("Tickets that had waited no longer than that", (0, _log(longest)), (0, 100), 280)
    marks = [wait for wait in (1, 2, 5, 10, 20, 30, 60, 120, 300, 600, 1800, 3600) if wait < longest * 0.95]
    chart.axes(
        [(_log(wait), f"{wait}") for wait in marks], [(each, f"{each} %") for each in range(0, 101, 20)], "seconds"
    )
    for place, run in enumerate(runs):
        points = [(_log(wait), share) for share, wait in run.figures["wait_shares"]]
        chart.line(points, _COLOURS[place], run.name)
    return chart.svg()


def _heats(runs: Sequence[Run]) -> str:
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
                    chart.box(_log(edges[column]), _log(edges[column + 1]), low, high, _COLOURS[place], hint, share)
        charts.append(f"<div>{chart.svg()}</div>")
    return f'<div class="side">{"".join(charts)}</div>'


def _group_chart(runs: Sequence[Run], name: str, key: str) -> str:
    """Bars up to the median and, paler, to the 95th percentile."""
    groups = _group_names(runs, key)
    most = max((group["wait_p95"] or 0 for run in runs for group in run.figures[key]), default=0) or 1.0
    chart = Chart(f"Wait by {name}: median, and paler the 95th percentile", (0, len(groups)), (0, most * 1.05), 260)
    chart.axes([(place + 0.5, group) for place, group in enumerate(groups)], _ticks(most), "", "seconds")
    wide = 0.7 / len(runs)
    for place, run in enumerate(runs):
        chart.key(f"bar {_COLOURS[place]}", run.name)
        for group in run.figures[key]:
            left = groups.index(group["name"]) + 0.15 + place * wide
            for which, share in (("wait_p95", 0.35), ("wait_p50", 1.0)):
                if group[which]:
                    hint = f"{run.name}, {group['name']}: {which.removeprefix('wait_')} {group[which]:.1f} s"
                    chart.box(left, left + wide * 0.9, 0, group[which], _COLOURS[place], hint, share)
    return chart.svg()


def _over_time(runs: Sequence[Run]) -> str:
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
        chart.line(points, _COLOURS[place], runs[place].name if runs else "")
    return chart.svg()
