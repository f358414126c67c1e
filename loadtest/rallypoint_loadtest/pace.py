"""When the bots of a process are asked for inputs: at the game's tick rate, or in turn-based games by what happens.

At a tick rate, one timer serves all bots: their planned inputs come off one wheel.
"""

from __future__ import annotations

import asyncio
import time
from random import Random
from typing import Final, Protocol

from rallypoint_client import Bot, Seat

from .kinds import Kind
from .seat_watch import SeatWatch, Window
from .think import Think
from .tick_watch import TickWatch
from .turn_watch import TurnWatch
from .wheel import Wheel

__all__ = ["Pace", "TickPace", "TurnPace", "pace_for"]

_TURN_MAX_S: Final = 0.05
"""Then what came in has its turn. Much less, and a process with too much to do would read alone, and send nothing."""
_TURN_MIN_S: Final = 0.001
"""uvloop counts timers in whole milliseconds; a shorter one would spin."""


class Pace(Protocol):
    """Drives bots in their seats."""

    @property
    def kind(self) -> Kind:
        """What kind of game it is for."""

    @property
    def skipped(self) -> int:
        """Planned inputs that were given up because this process was too late."""

    def begin(self, seat: Seat, bot: Bot, random: Random) -> SeatWatch:
        """Lets a bot play that seat from now on."""

    def end(self, watch: SeatWatch) -> None:
        """That seat is over, or is about to be left."""

    def stop(self) -> None:
        """No bot sends anything more."""


def pace_for(tick_hz: int, think: Think, window: Window) -> Pace:
    """The one for a game with that tick rate; 0 for a turn-based one. Needs a running event loop."""
    return TickPace(tick_hz, window) if tick_hz else TurnPace(think, window)


class TickPace:
    """Each bot has a slot of its own on the wheel, by its dice."""

    kind: Final = Kind.TICKS

    def __init__(self, tick_hz: int, window: Window) -> None:
        self._tick_hz = tick_hz
        self._window = window
        self._loop = asyncio.get_running_loop()
        # 2 ms: fine enough against a tick of 50 ms, and few enough turns to cost nothing.
        self._wheel: Wheel[TickWatch] = Wheel(1 / tick_hz, time.monotonic(), slot_max_s=0.002)
        self._slots: dict[SeatWatch, tuple[TickWatch, int]] = {}
        self._timer: asyncio.TimerHandle | None = None
        self._turn()

    @property
    def skipped(self) -> int:
        """See :class:`Pace`."""
        return self._wheel.skipped

    def begin(self, seat: Seat, bot: Bot, random: Random) -> TickWatch:
        """See :class:`Pace`."""
        watch, slot = TickWatch(seat, bot, self._window, self._tick_hz), random.randrange(self._wheel.slots)
        self._slots[watch] = watch, slot
        self._wheel.add(watch, slot)
        return watch

    def end(self, watch: SeatWatch) -> None:
        """See :class:`Pace`."""
        self._wheel.remove(*self._slots.pop(watch))

    def stop(self) -> None:
        """See :class:`Pace`."""
        if self._timer is not None:
            self._timer.cancel()

    def _turn(self) -> None:
        """Sends the inputs whose planned time has come; if these are too many at once, the rest after what came in."""
        window, began = self._window, time.monotonic()
        record = window.tally.lag_ms.record
        for planned, watches in self._wheel.due(began):
            now = time.monotonic()
            if window.start <= planned < window.end:
                record((now - planned) * 1000)
            for watch in watches:
                watch.send(planned)
            if now - began > _TURN_MAX_S:
                break
        delay_s = max(_TURN_MIN_S, self._wheel.next_due - time.monotonic())
        self._timer = self._loop.call_later(delay_s, self._turn)


class TurnPace:
    """Each bot is asked when a pass comes, and has a timer of its own while it thinks."""

    kind: Final = Kind.TURNS
    skipped: Final = 0

    def __init__(self, think: Think, window: Window) -> None:
        self._think = think
        self._window = window
        self._loop = asyncio.get_running_loop()
        self._watches: dict[SeatWatch, TurnWatch] = {}
        self._is_stopped = False

    def begin(self, seat: Seat, bot: Bot, random: Random) -> TurnWatch:
        """See :class:`Pace`."""
        watch = TurnWatch(seat, bot, self._window, lambda: self._think.draw(random), self._loop.call_later)
        self._watches[watch] = watch
        if self._is_stopped:  # who was matched just now only looks on
            watch.quiet()
        return watch

    def end(self, watch: SeatWatch) -> None:
        """See :class:`Pace`."""
        self._watches.pop(watch).quiet()

    def stop(self) -> None:
        """See :class:`Pace`."""
        self._is_stopped = True
        for watch in self._watches.values():
            watch.quiet()
