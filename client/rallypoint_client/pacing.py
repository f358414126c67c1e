"""When a client is at which tick: as far ahead of the session's clock as its inputs need to be in time.

The client's tick *n* is over when the session's clock plus the *lead* reaches it; what the player does meanwhile is
meant for the step of tick *n*. The lead is the way to the server, half a tick, and what lateness has taught: an input
that was applied later than it was meant to be raises it at once by as much, and it falls again by 1 ms in 100 while
nothing is late. It is never so long that an input would have to wait longer than the game lets it
(``input_buffer_ticks``).

A game without that buffer applies each input in the next step. Then nothing can be early, and the lead is no more than
the guess when that step is: the way to the server, and what was learned of it, one tick at most. Pure: times are
given, in milliseconds.
"""

from __future__ import annotations

import math
from typing import Final

__all__ = ["Pacing"]

_MARGIN_TICKS: Final = 0.5
_BACK_TICKS_MAX: Final = 20
"""A clock that goes back by more was really set."""
_FALL: Final = 0.01
_LEARN_TICKS: Final = 0.1
"""Without a buffer: so much of a tick is learned from one wrong guess."""


class Pacing:
    """Of one seat, in a game with ticks of ``tick_ms`` and that ``input_buffer_ticks``."""

    __slots__ = (
        "_buffer_ticks",
        "_extra_ms",
        "_floor_ms",
        "_learned_at",
        "_tick_ms",
        "_way_ms",
        "early",
        "late",
        "tick",
    )

    def __init__(self, tick_ms: float, buffer_ticks: int) -> None:
        self._tick_ms = tick_ms
        self._buffer_ticks = buffer_ticks
        self._floor_ms = _MARGIN_TICKS * tick_ms if buffer_ticks else 0.0
        self._extra_ms = self._floor_ms
        self._way_ms = 0.0
        self._learned_at = -1
        """What was meant for ticks up to here was sent before the lead was last changed."""
        self.tick = -1
        """The client's tick that is over: it goes down only if the session's clock does, by more than 20."""
        self.late = 0
        """Inputs that were applied later than they were meant to be."""
        self.early = 0
        """And sooner."""

    @property
    def lead_ms(self) -> float:
        """How far ahead of the session's clock this client is."""
        return self._way_ms + self._extra_ms

    def restart(self) -> None:
        """Another connection, or another clock."""
        self.tick = self._learned_at = -1

    def measured(self, one_way_ms: float) -> None:
        """The way to the server takes so long."""
        self._way_ms = one_way_ms

    def now(self, session_ms: float) -> int:
        """The session's clock is there: :attr:`tick`, brought up to date. What is done now is meant for the next."""
        tick = math.floor((session_ms + self.lead_ms) / self._tick_ms)
        if tick > self.tick or tick < self.tick - _BACK_TICKS_MAX:
            self.tick = tick
        return self.tick

    def decided(self, at: int, first: int, last: int) -> int:
        """An input that was meant for ``at`` was applied in one of these ticks. Gives by how many it was late.

        Negative: it was early.
        """
        off = first - at if first > at else min(0, last - at)
        if not off:
            return 0
        if off > 0:
            self.late += 1
        else:
            self.early += 1
        if at > self._learned_at:
            self._learned_at = self.tick + 1
            self._learn(off)
        return off

    def _learn(self, off: int) -> None:
        tick_ms = self._tick_ms
        if self._buffer_ticks:
            most = max(self._floor_ms, (self._buffer_ticks - 1) * tick_ms)
            self._extra_ms = min(max(self._extra_ms + off * tick_ms, self._floor_ms), most)
        else:
            learned = _LEARN_TICKS * tick_ms if off > 0 else -_LEARN_TICKS * tick_ms
            self._extra_ms = min(max(self._extra_ms + learned, -tick_ms), tick_ms)

    def passed(self, ms: float) -> None:
        """So much session time has gone by."""
        if self._extra_ms > self._floor_ms and self._buffer_ticks:
            self._extra_ms = max(self._floor_ms, self._extra_ms - _FALL * ms)
