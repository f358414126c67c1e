"""The end of tasks that nobody finishes: what crashes have left is unwound when its world is forgotten, unheard."""

from __future__ import annotations

import asyncio
from asyncio.events import _set_running_loop
from collections.abc import Coroutine, Iterable
from typing import Any, cast

__all__ = ["unwind"]

_TRIES = 20
"""A coroutine that is told to end may wait for something once more, in a ``finally``; it is told again."""


def unwind(tasks: Iterable[asyncio.Future[Any]], loop: asyncio.AbstractEventLoop) -> None:
    """Closes the coroutines of these tasks, in this order, on a loop that runs nothing any more.

    Otherwise garbage collection would do it, at some moment in some later world, and Python would complain on stderr
    of each one that waits in a ``finally``.
    """
    _set_running_loop(loop)
    try:
        for task in tasks:
            if not task.done():
                _close(cast("asyncio.Task[Any]", task).get_coro())
    finally:
        _set_running_loop(None)


def _close(coroutine: Any) -> None:
    for _ in range(_TRIES):
        try:
            cast("Coroutine[Any, Any, Any]", coroutine).close()
            return
        except RuntimeError:  # it waits again; or a failure of its own, after which the next call does nothing
            continue
        except Exception:  # what it does at its end concerns nobody: its host is dead
            return
