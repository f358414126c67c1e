"""Did a bot play? Its own inputs must have changed its own state, and what was due to it must have arrived."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final, Protocol

__all__ = ["ARRIVED_SHARE_MIN", "OwnState", "own_state", "played"]

ARRIVED_SHARE_MIN: Final = 0.99
OwnState = dict[int, tuple[Any, ...]]
"""Entity id to its wire values."""


class _Item(Protocol):
    @property
    def id(self) -> int: ...
    @property
    def owner(self) -> int | None: ...
    @property
    def wire(self) -> list[Any]: ...


def own_state(items: Mapping[int, _Item], seat: int) -> OwnState:
    """What a state holds of a seat's own: its player and the entities that it owns."""
    player = -1 - seat
    return {id_: tuple(item.wire) for id_, item in items.items() if id_ == player or item.owner == seat}


def played(changed_own_state: bool, arrived: int, due: int) -> bool:
    """The verdict. ``arrived`` of the ``due`` passes came; nothing due is nothing played."""
    return changed_own_state and due > 0 and arrived >= ARRIVED_SHARE_MIN * due
