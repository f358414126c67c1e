"""Bots of this server: ordinary clients, on this process's own event loop, that come in over loopback like any player.

A game names its bot's class (``bot="games.orbit.bot:OrbitBot"``). Bots fill seats when players are missing, and a few
may live here all the time, so that there is always somebody to play with.
"""

from __future__ import annotations

import asyncio
import importlib
from collections.abc import Coroutine, Sequence
from random import Random
from typing import TYPE_CHECKING, Any

import structlog

from rallypoint.game.definition import Definition
from rallypoint.ports import BotOffer

if TYPE_CHECKING:
    from rallypoint_client.bot import Bot

__all__ = ["ClientBots", "bot_class"]

log: structlog.typing.FilteringBoundLogger = structlog.get_logger("rallypoint.bots")
_LEAVE_S = 0.1
_PAUSE_S = 1.0
"""Between two sessions of a resident bot."""


def bot_class(name: str) -> type[Bot]:
    """The class of ``module:Class``. Raises ``LookupError`` if there is none."""
    module, _, attribute = name.partition(":")
    try:
        return getattr(importlib.import_module(module), attribute)  # type: ignore[no-any-return]  # named by the game
    except (ImportError, AttributeError) as error:
        raise LookupError(f"there is no bot {name}: {error}") from error


class ClientBots:
    """Runs bots against the server at ``lobby_url``. Implements :class:`rallypoint.ports.BotRunner`."""

    def __init__(self, lobby_url: str, dice: Random) -> None:
        """``dice`` seeds the bots."""
        self._lobby_url = lobby_url
        self._tasks: dict[asyncio.Task[None], None] = {}
        self._dice = dice

    def play(self, offer: BotOffer) -> None:
        """Starts a bot on a reserved seat; it plays until the session ends."""
        self._start(self._play(offer), f"bot {offer.name} in session {offer.session}")

    def reside(self, games: Sequence[Definition], count: int) -> None:
        """Keeps ``count`` bots in each game that has one, session after session."""
        for definition in games:
            if definition.options.bot is None:
                log.warning("game has no bot", game=definition.options.name)
                continue
            for number in range(count):
                name = f"Resident {number + 1}"
                self._start(self._reside(definition.options.name, definition.options.bot, name), name)

    async def stop(self) -> None:
        """Ends all bots: they have a moment to leave."""
        tasks = list(self._tasks)
        running = set(tasks)
        while running:  # each round ends one wait: their connections may be gone, and nobody there to be told
            for task in tasks:
                task.cancel()
            _, running = await asyncio.wait(running, timeout=_LEAVE_S)
        await asyncio.gather(*tasks, return_exceptions=True)

    def _start(self, work: Coroutine[Any, Any, None], name: str) -> None:
        task = asyncio.get_running_loop().create_task(work, name=name)
        self._tasks[task] = None
        task.add_done_callback(self._done)

    def _done(self, task: asyncio.Task[None]) -> None:
        from rallypoint_client.errors import RallypointError

        self._tasks.pop(task, None)
        error = None if task.cancelled() else task.exception()
        if isinstance(error, RallypointError):
            log.info("bot is out", bot=task.get_name(), why=str(error))  # as may happen to any player
        elif error is not None:
            log.error("bot failed", bot=task.get_name(), exc_info=error)

    def _seed(self) -> Random:
        return Random(self._dice.getrandbits(64))  # noqa: S311  # dice of a game

    async def _play(self, offer: BotOffer) -> None:
        from rallypoint_client.bot import play_seat  # bots are rare: the client is imported for the first of them

        # Over loopback, whatever address the world knows this node by.
        url = f"{self._lobby_url}/session/{offer.session}"
        await play_seat(url, offer.session, offer.token, bot_class(offer.bot), random=self._seed())

    async def _reside(self, game: str, bot: str, name: str) -> None:
        from rallypoint_client.bot import play
        from rallypoint_client.errors import RallypointError
        from rallypoint_client.identity import Identity

        kind = bot_class(bot)
        identity = Identity()  # the same guest in all its sessions
        while True:
            try:
                await play(self._lobby_url, kind, game=game, name=name, identity=identity, random=self._seed())
            except RallypointError as error:
                log.warning("resident bot was thrown out", bot=name, why=str(error))
            await asyncio.sleep(_PAUSE_S)
