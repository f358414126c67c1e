"""One timer for the steps of all sessions of a node, in buckets of 5 ms.

In each bucket: step every session that is due, commit their steps to the journal in one batch, then send. A timer or a
task for each session would cost five to eight times as much (``docs/performance.md``).

If the disk is behind, snapshots give way first, and then steps (:class:`rallypoint.ports.Pressure`).
"""

from __future__ import annotations

import asyncio
import heapq
import math
from collections.abc import Callable, Sequence
from typing import Final, Protocol

from rallypoint.core.schedule import SLACK_S, AnySchedule
from rallypoint.ports import Clock, Entry, Pressure
from rallypoint.runtime.game_figures import WINDOW_S, GameFigures
from rallypoint.runtime.histogram import Histogram, Recent, merged
from rallypoint.runtime.scribe import Scribe

__all__ = ["BUCKET_S", "Stepped", "Ticker", "next_bucket"]

BUCKET_S = 0.005
_GONE_MIN = 16
"""With so few that are gone, the queue is not looked through."""
_OLD_MIN: Final = 64
"""Nor with so few more than two for each session."""
_SENDS_EVERY: Final = {Pressure.NONE: 1, Pressure.HALF: 2, Pressure.QUARTER: 4, Pressure.STEPS: 1}
"""Of how many steps one is shown to the players."""


def next_bucket(at: float) -> float:
    """The first moment from ``at`` on at which the ticker looks."""
    # Half of the slack with which it looks then: however this is rounded, it does not look in vain, and again.
    return math.ceil((at - SLACK_S / 4) / BUCKET_S) * BUCKET_S


class Stepped(Protocol):
    """What the ticker drives: a session's host. None of these raises."""

    @property
    def schedule(self) -> AnySchedule:
        """When its steps are due."""

    @property
    def figures(self) -> GameFigures:
        """Of its game: its steps are recorded in them, by itself, and how late they were, by the ticker."""

    @property
    def key(self) -> str:
        """What the journal calls it."""

    def step(self, now: float) -> bool:
        """Makes one step; false if it failed, or there is nothing to step any more."""

    def take_entries(self) -> list[Entry]:
        """What is new of it for the journal, once."""

    @property
    def tick(self) -> int:
        """Of the last step."""

    def committed(self, tick: int) -> None:
        """That step is as durable as was promised: what waited for that is done."""

    def send(self, *, snapshot: bool = True) -> None:
        """Sends what the step left for the clients, as far as it may be sent before its commit."""

    @property
    def running(self) -> bool:
        """False once it needs no more steps."""


