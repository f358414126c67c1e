"""How long the server has really run: what it owes within some time, it owes within so much of this."""

from __future__ import annotations

from collections.abc import Hashable
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from rallypoint_simulation.world import World

__all__ = ["Awake", "Lasting"]


class Awake:
    """Counts seconds in which the server's host was alive and did not stand still. Call :meth:`look` often."""

    def __init__(self, world: World) -> None:
        self._world = world
        self._at = world.loop.now
        self.s = 0.0

    def look(self) -> None:
        """Some time has passed."""
        now, host = self._world.loop.now, self._world.server_host
        if host.alive and self._world.port is not None:
            self.s += now - max(self._at, min(host.frozen_until, now))
        self._at = now


class Lasting:
    """What may be for a while and not for longer. Name all that is now, look after look."""

    def __init__(self, awake: Awake) -> None:
        self._awake = awake
        self._since: dict[Hashable, float] = {}
        self._now: dict[Hashable, float] = {}

    def seen(self, what: Hashable) -> float:
        """It is so now; gives for how many waking seconds already."""
        since = self._now[what] = self._since.get(what, self._awake.s)
        return self._awake.s - since

    def looked(self) -> None:
        """All that is now was named: the rest is forgotten."""
        self._since, self._now = self._now, {}
