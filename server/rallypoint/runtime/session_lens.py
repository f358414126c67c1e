"""Notes a session's steps, inputs and events while an operator looks at it. Nobody looks: there is none."""

from __future__ import annotations

from collections import deque
from typing import TYPE_CHECKING, Any, Final

from rallypoint_protocol.inputs import Input

if TYPE_CHECKING:
    from rallypoint.runtime.session_host import SessionHost

__all__ = ["SessionLens"]

STEPS_MAX: Final = 200
INPUTS_MAX: Final = 60
EVENTS_MAX: Final = 60


class SessionLens:
    """Of one session. What it notes is made readable when it is looked at."""

    __slots__ = ("_seen", "events", "inputs", "steps")

    def __init__(self, host: SessionHost) -> None:
        self.steps: deque[tuple[int, int, int]] = deque(maxlen=STEPS_MAX)
        """Tick, how long its step took, and how late it was begun, in microseconds."""
        self.inputs: deque[tuple[int, int, Input]] = deque(maxlen=INPUTS_MAX)
        """The tick whose step applies it, if nothing holds it up; the seat; and the input."""
        self.events: deque[tuple[int, int, int, Any]] = deque(maxlen=EVENTS_MAX)
        """Tick, seat, kind, encoded fields."""
        self._seen = {seat.number: seat.events.last for seat in host.core.seated()}
        """Of each seat, the newest event that was there already."""

    def received(self, tick: int, seat: int, message: Input) -> None:
        """A player's input has arrived, after the step of ``tick``."""
        self.inputs.append((tick + 1, seat, message))

    def stepped(self, host: SessionHost, began: float, took_s: float) -> None:
        """A step was made."""
        core, late_s = host.core, 0.0
        hz = core.settings.tick_hz
        if hz and core.paused is None:
            late_s = max(0.0, began - host.schedule.origin - core.tick / hz)
        self.steps.append((core.tick, round(took_s * 1e6), round(late_s * 1e6)))
        seen = self._seen
        for seat in core.seats:
            if seat is None:
                continue
            last = seat.events.last
            since = seen.get(seat.number, 0)
            if last > since:
                for _, (tick, kind, fields) in seat.events.since(since):
                    self.events.append((tick, seat.index, kind, fields))
                seen[seat.number] = last
