"""Queues, tickets and dry runs, as facts and columns. Pure."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Mapping, Sequence
from typing import Any, Final

from .figures import NONE, count, counted, duration, percent, time_since
from .inert import plain
from .sheets import Cell, Column, Facts, Row

__all__ = [
    "QUEUE_RULE_COLUMNS",
    "TRIAL_COLUMNS",
    "NoRules",
    "queue_columns",
    "rules_by_queue",
    "ticket_columns",
    "trial_rows",
    "why_facts",
]

_HEADER: Final = re.compile(r"\s*\[\[?\s*queue\s*\.\s*(?:\"([^\"]*)\"|'([^']*)'|([A-Za-z0-9_-]+))")


class NoRules(ValueError):
    """A file is none of rules."""


def queue_columns(now: float) -> list[Column]:
    """How queues are doing."""
    return [
        Column("queue", lambda row: row["queue"]),
        Column("game", lambda row: row["game"]),
        Column("kind", lambda row: ("paused", "warn") if row["paused"] else row["kind"]),
        Column("waiting", lambda row: count(row["waiting"]), right=True),
        Column("players", lambda row: count(row["players"]), right=True),
        Column("oldest", lambda row: time_since(row["oldest_since"], now), right=True),
        Column("matches/min", lambda row: f"{row['matches_per_min']:.1f}", right=True),
        Column("wait p50", lambda row: duration(row["wait_p50_s"]), right=True),
        Column("p90", lambda row: duration(row["wait_p90_s"]), right=True, spare=True),
        Column("quality", lambda row: percent(row["quality"]), right=True, spare=True),
        Column("asked", lambda row: count(row["ready_checks"]), right=True, spare=True),
    ]


def ticket_columns(now: float) -> list[Column]:
    """Who waits."""
    return [
        Column("ticket", lambda row: row["ticket"]),
        Column("waits", lambda row: time_since(row["queued_at"], now), right=True),
        Column("state", lambda row: row["state"] if row["state"] == "waiting" else (row["state"], "warn")),
        Column("players", lambda row: players_words(row["players"])),
        Column("queues", lambda row: ", ".join(row["queues"]), spare=True),
    ]


def players_words(players: Sequence[Mapping[str, Any]]) -> str:
    """Names and ids."""
    return ", ".join(
        f"{plain(one['name'])} ({plain(one['player'])}{'' if one['here'] else ', away'})" for one in players
    )


def why_facts(why: Mapping[str, Any]) -> Facts:
    """Why a ticket waits."""
    facts: list[tuple[str, Cell]] = [
        ("ticket", f"{why['ticket']} in {why['queue']}: {why['state']} for {duration(why['waited_s'])}"),
        ("players", players_words(why["players"])),
        ("why", (why["text"], "strong")),
        ("near", f"{why['nearby']} of {counted(why['waiting'], 'ticket')} pass all rules with it"),
    ]
    if why["players_needed"]:
        facts.append(("needed", counted(why["players_needed"], "more player")))
    if why["estimate_s"] is not None:
        facts.append(("likely", f"{duration(why['estimate_s'])} more"))
    return facts


def _relaxes(row: Row) -> str:
    if row.get("next_s") is None:
        return ""
    to = "" if row.get("next_limit") is None else f" to {plain(row['next_limit'])}"
    return f"in {duration(row['next_s'])}{to}"


QUEUE_RULE_COLUMNS: Final = [
    Column("rule", lambda row: plain(row["rule"])),
    Column("passes", lambda row: f"{count(row.get('passes'))} of {count(row.get('of'))}", right=True),
    Column("alone excludes", lambda row: count(row.get("excludes")), right=True),
    Column("limit", lambda row: NONE if row.get("limit") is None else plain(row["limit"]), right=True),
    Column("relaxes", _relaxes, spare=True),
]


TRIAL_COLUMNS: Final = [
    Column("", lambda row: row["what"]),
    Column("rules now", lambda row: row["now"], right=True),
    Column("these rules", lambda row: row["then"], right=True),
]


def trial_rows(answer: Mapping[str, Any]) -> list[Row]:
    """What two sets of rules make of those who wait, side by side."""
    now, then = answer["now"] or {}, answer["then"] or {}

    def row(what: str, key: str, words: Any = count) -> Row:
        return {"what": what, "now": words(now.get(key)), "then": words(then.get(key))}

    return [
        row("matches", "matches"),
        row("tickets matched", "tickets_matched"),
        row("of tickets", "tickets"),
        row("never matched", "refused"),
        row("mean wait", "wait_mean_s", duration),
        row("mean quality", "quality_mean", percent),
        row("played to the end", "whole", lambda whole: "yes" if whole else "no"),
    ]


def rules_by_queue(text: str) -> dict[str, str]:
    """A file's rules, queue by queue; lines keep their numbers. Raises :class:`NoRules`, with a sentence."""
    try:
        whole = tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        raise NoRules(f"that is no TOML: {error}") from None
    queues = whole.get("queue")
    if not isinstance(queues, dict) or not queues:
        raise NoRules("it has no queue: rules of one begin with [queue.NAME]")
    if len(queues) == 1:
        return dict.fromkeys(queues, text)
    found = {name: _only(text, name) for name in queues}
    for name, part in found.items():
        if not _says(part, {"queue": {name: queues[name]}}):
            raise NoRules(f"it has several queues, and where {name} begins and ends is not clear: give it its own file")
    return found


def _says(text: str, wanted: dict[str, Any]) -> bool:
    try:
        return tomllib.loads(text) == wanted
    except tomllib.TOMLDecodeError:
        return False


def _only(text: str, name: str) -> str:
    """The lines of one queue; others are empty."""
    lines, current = [], name
    for line in text.splitlines():
        if header := _HEADER.match(line):
            current = next(part for part in header.groups() if part is not None)
        lines.append(line if current == name else "")
    return "\n".join(lines) + "\n"
