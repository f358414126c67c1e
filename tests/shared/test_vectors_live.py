"""A real server closes for each malformed frame with the code that its vector says, and keeps the seat."""

from __future__ import annotations

import json
from typing import Any

from rallypoint.app import Server
from rallypoint.config import Settings
from rallypoint_protocol.messages import Hello, Proved, Welcome
from tests.server.live import Guest, Raw
from tests.vectors.files import FOLDER
from tests.vectors.skirmish import Skirmish

VECTORS: list[dict[str, Any]] = json.loads((FOLDER / "malformed.json").read_text(encoding="utf-8"))


def of(on: str, when: str) -> list[dict[str, Any]]:
    found = [vector for vector in VECTORS if (vector["on"], vector["when"]) == (on, when)]
    assert len(found) > 5
    return found


def content(vector: dict[str, Any]) -> bytes | str:
    data = bytes.fromhex(vector["hex"])
    return data.decode() if vector.get("frame") == "text" else data


async def code_after(raw: Raw, vector: dict[str, Any]) -> int | None:
    await raw.send(content(vector))
    code, reason = await raw.closed()
    assert reason, "a close says why"
    return code


def wrong(codes: dict[str, int | None], vectors: list[dict[str, Any]]) -> dict[str, tuple[int | None, int]]:
    return {v["name"]: (codes[v["name"]], v["code"]) for v in vectors if codes[v["name"]] != v["code"]}


def settings() -> Settings:
    return Settings(port=0, ops_port=0)


async def test_the_lobby_closes_for_each_first_frame_with_the_code_of_its_vector():
    vectors = of("lobby", "first")
    async with Server([Skirmish], settings()) as server:
        codes = {}
        for vector in vectors:
            codes[vector["name"]] = await code_after(await Raw.dial(f"{server.lobby_url}/lobby"), vector)
    assert wrong(codes, vectors) == {}


async def test_the_lobby_closes_for_each_later_frame_with_the_code_of_its_vector():
    vectors = of("lobby", "later")
    async with Server([Skirmish], settings()) as server:
        codes = {}
        for vector in vectors:
            guest = Guest(server.lobby_url, "Ann")
            guest.lobby = await Raw.dial(f"{server.lobby_url}/lobby")
            await guest.lobby.send(Hello(1, "Ann"))
            assert await guest.lobby_reply(Welcome)
            await guest.lobby.send(Proved())
            codes[vector["name"]] = await code_after(guest.lobby, vector)
    assert wrong(codes, vectors) == {}


async def test_a_session_closes_for_each_first_frame_with_the_code_of_its_vector():
    vectors = of("session", "first")
    async with Server([Skirmish], settings()) as server:
        codes = {}
        for vector in vectors:
            path = "/session/c2Vzc2lvbiBvbmU"
            codes[vector["name"]] = await code_after(await Raw.dial(server.lobby_url + path), vector)
    assert wrong(codes, vectors) == {}


async def test_a_session_closes_for_each_later_frame_with_its_code_and_keeps_the_seat():
    vectors = of("session", "later")
    async with Server([Skirmish], settings()) as server:
        codes = {}
        ann = Guest(server.lobby_url, "Ann")
        ann.lobby = await Raw.dial(f"{ann.url}/lobby")
        await ann.lobby.send(Hello(1, "Ann"))
        await ann.lobby_reply(Welcome)
        await ann.lobby.send([16, 1, "skirmish"])
        await Guest.enter(server, "Bob", "skirmish")
        await ann.matched()
        await ann.take()
        await ann.next_pass()
        for vector in vectors:
            codes[vector["name"]] = await code_after(ann.session, vector)
            await ann.resume()
        assert ann.seated.seat == 0
    assert wrong(codes, vectors) == {}
