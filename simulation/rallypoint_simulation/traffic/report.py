"""The figures as one HTML page that needs nothing else: no script, no style and no picture from elsewhere."""

from __future__ import annotations

from collections.abc import Sequence
from html import escape
from typing import Any, Final

from .chart import CHART_STYLE
from .goal import Verdict
from .report_charts import COLOURS, group_chart, group_names, heats, over_time, waits
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
    parts += ["<h2>Wait</h2>", waits(runs), "<h2>Wait against quality</h2>", heats(runs)]
    for name, key in GROUPS:
        if any(len(run.figures[key]) > 1 for run in runs):
            parts += [f"<h2>By {name}</h2>", group_chart(runs, name, key), _group_table(runs, name, key)]
    parts += ["<h2>Over the day</h2>", over_time(runs)]
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
    return f'<span class="mark {COLOURS[place]}"></span>'


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
    for group_name in group_names(runs, key):
        for place, run in enumerate(runs):
            group = next((each for each in run.figures[key] if each["name"] == group_name), None)
            if group is not None:
                first = f"<td>{_mark(place)}{escape(group_name)}</td>"
                rows.append([first, *(_cell(value(group)) for _, value in GROUP_COLUMNS)])
    return _table([escape(name), *(column for column, _ in GROUP_COLUMNS)], rows)


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
