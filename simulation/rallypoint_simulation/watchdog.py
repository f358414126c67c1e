"""Ends a run that does not end by itself: a loop without a pause somewhere below the event loop."""

from __future__ import annotations

import contextlib
import signal
import threading
import traceback
from collections.abc import Callable, Iterator
from types import FrameType

__all__ = ["Stuck", "moving", "watched"]

_AGAIN_S = 1.0
_FRAMES_SHOWN = 12


class Stuck(KeyboardInterrupt):
    """Raised wherever the program is when its time is up. A ``KeyboardInterrupt``: nobody keeps that to himself."""

    def __init__(self, cpu_s: float, stack: str) -> None:
        super().__init__(f"not at its end after {cpu_s:g} s of CPU time, but here:\n{stack}")


@contextlib.contextmanager
def watched(cpu_s: float) -> Iterator[None]:
    """Raises :class:`Stuck` within the block after so much CPU time of this process; then again each second.

    Only in the main thread, and only where there are such timers: elsewhere nothing is watched. (Not the wall clock's:
    that is the server's own step limit. A machine that is busy with something else harms nobody here.)
    """
    if not hasattr(signal, "ITIMER_VIRTUAL") or threading.current_thread() is not threading.main_thread():
        yield
        return

    def bite(_: int, frame: FrameType | None) -> None:
        raise Stuck(cpu_s, "".join(traceback.format_stack(frame)[-_FRAMES_SHOWN:]))

    former = signal.signal(signal.SIGVTALRM, bite)
    signal.setitimer(signal.ITIMER_VIRTUAL, cpu_s, _AGAIN_S)
    try:
        yield
    finally:
        signal.setitimer(signal.ITIMER_VIRTUAL, 0.0)
        signal.signal(signal.SIGVTALRM, former)


@contextlib.contextmanager
def moving(clock: Callable[[], float], cpu_s: float) -> Iterator[None]:
    """Raises :class:`Stuck` within the block if ``clock`` has stood still for so much CPU time of this process, or up
    to twice as much. Where, as for :func:`watched`."""
    if not hasattr(signal, "ITIMER_PROF") or threading.current_thread() is not threading.main_thread():
        yield
        return
    before = clock()

    def look(_: int, frame: FrameType | None) -> None:
        nonlocal before
        before, former = clock(), before
        if before == former:
            raise Stuck(cpu_s, "".join(traceback.format_stack(frame)[-_FRAMES_SHOWN:]))

    former = signal.signal(signal.SIGPROF, look)
    signal.setitimer(signal.ITIMER_PROF, cpu_s, cpu_s)
    try:
        yield
    finally:
        signal.setitimer(signal.ITIMER_PROF, 0.0)
        signal.signal(signal.SIGPROF, former)
