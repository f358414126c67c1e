"""What is measured of one seat, at each of its passes, events and losses; who drives its bot is elsewhere.

This is called tens of thousands of times a second: nothing here waits, makes objects that are not kept, or asks twice
for what it knows.
"""

from __future__ import annotations

import math
import time
from collections import deque
from collections.abc import Callable
from dataclasses import dataclass, field

from rallypoint_client import Bot, Event, NotConnected, Seat, SeatState, SessionGone, TooManyOutstanding
from rallypoint_protocol.close import CloseCode
from rallypoint_protocol.inputs import Input

from .tally import Tally

__all__ = ["SeatWatch", "Window", "seat_failed"]


@dataclass(slots=True)
class Window:
    """When a process measures, by which clock, into which tally. Seconds of ``clock``; until it is told, never."""

    start: float = math.inf
    end: float = math.inf
    tally: Tally = field(default_factory=Tally)
    clock: Callable[[], float] = time.monotonic


class SeatWatch:
    """Counts what happens to ``bot`` in ``seat`` into the window's tally. A subclass says when the bot is asked."""

    def __init__(self, seat: Seat, bot: Bot, window: Window) -> None:
        self.seat = seat
        self.away_since: float | None = None
        self.took_part = False
        """What it did has shown in the state."""
        self.arrived = self.due = 0
        """Passes, where some are due."""
        self._bot = bot
        self._window = window
        self._tally = window.tally
        self._clock = window.clock
        self._pending: deque[tuple[int, float]] = deque()
        """``(sequence number, planned time)`` of what was sent and is not shown yet."""
        self._actions: deque[int] = deque()
        self._resumes = 0
        self._event = 0
        self._is_over = False
        """Its session has ended, in order."""
        self._bytes = (0, 0)
        for event in seat.take_events():
            self._on_event(event)
        seat.on_event = self._on_event
        seat.on_pass = self._on_pass

    # --- for those who are one --------------------------------------------------------------------------------------

    def _passed(self, now: float, done: int) -> None:
        """A pass came, and is counted; it shows so many actions applied."""

    def _interrupted(self, now: float) -> None:
        """The connection is lost, or nobody counts from here on."""

    def _act(self, x: Input, queue_s: float | None = None) -> bool:
        """True if the action is on its way, or will be."""
        try:
            self._actions.append(self.seat.act(x, queue_s=queue_s))
        except (TooManyOutstanding, NotConnected) as error:
            self._tally.failed_with(error)
            return False
        self._tally.actions_sent += 1
        return True

    def _bot_failed(self, error: Exception) -> None:
        """The run goes on, and the report tells."""
        self._tally.failed_with(f"bot: {type(error).__name__}: {error}")

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
        actions, done = self._actions, 0
        while actions and actions[0] <= applied:
            actions.popleft()
            done += 1
        tally.actions_applied += done
        self._passed(now, done)

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
        self._is_over |= event.kind == "ended"
        try:
            self._bot.event(event)
        except Exception as error:
            self._bot_failed(error)

    # --- losses -----------------------------------------------------------------------------------------------------

    @property
    def connected(self) -> bool:
        """It plays, and its connection can be lost: not if its session has just ended."""
        return self.away_since is None and self.seat.state is SeatState.PLAYING and not self._is_over

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
        self._tally.dropped += 1
        self._tally.inputs_cut += sum(self._window.start <= planned < self._window.end for _, planned in self._pending)
        self._pending.clear()
        self._interrupted(now)

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
            self._interrupted(now)

    def ended(self, now: float) -> None:
        """The seat is over, or is about to be left: what is open is settled. Call it once."""
        self.window_closes(now)
        seat, tally, window = self.seat, self._tally, self._window
        tally.hash_checks += seat.stats.hash_checks
        tally.hash_mismatches += seat.stats.hash_mismatches
        tally.desyncs += seat.stats.desyncs
        tally.seats_ended += self._is_over
        if self._is_over:
            tally.actions_late += len(self._actions)
        else:
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
