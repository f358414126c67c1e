"""A game's state as plain data, for people and backends: names, numbers, text, lists, maps."""

from __future__ import annotations

import enum
from collections.abc import Iterable, Mapping
from typing import Any

import msgspec

from .entity import Entity
from .player import Player

__all__ = ["plain", "plain_fields", "plain_player"]

_DEPTH_MAX = 8


def plain_fields(owner: Any) -> dict[str, Any]:
    """The declared fields of a game, player or entity that can be kept: public and private ones."""
    return {
        name: plain(getattr(owner, name, None)) for name, spec in owner.__fields__.items() if spec.kind != "transient"
    }


def plain(value: Any, depth: int = 0) -> Any:
    """The value as plain data: entities as their ids, enums as their names, bytes as hex, structs as maps."""
    match value:
        case None | bool() | str():
            return value
        case enum.Enum():
            return value.name
        case int() | float():
            return value
        case bytes() | bytearray():
            return bytes(value).hex()
        case Entity():
            return value.id
        case _ if depth >= _DEPTH_MAX:
            return "..."
        case Mapping():
            return {str(plain(key)): plain(item, depth + 1) for key, item in value.items()}
        case msgspec.Struct():
            return {name: plain(getattr(value, name), depth + 1) for name in value.__struct_fields__}
        case Iterable():
            return [plain(item, depth + 1) for item in value]
        case _:
            return str(value)


def plain_player(player: Player) -> dict[str, Any]:
    """A player with the seat and the id."""
    return {"seat": player.seat, "player": player.player_id, "bot": player.bot, **plain_fields(player)}
