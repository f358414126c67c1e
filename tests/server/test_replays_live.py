"""A server that keeps replays: of sessions that end, and of those that go on after a restart."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from pathlib import Path

from rallypoint.app import Server
from rallypoint.config import Settings
from rallypoint.core.replay import StageKind, stages
from rallypoint.replay_verify import verify_here
from rallypoint.storage.replay_file import read_replay
from rallypoint_client import connect
from tests.server.replay_games import Tale

TALE = "tests.server.replay_games:Tale"
SOON_S = 15.0


def server(folder: Path) -> Server:
    return Server(
        [Tale],
        Settings(port=0, ops_port=0, data_dir=folder, durability="process", replays="on", recovery_wait_s=0.2),
        bots=False,
    )


async def until(condition: Callable[[], object]) -> None:
    async with asyncio.timeout(SOON_S):
        while not condition():
            await asyncio.sleep(0.02)


async def test_a_session_that_has_ended_has_a_replay_that_is_the_same_again(tmp_path: Path) -> None:
    async with server(tmp_path) as running, connect(running.lobby_url, name="Ann") as lobby:
        seat = await lobby.quick_match("tale")
        async for update in seat:
            seat.hold(seat.inputs.Push(speed=2.0))
            if update.tick == 10:
                seat.act(seat.inputs.Say(text="hello", mood=1))
            if update.tick == 20:
                seat.act(seat.inputs.Say(text="win", mood=0))
        path = tmp_path / "replays" / f"{seat.session}.rpr"
        await until(path.exists)
    found = read_replay(path)
    assert found.is_whole
    assert found.header.session == seat.session
    assert found.header.replayable
    verdict = verify_here(path, TALE)
    assert (verdict.difference, verdict.skipped) == (None, [])
    assert verdict.steps >= 20


async def test_a_session_that_goes_on_after_a_restart_has_one_replay(tmp_path: Path) -> None:
    async with server(tmp_path) as running, connect(running.lobby_url, name="Ann") as lobby:
        seat = await lobby.quick_match("tale")
        async for update in seat:
            seat.hold(seat.inputs.Push(speed=2.0))
            if update.tick == 10:
                break
        session = seat.session
        await seat.close()
    path = tmp_path / "replays" / f"{session}.rpr.part"
    before = len(read_replay(path).records)
    async with server(tmp_path) as running:
        core = running.node.hosts[session].core  # type: ignore[index]  # a session's id
        tick = core.tick
        await until(lambda: core.tick >= tick + 10)
    found = read_replay(path)
    assert len(found.records) > before
    assert not found.is_whole
    assert [stage.kind for stage in stages(found.records)].count(StageKind.RECOVERED) == 1
    verdict = verify_here(path, TALE)
    assert (verdict.difference, verdict.skipped) == (None, [])
