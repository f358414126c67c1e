"""How far behind the session's clock a state is shown, and how that time moves on.

A state can be shown as moving as long as the one after it is known. So each state has to last until the next has come,
and :class:`InterpolationDelay` measures how long that was: one that is late raises the delay at once, as many as are on
time lower it slowly. What is shown is then neither frozen often, nor older than the network makes it.

:class:`Playhead` is the time that is shown. It goes after the time that is wanted a little slower or faster than real
time, so that a delay that changes is seen as neither a jump nor a step back. Pure: all times are given, in
milliseconds.
"""

from __future__ import annotations

import math
from typing import Final

__all__ = ["DELAY_TICKS_FIRST", "DELAY_TICKS_MAX", "DELAY_TICKS_MIN", "InterpolationDelay", "Playhead"]

DELAY_TICKS_FIRST: Final = 1.5
"""Before anything is measured."""
DELAY_TICKS_MIN: Final = 1.0
DELAY_TICKS_MAX: Final = 10.0
_MARGIN_TICKS: Final = 0.25
"""Added to what was measured: the next state may be a little later still."""
_SHRINK: Final = 0.05
"""Milliseconds of delay given back for each millisecond in which states were on time."""
_EASE_MS: Final = 250.0
"""A playhead that is off by little goes there in about this time: the nearer, the slower."""


class InterpolationDelay:
    """Of one seat, for a game with ticks of ``tick_ms``."""

    __slots__ = ("_last_ms", "_tick_ms", "ms")

    def __init__(self, tick_ms: float) -> None:
        self._tick_ms = tick_ms
        self._last_ms: float | None = None
        self.ms = DELAY_TICKS_FIRST * tick_ms
        """The delay that is right now, between 1 and 10 ticks."""

    def passed(self, state_ms: float, session_ms: float) -> None:
        """The state of session time ``state_ms`` came when the session's clock was at ``session_ms``."""
        last_ms, self._last_ms = self._last_ms, state_ms
        if last_ms is None or state_ms <= last_ms:
            return
        tick_ms = self._tick_ms
        needed = session_ms - last_ms + _MARGIN_TICKS * tick_ms
        lowered = max(needed, self.ms - _SHRINK * (state_ms - last_ms))
        self.ms = min(max(lowered, DELAY_TICKS_MIN * tick_ms), DELAY_TICKS_MAX * tick_ms)

    def restart(self) -> None:
        """The connection was away: how late the next state is says nothing."""
        self._last_ms = None


class Playhead:
    """The session time that is shown. It never runs backwards, and jumps only to a time that is far off."""

    __slots__ = ("_faster", "_jump_ms", "_local_ms", "_slower", "at_ms")

    def __init__(self, jump_ms: float, *, slower: float = 0.25, faster: float = 0.1) -> None:
        """``jump_ms``: it jumps to what is farther off than that. ``slower``, ``faster``: parts of real time."""
        self._jump_ms = jump_ms
        self._slower = slower
        self._faster = faster
        self._local_ms = 0.0
        self.at_ms: float | None = None
        """Where it is; ``None`` before the first move."""

    def restart(self) -> None:
        """Another clock begins: the next move goes wherever it should."""
        self.at_ms = None

    def move(self, local_ms: float, wanted_ms: float, last_ms: float = math.inf) -> float:
        """It is ``local_ms`` here, and ``wanted_ms`` should be shown; nothing is known beyond ``last_ms``."""
        at_ms, passed_ms = self.at_ms, max(0.0, local_ms - self._local_ms)
        self._local_ms = local_ms
        if at_ms is None:
            self.at_ms = min(wanted_ms, last_ms)
            return self.at_ms
        off = wanted_ms - at_ms - passed_ms
        if abs(off) > self._jump_ms:
            self.at_ms = min(wanted_ms, last_ms)
        else:
            way = off * min(1.0, passed_ms / _EASE_MS)
            way = min(max(way, -self._slower * passed_ms), self._faster * passed_ms)
            self.at_ms = max(at_ms, min(at_ms + passed_ms + way, last_ms))
        return self.at_ms
