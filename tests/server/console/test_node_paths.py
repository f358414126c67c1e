"""Operators look at a node and empty it, over the HTTP API of a whole server."""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import AsyncIterator, Iterator
from pathlib import Path
from typing import Any

import httpx
import pytest
from pydantic import TypeAdapter

from rallypoint.app import Server
from rallypoint.runtime.node_info import CordonInfo, NodeInfo, NodeRow
from rallypoint_client import connect
from rallypoint_client.errors import RequestRefused
from tests.server.console.desk_house import TOKEN, ask, duel_server
from tests.server.live import SOON_S


@pytest.fixture
async def server(tmp_path: Path) -> AsyncIterator[Server]:
    async with duel_server(data_dir=tmp_path, replays="on") as running, asyncio.timeout(4 * SOON_S):
        yield running


async def look(server: Server) -> NodeInfo:
    return TypeAdapter(NodeInfo).validate_python(await ask(server, "GET", "/node"))


async def test_a_node_is_seen_whole(server: Server) -> None:
    seats = [{"player": "ann"}]
    session = (await ask(server, "POST", "/sessions", 201, game="duel", wait_s=60, seats=seats))["session"]
    seen = await look(server)
    assert (seen.node, seen.state, seen.sessions, seen.players) == ("n1", "serving", 1, 1)
    assert seen.pid > 0
    assert seen.rss_bytes > 2**20
    assert [(one.session, one.game, one.players) for one in seen.costly] == [(session["id"], "duel", 1)]
    assert (seen.journal.durability, seen.journal.failure, seen.store.kind) == ("process", "", "sqlite")
    assert seen.journal.segments >= 1
    assert seen.journal.bytes > 0
    assert (seen.replays.kept, seen.replays.writing) == (True, 1)
    assert {"p50", "p99", "max"} <= set(seen.loop_lag)
    assert (seen.cordon.state, seen.cordon.since_at, seen.cordon.by) == ("serving", None, None)
    (only,) = TypeAdapter(list[NodeRow]).validate_python(await ask(server, "GET", "/nodes"))
    assert (only.node, only.state, only.sessions, only.url) == ("n1", "serving", 1, None)


@pytest.mark.parametrize("name", ["duel", "ranked"])
async def test_a_cordoned_node_creates_no_session_and_says_so(server: Server, name: str) -> None:
    told = TypeAdapter(CordonInfo).validate_python(await ask(server, "POST", "/node/cordon"))
    assert (told.state, told.by, told.sessions_left) == ("cordoned", "backend", 0)
    assert (await ask(server, "POST", "/sessions", 503, game="duel"))["error"] == "cordoned"
    async with httpx.AsyncClient(base_url=server.ops.url) as client:
        ready = await client.get("/readyz")
        assert (ready.status_code, "cordoned" in ready.text) == (503, True)
    async with connect(server.lobby_url, name="Ann") as ann, connect(server.lobby_url, name="Bob") as bob:
        with pytest.raises(RequestRefused, match="an operator is emptying it"):
            await ann.create("duel")
        tasks = [asyncio.ensure_future(one.play(name)) for one in (ann, bob)]
        while server.lobby.waiting(name) < 2:
            await asyncio.sleep(0.005)
        why = (await ann.explain()).queues[0]
        assert why.text == "no new games begin here: an operator is emptying this server"
        row = (await ask(server, "GET", f"/queues/{name}/tickets"))["rows"][0]
        assert (row["state"], row["text"]) == ("waiting", why.text)
        assert (await look(server)).state == "cordoned"
        await ask(server, "POST", "/node/uncordon")
        assert len({(await one).session for one in tasks}) == 1, "they kept their places"


async def test_a_drained_node_ends_what_is_left_when_its_time_is_up(server: Server) -> None:
    await ask(server, "POST", "/sessions", 201, game="duel", wait_s=60)
    told = await ask(server, "POST", "/node/drain", end_after_s=0.0)
    assert (told["state"], told["sessions_at_start"], told["end_at"] > 1e9) == ("draining", 1, True)
    assert told["eta_s"] == 0.0
    while (now := await look(server)).cordon.state != "drained":
        pass
    assert (now.state, now.sessions, now.cordon.end_at) == ("drained", 0, None)
    assert (await ask(server, "POST", "/node/uncordon"))["state"] == "serving"


async def test_how_long_to_wait_before_the_end_is_bounded(server: Server) -> None:
    for wrong in (-1, 86_401, "soon"):
        await ask(server, "POST", "/node/drain", 422, end_after_s=wrong)
    assert (await look(server)).state == "serving"


async def test_with_a_key_what_is_done_is_done_without_a_pause(server: Server, monkeypatch: pytest.MonkeyPatch) -> None:
    """All sessions' commits wait meanwhile. Only a dry run pauses: it changes nothing, and does without."""
    together = server.node.scribe.together
    paused: list[bool] = []
    held: list[bool] = []

    @contextlib.contextmanager
    def watched() -> Iterator[None]:
        held.append(True)
        pause = asyncio.get_running_loop().call_soon(paused.append, True)
        with together():
            yield
        pause.cancel()

    monkeypatch.setattr(server.node.scribe, "together", watched)
    headers = {"Authorization": f"Bearer {TOKEN}"}
    posts: dict[str, dict[str, Any]] = {
        "/queues/ranked/pause": {},
        "/queues/ranked/resume": {},
        "/node/cordon": {},
        "/node/drain": {},
        "/node/uncordon": {},
    }
    async with httpx.AsyncClient(base_url=f"{server.ops.url}/api/v1", headers=headers) as client:
        for path, body in posts.items():
            held.clear()
            assert (await client.post(path, json=body, headers={"Idempotency-Key": path})).status_code == 200, path
            assert held, path
        held.clear()
        rules = {"rules": '[queue.ranked]\nteams = "1v1"\n'}
        tried = await client.post("/queues/ranked/dry-run", json=rules, headers={"Idempotency-Key": "dry"})
        assert (tried.json()["ok"], held) == (True, [])
    assert not paused
