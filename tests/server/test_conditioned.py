"""A bad network between a connection and its transport, over real sockets, on both event loops."""

from __future__ import annotations

import asyncio
import itertools
import ssl
from collections.abc import Callable
from pathlib import Path

import pytest
from websockets.exceptions import ConnectionClosed

from rallypoint.core.network_conditions import NetworkConditions
from rallypoint.transport.conditioned import HELD_BYTES, ConditionedLink, conditioned_class
from rallypoint.transport.connection import Connection, ConnectionLimits
from rallypoint.transport.listener import ListenerLimits
from rallypoint.transport.tls import Certificate
from rallypoint_protocol.close import CloseCode
from rallypoint_protocol.framing import masked_frame
from tests.server.house import MASK, NEVER, SOON, Player, house, on_both_loops

FILES = Path(__file__).parents[2] / "tests/certificates"
PATIENT = ConnectionLimits(close_deadline_s=NEVER, write_deadline_s=NEVER)


def dice(seed: int = 7) -> Callable[[], float]:
    """Numbers that are easy to foresee."""
    numbers = itertools.count(seed)
    return lambda: next(numbers) * 0.61803 % 1


def kind(text: str) -> type[Connection]:
    return conditioned_class(NetworkConditions.parse(text), dice())


def link_of(player: Player) -> ConditionedLink:
    link = player.connection.transport
    assert isinstance(link, ConditionedLink)
    return link


def now() -> float:
    return asyncio.get_running_loop().time()


@on_both_loops
async def test_a_round_trip_takes_the_latency_longer_the_handshake_too():
    async with house(limits=PATIENT, connection_class=kind("latency=80ms")) as home:
        began = now()
        async with home.dial() as client:
            assert 0.08 <= now() - began < 2
            player = await home.players.get()
            began = now()
            await client.send(b"there")
            await player.until_received(1)
            assert 0.039 <= now() - began < 2
            player.connection.write_message(b"and back")
            assert await client.recv() == b"and back"
            assert 0.079 <= now() - began < 2


@on_both_loops
async def test_all_bytes_come_in_order_both_ways_whatever_the_network_does():
    network = kind("latency=10±10ms,loss=2%,stall=20ms@0.1s")
    async with house(limits=PATIENT, connection_class=network) as home, home.dial() as client:
        player = await home.players.get()
        sent = [bytes([number % 251]) * (number * 37 % 3000) for number in range(100)]
        for number, payload in enumerate(sent):
            await client.send(payload)
            player.connection.write_message(payload)
            if number % 10 == 0:
                await asyncio.sleep(0.002)
        assert await player.until_received(len(sent)) == sent
        assert [await client.recv() for _ in sent] == sent
        await client.close(4999, "enough")
        assert await player.until_lost() == (4999, "enough")


@on_both_loops
async def test_what_was_written_before_closing_arrives_before_the_end():
    async with house(limits=PATIENT, connection_class=kind("latency=40ms")) as home, home.dial() as client:
        player = await home.players.get()
        player.connection.write_message(b"last words")
        player.connection.close_with(4001, "over")
        assert await client.recv() == b"last words"
        with pytest.raises(ConnectionClosed):
            await client.recv()
        assert client.close_code == 4001
        assert await player.until_lost() == (4001, "over")


@on_both_loops
async def test_what_a_client_has_sent_before_it_ends_still_arrives():
    async with house(limits=PATIENT, connection_class=kind("latency=60ms")) as home:
        client, player = await home.raw()
        await client.send(masked_frame(b"goodbye", MASK))
        client.socket.close()
        assert await player.until_lost() == (None, "")
        assert player.payloads == [b"goodbye"]


@on_both_loops
async def test_a_drop_breaks_the_connection_for_both_sides():
    async with house(limits=PATIENT, connection_class=kind("drop=0.1s")) as home, home.dial() as client:
        player = await home.players.get()
        with pytest.raises(ConnectionClosed):
            await client.recv()
        assert client.close_code == 1006
        assert await player.until_lost() == (None, "")
        assert player.connection.transport.is_closing()
        player.connection.write_message(b"nobody there")


@on_both_loops
async def test_a_connection_that_is_cut_ends_at_once():
    async with house(limits=PATIENT) as home, home.dial() as other:
        player = await home.players.get()
        ConditionedLink.between(player.connection, NetworkConditions.parse("latency=10s"), dice())
        player.connection.write_message(b"under way")
        began = now()
        player.connection.abort(1006, "enough")
        assert await player.until_lost() == (1006, "enough")
        with pytest.raises(ConnectionClosed):
            await other.recv()
        assert now() - began < 2


# --- from any moment on ----------------------------------------------------------------------------------------------


