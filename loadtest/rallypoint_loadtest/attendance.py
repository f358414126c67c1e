"""How many of the passes that were due to a bot have arrived.

What is due is known from the clock, not from tick numbers: a server that falls behind and skips ticks owes their
passes. It is counted for each stretch of a connection, from its first pass to its end; a pass is due if it should have
come at least half an interval before that end. Conflated passes have not arrived.
"""

from __future__ import annotations

__all__ = ["Attendance"]


class Attendance:
    """One bot's count. Times are seconds of one monotonic clock."""

    __slots__ = ("_first", "_tick_hz", "arrived", "due", "passes")

    def __init__(self, tick_hz: float) -> None:
        self._tick_hz = tick_hz
        self._first = 0.0
        self.passes = 0
        """Of the present stretch."""
        self.due = 0
        self.arrived = 0
        """Of the stretches that are over. A stretch cannot make up for what another one misses."""

    def received(self, now: float) -> None:
        """A pass has arrived: the first one begins a stretch."""
        if self.passes == 0:
            self._first = now
        self.passes += 1

    def ended(self, now: float) -> None:
        """The stretch is over: the connection is lost, or nobody counts from here on. Nothing if none has begun."""
        if self.passes:
            due = max(0, int((now - self._first) * self._tick_hz - 0.5)) + 1
            self.due += due
            self.arrived += min(due, self.passes)
            self.passes = 0
