"""One bot of a load test: into the lobby, into a seat, from session to session, and out in order."""

from __future__ import annotations

import asyncio
import time
from dataclasses import dataclass
from random import Random
from typing import Final

from rallypoint_client import Bot, Lobby, LobbyState, RallypointError, connect

from .lobby_watch import LobbyWatch
from .pace import Pace
from .seat_watch import SeatWatch, seat_failed
from .tally import Tally
from .verdict import played

__all__ = ["LoadBot", "Stage"]

FAILURES_MAX: Final = 3
"""After so many in a row a bot gives up."""
_PAUSE_S: Final = 0.5


@dataclass(frozen=True, slots=True)
class Stage:
    """What all bots of a process share."""

    url: str
    game: str
    """As the lobby calls it."""
    bot: type[Bot]
    tally: Tally
    pace: Pace | None
    """``None``: nobody plays, all stay in the lobby."""


class LoadBot:
    """One bot. :meth:`run` is its life; everything else is called from outside meanwhile."""

    def __init__(self, number: int, stage: Stage, random: Random) -> None:
        self.out = False
        """It has given up."""
        self.watch: SeatWatch | None = None
        self.lobby_watch: LobbyWatch | None = None
        self._name = f"Load {number}"
        self._stage = stage
        self._tally = stage.tally
        self._random = random
        self._seats = 0
        self._failures = 0
        self._took_part = False
        self._arrived = self._due = 0

    @property
    def decided(self) -> bool:
        """It has had what it came for, a seat (or without a game, the lobby); or has given up."""
        return self._seats > 0 or self.out or (self._stage.pace is None and self.lobby_watch is not None)

    @property
    def connected(self) -> bool:
        """Its seat has a connection."""
        return self.watch is not None and self.watch.connected

    @property
    def away(self) -> bool:
        """It is on its way back, to its seat or to its lobby."""
        watch, lobby = self.watch, self.lobby_watch
        return (watch is not None and watch.away_since is not None) or (lobby is not None and lobby.away)

    async def run(self) -> None:
        """Plays until it is cancelled, or has failed too often. Whose session has ended asks for the next."""
        while self._failures < FAILURES_MAX:
            try:
                if self.lobby_watch is None:
                    lobby = await connect(self._stage.url, name=self._name, random=self._random)
                    self.lobby_watch = LobbyWatch(lobby, self._tally)
                    self._tally.connected += 1
                failed = await self._stay(self.lobby_watch.lobby)
                self._failures = self._failures + 1 if failed else 0
            except RallypointError as error:
                self._tally.failed_with(error)
                self._failures += 1
            await asyncio.sleep(_PAUSE_S)
        self.out = True

    async def _stay(self, lobby: Lobby) -> bool:
        """One seat, or what there is of the lobby. True if it failed."""
        if self._stage.pace is not None:
            return await self._play(lobby, self._stage.pace)
        while lobby.state in (LobbyState.CONNECTED, LobbyState.RESUMING):  # noqa: ASYNC110  # the client tells nobody
            await asyncio.sleep(_PAUSE_S)
        return True

    async def _play(self, lobby: Lobby, pace: Pace) -> bool:
        """From the queue to the end of the seat. True if that failed."""
        asked = time.monotonic()
        seat = await lobby.quick_match(self._stage.game)
        self._tally.match_ms.record((time.monotonic() - asked) * 1000)
        self._tally.seats += 1
        self._tally.matched += self._seats == 0
        self._seats += 1
        self.watch = pace.begin(seat, self._stage.bot(seat, self._random), self._random)
        try:
            await seat.wait_closed()
        except RallypointError as error:
            return seat_failed(error)
        finally:
            self.settle()
        return False

    def settle(self) -> None:
        """The seat is over, or is about to be left: its counts go where they belong."""
        watch, self.watch = self.watch, None
        if watch is None or self._stage.pace is None:
            return
        self._stage.pace.end(watch)
        watch.ended(time.monotonic())
        self._took_part |= watch.took_part
        self._arrived += watch.arrived
        self._due += watch.due
        self._tally.passes_arrived += watch.arrived
        self._tally.passes_due += watch.due

    async def leave(self) -> None:
        """Leaves in order; after :meth:`run` was cancelled. Settles what is open."""
        self.settle()
        if self._stage.pace is not None:
            self._tally.played += played(self._stage.pace.kind, self._took_part, self._arrived, self._due)
        if self.lobby_watch is not None:
            self.lobby_watch.ended()
            await self.lobby_watch.lobby.close()
