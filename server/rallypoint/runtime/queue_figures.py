"""What is counted of one queue since the node's start."""

from __future__ import annotations

from typing import Final

from .histogram import Counted
from .recent_seats import RecentSeats

__all__ = ["QueueFigures"]

_WAIT_EDGES_S: Final = (1.0, 2.0, 5.0, 10.0, 20.0, 30.0, 60.0, 120.0, 300.0, 600.0, 1800.0)
_QUALITY_EDGES: Final = (0.1, 0.2, 0.3, 0.4, 0.5, 0.6, 0.7, 0.8, 0.9, 1.0)


class QueueFigures:
    """Counted when players get their seats."""

    __slots__ = ("matches", "quality", "recent", "waits")

    def __init__(self) -> None:
        self.waits = Counted(_WAIT_EDGES_S)
        """Of each ticket, from queueing until its seats were reserved, in seconds."""
        self.quality = Counted(_QUALITY_EDGES)
        """Of each match of a queue with rules, from 0 to 1."""
        self.matches = 0
        """Matches of a queue with rules; sessions that were made by a quick queue."""
        self.recent = RecentSeats()
        """The newest of a quick queue; one with rules remembers its matches itself."""
