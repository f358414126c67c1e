"""A client's connection, against the plain library's server and against sockets that misbehave."""

from __future__ import annotations

import asyncio
import contextlib
import socket
from collections.abc import AsyncIterator, Awaitable, Callable
from typing import Any

import pytest
import uvloop
from websockets.asyncio.server import ServerConnection, serve
from websockets.exceptions import InvalidStatus, InvalidURI, NegotiationError
from websockets.server import ServerProtocol
from websockets.typing import Subprotocol

from rallypoint_client.connection import Connection, open_connection
from rallypoint_protocol.close import CloseCode
from rallypoint_protocol.limits import SUBPROTOCOL

SOON = 0.05


def on_both_loops(test: Callable[[], Awaitable[None]]) -> Any:
    def run(new_loop: Callable[[], asyncio.AbstractEventLoop]) -> None:
        with asyncio.Runner(loop_factory=new_loop) as runner:
            runner.run(asyncio.wait_for(test(), 30))

    run.__name__, run.__doc__ = test.__name__, test.__doc__
    loops = [pytest.param(asyncio.new_event_loop, id="asyncio"), pytest.param(uvloop.new_event_loop, id="uvloop")]
    return pytest.mark.parametrize("new_loop", loops)(run)


class Log:
    """A receiver that remembers."""

    def __init__(self) -> None:
        self.payloads: list[bytes] = []
        self.ends: list[tuple[int | None, str]] = []
        self.arrived = asyncio.Event()

    def received(self, payload: bytes) -> None:
        assert type(payload) is bytes
        self.payloads.append(payload)
        self.arrived.set()

    def lost(self, code: int | None, reason: str) -> None:
        self.ends.append((code, reason))

    async def until_received(self, count: int) -> list[bytes]:
        while len(self.payloads) < count:
            self.arrived.clear()
            await self.arrived.wait()
        return self.payloads


@contextlib.asynccontextmanager
async def library_server(handler: Callable[[ServerConnection], Awaitable[None]], **options: Any) -> AsyncIterator[str]:
    options.setdefault("subprotocols", [Subprotocol(SUBPROTOCOL)])
    async with serve(handler, "127.0.0.1", 0, max_size=None, **options) as server:
        yield f"ws://127.0.0.1:{server.sockets[0].getsockname()[1]}/lobby"


@contextlib.asynccontextmanager
async def stubborn_server() -> AsyncIterator[tuple[str, asyncio.Event]]:
    """Answers the handshake, and then neither reads nor writes; the event says that it did."""
    listener = socket.create_server(("127.0.0.1", 0))
    listener.setblocking(False)
    listener.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 8192)
    loop, answered = asyncio.get_running_loop(), asyncio.Event()

    async def answer() -> None:
        wire, _ = await loop.sock_accept(listener)
        with wire:
            protocol = ServerProtocol(subprotocols=[Subprotocol(SUBPROTOCOL)])
            events: list[Any] = []
            while not events:
                protocol.receive_data(await loop.sock_recv(wire, 4096))
                events = protocol.events_received()
            protocol.send_response(protocol.accept(events[0]))
            await loop.sock_sendall(wire, b"".join(protocol.data_to_send()))
            answered.set()
            await asyncio.Event().wait()

    task = asyncio.create_task(answer(), name="stubborn server")
    try:
        yield f"ws://127.0.0.1:{listener.getsockname()[1]}/lobby", answered
    finally:
        task.cancel()
        await asyncio.wait([task])
        listener.close()


async def echo(server: ServerConnection) -> None:
    async for message in server:
        await server.send(message)


async def start(url: str, **options: Any) -> tuple[Connection, Log]:
    connection = await open_connection(url, **options)
    log = Log()
    connection.receiver = log
    return connection, log


@on_both_loops
async def test_messages_of_all_sizes_go_there_and_back():
    async with library_server(echo) as url:
        connection, log = await start(url)
        sent = [bytes([size % 251]) * size for size in (0, 1, 125, 126, 65535, 65536)] + [b"many"] * 200
        for payload in sent:
            connection.write_message(payload)
        assert await log.until_received(len(sent)) == sent
        assert connection.heard
        connection.close_with(4999, "enough")
        await connection.wait_closed()
        assert log.ends == [(4999, "enough")]
        connection.write_message(b"nobody there")
        connection.probe()


