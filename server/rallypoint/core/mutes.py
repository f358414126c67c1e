"""Players whom an operator has muted: they hear chats, and say nothing in them. Times are Unix seconds."""

from __future__ import annotations

import heapq
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Final

from rallypoint_protocol.ids import PlayerId

__all__ = ["MUTES_MAX", "Mute", "Mutes"]

MUTES_MAX: Final = 40_000
"""Mutes that are known at once: twice a full lobby. Beyond, the one that would end first does."""


@dataclass(frozen=True, slots=True)
class Mute:
    """One of them."""

    player: PlayerId
    name: str
    """As the player was called then, for operators."""
    until_at: float
    by: str
    reason: str
    at: float
    """When it was said."""


class Mutes:
    """All of one server."""

    def __init__(self) -> None:
        self._mutes: dict[PlayerId, Mute] = {}
        self._ends: list[tuple[float, PlayerId]] = []
        """A heap of when they end; also of some that were lifted or replaced since."""

    def __len__(self) -> int:
        return len(self._mutes)

    def of(self, player: PlayerId, at: float) -> Mute | None:
        """The player's, unless it is over by now."""
        mute = self._mutes.get(player)
        return mute if mute is not None and mute.until_at > at else None

    def set(self, mute: Mute) -> None:
        """In place of any other of that player."""
        self._mutes[mute.player] = mute
        heapq.heappush(self._ends, (mute.until_at, mute.player))
        while len(self._mutes) > MUTES_MAX:
            until_at, player = heapq.heappop(self._ends)
            first = self._mutes.get(player)
            if first is not None and first.until_at == until_at:
                del self._mutes[player]
        if len(self._ends) > 2 * MUTES_MAX:  # an operator says it and takes it back, again and again
            self._ends = [(one.until_at, one.player) for one in self._mutes.values()]
            heapq.heapify(self._ends)

    def lift(self, player: PlayerId, at: float) -> bool:
        """It is over. False: there was none."""
        return self.of(player, at) is not None and self._mutes.pop(player, None) is not None

    def load(self, mutes: Iterable[Mute], at: float) -> None:
        """Those that were kept, unless a newer one is known."""
        for mute in mutes:
            if mute.until_at > at and mute.player not in self._mutes:
                self.set(mute)
