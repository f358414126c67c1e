"""How late an event loop is: a timer that should come ten times a second."""

from __future__ import annotations

from collections.abc import Callable
from typing import Final, Protocol

from rallypoint.ports import Clock, Timer

from .timings import Timings

__all__ = ["BEAT_S", "LoopLag"]

BEAT_S: Final = 0.1


class _Loop(Protocol):
    def call_later(self, delay: float, callback: Callable[[], object], /) -> Timer:
        """Calls back in so many seconds."""


class LoopLag:
    """Of one event loop. What takes long on it makes the timer late: every client waits for at least as long."""

    def __init__(self, loop: _Loop, clock: Clock) -> None:
        self.timings = Timings(clock, 10.0)
        """How much later than asked for the timer came. uvloop rounds to milliseconds: half of one is none."""
        self._loop = loop
        self._clock = clock
        self._beat_at = clock()
        self._timer: Timer | None = None

    @property
    def heartbeat_age_s(self) -> float:
        """Since the timer came last."""
        return max(0.0, self._clock() - self._beat_at)

    def start(self) -> None:
        """From now on it is measured."""
        self._beat_at = self._clock()
        self._timer = self._loop.call_later(BEAT_S, self._beat)

    def stop(self) -> None:
        """And no longer."""
        if self._timer is not None:
            self._timer.cancel()
            self._timer = None

    def _beat(self) -> None:
        now = self._clock()
        self.timings.record(now - self._beat_at - BEAT_S)
        self._beat_at = now
        self._timer = self._loop.call_later(BEAT_S, self._beat)
