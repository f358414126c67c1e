"""The figures as tables on a terminal."""

from __future__ import annotations

from collections.abc import Sequence

from rich.console import Console
from rich.table import Table
from rich.text import Text

from .goal import Verdict
from .shown import GROUP_COLUMNS, GROUPS, Run, estimates_text, rows_of, setup_text, starving_text

__all__ = ["show"]


def show(console: Console, runs: Sequence[Run], goal: str, verdict: Verdict | None) -> None:
    """All of it, the most important last: a terminal shows the end."""
    for title, key in GROUPS:
        _show_groups(console, runs, title, key)
    for run in runs:
        _show_expansions(console, run)
        starving = starving_text(run.figures)
        if starving:
            _say(console, f"{run.name}: waited longest", starving)
        estimates = estimates_text(run.figures)
        if estimates:
            _say(console, f"{run.name}: estimates", estimates)
        for reason, count in run.figures["refusals"].items():
            _say(console, f"{run.name}: refused {count}", reason)
    table = Table(title=Text(setup_text(runs[0].figures)), title_justify="left")
    table.add_column("")
    for run in runs:
        table.add_column(Text(run.name), justify="right")
    if len(runs) > 1:
        table.add_column("difference", justify="right")
        table.add_column("ratio", justify="right")
    for row in rows_of(runs):
        marked = [Text(value, style="bold" if row.better == place else "") for place, value in enumerate(row.values)]
        table.add_row(row.name, *marked, *((row.difference, row.ratio) if len(runs) > 1 else ()))
    console.print(table)
    if verdict is not None:
        _say(console, f"Goal: {goal}", verdict.text)


def _say(console: Console, first: str, then: str) -> None:
    console.print(Text.assemble((first, "bold"), ": ", then), soft_wrap=True)


def _show_groups(console: Console, runs: Sequence[Run], title: str, key: str) -> None:
    if all(len(run.figures[key]) < 2 for run in runs):
        return
    table = Table(title=f"by {title}", title_justify="left")
    table.add_column(title)
    if len(runs) > 1:
        table.add_column("")
    for column, _ in GROUP_COLUMNS:
        table.add_column(column, justify="right")
    for name in dict.fromkeys(group["name"] for run in runs for group in run.figures[key]):
        for run in runs:
            for group in run.figures[key]:
                if group["name"] == name:
                    which = (Text(run.name),) if len(runs) > 1 else ()
                    table.add_row(Text(name), *which, *(value(group) for _, value in GROUP_COLUMNS))
    console.print(table)


def _show_expansions(console: Console, run: Run) -> None:
    for rule in run.figures["expansions"]:
        parts = []
        for step in rule["steps"]:
            limit = "optional" if step["limit"] is None else f"at {step['limit']:g}"
            parts.append(f"{step['share']:.1%} {limit} (from {step['after_s']:g} s)")
        _say(console, f"{run.name}: matches by the limit of {rule['rule']}", ", ".join(parts))
