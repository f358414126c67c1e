"""What it costs that somebody is there and does nothing: idle turn-based sessions, idle connections to the lobby."""

from __future__ import annotations

import asyncio
import gc
import json
import os
import resource
import subprocess
import sys
import time
from typing import Any

from bench.node import Waiter, running, status
from bench.turns import Turns
from rallypoint_client.connection import Connection, open_connection
from rallypoint_protocol.codec import encode
from rallypoint_protocol.messages import Hello

AT_ONCE = 100


def run(quick: bool) -> dict[str, float]:
    """20,000 sessions and 5,000 connections (quick: 500 each)."""
    figures = _in_a_process(500 if quick else 20_000, 2.0 if quick else 10.0)
    return figures | _connections(500 if quick else 5_000, 2.0 if quick else 10.0)


# --- sessions with nobody connected -----------------------------------------------------------------------------------


def _in_a_process(count: int, seconds: float) -> dict[str, float]:
    done = subprocess.run(
        [sys.executable, "-m", "bench.idle", str(count), str(seconds)], check=True, stdout=subprocess.PIPE, text=True
    )
    figures: dict[str, float] = json.loads(done.stdout)
    return figures


async def _idle_sessions(count: int, seconds: float) -> dict[str, float]:
    """A whole server whose sessions have started, and whose players are all away."""
    from rallypoint import logs
    from rallypoint.app import Server
    from rallypoint.config import Limits, Settings
    from rallypoint.core.orders import Denial
    from rallypoint.core.session import SessionState
    from rallypoint_protocol.ids import PlayerId
    from rallypoint_protocol.messages import TakeSeat

    settings = Settings(port=0, ops_port=0, log_level="warning", limits=Limits(sessions_max=count + 1))
    logs.set_up("console", "error")
    async with Server([Turns], settings) as server:
        node = server.node
        rss = _rss_bytes()
        for number in range(count):
            now = time.monotonic()
            session = node.create("turns", now)
            assert not isinstance(session, Denial)
            core = node.hosts[session].core
            for place in range(2):
                reserved = node.seat(session, PlayerId(f"p{number}-{place}"), f"Player {place}", now)
                assert not isinstance(reserved, Denial)
                core.take(TakeSeat(1, session, reserved[1]), now)
            host = node.hosts[session]
            while core.stimuli_waiting:  # both have joined, and it has started
                host.step(now)
                host.send()
            for seat in core.seated():
                core.dropped(seat, now)
            host.stir()
            if number % AT_ONCE == 0:
                await asyncio.sleep(0)
        while any(host.core.stimuli_waiting for host in node.hosts.values()):  # noqa: ASYNC110  # nothing tells when
            await asyncio.sleep(0.1)
        # The ticker looks at each once more when its patience would have ended; from then on at nothing.
        await asyncio.sleep(Turns.definition().options.start_after_s + 1)
        gc.collect()
        kib = (_rss_bytes() - rss) / 1024 / count
        steps, used = node.ticker.ticks, time.process_time()
        await asyncio.sleep(seconds)
        used = time.process_time() - used
        made = node.ticker.ticks - steps
        assert len(node.hosts) == count
        assert all(host.core.state is SessionState.RUNNING for host in node.hosts.values())
    return {
        "idle_sessions": float(count),
        "idle_session_kib": kib,
        "idle_sessions_cpu_percent": used / seconds * 100,
        "idle_sessions_steps": float(made),
    }


def _rss_bytes() -> int:
    with open("/proc/self/statm") as file:
        return int(file.read().split()[1]) * os.sysconf("SC_PAGE_SIZE")


# --- connections to the lobby -----------------------------------------------------------------------------------------


def _connections(count: int, seconds: float) -> dict[str, float]:
    import uvloop

    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    wanted = count + 1000
    resource.setrlimit(resource.RLIMIT_NOFILE, (max(soft, min(hard, wanted)), hard))  # the server inherits it
    limits = {
        "RALLYPOINT_LIMITS__CONNECTIONS_MAX": str(count + 100),
        "RALLYPOINT_LIMITS__LOBBIES_MAX": str(count + 100),
    }
    with running("bench.turns:Turns", limits) as ready:
        return uvloop.run(_idle_connections(ready, count, seconds))


async def _idle_connections(ready: dict[str, Any], count: int, seconds: float) -> dict[str, float]:
    ops = ready["ops"]
    before = await asyncio.to_thread(status, ops)
    gate = asyncio.Semaphore(AT_ONCE)
    held: list[Connection] = []

    async def enter(number: int) -> None:
        async with gate:
            connection = await open_connection(f"{ready['lobby']}/lobby")
            waiter = Waiter(connection)
            connection.write_message(encode(Hello(1, f"p{number}")))
            assert await waiter.messages.get()
            held.append(connection)

    began = time.monotonic()
    await asyncio.gather(*(enter(number) for number in range(count)))
    took = time.monotonic() - began
    await asyncio.sleep(3)
    there = await asyncio.to_thread(status, ops)
    await asyncio.sleep(seconds)
    after = await asyncio.to_thread(status, ops)
    for connection in held:
        connection.close_with(1000)
    await asyncio.sleep(0.5)
    return {
        "idle_lobby_connections": float(after["connections"]),
        "idle_lobby_kib": (after["rss_bytes"] - before["rss_bytes"]) / 1024 / count,
        "idle_lobby_cpu_percent": (after["cpu_s"] - there["cpu_s"]) / (after["uptime_s"] - there["uptime_s"]) * 100,
        "idle_lobby_enter_s": took,
    }


if __name__ == "__main__":
    import uvloop

    print(json.dumps(uvloop.run(_idle_sessions(int(sys.argv[1]), float(sys.argv[2])))))
