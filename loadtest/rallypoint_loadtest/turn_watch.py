"""A seat in a turn-based game: its bot is asked when something has happened, and does what it said after a while."""

from __future__ import annotations

import asyncio
import math
from collections.abc import Callable
from typing import Final

from rallypoint_client import Bot, Seat, SeatState
from rallypoint_protocol.inputs import Input

from .seat_watch import SeatWatch, Window
from .verdict import State, whole_state

__all__ = ["TurnWatch"]

CallLater = Callable[[float, Callable[[float], None], float], asyncio.TimerHandle]


class TurnWatch(SeatWatch):
    """Its bot has taken part when a move of its own was applied and changed what it sees.

    While it thinks about a move it is not asked for another: the move's own pass asks it again. A move is sent when the
    connection is back, if it is away, so that it is made once and the others do not wait for it in vain.

    Args:
        think: how long, in seconds, this time.
        call_later: as that of the event loop.
    """

    def __init__(self, seat: Seat, bot: Bot, window: Window, think: Callable[[], float], call_later: CallLater) -> None:
        self._think: Final = think
        self._call_later: Final = call_later
        self._moves: list[Input] = []
        """What it is going to do."""
        self._timer: asyncio.TimerHandle | None = None
        self._before: State | None = None
        """What it saw when it made its first move; ``None`` once that is compared."""
        self._quiet = False
        super().__init__(seat, bot, window)
        if seat.latest.tick >= 0:
            self._ask(self._clock())

    def quiet(self) -> None:
        """It makes no more moves."""
        self._quiet = True
        if self._timer is not None:
            self._timer.cancel()

    def ended(self, now: float) -> None:
        """The seat is over, or is about to be left."""
        self.quiet()
        super().ended(now)

    def _passed(self, now: float, done: int) -> None:
        if done:
            self._tally.moves += done * (self._window.start <= now < self._window.end)
            if not self.took_part and self._before is not None:
                self.took_part = whole_state(self.seat.latest.state.items) != self._before
        if not self._moves and not self._quiet:
            self._ask(now)

    def _ask(self, now: float) -> None:
        try:
            self._moves = list(self._bot.tick(self.seat.latest) or ())
        except Exception as error:
            self._bot_failed(error)
        if self._moves:
            wait_s = self._think()
            self._timer = self._call_later(wait_s, self._make, now + wait_s)

    def _make(self, planned: float) -> None:
        """It has thought for long enough."""
        now, window, tally, seat = self._clock(), self._window, self._tally, self.seat
        moves, self._moves = self._moves, []
        planned = min(planned, now)  # a timer may be a millisecond early
        if seat.state is SeatState.CLOSED or self._is_over:
            return
        measured = window.start <= planned < window.end
        if measured:
            tally.lag_ms.record((now - planned) * 1000)
        if not self.took_part:
            self._before = whole_state(seat.latest.state.items)
        is_away = self.away_since is not None or seat.state is not SeatState.PLAYING
        try:
            sent = [seat.sent for move in moves if self._act(move, queue_s=math.inf)]
        except Exception as error:
            self._bot_failed(error)
            return
        if is_away:
            tally.inputs_away += measured * len(sent)
        else:
            self._pending.extend((seq, planned) for seq in sent)
            tally.inputs += measured * len(sent)