@on_both_loops
async def test_a_server_that_speaks_first_is_heard_in_full():
    async def greet(server: ServerConnection) -> None:
        for number in range(10):
            await server.send(bytes([number]) * 200)
        await server.send([b"frag", b"mented"])
        await server.close(CloseCode.FULL, "try later")

    async with library_server(greet) as url:
        connection = await open_connection(url)
        await connection.wait_closed()
        log = Log()
        connection.receiver = log
        assert log.payloads == [*(bytes([number]) * 200 for number in range(10)), b"fragmented"]
        assert log.ends == [(CloseCode.FULL, "try later")]


@on_both_loops
async def test_masks_are_never_the_same_twice_in_a_row():
    masks: list[bytes] = []

    class Tap:
        def write(self, data: bytes) -> None:
            masks.append(data[2:6])

    async with library_server(echo) as url:
        connection, _ = await start(url)
        wire = connection.transport
        connection.transport = Tap()  # type: ignore[assignment]
        for _ in range(300):
            connection.write_message(b"x")
        connection.transport = wire
        assert len(set(masks)) > 290
        await connection.close()


@on_both_loops
async def test_a_probe_is_answered_and_heard():
    async with library_server(echo) as url:
        connection, log = await start(url)
        connection.heard = False
        connection.probe()
        while not connection.heard:
            await asyncio.sleep(0.001)
        assert log.payloads == []
        await connection.close()


@on_both_loops
async def test_a_message_above_the_limit_is_refused():
    async def send_much(server: ServerConnection) -> None:
        await server.send(bytes(2000))
        await server.wait_closed()

    async with library_server(send_much) as url:
        connection, log = await start(url, max_size=1000)
        await connection.wait_closed()
        assert log.ends[0][0] == 1009


@on_both_loops
async def test_a_refusal_tells_its_reason():
    def refuse(server: ServerConnection, _: Any) -> Any:
        return server.respond(503, "The server is full.\n" + "x" * 5000)

    async with library_server(echo, process_request=refuse) as url:
        with pytest.raises(InvalidStatus) as refused:
            await open_connection(url)
        assert refused.value.response.status_code == 503
        assert (refused.value.response.body or b"").startswith(b"The server is full.")


@on_both_loops
async def test_a_server_without_our_subprotocol_is_an_error():
    async with library_server(echo, subprotocols=None) as url:
        with pytest.raises(NegotiationError):
            await open_connection(url)


@on_both_loops
async def test_no_way_there_is_an_error():
    with socket.create_server(("127.0.0.1", 0)) as silent:
        url = f"ws://127.0.0.1:{silent.getsockname()[1]}/lobby"
        with pytest.raises(TimeoutError):
            await open_connection(url, open_timeout_s=SOON)
    with pytest.raises(ConnectionRefusedError):
        await open_connection(url)
    with pytest.raises(InvalidURI):
        await open_connection("http://127.0.0.1/")


@on_both_loops
async def test_our_name_is_in_the_request():
    agents: list[str | None] = []

    async def look(server: ServerConnection) -> None:
        assert server.request is not None
        agents.append(server.request.headers.get("User-Agent"))

    async with library_server(look) as url:
        for options in ({}, {"user_agent": "bot/1"}, {"user_agent": None}):
            connection, _ = await start(url, **options)
            await connection.wait_closed()
    assert agents == ["rallypoint-client", "bot/1", None]


@on_both_loops
async def test_closing_never_waits_for_a_server_that_does_not_answer():
    async with stubborn_server() as (url, answered):
        connection, log = await start(url)
        connection.close_deadline_s = SOON
        await answered.wait()
        await connection.close(4001, "bye")
        assert log.ends == [(4001, "bye")]


@on_both_loops
async def test_a_server_that_does_not_read_is_given_up():
    async with stubborn_server() as (url, answered):
        connection, log = await start(url)
        connection.write_deadline_s = SOON
        connection.outbox_bytes_max = 2**26
        await answered.wait()
        wire = connection.transport.get_extra_info("socket")
        wire.setsockopt(socket.SOL_SOCKET, socket.SO_SNDBUF, 8192)
        connection.write_message(bytes(1_000_000))
        await connection.wait_closed()
        assert log.ends == [(CloseCode.TOO_SLOW, "did not read for 0.05 s")]
