"""Did a bot play? Its inputs must have changed something, and where passes are due to it they must have arrived."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final, Protocol

from .kinds import Kind

__all__ = ["ARRIVED_SHARE_MIN", "State", "own_state", "played", "whole_state"]

ARRIVED_SHARE_MIN: Final = 0.99
State = dict[int, tuple[Any, ...]]
"""Entity id to its wire values."""


class _Item(Protocol):
    @property
    def id(self) -> int: ...
    @property
    def owner(self) -> int | None: ...
    @property
    def wire(self) -> list[Any]: ...


def own_state(items: Mapping[int, _Item], seat: int) -> State:
    """What a state holds of a seat's own: its player and the entities that it owns."""
    player = -1 - seat
    return {id_: tuple(item.wire) for id_, item in items.items() if id_ == player or item.owner == seat}


def whole_state(items: Mapping[int, _Item]) -> State:
    """All that a state holds."""
    return {id_: tuple(item.wire) for id_, item in items.items()}


def played(kind: Kind, took_part: bool, arrived: int, due: int) -> bool:
    """The verdict. ``arrived`` of the ``due`` passes came; in a game with ticks, nothing due is nothing played."""
    return took_part and (kind is Kind.TURNS or arrived >= ARRIVED_SHARE_MIN * due > 0)
