"""The players of ``make crash``: all in this process, each at the game's tick rate, in sessions of eight."""

from __future__ import annotations

import asyncio
import gc
import random
import time
from collections.abc import Callable
from typing import Final

from rallypoint_client import RallypointError

from .crash_address import use_own_addresses
from .crash_player import CrashPlayer
from .server import CouldNotRun
from .wheel import Wheel

__all__ = ["SEATS", "TICK_HZ", "Crowd", "until"]

SEATS: Final = 8
TICK_HZ: Final = 20
GAME: Final = "ledger"
_JOINING_MAX: Final = 40
"""At a time."""
_TURN_MIN_S: Final = 0.002
_LOOK_S: Final = 0.02


class Crowd:
    """All players; they send from the moment they have a seat."""

    def __init__(self, seed: int) -> None:
        self.players: list[CrashPlayer] = []
        self._seed = seed
        self._random = random.Random(f"{seed} crowd")
        self._wheel: Wheel[CrashPlayer] = Wheel(1 / TICK_HZ, time.monotonic(), slot_max_s=_TURN_MIN_S)
        self._timer: asyncio.TimerHandle | None = None
        use_own_addresses(asyncio.get_running_loop())
        self._turn()

    async def grow(self, url: str, sessions: int) -> None:
        """Lets players join until there are so many full sessions. Raises :class:`CouldNotRun` if one cannot."""
        gate = asyncio.Semaphore(_JOINING_MAX)

        async def join(number: int) -> None:
            async with gate:
                player = await CrashPlayer.join(url, GAME, number, self._seed)
            self.players.append(player)
            self._wheel.add(player, self._random.randrange(self._wheel.slots))

        try:
            async with asyncio.TaskGroup() as group:
                for number in range(len(self.players), sessions * SEATS):
                    group.create_task(join(number), name=f"join {number}")
        except BaseExceptionGroup as errors:
            first = errors.exceptions[0]
            if isinstance(first, RallypointError):
                raise CouldNotRun(f"not everybody got a seat: {first}") from None
            raise first from None
        gc.collect()
        gc.freeze()  # a full collection of all that the players have would be taken for the server's standing still
        gc.set_threshold(200_000, 50, 1000)

    @property
    def sessions(self) -> dict[str, list[CrashPlayer]]:
        """The players of each session, by its id."""
        found: dict[str, list[CrashPlayer]] = {}
        for player in self.players:
            found.setdefault(player.seat.session, []).append(player)
        return found

    def act(self, acting: bool) -> None:
        """Whether they do anything that goes into the ledgers."""
        for player in self.players:
            player.acting = acting

    async def leave(self) -> None:
        """Nobody plays any more."""
        if self._timer is not None:
            self._timer.cancel()
        await asyncio.gather(*(player.leave() for player in self.players), return_exceptions=True)

    def _turn(self) -> None:
        for _, players in self._wheel.due(time.monotonic()):
            for player in players:
                player.send()
        delay_s = max(_TURN_MIN_S, self._wheel.next_due - time.monotonic())
        self._timer = asyncio.get_running_loop().call_later(delay_s, self._turn)


async def until(so: Callable[[], bool], limit_s: float) -> bool:
    """Waits until that is so, at most so long; whether it is."""
    deadline = time.monotonic() + limit_s
    while not so():
        if time.monotonic() > deadline:
            return False
        await asyncio.sleep(_LOOK_S)
    return True