@on_both_loops
async def test_the_network_of_an_open_connection_changes_and_what_is_under_way_stays_in_order():
    async with house(limits=PATIENT) as home, home.dial() as client:
        player = await home.players.get()
        before = player.connection.transport
        player.connection.write_message(b"1")
        link = ConditionedLink.between(player.connection, NetworkConditions.parse("latency=1s"), dice())
        assert link is player.connection.transport is not before
        player.connection.write_message(b"2")
        await client.send(b"a")
        again = ConditionedLink.between(player.connection, NetworkConditions(), dice())
        assert again is link
        player.connection.write_message(b"3")
        await client.send(b"b")
        assert [await client.recv() for _ in range(3)] == [b"1", b"2", b"3"]
        assert await player.until_received(2) == [b"a", b"b"]
        began = now()
        await client.send(b"c")
        await player.until_received(3)
        assert now() - began < 0.4


@on_both_loops
async def test_an_open_connection_that_does_not_take_what_it_is_sent_is_known_to_be_slow():
    limits = ConnectionLimits(write_deadline_s=NEVER, outbox_bytes_max=2**26, close_deadline_s=SOON)
    async with house(limits=limits) as home:
        client, player = await home.raw()
        await player.fill()
        assert ConditionedLink.between(player.connection, NetworkConditions.parse("latency=20ms"), dice()) is not None
        assert player.connection.paused
        await client.send(masked_frame(b"and now?", MASK))
        reading = asyncio.ensure_future(client.read_to_end())
        assert await player.until_received(1) == [b"and now?"]
        assert not player.connection.paused
        player.connection.close_with(4001)
        await reading


@on_both_loops
async def test_a_connection_that_is_closing_is_left_alone():
    async with house(limits=PATIENT) as home, home.dial():
        player = await home.players.get()
        player.connection.abort(1006, "")
        assert ConditionedLink.between(player.connection, NetworkConditions(), dice()) is None
        await player.until_lost()


@on_both_loops
async def test_with_tls_it_is_the_same():
    chain, key = FILES / "first.crt", FILES / "first.key"
    trusting = ssl.create_default_context(cafile=chain)
    network = kind("latency=40ms")
    async with house(limits=PATIENT, connection_class=network, tls=Certificate(chain, key).context) as home:
        began = now()
        async with home.dial(ssl=trusting, server_hostname="localhost") as client:
            assert now() - began >= 0.04
            player = await home.players.get()
            await client.send(b"there")
            assert await player.until_received(1) == [b"there"]
            ConditionedLink.between(player.connection, NetworkConditions.parse("latency=80ms"), dice())
            player.connection.write_message(b"and back")
            assert await client.recv() == b"and back"
            player.connection.write_message(b"last words")
            player.connection.close_with(4001, "over")
            assert await client.recv() == b"last words"
            with pytest.raises(ConnectionClosed):
                await client.recv()
            assert client.close_code == 4001
            assert await player.until_lost() == (4001, "over")


# --- bounds ----------------------------------------------------------------------------------------------------------


@on_both_loops
async def test_what_is_under_way_is_bounded_as_an_outbox_is():
    limits = ConnectionLimits(write_deadline_s=NEVER, outbox_bytes_max=100_000)
    async with house(limits=limits, connection_class=kind("latency=1s")) as home, home.dial(open_timeout=10):
        player = await home.players.get()
        sent = 0
        while not player.connection.transport.is_closing():
            player.connection.write_message(bytes(9_000))
            sent += 9_000
            assert sent < 100_000 + HELD_BYTES + 40_000
        assert sent > 100_000 + HELD_BYTES - 10_000
        assert await player.until_lost() == (CloseCode.TOO_SLOW, "more than 100000 bytes not read")


@on_both_loops
async def test_of_what_a_client_sends_no_more_is_held_than_a_kernel_would():
    generous = ConnectionLimits(bytes_burst=2**24, messages_burst=10**6, inbound_bytes_max=4096, close_deadline_s=SOON)
    async with house(limits=generous) as home, home.dial() as client:
        player = await home.players.get()
        link = ConditionedLink.between(player.connection, NetworkConditions.parse("latency=400ms"), dice())
        assert link is not None
        payload, held = bytes(4000), 0
        sending = asyncio.ensure_future(_send(client, payload, 200))
        while not sending.done() or len(player.payloads) < 200:
            held = max(held, link._in.bytes)
            await asyncio.sleep(0.005)
        assert await player.until_received(200) == [payload] * 200
        assert HELD_BYTES < held <= HELD_BYTES + 262144
        player.connection.close_with(1000)


async def _send(client: object, payload: bytes, count: int) -> None:
    for _ in range(count):
        await client.send(payload)  # type: ignore[attr-defined]  # the library's


@on_both_loops
async def test_who_is_refused_at_the_door_is_told_so_over_the_same_network():
    door = ListenerLimits(exempt_networks=(), per_address_max=1)
    async with house(door, limits=PATIENT, connection_class=kind("latency=20ms")) as home, home.dial():
        other = home.stranger()
        answer = b""
        await other.loop.sock_connect(other.socket, ("127.0.0.1", home.port))
        await other.send(b"GET /lobby HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n")
        while piece := await other.loop.sock_recv(other.socket, 4096):
            answer += piece
        assert answer.startswith(b"HTTP/1.1 429")
