"""How long the interpreter's garbage collections stop everything."""

from __future__ import annotations

import gc
from typing import Literal

from rallypoint.ports import Clock

from .timings import Timings

__all__ = ["Garbage"]


class Garbage:
    """All collections of this process, from :meth:`start` to :meth:`stop`."""

    def __init__(self, clock: Clock) -> None:
        self.timings = Timings(clock)
        """How long each took."""
        self.collections = [0, 0, 0]
        """By generation."""
        self.collected = 0
        """Objects that were freed."""
        self._clock = clock
        self._began: float | None = None

    def start(self) -> None:
        """From now on they are measured."""
        gc.callbacks.append(self._called)

    def stop(self) -> None:
        """And no longer."""
        if self._called in gc.callbacks:
            gc.callbacks.remove(self._called)

    def _called(self, phase: Literal["start", "stop"], info: dict[str, int]) -> None:
        """In the middle of whatever makes objects: does next to nothing, and cannot fail."""
        if phase == "start":
            self._began = self._clock()
        elif self._began is not None:
            self.timings.record(self._clock() - self._began)
            self.collections[info["generation"]] += 1
            self.collected += info["collected"]
            self._began = None
