"""After everything that happened the server still serves: newcomers come in, play together, and leave.

This is the last observer: it lets time pass, when all others have said that nothing is left.
"""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING, Final

from rallypoint_client import RallypointError, RequestRefused, connect
from rallypoint_client.lobby_seat import LobbySeat
from rallypoint_simulation.network import Weather
from rallypoint_simulation.observer import Observer
from rallypoint_simulation.world import URL, World

if TYPE_CHECKING:
    from rallypoint.game.options import Options
    from rallypoint_simulation.host import Host

__all__ = ["Serves"]

PROBE_S: Final = 20.0
PASSES: Final = 3
_OF_THE_GAME: Final = ("refused", "game_failed")
"""What a game does itself is no fault of the server's."""


class Serves(Observer):
    """Tries it out."""

    weak = True

    SERVES = "the server still serves newcomers"

    def at_rest(self) -> None:
        world = self.world
        port = world.port
        if port is None or world.violations or len(port.node.hosts) >= port.node.settings.sessions_max:
            return
        game = min(world.games, key=lambda one: (one.options.turn_based, one.options.seats_min, one.options.name))
        work = world.loop.start_on(_device(world, 0), _play(world, game.options), "newcomers")
        try:
            world.loop.run_until_complete(work)
        except (TimeoutError, RallypointError) as error:
            refused = isinstance(error, RequestRefused) and error.code in _OF_THE_GAME
            if not refused and not _failed_by_itself(world):
                text = f"newcomers to {game.options.name} failed: {type(error).__name__}: {error}"
                self.violate(self.SERVES, text)


def _device(world: World, number: int) -> Host:
    device = world.device(f"newcomer{number}")
    world.network.route(device).weather = Weather()
    return device


def _failed_by_itself(world: World) -> bool:
    """The game raised an error: it is made to, now and then."""
    ended = world.store.ended_records
    return bool(ended) and ended[-1].outcome == "game_failed"


async def _play(world: World, game: Options) -> None:
    """The first creates a session and others join it, each on a device of their own."""
    async with (
        asyncio.timeout(PROBE_S),
        connect(URL, name="Newcomer 0") as lobby,
        await lobby.create(game.name) as seat,
    ):
        others = [
            world.loop.start_on(_device(world, number), _join(number, seat.session, game), f"newcomer {number}")
            for number in range(1, game.seats_min)
        ]
        await _see(seat, game)
        for other in others:
            await other


async def _join(number: int, session: str, game: Options) -> None:
    async with (
        asyncio.timeout(PROBE_S),
        connect(URL, name=f"Newcomer {number}") as lobby,
        await lobby.join(session) as seat,
    ):
        await _see(seat, game)


async def _see(seat: LobbySeat, game: Options) -> None:
    """Waits for passes and for the start: who left before would leave the others without enough players."""
    while seat.stats.passes < (PASSES if seat.schema.tick_hz else 1) or seat.latest.game.status.name == "WAITING":
        await asyncio.sleep(0.1)
        if seat.error is not None:
            raise seat.error
