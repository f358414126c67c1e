"""Whom players have blocked just now: the store is told, and may say otherwise until it has written that."""

from __future__ import annotations

from dataclasses import replace

from rallypoint.core.matchmaking.profile import Profile
from rallypoint_protocol.ids import PlayerId

__all__ = ["FreshBlocks"]


class FreshBlocks:
    """The last ``kept_max`` words of players about others: newer than whatever the store says."""

    def __init__(self, kept_max: int = 1000) -> None:
        self._kept_max = kept_max
        self._said: dict[tuple[PlayerId, PlayerId], bool] = {}

    def note(self, player: PlayerId, other: PlayerId, blocked: bool) -> None:
        """The player has said so."""
        self._said.pop((player, other), None)
        self._said[player, other] = blocked
        if len(self._said) > self._kept_max:
            del self._said[next(iter(self._said))]

    def applied(self, player: PlayerId, profile: Profile) -> Profile:
        """The player's profile, with what was said since."""
        said = {other: blocked for (who, other), blocked in self._said.items() if who == player}
        if not said:
            return profile
        kept = {other for other in profile.blocked if said.get(other, True)}
        return replace(profile, blocked=frozenset(kept | {other for other, blocked in said.items() if blocked}))
