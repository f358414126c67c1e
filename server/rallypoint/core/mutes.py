"""Players whom an operator has muted: they hear chats, and say nothing in them. Times are Unix seconds."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Final

from rallypoint_protocol.ids import PlayerId

__all__ = ["MUTES_MAX", "Mute", "Mutes"]

MUTES_MAX: Final = 10_000
"""Mutes that are known at once. Beyond, the one that would end first does."""


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

    def __len__(self) -> int:
        return len(self._mutes)

    def of(self, player: PlayerId, at: float) -> Mute | None:
        """The player's, unless it is over by now."""
        mute = self._mutes.get(player)
        return mute if mute is not None and mute.until_at > at else None

    def set(self, mute: Mute, at: float) -> None:
        """In place of any other of that player."""
        self._mutes.pop(mute.player, None)
        if len(self._mutes) >= MUTES_MAX:
            self._mutes = {player: one for player, one in self._mutes.items() if one.until_at > at}
        if len(self._mutes) >= MUTES_MAX:
            first = min(self._mutes.values(), key=lambda one: one.until_at)
            del self._mutes[first.player]
        self._mutes[mute.player] = mute

    def lift(self, player: PlayerId, at: float) -> bool:
        """It is over. False: there was none."""
        return self.of(player, at) is not None and self._mutes.pop(player, None) is not None

    def load(self, mutes: Iterable[Mute], at: float) -> None:
        """Those that were kept, unless a newer one is known."""
        for mute in mutes:
            if mute.until_at > at and mute.player not in self._mutes:
                self.set(mute, at)
