"""Whatever a game gave, as plain data that JSON has, and never an error: for results, webhooks, people and backends.

What JSON has not: entities become their ids; structs maps; enums their names; bytes lower-case hexadecimal text; keys
text. NaN, infinities, ints beyond 64 bits and unknown objects become ``None``, as does what is nested deeper than 32
levels.
"""

from __future__ import annotations

import enum
import json
import math
from collections.abc import Mapping
from functools import cache
from typing import Any, Final

import msgspec

from rallypoint_protocol.limits import INT_MAX, INT_MIN

from .entity import Entity
from .player import Player

__all__ = ["plain", "plain_fields", "plain_player"]

_DEPTH_MAX: Final = 32


def plain(value: Any, depth: int = 0) -> Any:
    """The value as what JSON has."""
    kind = value.__class__  # nearly all values of large states are of these: a third of the time
    if kind is int:
        return value if INT_MIN <= value <= INT_MAX else None
    if kind is float:
        return value if math.isfinite(value) else None
    if kind is str or kind is bool or value is None:
        return value
    if kind is list and depth < _DEPTH_MAX:
        return [plain(item, depth + 1) for item in value]
    match value:
        case enum.Enum():
            return value.name
        case str():
            return value
        case int():
            return int(value) if INT_MIN <= value <= INT_MAX else None
        case float():
            return float(value) if math.isfinite(value) else None
        case bytes() | bytearray() | memoryview():
            return bytes(value).hex()
        case Entity():
            return value.id
        case _ if depth >= _DEPTH_MAX:
            return None
        case Mapping():
            return {_key(key): plain(item, depth + 1) for key, item in value.items()}
        case msgspec.Struct():
            return {name: plain(getattr(value, name), depth + 1) for name in value.__struct_fields__}
        case list() | tuple() | set() | frozenset():
            return [plain(item, depth + 1) for item in value]
        case _:
            return None


def _key(key: Any) -> str:
    name = plain(key)
    if isinstance(name, str):
        return name
    return json.dumps(name) if isinstance(name, bool | int | float) else type(key).__name__


def plain_fields(owner: Any) -> dict[str, Any]:
    """The declared fields of a game, player or entity that can be kept: public and private ones."""
    return {name: plain(getattr(owner, name, None)) for name in _kept(owner.__class__)}


@cache
def _kept(kind: type[Any]) -> tuple[str, ...]:
    return tuple(name for name, spec in kind.__fields__.items() if spec.kind != "transient")


def plain_player(player: Player) -> dict[str, Any]:
    """A player with the seat and the id."""
    return {"seat": player.seat, "player": player.player_id, "bot": player.bot, **plain_fields(player)}
