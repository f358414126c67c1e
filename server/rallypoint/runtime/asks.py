"""What a session's game has asked the outside: one task each, ended with the session."""

from __future__ import annotations

import asyncio
from collections.abc import Callable

import structlog

from rallypoint.core.game_like import Answer, Ask

__all__ = ["Asks"]


class Asks:
    """The calls of one session that have no answer yet. ``game`` has the methods; ``answered`` takes the answers."""

    __slots__ = ("_answered", "_game", "_log", "_loop", "_session", "_tasks")

    def __init__(
        self,
        game: type,
        loop: asyncio.AbstractEventLoop,
        answered: Callable[[Answer], None],
        session: str,
        log: structlog.typing.FilteringBoundLogger,
    ) -> None:
        """``log`` is the session's."""
        self._game = game
        self._loop = loop
        self._answered = answered
        self._session = session
        self._log = log
        self._tasks: dict[asyncio.Task[None], None] = {}  # in the order in which they began

    def start(self, ask: Ask) -> None:
        """Makes the call."""
        task = self._loop.create_task(self._make(ask), name=f"ask {ask.method} of session {self._session}")
        self._tasks[task] = None
        task.add_done_callback(self._done)

    def _done(self, task: asyncio.Task[None]) -> None:
        self._tasks.pop(task, None)

    def cancel(self) -> None:
        """Nobody waits for the answers any more."""
        for task in self._tasks:
            task.cancel()

    async def _make(self, ask: Ask) -> None:
        method = getattr(self._game, ask.method)
        try:
            async with asyncio.timeout(ask.timeout_s):
                value = await method(*ask.args)
        except TimeoutError:
            answer = Answer(ask.id, ask.method, ask.args, error="timeout")
        except (Exception, SystemExit, asyncio.CancelledError) as error:
            task = asyncio.current_task()
            if task is not None and task.cancelling():
                raise  # by us: the session has ended
            self._log.warning("ask failed", method=ask.method, exc_info=True)
            answer = Answer(ask.id, ask.method, ask.args, error=f"{type(error).__name__}: {error}"[:200])
        else:
            answer = Answer(ask.id, ask.method, ask.args, value)
        self._answered(answer)
