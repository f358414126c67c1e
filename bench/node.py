"""One real node under the reference work: CPU of the server for each message in plus pass out, over real sockets.

The server has a core to itself, this generator another one. The generator reads no pass: it counts them, and
acknowledges by the tick in its inputs. Lobby connections stay open, as those of real clients do.
"""

from __future__ import annotations

import asyncio
import contextlib
import json
import os
import random
import signal
import subprocess
import sys
import time
import urllib.request
from collections.abc import Iterator
from typing import Any

from rallypoint_client.connection import Connection, open_connection
from rallypoint_protocol.codec import decode_lobby_reply, decode_session_reply, encode
from rallypoint_protocol.framing import masked_frame
from rallypoint_protocol.messages import Ack, Hello, Push, QuickMatch, Seated, TakeSeat

HZ = 20
BUCKETS = 10
MASK = b"\x11\x22\x33\x44"


class Waiter:
    """Receives the first messages of a connection one by one."""

    def __init__(self, connection: Connection) -> None:
        self.messages: asyncio.Queue[bytes] = asyncio.Queue()
        connection.receiver = self

    def received(self, payload: bytes) -> None:
        self.messages.put_nowait(payload)

    def lost(self, code: int | None, reason: str) -> None:
        self.messages.put_nowait(b"")


class Player:
    """One client: a lobby connection that stays, and a session connection that plays."""

    def __init__(self) -> None:
        self.seq = 0
        self.passes = self.octets = 0
        self.tick = -1
        self.session = ""
        self.dead = False

    async def join(self, url: str, number: int, game: str) -> None:
        """Until seated."""
        self.lobby = await open_connection(f"{url}/lobby")
        waiter = Waiter(self.lobby)
        self.lobby.write_message(encode(Hello(1, f"p{number}")))
        await waiter.messages.get()
        self.lobby.write_message(encode(QuickMatch(1, game)))
        while True:
            message = decode_lobby_reply(await waiter.messages.get())
            if isinstance(message, Push) and message.kind == "matched":
                break
        seat = message.data
        self.session = seat["session"]
        self.connection = await open_connection(url + seat["url"])
        waiter = Waiter(self.connection)
        self.connection.write_message(encode(TakeSeat(1, seat["session"], seat["token"])))
        assert isinstance(decode_session_reply(await waiter.messages.get()), Seated)
        self.connection.receiver = self

    def received(self, payload: bytes) -> None:
        self.passes += 1
        self.octets += len(payload) + (2 if len(payload) < 126 else 4)
        if payload[2] != 0xC0:  # the first: it has a part of its own
            head: Any = decode_session_reply(payload)
            self.tick = head.head.tick
            self.connection.write_message(encode(Ack(1, self.tick, 0)))
        else:  # [pass, nil, [epoch 1, tick, ...: where the tick begins is known, and nothing else is read
            first = payload[5]
            self.tick = first if first < 0x80 else int.from_bytes(payload[6 : 6 + (1 << first - 0xCC)], "big")

    def lost(self, code: int | None, reason: str) -> None:
        self.dead = True

    def send(self, dice: random.Random) -> None:
        """One input."""
        self.seq += 1
        data = encode((64, self.seq, self.tick, dice.uniform(-10, 10), dice.uniform(-10, 10), self.seq))
        self.connection.write(masked_frame(data, MASK))


def status(ops: str) -> dict[str, Any]:
    """The server's figures."""
    with urllib.request.urlopen(f"{ops}/status.json", timeout=5) as answer:  # noqa: S310  # our own server, on loopback
        figures: dict[str, Any] = json.load(answer)
        return figures


