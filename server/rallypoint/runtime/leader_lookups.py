"""Leaderboards: asked of the store, and answered when that answers.

An answer is not remembered: a request that comes again is executed again. At most ``at_once_max`` are asked at once,
and no connection has more than ``EACH_MAX`` under way: more are answered ``too_fast``. Nobody waits longer than
``wait_s``.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from typing import Final

import structlog

from rallypoint.ports import Store, StoreDown
from rallypoint_protocol.ids import PlayerId
from rallypoint_protocol.messages import Answer, Leaderboard

from .lobby_receiver import LobbyReceiver

__all__ = ["LeaderLookups"]

EACH_MAX: Final = 4

log: structlog.typing.FilteringBoundLogger = structlog.get_logger("rallypoint.lobby")

Answered = Callable[[LobbyReceiver, Answer], None]


class LeaderLookups:
    """The lookups of a node. Each ends with one call of ``answered``, before :meth:`start` returns or later."""

    def __init__(self, store: Store, answered: Answered, *, wait_s: float = 5.0, at_once_max: int = 32) -> None:
        self._store = store
        self._answered = answered
        self._wait_s = wait_s
        self._at_once_max = at_once_max
        self._tasks: dict[asyncio.Task[None], LobbyReceiver] = {}

    def start(self, receiver: LobbyReceiver, player: PlayerId, message: Leaderboard) -> None:
        """Asks for a leaderboard for that player."""
        own = sum(other is receiver for other in self._tasks.values())
        if len(self._tasks) >= self._at_once_max or own >= EACH_MAX:
            self._answered(receiver, Answer(message.id, error="too_fast", reason="too many leaderboards at once"))
            return
        work = self._look(receiver, player, message)
        task = asyncio.get_running_loop().create_task(work, name=f"leaderboard {message.queue}")
        self._tasks[task] = receiver

    async def stop(self) -> None:
        """Ends all: nobody is answered any more."""
        tasks, self._tasks = list(self._tasks), {}
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)

    async def _look(self, receiver: LobbyReceiver, player: PlayerId, message: Leaderboard) -> None:
        try:
            around = player if message.around else None
            async with asyncio.timeout(self._wait_s):
                leaders = await self._store.leaders(message.queue, message.limit, around)
            answer = Answer(message.id, value=leaders.data(message.queue))
        except (StoreDown, TimeoutError) as error:
            log.warning("leaderboard not read", queue=message.queue, why=str(error))
            answer = Answer(message.id, error="store_down", reason="ratings cannot be read right now: try again later")
        except Exception:
            log.exception("leaderboard failed", queue=message.queue)
            answer = Answer(message.id, error="store_down", reason="ratings cannot be read right now: try again later")
        finally:
            task = asyncio.current_task()
            assert task is not None
            own = self._tasks.pop(task, None) is not None
        if own:
            self._answered(receiver, answer)
