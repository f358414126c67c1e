"""How it stands with somebody who waits for a match."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from .explanation import Explanation

__all__ = ["OnWait", "OnWaiting", "Waiting"]


@dataclass(frozen=True, slots=True)
class Waiting:
    """What is known of a ticket at one moment."""

    queues: tuple[str, ...] = ()
    """Those that it waits in; empty: for a member of a party whose leader has not queued it."""
    place: int = 0
    """From 1, in a game's own queue; 0 where there are rules: nobody stands in line there."""
    waiting: int = 0
    """How many wait there."""
    why: Explanation | None = None
    """The newest explanation."""

    @property
    def text(self) -> str:
        """In words."""
        if not self.queues:
            return "waiting for the leader of your party"
        if self.why is not None and self.why.text:
            return self.why.text
        if self.place > 0:
            return f"place {self.place} of {self.waiting} in line"
        return "looking for a match"


OnWaiting = Callable[[Waiting], object]
"""``on_wait(waiting)``: told whenever something of it has changed."""

OnWait = Callable[[int, int], object]
"""``on_wait(place, waiting)`` of a quick match: place in the queue, from 1, and how many wait in it."""
