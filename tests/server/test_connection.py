"""A server's connection and its door, over real sockets, on both event loops, with deadlines made short."""

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
from websockets.exceptions import ConnectionClosed, InvalidStatus

from rallypoint.transport.connection import Connection, ConnectionLimits
from rallypoint.transport.listener import ListenerLimits, listen, origin_allowed, session_in
from rallypoint_protocol.close import CloseCode
from rallypoint_protocol.framing import masked_frame
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
        self.sockets: list[socket.socket] = []

    async def handle(self, connection: Connection) -> None:
        player = Player(connection)
        connection.receiver = player
        self.players.put_nowait(player)
        await connection.wait_closed()

    @property
    def url(self) -> str:
        return f"ws://127.0.0.1:{self.port}"

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


@on_both_loops
async def test_messages_of_all_sizes_and_fragments_come_through_in_order():
    async with house() as home, home.dial() as client:
        player = await home.players.get()
        sent = [bytes([size % 251]) * size for size in (0, 1, 125, 126, 127, 4095, 4096)]
        for payload in sent:
            await client.send(payload)
        await client.send([b"frag", b"", b"mented"])
        await client.send(b"last")
        assert await player.until_received(9) == [*sent, b"fragmented", b"last"]
        for payload in sent:
            player.connection.write_message(payload)
        player.connection.write_message(bytes(70_000))
        for payload in [*sent, bytes(70_000)]:
            assert await client.recv() == payload
        assert player.connection.heard
        assert player.connection.remote_ip == "127.0.0.1"
        await client.close(4999, "enough")
        assert await player.until_lost() == (4999, "enough")
        player.connection.write_message(b"nobody there")
        player.connection.probe()
        player.connection.close_with(1000)
        player.connection.refuse(1008, "")


@on_both_loops
async def test_nagle_is_off():
    async with house() as home, home.dial():
        player = await home.players.get()
        wire = player.connection.transport.get_extra_info("socket")
        assert wire.getsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY)


@on_both_loops
async def test_a_probe_is_answered_and_heard():
    async with house() as home, home.dial():
        player = await home.players.get()
        player.connection.heard = False
        player.connection.probe()
        while not player.connection.heard:
            await asyncio.sleep(0.001)
        assert player.payloads == []


@on_both_loops
async def test_text_and_too_large_messages_are_refused():
    async with house() as home:
        for message, code in (("text", 1003), (bytes(4097), 1009)):
            async with home.dial() as client:
                await client.send(message)
                with pytest.raises(ConnectionClosed):
                    await client.recv()
                assert client.close_code == code
                assert (await (await home.players.get()).until_lost())[0] == code


@on_both_loops
async def test_a_frame_that_drips_in_byte_by_byte_is_one_message():
    async with house() as home:
        client, player = await home.raw()
        for byte in masked_frame(b"slowly", MASK):
            await client.send(bytes([byte]))
            await asyncio.sleep(0)
        assert await player.until_received(1) == [b"slowly"]
        client.socket.close()
        assert await player.until_lost() == (None, "")


@on_both_loops
async def test_a_client_that_does_not_read_is_cut_at_the_deadline():
    limits = ConnectionLimits(write_deadline_s=SOON, outbox_bytes_max=2**26)
    async with house(limits=limits) as home:
        _, player = await home.raw()
        await player.fill()
        assert await player.until_lost() == (CloseCode.TOO_SLOW, "did not read for 0.05 s")


@on_both_loops
async def test_a_client_that_does_not_read_is_cut_above_the_cap():
    limits = ConnectionLimits(write_deadline_s=NEVER, outbox_bytes_max=100_000)
    async with house(limits=limits) as home:
        _, player = await home.raw()
        await player.fill()
        for _ in range(5):
            player.connection.write_message(bytes(65_000))
        assert await player.until_lost() == (CloseCode.TOO_SLOW, "more than 100000 bytes not read")


@on_both_loops
async def test_a_client_that_does_not_take_answers_is_not_read_from_until_it_does():
    limits = ConnectionLimits(write_deadline_s=NEVER, outbox_bytes_max=2**26, close_deadline_s=SOON)
    async with house(limits=limits) as home:
        client, player = await home.raw()
        await player.fill()
        await client.send(masked_frame(b"and now?", MASK))
        await asyncio.sleep(SOON)
        assert player.payloads == []
        reading = asyncio.ensure_future(client.read_to_end())
        assert await player.until_received(1) == [b"and now?"]
        assert not player.connection.paused
        player.connection.close_with(CloseCode.ENDED, "done")
        assert (await reading)[-1] == closing(CloseCode.ENDED, "done")


@on_both_loops
async def test_closing_never_waits_for_a_client_that_does_not_read():
    limits = ConnectionLimits(write_deadline_s=NEVER, outbox_bytes_max=2**26, close_deadline_s=SOON)
    async with house(limits=limits) as home:
        _, player = await home.raw()
        await player.fill()
        player.connection.close_with(CloseCode.KICKED, "out")
        player.connection.close_with(CloseCode.LEFT, "ignored")
        assert await player.until_lost() == (CloseCode.KICKED, "out")