class Ticker:
    """The ticker of one node.

    ``clock`` is read for the truth, because an event loop's own may be rounded to milliseconds and stand still within a
    callback (uvloop's does both).
    """

    def __init__(self, loop: asyncio.AbstractEventLoop, clock: Clock, scribe: Scribe) -> None:
        self._loop = loop
        self._clock = clock
        self._scribe = scribe
        self._due: list[tuple[float, int, Stepped]] = []
        self._count = 0
        self._timer: asyncio.TimerHandle | None = None
        self._armed_for = math.inf
        self._by_id: dict[str, Stepped] = {}
        self._gone = 0
        """Sessions that were removed since the queue was last looked through."""
        self._stopped = False
        self.busy = Recent(WINDOW_S, clock())
        """How long each bucket took."""
        self.games: dict[str, GameFigures] = {}
        """Of each game, by name; whoever adds its sessions puts them here."""
        self._turn_at = 0.0
        self.ticks = 0
        self.watch: Callable[[Stepped, float], None] | None = None
        """Told of every step that was made, and when, before it is written."""

    @property
    def late(self) -> Histogram:
        """How much after its time each tick was begun, of all games, in the last one to two periods of 30 s."""
        return merged(figures.late for figures in self.games.values())

    @property
    def steps(self) -> Histogram:
        """Likewise, how long each session's step took."""
        return merged(figures.steps for figures in self.games.values())

    def add(self, host: Stepped, key: str) -> None:
        """From now on ``host`` is stepped by its schedule. ``key`` is its session's id."""
        self._by_id[key] = host
        self.wake(host)

    def wake(self, host: Stepped) -> None:
        """The host's schedule has something due, perhaps earlier than before."""
        self._push(host)
        if len(self._due) > _OLD_MIN + 2 * len(self._by_id):
            self._tidy()
        self._arm()

    def _tidy(self) -> None:
        """Lets those entries go in which a session would be passed over: it was queued again for an earlier time, or
        has another schedule since. Of turns and pauses there may be many, which are due in an hour."""
        newest = {
            id(entry[2]): entry for entry in self._due if entry[2].running and entry[0] == entry[2].schedule.queued
        }
        self._due[:] = newest.values()
        heapq.heapify(self._due)
        self._gone = 0

    def remove(self, key: str) -> None:
        """Forgets a session. What it has in the queue goes when it is due, or when half of the queue is such."""
        if self._by_id.pop(key, None) is not None:
            self._gone += 1
            if self._gone > _GONE_MIN and self._gone * 2 > len(self._due):
                self._due[:] = [entry for entry in self._due if entry[2].running]
                heapq.heapify(self._due)
                self._gone = 0

    def stop(self) -> None:
        """Steps nothing any more, whatever still happens: the connections that are closed next are news to sessions."""
        self._stopped = True
        if self._timer is not None:
            self._timer.cancel()
            self._timer = None
        self._due.clear()

    def _push(self, host: Stepped) -> None:
        schedule = host.schedule
        due = schedule.next_due
        if due < schedule.queued:  # else there is an entry that comes early enough, and looks again
            schedule.queued = due
            self._count += 1
            heapq.heappush(self._due, (due, self._count, host))

    def _arm(self) -> None:
        if not self._due or self._stopped:
            return
        bucket = next_bucket(self._due[0][0])
        if bucket < self._armed_for:
            if self._timer is not None:
                self._timer.cancel()
            self._armed_for = bucket
            # Whole milliseconds, rounded up: uvloop rounds to the nearest, and would wake us in vain until it is time.
            delay_ms = math.ceil(max(0.0, bucket - self._clock()) * 1000)
            self._timer = self._loop.call_later(delay_ms / 1000, self._wake)

    def _wake(self) -> None:
        self._timer, self._armed_for = None, math.inf
        now = self._clock()
        due, hosts = self._due, []
        eased = self._scribe.pressure is Pressure.STEPS
        while due and due[0][0] <= now + SLACK_S / 2:  # less than the schedule's own: what is popped has a tick due
            at, _, host = heapq.heappop(due)
            schedule = host.schedule
            if not host.running or at != schedule.queued:
                continue  # it has ended, or was queued again for an earlier time
            schedule.queued = math.inf
            if eased and schedule.put_off():
                self._push(host)
                continue
            steps = schedule.due(now)
            if steps:
                host.figures.late.current.record(now - at)
                hosts.append((host, steps))
            else:
                self._push(host)
        try:
            # A session that is behind makes its ticks one after the other, each committed and sent before the next.
            rounds = hosts
            while rounds:
                self._round([host for host, _ in rounds], now)
                rounds = [(host, left - 1) for host, left in rounds if left > 1 and host.running]
        finally:
            for host, _ in hosts:
                if host.running:
                    self._push(host)
            self._arm()  # whatever went wrong: without it, no session would be stepped any more
        self.busy.current.record(self._clock() - now)
        if now >= self._turn_at:
            self._turn_at = now + 1.0
            self.busy.turn(now)
            for figures in self.games.values():
                figures.turn(now)

    def _round(self, hosts: Sequence[Stepped], now: float) -> None:
        scribe, keeps, watch = self._scribe, self._scribe.keeps, self.watch
        entries: list[Entry] = []
        stepped: list[tuple[Stepped, int]] = []
        for host in hosts:
            if keeps:
                scribe.journal.stepping(host.key)
            made = host.step(now)
            if watch is not None and made:
                watch(host, now)
            self.ticks += made
            if keeps:
                scribe.forget(host)
                entries += host.take_entries()
            stepped.append((host, host.tick))
        if keeps:
            scribe.journal.stepped()
        scribe.commit(entries, lambda: _committed(stepped))
        every = _SENDS_EVERY[scribe.pressure]
        for host, tick in stepped:
            host.send(snapshot=tick % every == 0)


def _committed(stepped: Sequence[tuple[Stepped, int]]) -> None:
    for host, tick in stepped:
        host.committed(tick)
