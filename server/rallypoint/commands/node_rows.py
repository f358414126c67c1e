"""A node, its settings and the audit log, as facts and columns. Pure."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any, Final

from .figures import clock, count, counted, duration, ms, percent, size, time_since
from .inert import plain
from .sheets import Cell, Column, Facts, Row

__all__ = ["SETTING_COLUMNS", "audit_columns", "cordon_words", "costly_columns", "node_facts", "setting_rows"]

_STATE_TONES: Final = {"serving": "ok", "cordoned": "warn", "draining": "warn", "drained": "warn", "stopping": "bad"}
_VALUE_CHARS_MAX: Final = 60


def cordon_words(cordon: Mapping[str, Any], now: float) -> str:
    """How far the emptying of a node is."""
    state: str = cordon["state"]
    if state == "serving":
        return "serving: sessions are created"
    said = f"{state} since {clock(cordon['since_at'], now)}"
    if cordon["by"]:
        said += f" by {cordon['by']}"
    if state != "drained":
        said += f": {cordon['sessions_left']} of {counted(cordon['sessions_at_start'], 'session')} left"
    if cordon["eta_s"] is not None and state == "draining":
        said += f", over in about {duration(cordon['eta_s'])}"
    if cordon["end_at"] is not None:
        said += f", ended in {duration(max(0.0, cordon['end_at'] - now))}"
    return said


def node_facts(node: Mapping[str, Any], now: float) -> Facts:
    """How a node is doing."""
    journal, store, replays = node["journal"], node["store"], node["replays"]
    kept = f"{journal['durability']}, {journal['segments']} files, {size(journal['bytes'])}"
    return [
        ("node", f"{node['node']}, Rallypoint {node['version']}, Python {node['python']}, process {node['pid']}"),
        ("state", (cordon_words(node["cordon"], now), _STATE_TONES.get(node["state"], "")))
        if node["state"] != "stopping"
        else ("state", ("stopping", "bad")),
        ("up", time_since(node["started_at"], now)),
        ("load", f"CPU {percent(node['cpu_share'])} of one core, memory {size(node['rss_bytes'])}"),
        ("sessions", f"{count(node['sessions'])} of {count(node['sessions_max'])} at most"),
        ("players", f"{count(node['players'])}, with {counted(node['connections'], 'connection')}"),
        ("event loop", _late(node["loop_lag"], "late")),
        ("ticks", _late(node["tick_late"], "late")),
        ("rounds", _late(node["bucket"], "long")),
        ("garbage", f"{_late(node['gc'], 'long')}; {count(node['gc_collections'])} collections"),
        (
            "journal",
            (journal["failure"], "bad") if journal["failure"] else f"{kept}, {_late(journal['flush'], 'a write')}",
        ),
        *([("", (f"the disk is behind: {journal['pressure']}", "warn"))] if journal["pressure"] != "none" else []),
        ("database", _store(store)),
        (
            "replays",
            f"{replays['writing']} being written, {replays['given_up']} given up" if replays["kept"] else "off",
        ),
    ]


def costly_columns() -> list[Column]:
    """Sessions by what they cost."""
    return [
        Column("session", lambda row: row["session"]),
        Column("game", lambda row: row["game"]),
        Column("ms/s", lambda row: f"{row['step_ms_per_s']:.2f}", right=True),
        Column("players", lambda row: count(row["players"]), right=True),
    ]


def setting_rows(answer: Mapping[str, Any], *, changed: bool) -> list[Row]:
    """All settings, of games too; or those that are another value than the default."""
    rows: list[Row] = [
        {**one, "where": one["source"] if one["source"] == "default" else f"{one['source']} ({one['variable']})"}
        for one in answer["rows"]
    ]
    for game in answer["games"]:
        rows += [{**one, "name": f"{game['game']}: {one['name']}", "where": game["where"]} for one in game["options"]]
    return [row for row in rows if not changed or row["value"] != row["default"]]


SETTING_COLUMNS: Final = [
    Column("setting", lambda row: row["name"]),
    Column("value", lambda row: _value(row["value"])),
    Column("default", lambda row: (_value(row["default"]), "dim"), spare=True),
    Column("from", lambda row: row["where"], spare=True),
]


def audit_columns(now: float) -> list[Column]:
    """What operators did."""
    return [
        Column("when", lambda row: clock(row["at"], now)),
        Column("who", lambda row: row["operator"] or "(nobody)"),
        Column("did", lambda row: row["action"]),
        Column("to", lambda row: row["object"]),
        Column("outcome", lambda row: row["outcome"] if row["outcome"] == "ok" else (row["outcome"], "warn")),
        Column("with", lambda row: json.dumps(row["detail"], ensure_ascii=False) if row["detail"] else "", spare=True),
        Column("role", lambda row: row["role"], spare=True),
        Column("by", lambda row: row["via"], spare=True),
        Column("address", lambda row: row["peer"], spare=True),
    ]


def _late(figures: Mapping[str, float], what: str) -> str:
    if not figures.get("count", 1):
        return "nothing yet"
    named = [f"{name} {ms(figures[name])}" for name in ("p50", "p99", "max") if name in figures]
    return f"{', '.join(named)} {what}"


def _store(store: Mapping[str, Any]) -> Cell:
    if store["error"]:
        return f"{store['kind']}: {store['error']} ({counted(store['pending'], 'write')} waiting)", "bad"
    lost = store["lost"] + store["refused"]
    said = f"{store['kind']}, {counted(store['written'], 'write')}, {count(store['pending'])} waiting"
    return (f"{said}, {count(lost)} given up", "warn") if lost else said


def _value(value: Any) -> str:
    text = plain(value)
    return text if len(text) <= _VALUE_CHARS_MAX else text[: _VALUE_CHARS_MAX - 3] + "..."
