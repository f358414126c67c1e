"""Figures out of runs: one flat object for machines, one table for people."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from statistics import median
from typing import Any

from .measure import Round
from .rules import MILD, RULES, STRICT, is_lower_bound, largest
from .servers import Server

__all__ = ["CAVEATS", "Figures", "figures_of", "table"]

Figures = dict[str, float | str]

CAVEATS = (
    f"{STRICT}. {MILD}.",
    "In both, all joined, none was lost, and a failure was confirmed once.",
    "Colyseus was measured with its ws transport. Its uWebSockets transport cannot be installed here, and is faster.",
    "The C program copies bytes: no game, no state, nobody is looked up. No server can do less.",
)

# figure, its name in the table, digits
_ROWS: tuple[tuple[str, str, int], ...] = (
    ("capacity_strict", "clients that hold, strict rule", 0),
    ("capacity_mild", "clients that hold, mild rule", 0),
    ("480_us_per_pair", "CPU us a pair, 480 clients", 1),
    ("1200_us_per_pair", "CPU us a pair, 1,200 clients", 1),
    ("480_bytes_per_client_s", "bytes a client and second", 0),
    ("480_rss_mib", "resident memory with 480 clients, MiB", 0),
    ("480_kib_per_client", "of it a client, KiB", 1),
    ("480_kib_per_connection", "of it a connection, KiB", 1),
    ("480_join_s", "all 480 joined, hello to first snapshot, s", 2),
    ("480_join_p50_ms", "one client's join, median, ms", 0),
    ("1200_shown_p99_ms", "input to its snapshot, p99 at 1,200, ms", 0),
    ("1200_late_p99_ms", "tick lateness, p99 at 1,200, ms", 1),
)


def figures_of(servers: Sequence[Server], rounds: Sequence[Mapping[str, Round]], searched: bool) -> Figures:
    """Medians over the rounds, as ``<server>_<clients>_<figure>``, and each as a ratio: ``<server>_to_<other>_...``."""
    found: Figures = {"rounds": float(len(rounds))}
    for server in servers:
        own = [made[server.name] for made in rounds]
        found[f"{server.name}_title"] = server.title
        for rule in RULES if searched else ():
            found[f"{server.name}_capacity_{rule.name}"] = float(median(largest(each.runs, rule) for each in own))
            at_least = any(is_lower_bound(each.runs, rule) for each in own)
            found[f"{server.name}_capacity_{rule.name}_is_lower_bound"] = float(at_least)
        for count in sorted(set.intersection(*(set(each.runs) for each in own))):
            runs = [run for each in own for run in each.runs[count] if "error" not in run]
            if runs:
                found |= {f"{server.name}_{count}_{key}": value for key, value in _medians(runs, server).items()}
    return found | _ratios(found, [server.name for server in servers])


def _medians(runs: Sequence[Mapping[str, Any]], server: Server) -> dict[str, float]:
    keys = ("us_per_pair", "bytes_per_client_s", "join_s", "join_p50_ms", "join_p99_ms", "shown_p99_ms", "late_p99_ms")
    keys_of_cpu = ("snapshot_ratio", "server_cpu", "generator_cpu")
    found = {key: float(median(run[key] for run in runs)) for key in (*keys, *keys_of_cpu)}
    kib = median((run["rss_kib"] - run["rss_before_kib"]) / run["n"] for run in runs)
    return found | {
        "rss_mib": median(run["rss_kib"] for run in runs) / 1024,
        "kib_per_client": kib,
        "kib_per_connection": kib / server.connections,
    }


def _ratios(found: Figures, names: Sequence[str]) -> Figures:
    ratios: Figures = {}
    for key, _, _ in _ROWS:
        for name in names:
            for other in names:
                mine, theirs = found.get(f"{name}_{key}"), found.get(f"{other}_{key}")
                if name != other and isinstance(mine, float) and isinstance(theirs, float) and theirs:
                    ratios[f"{name}_to_{other}_{key}"] = mine / theirs
    return ratios


def table(found: Mapping[str, float | str]) -> str:
    """The Markdown table, from the flat object."""
    names = [name for name in ("rallypoint", "colyseus", "limit") if f"{name}_title" in found]
    others = [name for name in names if name != "rallypoint"]
    head = ["", *(str(found[f"{name}_title"]) for name in names), *(f"Rallypoint / {_short(name)}" for name in others)]
    lines = [_row(head), _row(["---"] * len(head))]
    for key, title, digits in _ROWS:
        values = [found.get(f"{name}_{key}") for name in names]
        if not any(isinstance(value, float) for value in values):
            continue
        cells = [f"{value:,.{digits}f}" if isinstance(value, float) else "-" for value in values]
        for place, name in enumerate(names):
            if found.get(f"{name}_{key}_is_lower_bound"):
                cells[place] += " or more"
        for other in others:
            ratio = found.get(f"rallypoint_to_{other}_{key}")
            cells.append(f"{ratio:.2f}" if isinstance(ratio, float) else "-")
        lines.append(_row([title, *cells]))
    return "\n".join(lines)


def _short(name: str) -> str:
    return {"colyseus": "Colyseus", "limit": "limit"}[name]


def _row(cells: Sequence[str]) -> str:
    return "| " + " | ".join(cells) + " |" if cells[0] else "| |" + "|".join(f" {cell} " for cell in cells[1:]) + "|"
