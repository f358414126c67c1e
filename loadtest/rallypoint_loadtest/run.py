"""One load test, from the first process to the last: join, play and measure, come back, leave."""

from __future__ import annotations

import asyncio
import contextlib
import random
import time
from collections.abc import AsyncIterator, Coroutine
from dataclasses import dataclass
from typing import Any, Final, TypeVar
from urllib.parse import urlsplit

from .crew import Crew, crew_of, shares
from .figures import Run
from .kinds import Kind
from .orders import Work
from .rates import NEVER, Rate
from .screen import Phase, Screen
from .server import CouldNotRun, Served, own_server
from .status import Status, read_status
from .think import Think

__all__ = ["Plan", "run"]

JOIN_MORE_S: Final = 30.0
"""How much longer than its ramp joining may take: a lone bot's session is given up and tried again meanwhile."""
RETURN_S: Final = 10.0
"""How long bots that are away at the end have to come back. Nobody is struck any more."""
LEAVE_S: Final = 20.0
_LOOK_S: Final = 0.25
_KNOCK_S: Final = 3.0
T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Plan:
    """What is asked for. ``url`` empty: serve the game ourselves."""

    game: str
    bots: int
    duration_s: float
    processes: int
    ramp_per_s: float
    kind: Kind = Kind.TICKS
    bot: str = ""
    think: Think | None = None
    """``None``: as the bot itself says."""
    drop: Rate = NEVER
    lobby_drop: Rate = NEVER
    url: str = ""
    ops_url: str = ""
    seed: int | None = None


async def run(plan: Plan, screen: Screen) -> Run:
    """Carries a plan out. Raises :class:`CouldNotRun`; leaves no process behind, whatever happens."""
    async with contextlib.AsyncExitStack() as stack:
        screen.enter(Phase.START)
        served = await stack.enter_async_context(_served(plan))
        crew = await stack.enter_async_context(crew_of(_works(plan, served.lobby_url)))
        return await _while_alive(_play(plan, served, crew, screen), crew.listen(), served.died())


@contextlib.asynccontextmanager
async def _served(plan: Plan) -> AsyncIterator[Served]:
    if plan.url:
        await _knock(plan.url)
        yield Served(plan.url, plan.ops_url)
    else:
        async with own_server(plan.game) as served:
            yield served


async def _knock(url: str) -> None:
    """Raises :class:`CouldNotRun` at once if nobody is there: a client would go on trying for a while."""
    parts = urlsplit(url)
    try:
        async with asyncio.timeout(_KNOCK_S):
            _, writer = await asyncio.open_connection(parts.hostname, parts.port or 80)
    except (OSError, TimeoutError):
        raise CouldNotRun(f"there is no server at {url}") from None
    writer.close()


def _works(plan: Plan, url: str) -> list[Work]:
    seed = random.getrandbits(32) if plan.seed is None else plan.seed
    return [
        Work(
            game=plan.game,
            bot=plan.bot,
            url=url,
            bots=count,
            first=first,
            ramp_per_s=plan.ramp_per_s * count / plan.bots,
            drop_per_s=plan.drop.per_s,
            lobby_drop_per_s=plan.lobby_drop.per_s,
            seed=seed,
            think_s=None if plan.think is None else (plan.think.least_s, plan.think.most_s),
            lobby_only=plan.kind is Kind.LOBBY,
        )
        for count, first in shares(plan.bots, plan.processes)
    ]


async def _play(plan: Plan, served: Served, crew: Crew, screen: Screen) -> Run:
    screen.enter(Phase.JOIN, plan.bots / plan.ramp_per_s)
    await _joined(plan, crew, screen)
    start = time.monotonic() + _LOOK_S
    end = start + plan.duration_s
    crew.measure(start, end)
    screen.enter(Phase.PLAY, plan.duration_s)
    await asyncio.sleep(_LOOK_S)
    before = await _status(served)
    while time.monotonic() < end:
        await asyncio.sleep(min(_LOOK_S, max(0.0, end - time.monotonic())))
        screen.show(crew.progress())
    after = await _status(served)
    screen.enter(Phase.LEAVE)
    await _returned(crew, screen)
    crew.finish()
    try:
        async with asyncio.timeout(LEAVE_S):
            await crew.finished.wait()
    except TimeoutError:
        raise CouldNotRun(f"the processes of bots did not report within {LEAVE_S:g} s") from None
    return Run(crew.results(), plan.duration_s, before, after, plan.kind)


async def _joined(plan: Plan, crew: Crew, screen: Screen) -> None:
    """Returns when every bot has what it came for or has given up, or when the time for that is over."""
    deadline = time.monotonic() + plan.bots / plan.ramp_per_s + JOIN_MORE_S
    while time.monotonic() < deadline:
        await asyncio.sleep(_LOOK_S)
        screen.show(crew.progress())
        if sum(progress.decided for progress in crew.progress()) >= plan.bots:
            return


async def _returned(crew: Crew, screen: Screen) -> None:
    deadline = time.monotonic() + RETURN_S
    await asyncio.sleep(2 * _LOOK_S + 0.1)  # so that their word is younger than the last drop
    while time.monotonic() < deadline and any(progress.away for progress in crew.progress()):
        await asyncio.sleep(_LOOK_S)
        screen.show(crew.progress())


async def _status(served: Served) -> Status | None:
    return await read_status(served.ops_url) if served.ops_url else None


async def _while_alive(main: Coroutine[Any, Any, T], *guards: Coroutine[Any, Any, None]) -> T:
    """The result of ``main``; a guard that raises ends it with its error, one that merely ends changes nothing."""
    task = asyncio.create_task(main, name="run")
    watched = [asyncio.create_task(guard, name=f"guard {number}") for number, guard in enumerate(guards)]
    try:
        pending: set[asyncio.Task[Any]] = {task, *watched}
        while not task.done():
            done, pending = await asyncio.wait(pending, return_when=asyncio.FIRST_COMPLETED)
            for guard in done - {task}:
                guard.result()
        return task.result()
    finally:
        for each in (task, *watched):
            each.cancel()
        await asyncio.gather(task, *watched, return_exceptions=True)
