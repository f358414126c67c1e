"""Durations of what happens at most some hundred times a second: lately, in all, and the worst since the last look."""

from __future__ import annotations

from rallypoint.ports import Clock

from .histogram import Counted, Recent

__all__ = ["Timings"]


class Timings:
    """In seconds. ``period_s``: :meth:`summary` is of the last one to two of these."""

    __slots__ = ("_clock", "_recent", "_worst_s")

    def __init__(self, clock: Clock, period_s: float = 30.0) -> None:
        self._clock = clock
        self._recent = Recent(period_s, clock())
        self._worst_s = 0.0

    def record(self, seconds: float) -> None:
        """Counts one."""
        self._recent.current.record(seconds)
        if seconds > self._worst_s:
            self._worst_s = seconds

    def take_worst(self) -> float:
        """The longest since the last call; 0 if there was none. For whoever samples: there is one."""
        worst, self._worst_s = self._worst_s, 0.0
        return worst

    def summary(self) -> dict[str, float]:
        """As of :meth:`.Histogram.summary`, in milliseconds."""
        self._recent.turn(self._clock())
        return self._recent.summary()

    def total(self) -> Counted:
        """Of all time."""
        return self._recent.total()

    def turn(self) -> None:
        """Call about once a second."""
        self._recent.turn(self._clock())