@on_both_loops
async def test_closing_never_waits_for_a_client_that_does_not_answer():
    async with house() as home:
        for end in (
            lambda player, client: client.send(masked_frame(b"", MASK)[:1] + b"\x00"),  # not masked: 1002
            lambda player, client: client.send(b"\x88\x80" + MASK),  # it closes, but not its socket
            lambda player, client: player.connection.close(1000, "async"),
        ):
            client, player = await home.raw()
            await end(player, client)
            await player.until_lost()


@on_both_loops
async def test_half_a_connection_does_not_linger():
    limits = ConnectionLimits(write_deadline_s=NEVER, outbox_bytes_max=2**26, close_deadline_s=SOON)
    async with house(limits=limits) as home:
        client, player = await home.raw()
        player.connection.pause_writing = lambda: None  # type: ignore[method-assign]  # so that the end is seen
        player.connection.resume_writing = lambda: None  # type: ignore[method-assign]
        wire = player.connection.transport.get_extra_info("socket")
        wire.setsockopt(socket.SOL_SOCKET, socket.SO_SNDBUF, 8192)
        player.connection.write_message(bytes(1_000_000))
        await asyncio.sleep(0)
        assert player.connection.outbox_bytes
        client.socket.shutdown(socket.SHUT_WR)
        assert await player.until_lost() == (1006, "closing took more than 0.05 s")


@on_both_loops
async def test_shutdown_is_bounded_and_says_why():
    limits = ConnectionLimits(write_deadline_s=NEVER, outbox_bytes_max=2**26, close_deadline_s=SOON)
    async with house(limits=limits) as home:
        _, deaf_player = await home.raw()
        await deaf_player.fill()
        client = await home.dial()
        player = await home.players.get()
        home.server.close(code=CloseCode.SHUTDOWN, reason="see you")
        await home.server.wait_closed()
        await client.wait_closed()
        assert (client.close_code, client.close_reason) == (CloseCode.SHUTDOWN, "see you")
        assert player.ends == deaf_player.ends == [(CloseCode.SHUTDOWN, "see you")]


@on_both_loops
async def test_a_ping_flood_is_closed_after_the_budget():
    limits = ConnectionLimits(controls_per_s=0.001, controls_burst=20, close_deadline_s=SOON)
    async with house(limits=limits) as home:
        client, player = await home.raw()
        await client.send(PING * 5000)
        *pongs, last = await client.read_to_end()
        assert pongs == [(10, b"")] * 21
        assert last == closing(CloseCode.TOO_FAST, "more control frames than allowed")
        assert (await player.until_lost())[0] == CloseCode.TOO_FAST


@on_both_loops
async def test_a_ping_flood_is_closed_even_while_we_are_closing():
    limits = ConnectionLimits(controls_per_s=0.001, controls_burst=20, close_deadline_s=NEVER)
    async with house(limits=limits) as home:
        client, player = await home.raw()
        player.connection.close_with(CloseCode.LEFT)
        await client.send(PING * 5000)
        first, *pongs = await client.read_to_end()
        assert first == closing(CloseCode.LEFT)
        assert pongs == [(10, b"")] * 21
        client.socket.close()
        assert (await player.until_lost())[0] == CloseCode.LEFT


@on_both_loops
async def test_a_client_that_pings_and_does_not_read_is_cut():
    limits = ConnectionLimits(
        controls_per_s=1e9, controls_burst=10**9, messages_per_s=1e9, messages_burst=10**9,
        bytes_per_s=1e12, bytes_burst=10**9, outbox_bytes_max=65536, write_deadline_s=SOON,
    )  # fmt: skip
    async with house(limits=limits) as home:
        client, player = await home.raw()
        flood = (b"\x89\xfd" + MASK + bytes(125)) * 500
        with contextlib.suppress(ConnectionError):
            while not player.ends:
                await asyncio.wait_for(client.send(flood), NEVER)
        assert (await player.until_lost())[0] == CloseCode.TOO_SLOW


@on_both_loops
async def test_more_messages_or_bytes_than_allowed_are_too_fast():
    for limits, allowed in (
        (ConnectionLimits(messages_burst=5, messages_per_s=1, close_deadline_s=SOON), 5),
        (ConnectionLimits(bytes_burst=1000, bytes_per_s=1, close_deadline_s=SOON), 4),
    ):
        async with house(limits=limits, clock=lambda: 0.0) as home, home.dial() as client:
            player = await home.players.get()
            with contextlib.suppress(ConnectionClosed):
                for number in range(10):
                    await client.send(bytes([number]) * 125)
            await client.wait_closed()
            assert client.close_code == CloseCode.TOO_FAST
            assert len(player.payloads) <= allowed
            assert (await player.until_lost())[0] == CloseCode.TOO_FAST


@on_both_loops
async def test_only_the_two_paths_lead_in():
    async with house() as home:
        for path in ("/", "/lobby/", "/session/", "/session/a/b", "/session/%2e", "/lobbyx"):
            with pytest.raises(InvalidStatus) as refused:
                await home.dial(path)
            assert refused.value.response.status_code == 404
            assert b"/lobby or /session/<id>" in (refused.value.response.body or b"")
        for path, session in (("/lobby", None), ("/session/Ab_-9", "Ab_-9"), ("/lobby?x", None)):
            async with home.dial(path):
                player = await home.players.get()
                assert player.connection.request is not None
                assert session_in(player.connection.request.path) == session


