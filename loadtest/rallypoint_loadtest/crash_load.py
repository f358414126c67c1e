"""How many sessions ``make crash`` plays: as many as make the load that is asked for, measured on this machine.

The server has one core. What a session costs is measured while it is played, and sessions are added until the server is
as busy as it is to be, or this process, which plays all the players on another core, is as busy as it may be.
"""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable
from dataclasses import dataclass
from typing import Final

from .crash_crowd import Crowd
from .crash_server import CrashServer

__all__ = ["Load", "find_load", "measure_load", "more_sessions"]

_FIRST: Final = 10
_SETTLE_S: Final = 1.0
_MEASURE_S: Final = 3.0
PLAYERS_PCT_MAX: Final = 80.0
"""Of its core: beyond that, what is measured would be how slow this process is."""
_NEAR: Final = 0.92
_GROW_MAX: Final = 2.5
"""At a time: many sessions cost less each than few do."""


@dataclass(frozen=True, slots=True)
class Load:
    """What was measured: sessions, and percent of a core of the server and of this process."""

    sessions: int
    server_pct: float
    players_pct: float


async def measure_load(server: CrashServer, sessions: int, seconds: float = _MEASURE_S) -> Load:
    """What that many sessions, which play already, cost."""
    await asyncio.sleep(_SETTLE_S)
    server_s, own_s, began = server.cpu_s(), time.process_time(), time.monotonic()
    await asyncio.sleep(seconds)
    took = time.monotonic() - began
    return Load(sessions, (server.cpu_s() - server_s) / took * 100, (time.process_time() - own_s) / took * 100)


def more_sessions(load: Load, wanted_pct: float) -> int:
    """How many sessions are worth trying next; ``load.sessions`` if it is enough. Pure."""
    if load.server_pct >= wanted_pct * _NEAR or load.players_pct >= PLAYERS_PCT_MAX * _NEAR:
        return load.sessions
    room = min(wanted_pct / max(load.server_pct, 0.1), PLAYERS_PCT_MAX / max(load.players_pct, 0.1), _GROW_MAX)
    return max(load.sessions, int(load.sessions * room))


async def find_load(server: CrashServer, crowd: Crowd, wanted_pct: float, tell: Callable[[str], None]) -> Load:
    """Adds sessions until the server is that busy."""
    sessions = _FIRST
    while True:
        await crowd.grow(server.lobby_url, sessions)
        load = await measure_load(server, sessions)
        tell(f"{sessions} sessions: server {load.server_pct:.0f}% of a core, players {load.players_pct:.0f}%")
        sessions = more_sessions(load, wanted_pct)
        if sessions == load.sessions:
            return load
