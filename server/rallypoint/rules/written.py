"""Writes a queue's rules as the TOML that they can be read from: what is not said is the default."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any, Final

from rallypoint.core.matchmaking.rules import (
    Avoid,
    Balance,
    Distance,
    Equal,
    Expansion,
    Latency,
    Overlap,
    QueueRules,
    Rule,
    TeamSize,
)

__all__ = ["written"]

_KIND: Final[Mapping[type[Rule], tuple[str, str]]] = {
    Distance: ("distance", "attribute"),
    Equal: ("equal", "attribute"),
    Overlap: ("overlap", "attribute"),
    Latency: ("latency", "limit"),
    Avoid: ("avoid", "what"),
    Balance: ("balance", "attribute"),
}
"""Of each kind: its key, and which field is its value."""
_FIELDS: Final[Mapping[str, tuple[Any, ...]]] = {
    "uncertainty": (0.0,),
    "matches": (3,),
    "default": (None,),
    "weight": (1.0,),
    "optional_after_s": (None,),
}
"""Other fields of rules, and what need not be said of them."""


def written(queue: QueueRules) -> str:
    """One ``[queue.name]`` with its rules."""
    lines = [f"[queue.{queue.name}]", f"teams = {_teams(queue.teams)}"]
    usual = QueueRules(name="", game="", teams=queue.teams)
    for name in ("age", "priority", "fill_after_s", "party_max", "ready_s", "backfill", "bots_after_s", "rated"):
        value = getattr(queue, name)
        if value != getattr(usual, name):
            lines.append(f"{name} = {_value(value)}")
    if queue.options:
        lines.append(f"options = {_value(queue.options)}")
    for rule in queue.rules:
        lines += ["", f"[[queue.{queue.name}.rule]]", *_rule(rule)]
    return "\n".join(lines) + "\n"


def _rule(rule: Rule) -> list[str]:
    key, field = _KIND[type(rule)]
    lines = [f"{key} = {_value(getattr(rule, field))}", f"name = {_value(rule.name)}"]
    limit = getattr(rule, "limit", float("inf"))
    if field != "limit" and limit != float("inf") and (not isinstance(rule, Avoid) or rule.what == "dodgers"):
        lines.append(f"limit = {_value(limit)}")
    if isinstance(rule, Distance | Latency):
        lines.append(f"party = {_value(rule.party)}")
    for name, usual in _FIELDS.items():
        value = getattr(rule, name, usual[0])
        if value not in usual and (name != "matches" or (isinstance(rule, Avoid) and rule.what == "recent")):
            lines.append(f"{name} = {_value(value)}")
    steps = getattr(rule, "expansions", ())
    if steps:
        lines.append(f"expand = {_value(steps)}")
    return lines


def _teams(teams: tuple[TeamSize, ...]) -> str:
    if any(team.name for team in teams):
        return _value(
            [{"size": [team.least, team.most], **({"name": team.name} if team.name else {})} for team in teams]
        )
    sizes = "v".join(str(team.least) if team.least == team.most else f"{team.least}-{team.most}" for team in teams)
    return json.dumps(sizes)


def _value(value: Any) -> str:
    match value:
        case bool():
            return str(value).lower()
        case str():
            return json.dumps(value, ensure_ascii=False).replace("\x7f", "\\u007f")
        case float():
            return str(int(value)) if value.is_integer() and abs(value) < 1e15 else repr(value)
        case Expansion():
            return f"{{after_s = {_value(value.after_s)}, limit = {_value(value.limit)}}}"
        case Mapping():
            return "{" + ", ".join(f"{json.dumps(key)} = {_value(each)}" for key, each in value.items()) + "}"
        case list() | tuple():
            return "[" + ", ".join(_value(each) for each in value) + "]"
        case _:
            return str(value)
