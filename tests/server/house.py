"""A listener in a test, who came in, and a client that does exactly what it is told; on both event loops."""

from __future__ import annotations

import asyncio
import contextlib
import socket
from collections.abc import AsyncIterator, Awaitable, Callable
from typing import Any

import pytest
import uvloop
from websockets.asyncio.client import connect as library_connect
from websockets.asyncio.server import Server

from rallypoint.transport.connection import Connection, ConnectionLimits
from rallypoint.transport.listener import ListenerLimits, listen
from rallypoint_protocol.limits import SUBPROTOCOL

MASK = b"\x11\x22\x33\x44"
PING = b"\x89\x80" + MASK
SOON = 0.05
NEVER = 60.0


def on_both_loops(test: Callable[[], Awaitable[None]]) -> Any:
    def run(new_loop: Callable[[], asyncio.AbstractEventLoop]) -> None:
        with asyncio.Runner(loop_factory=new_loop) as runner:
            runner.run(asyncio.wait_for(test(), 30))

    run.__name__, run.__doc__ = test.__name__, test.__doc__
    loops = [pytest.param(asyncio.new_event_loop, id="asyncio"), pytest.param(uvloop.new_event_loop, id="uvloop")]
    return pytest.mark.parametrize("new_loop", loops)(run)


class Player:
    """What a test sees of the server's side of one connection."""

    def __init__(self, connection: Connection) -> None:
        self.connection = connection
        self.payloads: list[bytes] = []
        self.ends: list[tuple[int | None, str]] = []
        self.arrived = asyncio.Event()

    def received(self, payload: bytes) -> None:
        self.payloads.append(payload)
        self.arrived.set()

    def lost(self, code: int | None, reason: str) -> None:
        self.ends.append((code, reason))

    async def until_received(self, count: int) -> list[bytes]:
        while len(self.payloads) < count:
            self.arrived.clear()
            await self.arrived.wait()
        return self.payloads

    async def until_lost(self) -> tuple[int | None, str]:
        await self.connection.wait_closed()
        assert len(self.ends) == 1
        return self.ends[0]

    async def fill(self) -> None:
        """Write until the kernel takes no more: its buffer is fixed, or it would grow and take more later."""
        wire = self.connection.transport.get_extra_info("socket")
        wire.setsockopt(socket.SOL_SOCKET, socket.SO_SNDBUF, 8192)
        for _ in range(100):
            self.connection.write_message(bytes(65_000))
            await asyncio.sleep(0)
            if self.connection.paused or self.ends:
                return
        raise AssertionError("the kernel took everything")


class House:
    """A listener on a free port, and who came in."""

    def __init__(self) -> None:
        self.players: asyncio.Queue[Player] = asyncio.Queue()
        self.server: Server
        self.port = 0
        self.scheme = "ws"
        self.sockets: list[socket.socket] = []

    async def handle(self, connection: Connection) -> None:
        player = Player(connection)
        connection.receiver = player
        self.players.put_nowait(player)
        await connection.wait_closed()

    @property
    def url(self) -> str:
        return f"{self.scheme}://127.0.0.1:{self.port}"

    def dial(self, path: str = "/lobby", **options: Any) -> library_connect:
        options.setdefault("subprotocols", [SUBPROTOCOL])
        return library_connect(self.url + path, proxy=None, **options)

    async def raw(self) -> tuple[RawClient, Player]:
        client = self.stranger()
        await client.open(self.port)
        return client, await self.players.get()

    def stranger(self) -> RawClient:
        client = RawClient()
        self.sockets.append(client.socket)
        return client


@contextlib.asynccontextmanager
async def house(
    door: ListenerLimits | None = None, limits: ConnectionLimits | None = None, **options: Any
) -> AsyncIterator[House]:
    home = House()
    home.scheme = "wss" if "tls" in options else "ws"
    home.server = await listen(
        home.handle,
        "127.0.0.1",
        0,
        limits=door or ListenerLimits(),
        connection_limits=limits or ConnectionLimits(close_deadline_s=SOON, write_deadline_s=NEVER),
        **options,
    )
    home.port = home.server.sockets[0].getsockname()[1]
    try:
        yield home
    finally:
        for raw in home.sockets:
            raw.close()
        home.server.close()
        await home.server.wait_closed()


class RawClient:
    """A client that does exactly what it is told, and reads only then."""

    def __init__(self) -> None:
        self.socket = socket.socket()
        self.socket.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 8192)
        self.socket.setblocking(False)
        self.loop = asyncio.get_running_loop()

    async def open(
        self, port: int, head: str = "GET /lobby HTTP/1.1\r\nUpgrade: websocket\r\n", **headers: str
    ) -> bytes:
        await self.loop.sock_connect(self.socket, ("127.0.0.1", port))
        await self.send(
            (
                f"{head}Host: 127.0.0.1\r\nConnection: Upgrade\r\nSec-WebSocket-Version: 13\r\n"
                f"Sec-WebSocket-Key: AAAAAAAAAAAAAAAAAAAAAA==\r\nSec-WebSocket-Protocol: {SUBPROTOCOL}\r\n\r\n"
            ).encode()
        )
        answer = b""
        while b"\r\n\r\n" not in answer:
            piece = await self.loop.sock_recv(self.socket, 1)
            assert piece, answer
            answer += piece
        return answer

    async def send(self, data: bytes) -> None:
        await self.loop.sock_sendall(self.socket, data)

    async def read_to_end(self) -> list[tuple[int, bytes]]:
        """Opcode and payload of all frames until the server ends the connection."""
        data = bytearray()
        with contextlib.suppress(ConnectionError):
            while piece := await self.loop.sock_recv(self.socket, 2**16):
                data += piece
        frames = []
        while data:
            wide = {126: 2, 127: 8}.get(data[1], 0)
            begin = 2 + wide
            end = begin + (int.from_bytes(data[2:begin], "big") if wide else data[1])
            frames.append((data[0] & 15, bytes(data[begin:end])))
            del data[:end]
        return frames


def closing(code: int, reason: str = "") -> tuple[int, bytes]:
    """A close frame."""
    return 8, code.to_bytes(2, "big") + reason.encode()