async def measure_at(url: str, ops: str, count: int, seconds: float, game: str) -> dict[str, float]:
    """Figures of the server there, with ``count`` clients."""
    loop = asyncio.get_running_loop()
    players = [Player() for _ in range(count)]
    began = loop.time()
    gate = asyncio.Semaphore(40)

    async def join(number: int) -> None:
        async with gate:
            await players[number].join(url, number, game)

    await asyncio.gather(*(join(number) for number in range(count)))
    join_s = loop.time() - began
    dice = random.Random(1)
    groups = [players[place::BUCKETS] for place in range(BUCKETS)]
    stop = asyncio.Event()
    interval = 1 / HZ / BUCKETS
    start, made = loop.time(), 0

    def send() -> None:
        nonlocal made
        while start + made * interval <= loop.time():
            for player in groups[made % BUCKETS]:
                player.send(dice)
            made += 1
        if not stop.is_set():
            loop.call_at(start + made * interval, send)

    send()
    await asyncio.sleep(2)
    before, at = await asyncio.to_thread(status, ops), loop.time()
    passes, octets = sum(p.passes for p in players), sum(p.octets for p in players)
    sent, used = made, time.process_time()
    await asyncio.sleep(seconds)
    after, then = await asyncio.to_thread(status, ops), loop.time()
    passes, octets = sum(p.passes for p in players) - passes, sum(p.octets for p in players) - octets
    used = time.process_time() - used
    inputs = (made - sent) * count / BUCKETS
    took, cpu = then - at, after["cpu_s"] - before["cpu_s"]
    stop.set()
    dead = sum(player.dead for player in players)
    for player in players:
        player.connection.close_with(1000)
        player.lobby.close_with(1000)
    await asyncio.sleep(0.5)
    return {
        "us_per_pair": cpu / ((passes + inputs) / 2) * 1e6,
        "server_cpu_percent": cpu / took * 100,
        "generator_cpu_percent": used / took * 100,
        "pass_ratio_percent": passes / (count * HZ * took) * 100,
        "bytes_per_client_s": octets / count / took,
        "late_p50_ms": after["tick_late_ms"]["p50"],
        "late_p99_ms": after["tick_late_ms"]["p99"],
        "join_s": join_s,
        "kib_per_client": (after["rss_bytes"] - IDLE["rss"]) / 1024 / count,
        "dead": float(dead),
        "conflated": float(after["conflated"]),
    }


IDLE = {"rss": 0}


@contextlib.contextmanager
def running(game: str, settings: dict[str, str] | None = None, data: str = "") -> Iterator[dict[str, Any]]:
    """A server in a process of its own, on a core of its own; the rest of this program gets the others.

    ``data``: its folder; empty: it keeps nothing.
    """
    cores = sorted(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else []  # Linux alone has it
    pinned = len(cores) > 1
    if pinned:
        os.sched_setaffinity(0, cores[:1])  # the server inherits it
    command = [
        "serve",
        game,
        "--port",
        "0",
        "--ops-port",
        "0",
        "--announce",
        "json",
        "--log-level",
        "warning",
        "--data",
        data,
    ]
    environment = {**os.environ, **(settings or {})}
    server = subprocess.Popen(
        [sys.executable, "-m", "rallypoint", *command], stdout=subprocess.PIPE, text=True, env=environment
    )
    try:
        assert server.stdout is not None
        ready = json.loads(server.stdout.readline())
        if pinned:
            os.sched_setaffinity(0, cores[1:])
        yield ready
    finally:
        if pinned:
            os.sched_setaffinity(0, cores)
        server.send_signal(signal.SIGTERM)
        server.wait(15)


def measure(count: int, seconds: float, game: str = "arena", where: str = "bench.arena:Arena") -> dict[str, float]:
    """Figures of a new server with ``count`` clients."""
    import uvloop

    with running(where) as ready:
        IDLE["rss"] = status(ready["ops"])["rss_bytes"]
        return uvloop.run(measure_at(ready["lobby"], ready["ops"], count, seconds, game))


def run(quick: bool) -> dict[str, float]:
    """At 480 and 1,200 clients in sessions of 8 (quick: at 80), and 200 in one session (quick: 40)."""
    figures: dict[str, float] = {}
    for count in (80,) if quick else (480, 1200):
        for name, value in measure(count, 2 if quick else 8).items():
            figures[f"node_{count}_{name}"] = value
    crowd = 40 if quick else 200
    for name, value in measure(crowd, 2 if quick else 8, "crowd", "bench.arena:Crowd").items():
        figures[f"node_one_session_of_{crowd}_{name}"] = value
    return figures
