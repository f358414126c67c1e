"""Runs a test on asyncio's own loop and on uvloop."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from typing import Any

import pytest
import uvloop

LIMIT_S = 50.0
"""No test waits so long: it fails before."""


def on_both_loops(test: Callable[[], Awaitable[None]]) -> Any:
    """Decorates a coroutine function without arguments."""

    def run(new_loop: Callable[[], asyncio.AbstractEventLoop]) -> None:
        with asyncio.Runner(loop_factory=new_loop) as runner:
            runner.run(_limited(test))

    run.__name__, run.__doc__ = test.__name__, test.__doc__
    loops = [pytest.param(asyncio.new_event_loop, id="asyncio"), pytest.param(uvloop.new_event_loop, id="uvloop")]
    return pytest.mark.parametrize("new_loop", loops)(run)


async def _limited(test: Callable[[], Awaitable[None]]) -> None:
    async with asyncio.timeout(LIMIT_S):
        await test()
    left = asyncio.all_tasks() - {asyncio.current_task()}
    assert not left, f"tasks that nobody ended: {left}"
