"""What is measured of one seat, at each of its passes and at each planned input.

This is called tens of thousands of times a second: nothing here waits, makes objects that are not kept, or asks twice
for what it knows.
"""

from __future__ import annotations

import math
import time
from collections import deque
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from rallypoint_client import Bot, Event, NotConnected, Seat, SeatState, SessionGone, TooManyOutstanding
from rallypoint_protocol.close import CloseCode
from rallypoint_protocol.inputs import Input

from .attendance import Attendance
from .tally import Tally
from .verdict import OwnState, own_state

__all__ = ["SeatWatch", "Window", "seat_failed"]


@dataclass(slots=True)
class Window:
    """When a process measures, by which clock, into which tally. Seconds of ``clock``; until it is told, never."""

    start: float = math.inf
    end: float = math.inf
    tally: Tally = field(default_factory=Tally)
    clock: Callable[[], float] = time.monotonic


class SeatWatch:
    """Drives ``bot`` in ``seat``, and counts into the window's tally."""

    def __init__(self, seat: Seat, bot: Bot, window: Window, tick_hz: float) -> None:
        self.seat = seat
        self.away_since: float | None = None
        self.changed_own_state = False
        self.attendance = Attendance(tick_hz)
        self._bot = bot
        self._window = window
        self._tally = window.tally
        self._clock = window.clock
        self._is_hold = {getattr(seat.inputs, d.name): d.hold for d in seat.schema.inputs}
        self._held: Input | None = None
        self._pending: deque[tuple[int, float]] = deque()
        """``(sequence number, planned time)`` of what was sent and is not shown yet."""
        self._actions: deque[int] = deque()
        self._passed_at: float | None = None
        self._resumes = 0
        self._event = 0
        self._before: tuple[OwnState, int] | None = None
        """The seat's own state before its first input, and that input's number."""
        self._bytes = (0, 0)
        for event in seat.take_events():
            self._on_event(event)
        seat.on_event = self._on_event
        seat.on_pass = self._on_pass

    # --- inputs -----------------------------------------------------------------------------------------------------

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
        except Exception as error:  # the bot's: the run goes on, and the report tells
            self._tally.failed_with(f"bot: {type(error).__name__}: {error}")
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
                continue
            try:
                self._actions.append(seat.act(x))
                self._tally.actions_sent += 1
            except (TooManyOutstanding, NotConnected) as error:
                self._tally.failed_with(error)

    # --- passes -----------------------------------------------------------------------------------------------------

    def _on_pass(self, seat: Seat) -> None:
        now = self._clock()
        window, tally, pending, applied = self._window, self._tally, self._pending, seat.applied
        if self.away_since is not None:
            self._returned(now)
        while pending and pending[0][0] <= applied:
            planned = pending.popleft()[1]
            if window.start <= planned < window.end:
                tally.input_ms.record((now - planned) * 1000)
        if window.start <= now < window.end:
            tally.passes += 1
            self.attendance.received(now)
            if self._passed_at is not None:
                tally.gap_ms.record((now - self._passed_at) * 1000)
        self._passed_at = now
        actions = self._actions
        while actions and actions[0] <= applied:
            actions.popleft()
            tally.actions_applied += 1
        if not self.changed_own_state and self._before is not None and applied >= self._before[1]:
            self.changed_own_state = own_state(seat.latest.state.items, seat.index) != self._before[0]

    def _on_event(self, event: Event) -> None:
        self._tally.events += 1
        if event.n != self._event + 1:
            self._tally.event_gaps += 1
        self._event = event.n
        if event.kind == "refused":
            self._tally.inputs_refused += 1
            if event.seq in self._actions:
                self._actions.remove(event.seq)
                self._tally.actions_refused += 1
        try:
            self._bot.event(event)
        except Exception as error:
            self._tally.failed_with(f"bot: {type(error).__name__}: {error}")

    # --- losses -----------------------------------------------------------------------------------------------------

    def cut(self, now: float) -> None:
        """Breaks the connection."""
        self.seat.cut()
        self._lost(now)

    def look(self, now: float) -> None:
        """Call it now and then: sees the losses that are not our doing."""
        if self.away_since is not None:
            return
        if self.seat.state is SeatState.RESUMING:
            self._lost(now)
        elif self.seat.stats.resumes > self._resumes:  # lost and back between two looks
            self._lost(now)
            self._returned(now)

    def _lost(self, now: float) -> None:
        self.away_since = now
        self._passed_at = None
        self._tally.dropped += 1
        self.attendance.ended(min(now, self._window.end))
        self._tally.inputs_cut += sum(self._window.start <= planned < self._window.end for _, planned in self._pending)
        self._pending.clear()
        # Its player's own fields say that it was away: that is no change by its inputs.
        self._before = None

    def _returned(self, now: float) -> None:
        assert self.away_since is not None
        self._tally.resumed += 1
        self._tally.resume_ms.record((now - self.away_since) * 1000)
        self.away_since = None
        self._resumes = self.seat.stats.resumes

    # --- the window, and the end ------------------------------------------------------------------------------------

    def window_opens(self) -> None:
        """The window's start has come."""
        stats = self.seat.stats
        self._bytes = stats.bytes_in, stats.bytes_out

    def window_closes(self, now: float) -> None:
        """The window's end has come, or the seat's."""
        if self._window.start <= now <= self._window.end:
            stats = self.seat.stats
            self._tally.bytes_in += stats.bytes_in - self._bytes[0]
            self._tally.bytes_out += stats.bytes_out - self._bytes[1]
            self.attendance.ended(now)

    def ended(self, now: float) -> None:
        """The seat is over, or is about to be left: what is open is settled. Call it once."""
        self.window_closes(now)
        seat, tally, window = self.seat, self._tally, self._window
        tally.hash_checks += seat.stats.hash_checks
        tally.hash_mismatches += seat.stats.hash_mismatches
        tally.desyncs += seat.stats.desyncs
        tally.actions_open += len(self._actions)
        if seat.error is not None and seat_failed(seat.error):
            if self.away_since is None:
                self._lost(now)
            tally.failed_with(seat.error)
        if self.away_since is not None:
            tally.failed += 1
        for _, planned in self._pending:  # it took at least as long as this: leaving these out would hide the worst
            if window.start <= planned < window.end:
                tally.input_ms.record((now - planned) * 1000)
        self._pending.clear()


def seat_failed(error: Exception) -> bool:
    """True unless a seat with this error is merely over: its session did not find enough players."""
    return not (isinstance(error, SessionGone) and error.code == CloseCode.CANCELLED)
