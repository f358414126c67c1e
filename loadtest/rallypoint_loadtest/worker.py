"""One process of bots: ``python -m rallypoint_loadtest.worker``, driven over its standard input and output.

When the parent is gone, the input ends, and so does this.
"""

from __future__ import annotations

import asyncio
import gc
import os
import signal
import sys
import time
from random import Random
from typing import Final

import psutil

from .faults import Faults
from .load_bot import LoadBot, Stage
from .lobby_watch import LobbyWatch
from .orders import Finish, Measure, Order, Progress, Report, Result, Work, decode_order, line
from .pace import pace_for
from .random_bot import RandomBot
from .rates import Rate
from .seat_watch import Window
from .target import bot_class, find_target
from .think import Think, think_of

__all__ = ["Worker"]

_LOOK_S: Final = 0.1
_PROGRESS_S: Final = 0.5
_SETTLE_S: Final = 0.5
"""Between a bot's last input and its leaving: time for the answer."""


class Worker:
    """All bots of this process."""

    def __init__(self, work: Work, out: int) -> None:
        target = find_target(work.game)
        chosen = work.bot or target.bot
        bot = RandomBot if chosen is None else bot_class(chosen)
        self._work = work
        self._out = out
        self._loop = asyncio.get_running_loop()
        now = time.monotonic()
        self._window = Window()
        self._tally = self._window.tally
        self._tally.bots = work.bots
        think = think_of(bot) if work.think_s is None else Think(*work.think_s)
        self._pace = None if work.lobby_only else pace_for(target.tick_hz, think, self._window)
        self._stage = Stage(work.url, target.name, bot, self._tally, self._pace)
        self._random = Random(f"{work.seed} {work.first}")
        self._drops = Faults(Rate(work.drop_per_s), self._random, now)
        self._lobby_drops = Faults(Rate(work.lobby_drop_per_s), self._random, now)
        self._bots: list[LoadBot] = []
        self._lives: list[asyncio.Task[None]] = []
        self._process = psutil.Process()
        self._cpu = self._wall = (0.0, 0.0)
        """At the window's start and at its end."""
        self._told = (now, time.process_time())

    async def run(self, orders: asyncio.StreamReader) -> None:
        """Does what it is told until it is told to finish. If a part of it fails, so does all of it."""
        async with asyncio.TaskGroup() as group:
            duties = [
                group.create_task(self._join(), name="ramp"),
                group.create_task(self._watch(), name="faults and progress"),
            ]
            await self._obey(orders)
            for duty in duties:
                duty.cancel()
        await self._finish()

    async def _obey(self, orders: asyncio.StreamReader) -> None:
        while True:
            match await next_order(orders):
                case Measure(start, end):
                    self._measure(start, end)
                case Finish():
                    return
                case Work():
                    raise RuntimeError("work was given twice")

    # --- bots -------------------------------------------------------------------------------------------------------

    async def _join(self) -> None:
        """Lets the bots come in, one after the other, at the rate of the ramp."""
        began = time.monotonic()
        work = self._work
        for index in range(work.bots):
            await asyncio.sleep(max(0.0, began + index / work.ramp_per_s - time.monotonic()))
            number = work.first + index
            bot = LoadBot(number, self._stage, Random(f"{work.seed} bot {number}"))
            self._bots.append(bot)
            self._lives.append(self._loop.create_task(bot.run(), name=f"bot {number}"))

    async def _watch(self) -> None:
        """Ten times a second: faults, losses that are not our doing; twice a second: progress."""
        for look in range(sys.maxsize):
            await asyncio.sleep(_LOOK_S)
            now = time.monotonic()
            measuring = self._window.start <= now < self._window.end
            seats = list(self._drops.struck(self._bots, now))
            lobbies = list(self._lobby_drops.struck(self._lobbies(), now))
            for bot in self._bots:
                if bot.watch is not None:
                    bot.watch.look(now)
            for lobby in self._lobbies():
                lobby.look()
            if measuring:
                for bot in seats:
                    assert bot.watch is not None
                    bot.watch.cut(time.monotonic())
                for lobby in lobbies:
                    lobby.cut()
            if look % round(_PROGRESS_S / _LOOK_S) == 0:
                self._tell(self._progress())

    def _lobbies(self) -> list[LobbyWatch]:
        return [bot.lobby_watch for bot in self._bots if bot.lobby_watch is not None]

    # --- measuring --------------------------------------------------------------------------------------------------

    def _measure(self, start: float, end: float) -> None:
        gc.collect()
        gc.set_threshold(200_000, 50, 1000)
        gc.freeze()  # a full collection of all that the bots have would take tens of ms, and be taken for the server's
        self._window.start, self._window.end = start, end
        now = time.monotonic()
        self._loop.call_later(start - now, self._window_opens)
        self._loop.call_later(end - now, self._window_closes)

    def _window_opens(self) -> None:
        self._tally.inputs_skipped = -self._skipped
        self._cpu, self._wall = (time.process_time(), 0.0), (time.monotonic(), 0.0)
        for bot in self._bots:
            if bot.watch is not None:
                bot.watch.window_opens()

    def _window_closes(self) -> None:
        self._tally.inputs_skipped += self._skipped
        self._cpu, self._wall = (self._cpu[0], time.process_time()), (self._wall[0], time.monotonic())
        for bot in self._bots:
            if bot.watch is not None:
                bot.watch.window_closes(self._window.end)

    @property
    def _skipped(self) -> int:
        return 0 if self._pace is None else self._pace.skipped

    # --- reports ----------------------------------------------------------------------------------------------------

    def _progress(self) -> Progress:
        tally = self._tally
        now, cpu_s = time.monotonic(), time.process_time()
        cpu_pct = 100 * (cpu_s - self._told[1]) / max(1e-3, now - self._told[0])
        self._told = now, cpu_s
        input_p50_ms, input_p99_ms = tally.input_ms.percentiles_ms((50, 99)) or (None, None)
        return Progress(
            connected=tally.connected,
            matched=tally.matched,
            playing=sum(bot.connected for bot in self._bots),
            away=sum(bot.away for bot in self._bots),
            out=sum(bot.out for bot in self._bots),
            decided=sum(bot.decided for bot in self._bots),
            dropped=tally.dropped,
            resumed=tally.resumed,
            passes=tally.passes,
            input_p50_ms=input_p50_ms,
            input_p99_ms=input_p99_ms,
            lag_p99_ms=tally.lag_ms.percentile_ms(99),
            cpu_pct=cpu_pct,
        )

    async def _finish(self) -> None:
        if self._pace is not None:
            self._pace.stop()
        await asyncio.sleep(_SETTLE_S)
        for bot in self._bots:
            bot.settle()
        for life in self._lives:
            life.cancel()
        await asyncio.gather(*self._lives, return_exceptions=True)
        for life in self._lives:
            if not life.cancelled() and (error := life.exception()) is not None:
                self._tally.failed_with(f"a bot of the load test failed: {error!r}")
        rss_bytes = self._process.memory_info().rss
        await asyncio.gather(*(bot.leave() for bot in self._bots), return_exceptions=True)
        cpu_s, wall_s = self._cpu[1] - self._cpu[0], self._wall[1] - self._wall[0]
        self._tell(Result(self._tally, max(0.0, cpu_s), max(0.0, wall_s), rss_bytes))

    def _tell(self, report: Report) -> None:
        data = line(report)
        while data:
            data = data[os.write(self._out, data) :]


async def next_order(orders: asyncio.StreamReader) -> Order:
    """The next order. When there will be none, the parent is gone: then this process ends, at once."""
    data = await orders.readline()
    if not data:
        os._exit(1)
    return decode_order(data)


async def _main(out: int) -> None:
    loop = asyncio.get_running_loop()
    orders = asyncio.StreamReader()
    await loop.connect_read_pipe(lambda: asyncio.StreamReaderProtocol(orders), sys.stdin)
    work = await next_order(orders)
    if not isinstance(work, Work):
        raise RuntimeError("the first order must be work")
    await Worker(work, out).run(orders)


def main() -> None:
    """The command line; see above."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # the parent ends this
    out = os.dup(1)
    os.dup2(2, 1)  # what a game prints must not get between the reports
    try:
        import uvloop
    except ImportError:
        asyncio.run(_main(out))
    else:
        uvloop.run(_main(out))


if __name__ == "__main__":
    main()
