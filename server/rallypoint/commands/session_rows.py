"""Sessions, their seats, timeline and past, as facts and columns. Pure."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any, Final

from .figures import NONE, clock, count, counted, duration, ms, time_since
from .inert import plain
from .sheets import Cell, Column, Facts, Row

__all__ = [
    "CHANGE_COLUMNS",
    "HAPPENED_COLUMNS",
    "seat_columns",
    "session_columns",
    "session_facts",
    "session_words",
    "ticks_facts",
    "timeline_columns",
    "tree",
]

_STATES: Final = {"waiting": "warn", "paused": "warn", "running": "", "ended": "dim"}
_QUALITY: Final = {"good": "ok", "slow": "warn", "bad": "bad"}
_KINDS: Final = {
    "dropped": "warn",
    "expired": "warn",
    "kicked": "warn",
    "paused": "warn",
    "slow step": "warn",
    "returned": "ok",
    "ended": "strong",
}


def session_columns(now: float) -> list[Column]:
    """A list of sessions."""
    return [
        Column("session", lambda row: row["id"]),
        Column("game", lambda row: row["game"]),
        Column("state", lambda row: (row["state"], _STATES.get(row["state"], ""))),
        Column("players", lambda row: f"{row['players']}/{row['seats']}", right=True),
        Column("away", lambda row: (str(row["away"]), "warn") if row["away"] else "0", right=True),
        Column("age", lambda row: time_since(row["created_at"], now), right=True),
        Column("ms/s", lambda row: f"{row['step_ms_per_s']:.2f}", right=True),
        Column("behind", lambda row: ms(row["behind_ms"]), right=True),
        Column("longest", lambda row: ms(row["step_max_ms"]), right=True, spare=True),
        Column("skipped", lambda row: count(row["skipped"]), right=True, spare=True),
        Column("bots", lambda row: count(row["bots"]), right=True, spare=True),
        Column("watch", lambda row: count(row["spectators"]), right=True, spare=True),
        Column("tick", lambda row: count(row["tick"]), right=True, spare=True),
        Column("epoch", lambda row: count(row["epoch"]), right=True, spare=True),
        Column("", lambda row: "private" if row["private"] else "", spare=True),
    ]


def session_facts(look: Mapping[str, Any], now: float) -> Facts:
    """One session."""
    row, paused = look["session"], look["paused"]
    facts: list[tuple[str, Cell]] = [
        ("session", f"{row['id']} of {row['game']}, epoch {row['epoch']}"),
        ("state", (row["state"], _STATES.get(row["state"], ""))),
    ]
    if paused is not None:
        reason = f": {paused['reason']}" if paused["reason"] else ""
        facts.append(("paused", (f"since {clock(paused['since_at'], now)} by {paused['by']}{reason}", "warn")))
    if look["outcome"] is not None:
        facts.append(("ended", f"{look['outcome']}: {look['reason']}"))
    if look["result"] is not None:
        facts.append(("result", plain(look["result"])))
    facts += [
        ("age", f"{time_since(row['created_at'], now)}, session time {duration(look['now_ms'] / 1000)}"),
        ("tick", f"{count(row['tick'])}, " + (f"{look['tick_hz']} a second" if look["tick_hz"] else "turn-based")),
        ("cost", f"{row['step_ms_per_s']:.2f} ms a second, longest step {ms(row['step_max_ms'])}"),
        ("skipped", counted(row["skipped"], "tick")),
        ("seats", f"{row['players']} of {row['seats']}, {row['away']} away, {counted(row['bots'], 'bot')}"),
        ("watched by", count(row["spectators"])),
    ]
    flags = [word for word, on in (("private", row["private"]), ("locked", look["locked"])) if on]
    facts += [
        (label, text)
        for label, text in (
            ("", ", ".join(flags)),
            ("room code", look["code"] or ""),
            ("leader", look["leader"] or ""),
            ("match", look["match"] or ""),
            ("meta", plain(look["meta"]) if look["meta"] else ""),
            ("options", plain(look["options"]) if look["options"] else ""),
        )
        if text
    ]
    return facts


def seat_columns(now: float) -> list[Column]:
    """Who sits in a session."""
    return [
        Column("seat", lambda row: str(row["seat"]), right=True),
        Column("player", lambda row: row["player"]),
        Column("name", lambda row: row["name"]),
        Column("state", lambda row: _seat_state(row, now)),
        Column("link", _quality),
        Column("behind", lambda row: ms(row["link"]["behind_ms"]) if row["link"] else NONE, right=True),
        Column("address", lambda row: row["link"]["address"] if row["link"] else "", spare=True),
        Column("for", lambda row: time_since(row["since_at"], now), right=True, spare=True),
        Column("left out", lambda row: count(row["conflated"]), right=True, spare=True),
        Column("team", lambda row: "" if row["team"] is None else str(row["team"]), right=True, spare=True),
    ]


def timeline_columns(now: float) -> list[Column]:
    """What happened in a session."""
    return [
        Column("when", lambda row: clock(row["at"], now)),
        Column("tick", lambda row: count(row["tick"]), right=True),
        Column("what", lambda row: (row["kind"], _KINDS.get(row["kind"], ""))),
        Column("", lambda row: row["text"]),
        Column("player", lambda row: row["player"] or "", spare=True),
        Column("by", lambda row: row["by"] or "", spare=True),
    ]


def session_words(session: Mapping[str, Any]) -> str:
    """After something was done to it."""
    seats = f"{session['players']} of {session['seats_max']} seats"
    locked = ", locked" if session["locked"] else ""
    state = "paused" if session.get("paused") else session["state"]
    return f"{session['id']} of {session['game']}: {state}, tick {count(session['tick'])}, {seats}{locked}"


def ticks_facts(ticks: Mapping[str, Any]) -> Facts:
    """Which ticks can be gone to."""
    gaps = ", ".join(f"{first} to {last}" for first, last in ticks["gaps"])
    return [
        ("ticks", f"{ticks['first']} to {ticks['last']}, {duration(ticks['duration_ms'] / 1000)} of {ticks['game']}"),
        ("from", ticks["source"]),
        ("it", "goes on" if ticks["running"] else "has ended" if ticks["complete"] else "has no end here"),
        *([("missing", (gaps, "warn"))] if gaps else []),
    ]


CHANGE_COLUMNS: Final = [
    Column("changed", lambda row: row["where"]),
    Column("before", lambda row: (plain(row["before"]), "dim")),
    Column("after", lambda row: plain(row["after"])),
]

HAPPENED_COLUMNS: Final = [
    Column("", lambda row: str(row.get("what", ""))),
    Column("seat", lambda row: "" if row.get("seat") is None else str(row["seat"]), right=True),
    Column("player", lambda row: str(row.get("name") or row.get("player") or "")),
    Column("", lambda row: plain(row["fields"]) if row.get("fields") else ""),
]


def tree(value: Any, indent: int = 0) -> Iterator[str]:
    """A state, a line for each field: what holds others is followed by these, further in."""
    pairs = value.items() if isinstance(value, Mapping) else enumerate(value)
    for key, item in pairs:
        label = "  " * indent + plain(str(key))
        if isinstance(item, Mapping | list) and item and not _is_flat(item):
            yield f"{label}:"
            yield from tree(item, indent + 1)
        else:
            yield f"{label}: {plain(item)}"


def _is_flat(item: Any) -> bool:
    """It is a list of numbers and words, which fits on a line."""
    return isinstance(item, list) and len(item) <= 8 and not any(isinstance(one, Mapping | list) for one in item)


def _seat_state(row: Row, now: float) -> Cell:
    state: str = row["state"]
    if row["bot"]:
        return f"{state} (bot)", "dim"
    if row["grace_until"] is not None:
        return f"{state}, {duration(max(0.0, row['grace_until'] - now))} left", "warn"
    return state


def _quality(row: Row) -> Cell:
    link = row["link"]
    return NONE if link is None else (link["quality"], _QUALITY.get(link["quality"], ""))
