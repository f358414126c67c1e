"""One bot of a load test: into the lobby, into a seat, from session to session, and out in order."""

from __future__ import annotations

import asyncio
import time
from dataclasses import dataclass
from random import Random
from typing import Final

from rallypoint_client import Bot, Lobby, RallypointError, Seat, SeatState, connect

from .lobby_watch import LobbyWatch
from .seat_watch import SeatWatch, Window, seat_failed
from .verdict import played
from .wheel import Wheel

__all__ = ["LoadBot", "Stage"]

FAILURES_MAX: Final = 3
"""After so many a bot gives up."""
_PAUSE_S: Final = 0.5


@dataclass(frozen=True, slots=True)
class Stage:
    """What all bots of a process share."""

    url: str
    game: str
    """As the lobby calls it."""
    tick_hz: int
    bot: type[Bot]
    window: Window
    wheel: Wheel[SeatWatch]


class LoadBot:
    """One bot. :meth:`run` is its life; everything else is called from outside meanwhile."""

    def __init__(self, number: int, stage: Stage, random: Random) -> None:
        self.out = False
        """It has given up."""
        self.watch: SeatWatch | None = None
        self.lobby_watch: LobbyWatch | None = None
        self._name = f"Load {number}"
        self._stage = stage
        self._tally = stage.window.tally
        self._random = random
        self._slot = random.randrange(stage.wheel.slots)
        self._seats = 0
        self._failures = 0
        self._changed_own_state = False
        self._arrived = self._due = 0

    @property
    def decided(self) -> bool:
        """It has had a seat, or has given up."""
        return self._seats > 0 or self.out

    @property
    def connected(self) -> bool:
        """Its seat has a connection."""
        watch = self.watch
        return watch is not None and watch.away_since is None and watch.seat.state is SeatState.PLAYING

    @property
    def away(self) -> bool:
        """It is on its way back, to its seat or to its lobby."""
        watch, lobby = self.watch, self.lobby_watch
        return (watch is not None and watch.away_since is not None) or (lobby is not None and lobby.away)

    async def run(self) -> None:
        """Plays until it is cancelled, or has failed too often."""
        while self._failures < FAILURES_MAX:
            try:
                if self.lobby_watch is None:
                    lobby = await connect(self._stage.url, name=self._name, random=self._random)
                    self.lobby_watch = LobbyWatch(lobby, self._tally)
                    self._tally.connected += 1
                if await self._play(self.lobby_watch.lobby):
                    self._failures += 1
            except RallypointError as error:
                self._tally.failed_with(error)
                self._failures += 1
            await asyncio.sleep(_PAUSE_S)
        self.out = True

    async def _play(self, lobby: Lobby) -> bool:
        """One seat, from the queue to its end. True if it failed."""
        asked = time.monotonic()
        seat = await lobby.quick_match(self._stage.game)
        self._tally.match_ms.record((time.monotonic() - asked) * 1000)
        self._tally.seats += 1
        self._tally.matched += self._seats == 0
        self._seats += 1
        self._take(seat)
        try:
            await seat.wait_closed()
        except RallypointError as error:
            return seat_failed(error)
        finally:
            self.settle()
        return False

    def _take(self, seat: Seat) -> None:
        stage = self._stage
        self.watch = SeatWatch(seat, stage.bot(seat, self._random), stage.window, stage.tick_hz)
        stage.wheel.add(self.watch, self._slot)

    def settle(self) -> None:
        """The seat is over, or is about to be left: its counts go where they belong."""
        watch, self.watch = self.watch, None
        if watch is None:
            return
        self._stage.wheel.remove(watch, self._slot)
        watch.ended(time.monotonic())
        self._changed_own_state |= watch.changed_own_state
        self._arrived += watch.attendance.arrived
        self._due += watch.attendance.due
        self._tally.passes_arrived += watch.attendance.arrived
        self._tally.passes_due += watch.attendance.due

    async def leave(self) -> None:
        """Leaves in order; after :meth:`run` was cancelled. Settles what is open."""
        self.settle()
        self._tally.played += played(self._changed_own_state, self._arrived, self._due)
        if self.lobby_watch is not None:
            self.lobby_watch.ended()
            await self.lobby_watch.lobby.close()