@on_both_loops
async def test_a_client_must_offer_our_subprotocol():
    async with house() as home:
        for offered in (None, ["chat"], ["rallypoint.v0"]):
            with pytest.raises(InvalidStatus) as refused:
                await home.dial(subprotocols=offered)
            assert refused.value.response.status_code == 400
            assert SUBPROTOCOL.encode() in (refused.value.response.body or b"")
        async with home.dial(subprotocols=["chat", SUBPROTOCOL]) as client:
            assert client.subprotocol == SUBPROTOCOL


@on_both_loops
async def test_a_browser_without_a_websocket_is_told_so():
    async with house() as home:
        client = home.stranger()
        answer = await client.open(home.port, "GET /lobby HTTP/1.1\r\n")
        assert b" 426 " in answer.splitlines()[0]
        assert b"Server:" not in answer


@on_both_loops
async def test_foreign_pages_may_not_connect():
    async with house(allowed_origins=["https://play.example"]) as home:
        for origin in (None, "https://play.example", "http://127.0.0.1:8080"):
            async with home.dial(origin=origin):
                await home.players.get()
        for origin in ("https://evil.example", "null", "https://play.example.evil.example"):
            with pytest.raises(InvalidStatus) as refused:
                await home.dial(origin=origin)
            assert refused.value.response.status_code == 403


@on_both_loops
async def test_a_full_house_says_so():
    async with house(ListenerLimits(connections_max=2)) as home, home.dial(), home.dial() as second:
        with pytest.raises(InvalidStatus) as refused:
            await home.dial()
        assert refused.value.response.status_code == 503
        assert b"full" in (refused.value.response.body or b"")
        _, player = await home.players.get(), await home.players.get()
        await second.close()
        await player.until_lost()
        await asyncio.sleep(0)  # the handler ends one turn after the connection
        async with home.dial():
            pass


@on_both_loops
async def test_handshakes_in_progress_are_bounded_in_number_and_time():
    async with house(ListenerLimits(handshakes_max=1, open_timeout_s=SOON)) as home:
        stalled = home.stranger()
        await stalled.loop.sock_connect(stalled.socket, ("127.0.0.1", home.port))
        await stalled.send(b"GET /lobby HTTP/1.1\r\n")
        while not home.server.handler_tasks:
            await asyncio.sleep(0)
        with pytest.raises(InvalidStatus) as refused:
            await home.dial()
        assert refused.value.response.status_code == 503
        assert await stalled.read_to_end() == []  # the end of the connection
        while home.server.handler_tasks:
            await asyncio.sleep(0)
        async with home.dial():
            pass


@on_both_loops
async def test_one_address_may_not_connect_all_the_time_unless_it_is_exempt():
    door = ListenerLimits(address_per_s=1, address_burst=2, trusted_proxies=["127.0.0.1/32"])
    async with house(door, clock=lambda: 0.0) as home:
        for _ in range(10):
            async with home.dial():
                assert (await home.players.get()).connection.remote_ip == "127.0.0.1"
        behind_proxy = {"X-Forwarded-For": "10.9.9.9, 203.0.113.7"}
        for _ in range(2):
            async with home.dial(additional_headers=behind_proxy):
                assert (await home.players.get()).connection.remote_ip == "203.0.113.7"
        with pytest.raises(InvalidStatus) as refused:
            await home.dial(additional_headers=behind_proxy)
        assert refused.value.response.status_code == 429
        async with home.dial(additional_headers={"X-Forwarded-For": "203.0.113.8"}):
            pass


@on_both_loops
async def test_forwarded_addresses_are_believed_from_proxies_only():
    async with house() as home, home.dial(additional_headers={"X-Forwarded-For": "203.0.113.7"}):
        assert (await home.players.get()).connection.remote_ip == "127.0.0.1"


@pytest.mark.parametrize(
    ("origin", "host", "allowed", "answer"),
    [
        ("http://game.example:8080", "game.example:8000", [], True),
        ("http://GAME.example", "game.EXAMPLE", [], True),
        ("http://[::1]:8080", "[::1]:8000", [], True),
        ("https://other.example", "game.example", [], False),
        ("https://other.example", "game.example", ["https://Other.example/"], True),
        ("http://other.example", "game.example", ["https://other.example"], False),
        ("https://other.example", "game.example", ["*"], True),
        ("null", "game.example", [], False),
        ("http://[", "game.example", [], False),
        ("", "", [], False),
    ],
)
def test_a_page_may_connect_to_its_own_host_and_from_listed_origins(origin, host, allowed, answer):
    assert origin_allowed(origin, host, allowed) is answer


def test_a_cap_below_the_high_water_mark_is_an_error():
    with pytest.raises(ValueError, match="outbox_bytes_high"):
        Connection(None, None, limits=ConnectionLimits(outbox_bytes_max=1000))  # type: ignore[arg-type]
