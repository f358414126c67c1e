"""The operations port on a real socket: who is who behind a proxy, and what is refused at once."""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import AsyncIterator
from typing import Any, cast

import httpx
import pytest

from rallypoint.app import Server
from rallypoint.config import Settings
from rallypoint.console.desks import Desks
from rallypoint.console.door import WRONG_BURST
from rallypoint.console.ops import LateApi, OpsServer
from tests.server.backend_house import BackendHouse
from tests.server.live import SOON_S, Toy

TOKEN = "a-token-of-some-length"
RIGHT = {"Authorization": f"Bearer {TOKEN}"}


@contextlib.asynccontextmanager
async def serving(**options: Any) -> AsyncIterator[httpx.AsyncClient]:
    house = BackendHouse()
    ops = OpsServer(cast(Any, None), "127.0.0.1", 0, api=LateApi(Desks(house.backend), TOKEN), **options)
    await ops.start()
    try:
        async with httpx.AsyncClient(base_url=ops.url, timeout=SOON_S) as client:
            yield client
    finally:
        await ops.stop()
        house.node.ticker.stop()


async def wrong_tokens(client: httpx.AsyncClient, address: str) -> set[int]:
    headers = {"Authorization": "Bearer wrong", "X-Forwarded-For": address}
    codes = [(await client.get("/api/v1/games", headers=headers)).status_code for _ in range(2 * WRONG_BURST + 1)]
    return set(codes[-1:])


def head(length: int) -> bytes:
    """The beginning of a request with the right token."""
    lines = ("POST /api/v1/sessions HTTP/1.1", "Host: x", f"Authorization: Bearer {TOKEN}", f"Content-Length: {length}")
    return "\r\n".join((*lines, "", "")).encode()


async def test_nobody_gets_around_the_throttle_with_an_invented_address() -> None:
    async with serving() as client:
        assert await wrong_tokens(client, "192.0.2.1") == {429}
        answer = await client.get("/api/v1/games", headers={**RIGHT, "X-Forwarded-For": "192.0.2.2"})
        assert answer.status_code == 429


@pytest.mark.parametrize("proxies", [("127.0.0.1",), ("127.0.0.0/8", "::1/128")])
async def test_behind_a_trusted_proxy_each_address_is_throttled_alone(proxies: tuple[str, ...]) -> None:
    async with serving(trusted_proxies=proxies) as client:
        assert await wrong_tokens(client, "192.0.2.1") == {429}
        answer = await client.get("/api/v1/games", headers={**RIGHT, "X-Forwarded-For": "192.0.2.2"})
        assert answer.status_code == 200


async def test_a_body_that_is_too_large_is_refused_before_it_was_sent() -> None:
    async with serving() as client:
        reader, writer = await asyncio.open_connection("127.0.0.1", client.base_url.port)
        writer.write(head(9_999_999))
        async with asyncio.timeout(SOON_S):
            assert b" 413 " in await reader.readline()
            await reader.read()  # and the connection ends: what was announced is not waited for
        writer.close()


async def test_who_goes_away_in_the_middle_of_a_body_disturbs_nobody() -> None:
    async with serving() as client:
        _, writer = await asyncio.open_connection("127.0.0.1", client.base_url.port)
        writer.write(head(99) + b"{")
        await writer.drain()
        writer.close()
        await writer.wait_closed()
        assert (await client.get("/api/v1/games", headers=RIGHT)).status_code == 200


async def test_a_server_with_a_token_in_its_settings_lets_backends_in_and_one_without_does_not() -> None:
    for token, status in ((TOKEN, 200), ("", 401)):
        settings = Settings(port=0, ops_port=0, api_token=token)  # type: ignore[arg-type]  # pydantic makes a secret of it
        async with Server([Toy], settings) as server, httpx.AsyncClient(base_url=server.ops.url) as client:
            assert (await client.get("/api/v1/games", headers=RIGHT)).status_code == status
            assert (await client.get("/status.json")).json()["problems"] == []


async def test_a_server_does_not_start_with_a_token_that_could_be_guessed() -> None:
    with pytest.raises(ValueError, match="at least 16"):
        async with Server([Toy], Settings(port=0, ops_port=0, api_token="short")):  # type: ignore[arg-type]  # as above
            pass
