"""The configurations in deploy/, as they are, in front of a real server: playing, dropping, and who is who."""

from __future__ import annotations

import asyncio
import re
import ssl
from collections.abc import AsyncIterator
from pathlib import Path

import httpx
import pytest
from websockets.exceptions import InvalidStatus

from rallypoint.app import Server
from rallypoint.config import Limits, Settings
from rallypoint_client import connect
from rallypoint_protocol.close import CloseCode
from rallypoint_protocol.messages import Hello
from tests.deploy.proxies import CERTIFICATE, DEPLOY, proxy
from tests.server.live import SOON_S, Guest, Raw, Toy

LIMITS = Limits(trusted_proxies=("127.0.0.1/32",), connections_per_address_burst=3, connections_per_address_per_s=0.001)
"""Clients of these tests come from 127.0.0.2 and the like, which is exempt as all of loopback is; but see STRICT."""
STRICT = LIMITS.model_copy(update={"exempt_networks": ("127.0.0.1/32",)})


@pytest.fixture(autouse=True)
def trusted(monkeypatch: pytest.MonkeyPatch) -> None:
    """Clients of this process believe the tests' certificate, which the proxies show."""
    monkeypatch.setenv("SSL_CERT_FILE", str(CERTIFICATE))


@pytest.fixture(params=[LIMITS])
async def server(request: pytest.FixtureRequest) -> AsyncIterator[Server]:
    async with Server([Toy], Settings(port=0, ops_port=0, web_port=0, shutdown_s=2.0, limits=request.param)) as running:
        yield running


@pytest.fixture(params=["nginx", "caddy"])
async def url(request: pytest.FixtureRequest, server: Server, tmp_path: Path) -> AsyncIterator[str]:
    """Where players come in: the proxy."""
    assert server.web is not None
    game, web = (int(url.rpartition(":")[2]) for url in (server.lobby_url, server.web.url))
    async with proxy(request.param, tmp_path, game, web) as address:
        yield address


def seen(server: Server) -> set[str]:
    """The addresses of those who are connected, as the server takes them."""
    return {connection.remote_ip for connection in server.game_port.connections}


async def come_in(url: str, source: str, **headers: str) -> Raw:
    """A player from this address, welcomed in the lobby."""
    raw = await Raw.dial(f"{url}/lobby", local_addr=(source, 0), additional_headers=headers)
    await raw.send(Hello(1, "Ann"))
    assert len(await raw.receive()) > 10
    return raw


async def test_a_session_is_played_dropped_and_resumed_through_the_proxy(server: Server, url: str):
    ann = await Guest.sit(url, "Ann")
    await ann.act("Say", text="hello")
    await ann.heard("hello")
    await ann.passes(60)  # a second of them, each by itself: nobody holds them back
    assert ann.ticks == list(range(ann.ticks[0], ann.ticks[-1] + 1))
    await ann.session.break_off()
    assert (await ann.resume()).outcome == "resumed"
    await ann.act("Say", text="back")
    await ann.heard("back")
    assert server.node.counts.sessions_created == 1
    await ann.go()


async def test_the_client_library_plays_through_the_proxy_and_resumes_by_itself(url: str):
    async with connect(url, name="Ann") as lobby, await lobby.quick_match("toy") as seat:
        async with asyncio.timeout(SOON_S):
            async for update in seat:
                if update.tick > 10:
                    break
            seat.cut()
            lobby.cut()
            while not (seat.stats.resumes and lobby.resumes):
                await asyncio.sleep(0.01)


async def test_a_close_code_and_its_reason_arrive_through_the_proxy(url: str):
    raw = await Raw.dial(f"{url}/session/{'0' * 16}")
    await raw.send([3, 1, "0" * 16, b"", b""])
    assert await raw.closed() == (CloseCode.UNKNOWN, "unknown session or token")


async def test_the_server_sees_the_clients_own_address_whatever_the_client_says(server: Server, url: str):
    spoofs: list[dict[str, str]] = [
        {},
        {"X-Forwarded-For": "203.0.113.7"},
        {"X-Forwarded-For": "203.0.113.7, 127.0.0.1"},
        {"x-forwarded-for": "127.0.0.1", "X-Real-IP": "203.0.113.7"},
        {"Forwarded": "for=203.0.113.7", "True-Client-IP": "203.0.113.7"},
    ]
    for number, headers in enumerate(spoofs, 2):
        raw = await come_in(url, f"127.0.0.{number}", **headers)
        assert seen(server) == {f"127.0.0.{number}"}
        await raw.break_off()
        async with asyncio.timeout(SOON_S):
            while server.connections:
                await asyncio.sleep(0.01)


@pytest.mark.parametrize("server", [STRICT], indirect=True)
async def test_limits_by_address_count_clients_and_not_the_proxy(url: str):
    for source in ("127.0.0.2", "127.0.0.3"):
        for _ in range(3):
            await (await come_in(url, source)).break_off()
        for headers in ({}, {"X-Forwarded-For": "203.0.113.9"}):
            with pytest.raises(InvalidStatus) as refused:
                await come_in(url, source, **headers)
            assert refused.value.response.status_code == 429
            assert refused.value.response.headers["Retry-After"] == "5"


async def test_only_pages_of_the_same_name_may_connect(url: str):
    await (await come_in(url, "127.0.0.1", Origin=url.replace("wss", "https"))).break_off()
    with pytest.raises(InvalidStatus) as refused:
        await come_in(url, "127.0.0.1", Origin="https://evil.example")
    assert refused.value.response.status_code == 403


@pytest.mark.parametrize(
    "path", ["/status.json", "/lobby/", "/lobbyx", "/sessions", "/n/a/session/x", "/api/v1/sessions"]
)
async def test_nothing_but_the_two_paths_leads_to_the_game_port_and_nothing_to_the_operations_port(
    server: Server, url: str, path: str
):
    with pytest.raises(InvalidStatus) as refused:
        await Raw.dial(url + path)
    assert refused.value.response.status_code == 404
    assert b"There is no such page" in (refused.value.response.body or b"")


async def test_the_pages_come_through_the_proxy(url: str):
    async with httpx.AsyncClient(verify=ssl.create_default_context(cafile=str(CERTIFICATE))) as client:
        front = await client.get(url.replace("wss", "https"))
        script = await client.get(f"{url.replace('wss', 'https')}/sdk/rallypoint.js")
    assert "toy" in front.text
    assert "'self'" in front.headers["content-security-policy"]
    assert script.headers["content-type"].startswith("text/javascript")


@pytest.mark.parametrize("file", ["nginx.conf", "Caddyfile"])
def test_no_time_limit_is_shorter_than_the_servers_own_silence(file: str):
    """A connection has a frame in each direction at least every 6 s, or the server drops it."""
    text = (DEPLOY / file).read_text()
    limits = [int(found) for found in re.findall(r"proxy_(?:read|send)_timeout\s+(\d+)s", text)]
    assert len(limits) == (2 if file == "nginx.conf" else 0)
    assert all(limit >= 60 for limit in limits)
    assert "RALLYPOINT_LIMITS__TRUSTED_PROXIES='[\"127.0.0.1/32\"]'" in text
