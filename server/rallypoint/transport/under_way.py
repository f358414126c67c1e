"""What is under way in one direction of a simulated network, in order, and when it arrives."""

from __future__ import annotations

import asyncio
import enum
from collections import deque
from collections.abc import Callable
from typing import Final

from rallypoint.core.network_conditions import Way

__all__ = ["Mark", "UnderWay"]

_SOON_S: Final = 0.001
"""Timers of event loops are as exact as this."""


class Mark(enum.Enum):
    EOF = "no more is sent"
    CLOSE = "the connection is closed, once all before it has gone"
    LOST = "the connection is over"


class UnderWay:
    """``arrive`` is called with each piece, in its time."""

    def __init__(self, loop: asyncio.AbstractEventLoop, arrive: Callable[[bytes | Mark], None]) -> None:
        self._loop = loop
        self._arrive = arrive
        self._pieces: deque[tuple[float, bytes | Mark]] = deque()
        self._timer: asyncio.TimerHandle | None = None
        self.way = Way()
        self.bytes = 0
        self.stopped = False
        """What arrives waits."""

    def __bool__(self) -> bool:
        return bool(self._pieces)

    def put(self, at: float, piece: bytes | Mark) -> None:
        """Behind all that is there."""
        if not (self._pieces or self.stopped) and at <= self._loop.time():
            self._arrive(piece)
            return
        self._pieces.append((at, piece))
        self.bytes += len(piece) if isinstance(piece, bytes) else 0
        self._arm()

    def stop(self, stopped: bool) -> None:
        """What arrives waits from now on, or does no longer."""
        self.stopped = stopped
        self._arm()

    def clear(self) -> None:
        """All of it is lost."""
        self._pieces.clear()
        self.bytes = 0
        self._arm()

    def _arm(self) -> None:
        wanted = bool(self._pieces) and not self.stopped
        if wanted and self._timer is None:
            self._timer = self._loop.call_at(self._pieces[0][0], self._due)
        elif not wanted and self._timer is not None:
            self._timer.cancel()
            self._timer = None

    def _due(self) -> None:
        self._timer = None
        now = self._loop.time() + _SOON_S
        pieces = self._pieces
        while pieces and not self.stopped and pieces[0][0] <= now:
            piece = pieces.popleft()[1]
            self.bytes -= len(piece) if isinstance(piece, bytes) else 0
            self._arrive(piece)
        self._arm()
