"""A seat in a game with ticks: its bot is asked at moments that were planned in advance, and has passes due to it."""

from __future__ import annotations

from typing import Any

from rallypoint_client import Bot, Seat, SeatState
from rallypoint_protocol.inputs import Input

from .attendance import Attendance
from .seat_watch import SeatWatch, Window
from .verdict import State, own_state

__all__ = ["TickWatch"]


class TickWatch(SeatWatch):
    """Its bot has taken part when its inputs changed its own state."""

    def __init__(self, seat: Seat, bot: Bot, window: Window, tick_hz: float) -> None:
        self._attendance = Attendance(tick_hz)
        self._is_hold = {getattr(seat.inputs, d.name): d.hold for d in seat.schema.inputs}
        self._held: Input | None = None
        self._passed_at: float | None = None
        self._before: tuple[State, int] | None = None
        """The seat's own state before its first input, and that input's number."""
        super().__init__(seat, bot, window)

    def send(self, planned: float) -> None:
        """The moment that was planned for this bot's next input has come."""
        seat = self.seat
        if self.away_since is not None or seat.state is not SeatState.PLAYING:
            self._tally.inputs_away += self._window.start <= planned < self._window.end
            return
        view = seat.latest
        if view.tick < 0:
            return
        last = seat.sent
        if self._before is None:
            self._before = own_state(view.state.items, seat.index), last + 1
        try:
            self._give(self._bot.tick(view) or ())
            if seat.sent == last and self._held is not None:
                seat.hold(self._held, force=True)
        except Exception as error:
            self._bot_failed(error)
        # A hold that the SDK keeps back, because the server stalls, goes out with the next number: it counts from now.
        sent = max(seat.sent, last + 1)
        if self._held is not None or seat.sent > last:
            self._pending.append((sent, planned))
            self._tally.inputs += self._window.start <= planned < self._window.end

    def _give(self, inputs: Any) -> None:
        seat, is_hold = self.seat, self._is_hold
        for x in inputs:
            if is_hold[type(x)]:
                seat.hold(x, force=True)
                self._held = x
            else:
                self._act(x)

    def _passed(self, now: float, done: int) -> None:
        window, seat = self._window, self.seat
        if window.start <= now < window.end:
            self._attendance.received(now)
            if self._passed_at is not None:
                self._tally.gap_ms.record((now - self._passed_at) * 1000)
        self._passed_at = now
        if not self.took_part and self._before is not None and seat.applied >= self._before[1]:
            self.took_part = own_state(seat.latest.state.items, seat.index) != self._before[0]

    def _interrupted(self, now: float) -> None:
        attendance = self._attendance
        attendance.ended(min(now, self._window.end))
        self.arrived, self.due = attendance.arrived, attendance.due
        if self.away_since is not None:
            self._passed_at = None
            self._before = None  # its player's own fields say that it was away: that is no change by its inputs
