"""Interrupts a step that takes far too long: the one way in which a game could stop all the others of its node.

A process timer looks ten times a second. Its handler runs between two bytecodes of the main thread; if a step has been
running for longer than the limit, it raises there, so that the error comes out of the game's own line. Where there is
no such timer (another thread, another system), long steps are measured but not interrupted.
"""

from __future__ import annotations

import signal
import threading
from types import FrameType

from rallypoint.ports import Clock

__all__ = ["StepLimit", "StepTooLong"]

_LOOK_EVERY_S = 0.1


class StepTooLong(BaseException):
    """A session's step was interrupted. No ``Exception``: a game that catches all of these is interrupted, too."""


class StepLimit:
    """One for the node. ``with limit:`` around each step."""

    def __init__(self, limit_s: float, clock: Clock) -> None:
        self.limit_s = limit_s
        self._clock = clock
        self._since: float | None = None
        self._armed = False

    def arm(self) -> None:
        """Starts looking."""
        if threading.current_thread() is not threading.main_thread() or not hasattr(signal, "setitimer"):
            return
        signal.signal(signal.SIGALRM, self._look)
        signal.siginterrupt(signal.SIGALRM, False)
        signal.setitimer(signal.ITIMER_REAL, _LOOK_EVERY_S, _LOOK_EVERY_S)
        self._armed = True

    def disarm(self) -> None:
        """Stops looking."""
        if self._armed:
            signal.setitimer(signal.ITIMER_REAL, 0)
            signal.signal(signal.SIGALRM, signal.SIG_DFL)
            self._armed = False

    def __enter__(self) -> None:
        self._since = self._clock()

    def __exit__(self, *error: object) -> None:
        self._since = None

    def _look(self, number: int, frame: FrameType | None) -> None:
        since = self._since
        if since is not None and self._clock() - since > self.limit_s:  # and again, for a game that caught the first
            raise StepTooLong(f"a step ran for more than {self.limit_s:g} s and was interrupted here")
