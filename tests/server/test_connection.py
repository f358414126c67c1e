"""A server's connection and its door, over real sockets, on both event loops, with deadlines made short."""

from __future__ import annotations

import asyncio
import contextlib
import socket

import pytest
from structlog.testing import capture_logs
from websockets.exceptions import ConnectionClosed, InvalidStatus

from rallypoint.transport.addresses import Census, networks
from rallypoint.transport.connection import Connection, ConnectionLimits
from rallypoint.transport.listener import ListenerLimits, origin_allowed, session_in
from rallypoint_protocol.close import CloseCode
from rallypoint_protocol.framing import masked_frame
from rallypoint_protocol.limits import SUBPROTOCOL
from tests.server.house import MASK, NEVER, PING, SOON, closing, house, on_both_loops


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
async def test_one_address_may_not_take_all_the_places():
    async with house(ListenerLimits(per_address_max=2, exempt_networks=["127.0.0.9/32"])) as home, home.dial() as first:
        player = await home.players.get()
        stalled = home.stranger()  # a handshake in progress is one, too
        await stalled.loop.sock_connect(stalled.socket, ("127.0.0.1", home.port))
        while len(home.server.handler_tasks) < 2:
            await asyncio.sleep(0)
        for _ in range(3):
            with pytest.raises(InvalidStatus) as refused:
                await home.dial()
            assert refused.value.response.status_code == 429
            assert b"from your address" in (refused.value.response.body or b"")
        assert len(home.server.handler_tasks) == 2
        async with home.dial(local_addr=("127.0.0.2", 0)), contextlib.AsyncExitStack() as others:
            for _ in range(5):
                await others.enter_async_context(home.dial(local_addr=("127.0.0.9", 0)))
        await first.close()
        await player.until_lost()
        async with home.dial():
            pass


@on_both_loops
async def test_behind_a_proxy_each_client_has_places_of_its_own():
    door = ListenerLimits(per_address_max=1, trusted_proxies=["127.0.0.1/32"])
    async with house(door) as home, contextlib.AsyncExitStack() as clients:
        for client in ("203.0.113.1", "203.0.113.2", "2001:db8::1"):
            await clients.enter_async_context(home.dial(additional_headers={"X-Forwarded-For": client}))
        for client in ("203.0.113.1", "2001:db8::2"):
            with pytest.raises(InvalidStatus) as refused:
                await home.dial(additional_headers={"X-Forwarded-For": client})
            assert refused.value.response.status_code == 429


def test_the_census_forgets_addresses_that_have_gone():
    census = Census(2, networks(["::1/128"]))
    assert [census.enter(ip) for ip in ("203.0.113.1", "203.0.113.1", "203.0.113.1")] == [True, True, False]
    assert [census.enter("::1") for _ in range(5)] == [True] * 5
    assert census.enter("::2")
    census.leave("::1")  # of the same /64, but it was never counted
    assert len(census) == 2
    for ip in ("203.0.113.1", "203.0.113.1", "::2", ""):
        census.leave(ip)
    assert len(census) == 0


@on_both_loops
async def test_forwarded_addresses_are_believed_from_proxies_only():
    async with house() as home, home.dial(additional_headers={"X-Forwarded-For": "203.0.113.7"}):
        assert (await home.players.get()).connection.remote_ip == "127.0.0.1"


@on_both_loops
async def test_a_proxy_that_nobody_named_is_pointed_out_once():
    for trusted, told in (((), 1), (("127.0.0.1/32",), 0)):
        with capture_logs() as lines:
            async with house(ListenerLimits(trusted_proxies=trusted)) as home:
                for _ in range(3):
                    async with home.dial(additional_headers={"X-Forwarded-For": "203.0.113.7"}):
                        await home.players.get()
        assert [line["event"] for line in lines] == ["X-Forwarded-For is not believed"] * told


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
