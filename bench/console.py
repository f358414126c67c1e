"""What five open consoles cost: a node at four fifths of a core, with and without them, in turns within one run.

As many clients play the reference work as make the server's core 80% busy. Each console watches what one page of it
watches, over real sockets: the overview, the table of sessions, one session, the table of players, node and queues.
Lateness is that of every tick of the phase, read where it is counted.
"""

from __future__ import annotations

import asyncio
import contextlib
import json
import os
import random
import re
import statistics
import subprocess
import sys
import urllib.parse
from collections.abc import AsyncIterator, Iterator
from typing import IO, Any, Final

from bench.node import BUCKETS, HZ, Player

TOKEN: Final = "a-token-of-the-benchmark-and-of-nobody-else"  # noqa: S105  # of a server on loopback, gone in a minute
SHARE: Final = 0.8
CALIBRATION: Final = 400
CALIBRATIONS: Final = 3
CLIENTS_MAX: Final = 1400
"""More than that the generator, on the other core, could not drive."""


class _Marked:
    """A node in a process of its own, that tells what was since the last mark."""

    def __init__(self, process: subprocess.Popen[str]) -> None:
        self._process = process
        self.ready: dict[str, Any] = json.loads(self._out.readline())

    @property
    def _out(self) -> IO[str]:
        assert self._process.stdout is not None
        return self._process.stdout

    def mark(self) -> dict[str, float]:
        """Milliseconds of lateness, and the share of a core, since the last mark."""
        assert self._process.stdin is not None
        self._process.stdin.write("mark\n")
        self._process.stdin.flush()
        figures: dict[str, float] = json.loads(self._out.readline())
        return figures


