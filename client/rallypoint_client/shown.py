"""The interpolated picture of one seat: what is kept for it while somebody looks, and which tick it shows.

The first look begins to keep what it takes; when nobody has looked for a while, that ends. Pure: all times are given,
in milliseconds.
"""

from __future__ import annotations

from typing import Final

from rallypoint_protocol.schema import Schema

from .delay import DELAY_TICKS_MAX, InterpolationDelay, Playhead
from .interpolate import Frame, History
from .view import State

__all__ = ["HISTORY_UNREAD_MAX", "SHOWN_PASSES_MAX", "Shown"]

HISTORY_UNREAD_MAX: Final = 64
"""After so many passes without a look at the interpolated view, its history is no longer kept."""
SHOWN_PASSES_MAX: Final = 5
"""After so many, whoever plays is taken to look at the newest state again."""


class Shown:
    """Of a game with ticks."""

    __slots__ = ("_delay", "_history", "_playhead", "_schema", "_tick")

    def __init__(self, schema: Schema) -> None:
        tick_ms = 1000 / schema.tick_hz
        self._schema = schema
        self._history: History | None = None
        self._delay = InterpolationDelay(tick_ms)
        self._playhead = Playhead(DELAY_TICKS_MAX * tick_ms)
        self._tick = -1
        """The tick that was shown last."""

    @property
    def delay_ms(self) -> float:
        """How far behind the session's clock it is to be."""
        return self._delay.ms

    @property
    def is_kept(self) -> bool:
        """Somebody looks, or did a while ago."""
        return self._history is not None

    def seen(self, newest: int) -> int:
        """The tick that the player is shown: of this picture while it is in use, else the newest."""
        history = self._history
        return newest if history is None or history.unread > SHOWN_PASSES_MAX else min(self._tick, newest)

    def frame(self, newest: State, local_ms: float, session_ms: float) -> Frame | None:
        """What to show now; ``None`` before the first pass."""
        history = self._history
        if history is None:
            history = self._history = History(self._schema)
            self._delay.restart()
            self._playhead.restart()
            if newest.tick >= 0:
                history.push(newest)
        frame = history.frame(self._playhead.move(local_ms, session_ms - self._delay.ms, history.newest_ms))
        if frame is not None:
            self._tick = frame.tick
        return frame

    def passed(self, state: State, session_ms: float) -> None:
        """A state came when the session's clock was there."""
        history = self._history
        if history is None:
            return
        history.push(state)
        self._delay.passed(state.now_ms, session_ms)
        if history.unread > HISTORY_UNREAD_MAX:
            self._history = None

    def let_in(self, *, new_clock: bool) -> None:
        """Another connection: how late its first state is says nothing."""
        self._delay.restart()
        if new_clock:
            self._playhead.restart()
