"""Who opens connections to the web port and says nothing, or takes nothing, does not keep others out."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from typing import Any

import pytest

from rallypoint.transport import http_connection
from rallypoint.transport.http_port import HttpPort
from rallypoint.transport.ports import CannotListen, everywhere, local_host

SOON_S = 20.0
NEVER_S = 600.0
LARGE = b"x" * 16_000_000
"""More than the kernel takes for a client that does not read."""
GET = b"GET /%s HTTP/1.1\r\nHost: x\r\n\r\n"
Streams = tuple[asyncio.StreamReader, asyncio.StreamWriter]


class Site:
    """An application that answers with as much as is asked for, in time."""

    def __init__(self) -> None:
        self.asked: asyncio.Queue[str] = asyncio.Queue()
        self.answer = asyncio.Event()
        self.answer.set()

    async def __call__(self, scope: Any, receive: Any, send: Any) -> None:
        self.asked.put_nowait(scope["path"])
        await self.answer.wait()
        body = LARGE if scope["path"] == "/large" else b"small"
        headers = [(b"content-length", str(len(body)).encode())]
        await send({"type": "http.response.start", "status": 200, "headers": headers})
        await send({"type": "http.response.body", "body": body})


@pytest.fixture(autouse=True)
def _patient(monkeypatch: pytest.MonkeyPatch) -> None:
    """A test sets the deadline that it is about."""
    monkeypatch.setattr(http_connection, "REQUEST_S", NEVER_S)
    monkeypatch.setattr(http_connection, "WRITE_S", NEVER_S)


@pytest.fixture
async def site() -> Site:
    return Site()


@pytest.fixture
async def port(site: Site) -> AsyncIterator[HttpPort]:
    port = HttpPort("web port", "127.0.0.1", 0, connections_max=4)
    await port.start(site)
    yield port
    await port.stop()


async def dial(port: HttpPort) -> Streams:
    return await asyncio.open_connection("127.0.0.1", int(port.url.rpartition(":")[2]))


async def to_the_end(reader: asyncio.StreamReader) -> bytes:
    async with asyncio.timeout(SOON_S):
        try:
            return await reader.read()
        except ConnectionResetError:
            return b"reset"


@pytest.mark.parametrize("said", [b"", b"GET / HTTP/1.1\r\nHost: ", GET % b"first" + b"GET / HTTP/1.1\r\n"])
async def test_who_does_not_say_what_they_want_is_closed(port: HttpPort, monkeypatch: pytest.MonkeyPatch, said: bytes):
    monkeypatch.setattr(http_connection, "REQUEST_S", 0.2)
    reader, writer = await dial(port)
    writer.write(said)
    answers = await to_the_end(reader)
    assert answers.count(b"200 OK") == (b"first" in said)
    writer.close()


async def test_part_of_a_request_does_not_put_the_deadline_off(port: HttpPort, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(http_connection, "REQUEST_S", 0.3)
    reader, writer = await dial(port)
    writer.write(b"GET / HTTP/1.1\r\n")

    async def trickle() -> None:
        while True:
            writer.write(b"X: y\r\n")
            await asyncio.sleep(0.02)

    trickling = asyncio.create_task(trickle())
    assert b"200" not in await to_the_end(reader)
    trickling.cancel()
    writer.close()


async def test_an_answer_may_take_its_time(port: HttpPort, site: Site, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(http_connection, "REQUEST_S", 0.1)
    site.answer.clear()
    reader, writer = await dial(port)
    writer.write(GET % b"slow")
    await asyncio.wait_for(site.asked.get(), SOON_S)
    await asyncio.sleep(0.3)
    site.answer.set()
    assert b"200 OK" in await asyncio.wait_for(reader.readline(), SOON_S)
    assert (await to_the_end(reader)).endswith(b"small")  # and then the next request is due
    writer.close()


async def test_who_takes_nothing_of_an_answer_is_cut(port: HttpPort, site: Site, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(http_connection, "WRITE_S", 0.2)
    reader, writer = await dial(port)
    writer.write(GET % b"large")
    await asyncio.wait_for(site.asked.get(), SOON_S)
    await asyncio.sleep(0.5)
    assert len(await to_the_end(reader)) < len(LARGE)
    writer.close()


async def test_who_takes_nothing_does_not_hold_up_its_end_nor_fill_the_log(
    port: HttpPort, site: Site, caplog: pytest.LogCaptureFixture
):
    reader, writer = await dial(port)
    writer.write(GET % b"large")
    await asyncio.wait_for(site.asked.get(), SOON_S)
    await asyncio.wait_for(port.stop(), SOON_S)
    assert len(await to_the_end(reader)) < len(LARGE)
    assert not caplog.records
    writer.close()


async def test_who_takes_it_gets_it_all(port: HttpPort):
    reader, writer = await dial(port)
    writer.write(GET % b"large" + GET % b"small")
    got = b""
    async with asyncio.timeout(SOON_S):
        while not got.endswith(b"small"):
            got += await reader.read(1 << 20)
    assert got.count(b"x") >= len(LARGE)
    writer.close()


async def test_of_too_many_connections_some_are_told_so_and_the_rest_is_not_even_heard(port: HttpPort):
    idle = [await dial(port) for _ in range(4)]
    reader, writer = await dial(port)
    writer.write(GET % b"")
    assert b"503" in await to_the_end(reader)
    writer.close()
    more = [await dial(port) for _ in range(8)]
    ends = [asyncio.create_task(to_the_end(reader)) for reader, _ in more]
    done, heard = await asyncio.wait(ends, return_when=asyncio.FIRST_COMPLETED, timeout=SOON_S)
    assert done
    assert heard
    for task in heard:
        task.cancel()
    for _, writer in (*idle, *more):
        writer.close()


async def test_a_connection_that_is_only_kept_open_makes_room_for_one_who_wants_something(port: HttpPort):
    async with asyncio.timeout(SOON_S):
        kept = [await dial(port) for _ in range(4)]
        for reader, writer in kept:
            writer.write(GET % b"small")
            await reader.readuntil(b"small")
        reader, writer = await dial(port)
        writer.write(GET % b"small")
        assert b"200 OK" in await reader.readline()
        closed = [asyncio.create_task(to_the_end(reader)) for reader, _ in kept]
        await asyncio.wait(closed, return_when=asyncio.FIRST_COMPLETED)
        for task in closed:
            task.cancel()
    writer.close()
    for _, each in kept:
        each.close()


async def test_who_has_a_place_is_served_though_more_have_come_than_there_are(port: HttpPort):
    early = [await dial(port) for _ in range(4)]
    late = [await dial(port) for _ in range(2)]
    async with asyncio.timeout(SOON_S):
        for reader, writer in early:
            writer.write(GET % b"small")
            assert b"200 OK" in await reader.readline()
        for reader, writer in late:
            writer.write(GET % b"small")
            assert b"503" in await reader.readline()
    for _, writer in (*early, *late):
        writer.close()


async def test_which_port_cannot_listen_is_said(port: HttpPort):
    number = int(port.url.rpartition(":")[2])
    with pytest.raises(CannotListen, match=f"the other port, 127.0.0.1:{number}: Address already in use$") as raised:
        await HttpPort("other port", "127.0.0.1", number, connections_max=4).start(Site())
    assert raised.value.taken
    with pytest.raises(CannotListen) as raised:
        await HttpPort("other port", "192.0.2.1", 0, connections_max=4).start(Site())
    assert not raised.value.taken


@pytest.mark.parametrize(
    ("host", "here"),
    [
        ("127.0.0.1", "127.0.0.1"),
        ("0.0.0.0", "127.0.0.1"),
        ("::", "[::1]"),
        ("::1", "[::1]"),
        ("192.0.2.1", "192.0.2.1"),
    ],
)
def test_an_url_is_one_that_this_machine_can_open(host: str, here: str):
    assert local_host(host) == here


def test_what_listens_everywhere_is_known():
    assert [everywhere(host) for host in ("0.0.0.0", "::", "127.0.0.1", "localhost", "")] == [True, True, *3 * [False]]