@contextlib.contextmanager
def _node() -> Iterator[_Marked]:
    cores = sorted(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else []  # Linux alone has it
    pinned = len(cores) > 1
    if pinned:
        os.sched_setaffinity(0, cores[:1])  # the server inherits it
    command = [sys.executable, "-m", "bench.console"]
    process = subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
    try:
        node = _Marked(process)
        if pinned:
            os.sched_setaffinity(0, cores[1:])
        yield node
    finally:
        if pinned:
            os.sched_setaffinity(0, cores)
        assert process.stdin is not None
        process.stdin.close()  # it ends with its input
        process.wait(15)


class _Crowd:
    """Clients that play."""

    def __init__(self, url: str) -> None:
        self._url = url
        self.players: list[Player] = []
        self._dice = random.Random(1)
        self._playing: asyncio.Task[None] | None = None

    async def grow(self, count: int) -> None:
        """Until there are so many."""
        gate = asyncio.Semaphore(40)

        async def join(number: int) -> None:
            async with gate:
                player = Player()
                await player.join(self._url, number, "arena")
                self.players.append(player)

        await asyncio.gather(*(join(number) for number in range(len(self.players), count)))
        if self._playing is None:
            self._playing = asyncio.create_task(self._play())

    async def _play(self) -> None:
        loop = asyncio.get_running_loop()
        start, made = loop.time(), 0
        while True:
            while start + made / HZ / BUCKETS <= loop.time():
                for player in self.players[made % BUCKETS :: BUCKETS]:
                    player.send(self._dice)
                made += 1
            await asyncio.sleep(max(0.0, start + made / HZ / BUCKETS - loop.time()))

    async def close(self) -> None:
        """All of them go."""
        if self._playing is not None:
            self._playing.cancel()
        for player in self.players:
            player.connection.close_with(1000)
            player.lobby.close_with(1000)
        await asyncio.sleep(0.5)


async def _consoles(ops: str, session: str) -> list[asyncio.Task[int]]:
    pages = (
        ["/overview"],
        ["/overview", "/tables/sessions?limit=60&sort=cost&desc=true"],
        [f"/sessions/{session}/look", f"/sessions/{session}/timeline"],
        ["/overview", "/tables/players?limit=60&sort=behind&desc=true"],
        ["/node", "/queues"],
    )
    return [asyncio.create_task(_watch(ops, paths)) for paths in pages]


async def _watch(ops: str, paths: list[str]) -> int:
    """One console, until it is cancelled; gives how many bytes it was sent."""
    where = urllib.parse.urlsplit(ops)
    reader, writer = await asyncio.open_connection(where.hostname, where.port)
    query = urllib.parse.urlencode([("watch", path) for path in paths])
    head = f"GET /api/v1/live?{query} HTTP/1.1\r\nHost: {where.netloc}\r\nAuthorization: Bearer {TOKEN}\r\n\r\n"
    writer.write(head.encode())
    octets = 0
    try:
        first = await reader.readline()
        assert b" 200 " in first, first
        while data := await reader.read(1 << 16):
            assert not re.search(rb'"status":[45]', data), data[:500]
            octets += len(data)
    except asyncio.CancelledError:
        pass
    finally:
        writer.close()
    return octets


@contextlib.asynccontextmanager
async def _crowd(url: str) -> AsyncIterator[_Crowd]:
    crowd = _Crowd(url)
    try:
        yield crowd
    finally:
        await crowd.close()


async def _measure(
    node: _Marked, seconds: float, rounds: int, calibration: int, clients: int | None
) -> dict[str, float]:
    async def phase() -> dict[str, float]:
        await asyncio.to_thread(node.mark)
        await asyncio.sleep(seconds)
        return await asyncio.to_thread(node.mark)

    async with _crowd(node.ready["lobby"]) as crowd:
        for _ in range(CALIBRATIONS if clients is None else 0):  # more clients need less of it each: it is asked again
            await crowd.grow(calibration)
            await asyncio.sleep(2)
            calibration = min(CLIENTS_MAX, round(calibration * SHARE / (await phase())["cpu_share"]) // 8 * 8)
        clients = clients or calibration
        await crowd.grow(clients)
        await asyncio.sleep(3)
        without, watched, octets = [], [], 0
        for _ in range(rounds):
            without.append(await phase())
            session = crowd.players[0].session
            consoles = await _consoles(node.ready["ops"], session)
            await asyncio.sleep(2)
            watched.append(await phase())
            for console in consoles:
                console.cancel()
            octets += sum(await asyncio.gather(*consoles))
        dead = sum(player.dead for player in crowd.players)

    def middle(phases: list[dict[str, float]], name: str) -> float:
        return statistics.median(one[name] for one in phases)

    return {
        "console_clients": float(clients),
        "console_cpu_percent_without": middle(without, "cpu_share") * 100,
        "console_cpu_percent_with_5": middle(watched, "cpu_share") * 100,
        "console_late_p50_ms_without": middle(without, "p50"),
        "console_late_p50_ms_with_5": middle(watched, "p50"),
        "console_late_p99_ms_without": middle(without, "p99"),
        "console_late_p99_ms_with_5": middle(watched, "p99"),
        "console_late_p99_ms_more": statistics.median(
            more["p99"] - less["p99"] for less, more in zip(without, watched, strict=True)
        ),
        "console_late_max_ms_without": max(one["max"] for one in without),
        "console_late_max_ms_with_5": max(one["max"] for one in watched),
        "console_kib_per_s_and_console": octets / 1024 / 5 / rounds / (seconds + 2),
        "console_dead": float(dead),
    }


def run(quick: bool) -> dict[str, float]:
    """At 80% of a core, 20 phases of 4 s each with and without consoles, in turns: machines that are shared have bad
    seconds of their own (quick: 80 clients, one of 2 s)."""
    import uvloop

    with _node() as node:
        return uvloop.run(_measure(node, 2 if quick else 4, 1 if quick else 20, CALIBRATION, 80 if quick else None))


async def _serve() -> None:
    """The node: prints where it is, then a line for each one that it is sent; ends with its input."""
    import time

    from pydantic import SecretStr

    from bench.arena import Arena
    from rallypoint import logs
    from rallypoint.app import Server
    from rallypoint.config import Settings
    from rallypoint.runtime.histogram import Recent

    logs.set_up("console", "warning")
    settings = Settings(port=0, ops_port=0, api_token=SecretStr(TOKEN), data_dir=None)
    async with Server([Arena], settings) as server:
        figures = server.node.ticker.games["arena"]
        figures.late = Recent(1e9, time.monotonic())  # nothing of it is forgotten
        print(json.dumps({"lobby": server.lobby_url, "ops": server.ops.url}), flush=True)
        loop = asyncio.get_running_loop()
        reader = asyncio.StreamReader()
        await loop.connect_read_pipe(lambda: asyncio.StreamReaderProtocol(reader), sys.stdin)
        before, cpu, at = figures.late.current.copy(), time.process_time(), loop.time()
        while await reader.readline():
            late = figures.late.current.since(before)
            share = (time.process_time() - cpu) / max(1e-9, loop.time() - at)
            told = {"p50": late.quantile_ms(0.5), "p99": late.quantile_ms(0.99), "max": late.max_s * 1000}
            print(json.dumps({**told, "count": late.count, "cpu_share": share}), flush=True)
            before, cpu, at = figures.late.current.copy(), time.process_time(), loop.time()


if __name__ == "__main__":
    import uvloop

    uvloop.run(_serve())
