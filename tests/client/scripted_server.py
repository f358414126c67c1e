"""A server that does what a test tells it, over real sockets."""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import AsyncIterator
from typing import Any, Self

import msgspec
from websockets.asyncio.server import ServerConnection, serve
from websockets.http11 import Request, Response
from websockets.typing import Subprotocol

from rallypoint_client.heartbeat import Timing
from rallypoint_protocol.codec import encode
from rallypoint_protocol.limits import SUBPROTOCOL
from rallypoint_protocol.messages import Answer, Pong
from tests.client.wire import HASH, make_pass, player, seated, ship, welcome

HELLO, RESUME, TAKE, PROVED, ACK, PING, LEAVE, MATCH, CANCEL, LOCATE = 1, 2, 3, 4, 5, 6, 7, 16, 17, 18
CREATE, JOIN, SPECTATE, WATCH, UNWATCH, LOCK, DESCRIBE, KICK, LISTEN, UNLISTEN, SAY, REMATCH = range(19, 31)
ENQUEUE, ACCEPT, EXPLAIN, PARTY_CREATE, PARTY_JOIN, PARTY_LEAVE, PARTY_READY = range(48, 55)
PARTY_KICK, PARTY_LEAD, BLOCK, LEADERBOARD = range(55, 59)

QUICK = Timing(connect_s=5.0, open_s=5.0, leave_s=0.2)
"""For tests in which nothing has to run out."""


class Guest:
    """One connection of the client, from the server's side."""

    def __init__(self, socket: ServerConnection) -> None:
        self._socket = socket
        self.path = socket.request.path if socket.request is not None else ""
        self.first: list[Any] = []
        """The first frame."""

    async def receive(self, *kinds: int) -> list[Any]:
        """The next message of one of these kinds (any, but pings are answered and acknowledgements passed over)."""
        while True:
            message = msgspec.msgpack.decode(await self._socket.recv(decode=False))
            if message[0] in kinds or (not kinds and message[0] not in (PING, ACK)):
                return list(message)
            if message[0] == PING:
                await self._socket.send(encode(Pong(message[1], 0.0, 0)))

    async def send(self, *payloads: bytes) -> None:
        for payload in payloads:
            await self._socket.send(payload)

    async def answer(self, kind: int, value: Any = None, error: str = "", reason: str = "") -> list[Any]:
        """Waits for the next request of that kind, and answers it; gives what it asked for, without kind and id."""
        request = await self.receive(kind)
        await self.send(encode(Answer(request[1], value, error, reason)))
        return request[2:]

    async def close(self, code: int, reason: str = "") -> None:
        await self._socket.close(code, reason)

    def cut(self) -> None:
        """Breaks the connection without a word."""
        self._socket.transport.abort()

    async def until_closed(self) -> int | None:
        """Waits for the client to close; gives its code."""
        await self._socket.wait_closed()
        return self._socket.close_code

    async def seat(self, token: bytes = b"t1", **seat: Any) -> Self:
        """Lets the client in on a session, and makes the first pass."""
        await self.send(seated(token, **seat))
        assert (await self.receive())[0] == PROVED
        await self.send(make_pass(1, age=0, enters=[player(0), ship(7, 0, x=100, ammo=3)]))
        return self


class ScriptedServer:
    """Hands each connection to the test."""

    def __init__(self, url: str) -> None:
        self.url = url
        self._guests: asyncio.Queue[Guest] = asyncio.Queue()
        self.deaf = False
        """Accept, and hand to nobody."""
        self.refusals: list[int] = []
        """HTTP statuses that the next connections are refused with."""

    def refuse(self, socket: ServerConnection, _: Request) -> Response | None:
        return socket.respond(self.refusals.pop(0), "not now\n") if self.refusals else None

    async def serve(self, socket: ServerConnection) -> None:
        if not self.deaf:
            guest = Guest(socket)
            guest.first = list(msgspec.msgpack.decode(await socket.recv(decode=False)))
            self._guests.put_nowait(guest)
        await socket.wait_closed()

    async def guest(self) -> Guest:
        """The next connection, with its first frame."""
        return await self._guests.get()

    async def lobby_guest(self, token: bytes = b"l1") -> Guest:
        """The next connection, which is a newcomer's, let in to the lobby."""
        guest = await self.guest()
        assert guest.first[0] == HELLO
        assert guest.path == "/lobby"
        await guest.send(welcome(token))
        assert (await guest.receive())[0] == PROVED
        return guest


@contextlib.asynccontextmanager
async def scripted_server() -> AsyncIterator[ScriptedServer]:
    server = ScriptedServer("")
    options: dict[str, Any] = {"subprotocols": [Subprotocol(SUBPROTOCOL)], "ping_interval": None, "close_timeout": 1}
    async with serve(server.serve, "127.0.0.1", 0, process_request=server.refuse, **options) as listener:
        server.url = f"ws://127.0.0.1:{listener.sockets[0].getsockname()[1]}"
        yield server


def matched(url: str, game: str = "duel", **more: Any) -> dict[str, Any]:
    """What the push ``matched`` says."""
    return {"game": game, "session": "s", "seat": 0, "url": url, "token": b"t0", "schema": HASH, **more}
