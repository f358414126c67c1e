"""A lobby and the server's side of it, for a test."""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import AsyncIterator
from typing import Any

from rallypoint_client.connect import connect
from rallypoint_client.heartbeat import Timing
from rallypoint_client.identity import Identity
from rallypoint_client.lobby import Lobby
from rallypoint_protocol.close import CloseCode
from rallypoint_protocol.codec import encode
from rallypoint_protocol.messages import Push
from tests.client.scripted_server import PROVED, QUICK, Guest, ScriptedServer, scripted_server
from tests.client.wire import welcome

__all__ = ["comes_back", "met", "push", "starts_over"]


@contextlib.asynccontextmanager
async def met(
    timing: Timing = QUICK, *, fresh: bool = False, identity: Identity | None = None
) -> AsyncIterator[tuple[ScriptedServer, Guest, Lobby]]:
    """A lobby that was let in."""
    async with scripted_server() as server:
        connecting = asyncio.ensure_future(_connect(server.url, timing, fresh, identity))
        guest = await server.lobby_guest()
        lobby = await connecting
        try:
            yield server, guest, lobby
        finally:
            await lobby.close()


async def _connect(url: str, timing: Timing, fresh: bool, identity: Identity | None) -> Lobby:
    return await connect(url, name="Ann", timing=timing, fresh=fresh, identity=identity)


async def comes_back(server: ScriptedServer, guest: Guest) -> Guest:
    """The connection is lost, and resumed."""
    guest.cut()
    guest = await server.guest()
    await guest.send(welcome(b"l2", resumed=True))
    assert (await guest.receive())[0] == PROVED
    return guest


async def starts_over(server: ScriptedServer, guest: Guest) -> Guest:
    """The lobby session is gone, and another begins: for one that was made with ``fresh``."""
    guest.cut()
    await (await server.guest()).close(CloseCode.UNKNOWN)
    guest = await server.guest()
    await guest.send(welcome(b"n1", lobby="new"))
    assert (await guest.receive())[0] == PROVED
    return guest


def push(n: int, kind: str, **data: Any) -> bytes:
    """A push about the game of these tests."""
    return encode(Push(n, kind, {"game": "duel", **data}))
