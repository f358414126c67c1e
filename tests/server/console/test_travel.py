"""Time travel over the HTTP API: of running and ended sessions, from replays and from the journal."""

from __future__ import annotations

from pathlib import Path
from typing import Any, ClassVar, Literal

import httpx
import pytest
from pydantic import SecretStr, TypeAdapter

from rallypoint import Game, field
from rallypoint.app import Server
from rallypoint.config import Settings
from rallypoint.console.travel import TRAVELLED_MAX
from rallypoint.console.travel_out import TickOut, TicksOut

TOKEN = "a-token-of-this-test-alone"


class Clockwork(Game, seats=(1, 2), tick_hz=20, name="clockwork"):
    uses: ClassVar = []
    turned: int = field(0)

    def tick(self) -> None:
        self.turned += 1

    def signalled(self, name: str, data: Any) -> None:
        self.turned = 1000


def kept_in(folder: Path, replays: Literal["on", "off"]) -> Settings:
    token = SecretStr(TOKEN)
    return Settings(port=0, ops_port=0, data_dir=folder, replays=replays, api_token=token, shutdown_s=2.0)


async def call(server: Server, method: str, path: str, **body: Any) -> httpx.Response:
    async with httpx.AsyncClient(base_url=server.ops.url, timeout=30.0) as client:
        headers = {"Authorization": f"Bearer {TOKEN}"}
        return await client.request(method, f"/api/v1{path}", headers=headers, json=body or None)


async def started(server: Server) -> str:
    answer = await call(server, "POST", "/sessions", game="clockwork", wait_s=60)
    session: str = answer.json()["session"]["id"]
    assert (await call(server, "POST", f"/sessions/{session}/signal", name="go", data=1)).status_code == 202
    return session


async def last_tick(server: Server, session: str, least: int) -> dict[str, Any]:
    """Which ticks there are, once there are so many."""
    answer = None
    for _ in range(400):
        answer = await call(server, "GET", f"/sessions/{session}/ticks")
        if answer.status_code == 200 and answer.json()["last"] >= least:
            TypeAdapter(TicksOut).validate_json(answer.content)
            return dict(answer.json())
    raise AssertionError(None if answer is None else answer.text)


@pytest.mark.parametrize("replays", ["on", "off"])
async def test_a_running_session_can_be_travelled_in(tmp_path: Path, replays: Literal["on", "off"]) -> None:
    settings = kept_in(tmp_path, replays)
    async with Server([Clockwork], settings) as server:
        session = await started(server)
        ticks = await last_tick(server, session, 3)
        assert ticks["running"]
        assert ticks["source"] == ("replay" if replays == "on" else "journal")
        assert ticks["game"] == "clockwork"
        answer = await call(server, "GET", f"/sessions/{session}/ticks/{ticks['last']}")
        told = TypeAdapter(TickOut).validate_json(answer.content)
        assert told.state["game"]["turned"] == 1000
        later = await last_tick(server, session, ticks["last"] + 3)
        assert later["first"] == ticks["first"]
        found = await call(server, "GET", f"/sessions/{session}/ticks/{ticks['last']}")
        assert found.json()["state"] == told.state


async def test_an_ended_one_too_if_there_is_a_replay(tmp_path: Path) -> None:
    settings = kept_in(tmp_path, "on")
    async with Server([Clockwork], settings) as server:
        session = await started(server)
        await last_tick(server, session, 2)
        await call(server, "POST", f"/sessions/{session}/end", reason="enough")
        while not (ticks := await last_tick(server, session, 2))["complete"]:
            pass
        assert not ticks["running"]
        told = (await call(server, "GET", f"/sessions/{session}/ticks/{ticks['last']}")).json()
        assert told["state"]["state"] == "ended"
        assert [one["name"] for one in told["events"] if one["what"] == "end"] == ["ended"]


async def test_what_cannot_be_travelled_in_says_why(tmp_path: Path) -> None:
    settings = kept_in(tmp_path, "on")
    async with Server([Clockwork], settings) as server:
        assert (await call(server, "GET", "/sessions/nobody/ticks")).json()["error"] == "unknown"
        assert (await call(server, "GET", "/sessions/..%2F..%2Fx/ticks")).status_code in (404, 422)
        session = await started(server)
        await last_tick(server, session, 1)
        answer = await call(server, "GET", f"/sessions/{session}/ticks/999999")
        assert (answer.status_code, answer.json()["error"]) == (422, "invalid")
        assert "there is no tick 999999" in answer.json()["reason"]
        (tmp_path / "replays" / "broken.rpr").write_bytes(b"no replay")
        answer = await call(server, "GET", "/sessions/broken/ticks")
        assert (answer.status_code, answer.json()["error"]) == (422, "invalid")


async def test_where_nothing_is_kept_it_says_so() -> None:
    settings = Settings(port=0, ops_port=0, api_token=SecretStr(TOKEN), shutdown_s=2.0)
    async with Server([Clockwork], settings) as server:
        session = await started(server)
        answer = await call(server, "GET", f"/sessions/{session}/ticks")
        assert (answer.status_code, answer.json()["error"]) == (503, "not_kept")


async def test_there_are_never_more_processes_than_a_few_and_none_when_the_server_ends(tmp_path: Path) -> None:
    settings = kept_in(tmp_path, "on")
    async with Server([Clockwork], settings) as server:
        for _ in range(TRAVELLED_MAX + 2):
            await last_tick(server, await started(server), 1)
        travels = server.travels
        assert len(travels._travelled) == TRAVELLED_MAX
        processes = [one._process for one in travels._travelled.values()]
    assert all(process is not None and process.poll() is not None for process in processes)
