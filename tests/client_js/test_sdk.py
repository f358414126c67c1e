"""The JavaScript client, in Node: its own tests, and what it does with the real server."""

from __future__ import annotations

import asyncio
import contextlib
import json
import os
import shutil
import socket
import subprocess
import sys
from asyncio.subprocess import PIPE, Process
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest

from games.fourline import FourLine
from games.orbit import Orbit
from rallypoint.app import Server
from rallypoint.config import Settings
from tests.server.durable_games import Book

CLIENT = Path(__file__).parents[2] / "client" / "js"
SCENARIOS = Path(__file__).parent / "scenarios"
NODE = 20
SOON_S = 60.0


@pytest.fixture(scope="module")
def node() -> list[str]:
    """The command that runs a module, with a WebSocket in it."""
    found = shutil.which("node")
    if found is None:
        pytest.skip("needs node")
    version = subprocess.run([found, "--version"], capture_output=True, text=True, check=True).stdout.strip()
    major = int(version.removeprefix("v").split(".")[0])
    if major < NODE:
        pytest.skip(f"needs Node {NODE} or newer: this is {version}")
    return [found, "--no-warnings", *(["--experimental-websocket"] if major < 22 else [])]


@contextlib.asynccontextmanager
async def scenario(node: list[str], name: str, url: str) -> AsyncIterator[Process]:
    process = await asyncio.create_subprocess_exec(*node, str(SCENARIOS / f"{name}.mjs"), url, stdout=PIPE, stderr=PIPE)
    try:
        async with asyncio.timeout(SOON_S):
            yield process
    finally:
        if process.returncode is None:
            process.kill()
            await process.wait()


async def told(process: Process) -> dict[str, Any]:
    """What a scenario reports."""
    out, errors = await process.communicate()
    assert process.returncode == 0, errors.decode()
    assert not errors, errors.decode()
    line: dict[str, Any] = json.loads(out.splitlines()[-1])
    return line


async def played(node: list[str], name: str, *games: Any, **settings: Any) -> dict[str, Any]:
    async with (
        Server(list(games), Settings(port=0, ops_port=0, **settings), bots=False) as server,
        scenario(node, name, server.lobby_url) as process,
    ):
        return await told(process)


def test_its_own_tests_pass(node: list[str]) -> None:
    names = ("core_vectors", "retry", "outgoing", "seat_core", "lobby", "play", "status", "conditions")
    files = [f"test/{name}.test.js" for name in names]
    done = subprocess.run(
        [*node, "--test", *files], cwd=CLIENT, check=False, capture_output=True, text=True, timeout=120
    )
    assert done.returncode == 0, done.stdout + done.stderr


async def test_two_players_meet_by_quick_match_and_see_what_they_do(node: list[str]) -> None:
    found = await played(node, "orbit", Orbit)
    assert found["players"] == [[0, "Ann"], [1, "Bob"]] or found["players"] == [[0, "Bob"], [1, "Ann"]]
    assert (found["indexes"], found["states"]) == ([0, 1], ["playing"] * 2)
    assert found["inOrder"]
    assert found["smooth"] > 15  # of 30 frames, many more than there were passes
    assert found["behind"]
    assert (found["roundTrip"], found["checked"], found["desyncs"]) == ("number", True, 0)
    assert found["row"] == [["orbit", 2]]


async def test_connections_that_break_again_and_again_lose_nothing_and_repeat_nothing(node: list[str]) -> None:
    found = await played(node, "cuts", Book)
    assert found["noted"] == [list(range(1, 61))] * 2
    assert found["inOrder"] == [True, True]
    assert found["cuts"] > 10
    assert min(found["resumes"]) >= 3
    assert min(found["lobbyResumes"]) >= 1
    assert (found["desyncs"], found["lost"], found["decided"]) == ([0, 0], [0, 0], True)
    assert [result["data"]["notes"] for result in found["results"]] == [[list(range(1, 61))] * 2] * 2


async def test_a_private_room_a_reload_a_second_tab_the_end_and_a_rematch(node: list[str], tmp_path: Path) -> None:
    found = await played(node, "fourline", FourLine, data_dir=tmp_path)  # to know a guest again
    assert (found["code"], found["unknown"]) == (6, "unknown")
    assert found["refused"] == "already_seated"
    assert found["spectator"] == [-1, True, None, 2]
    assert found["onlyWatching"] == "OnlyWatching"
    assert found["refusal"] == ["refused", "it is not your turn"]
    assert found["heard"] == [["Ann", "hello <b>"]]
    assert 50 <= found["countdownS"] <= 60
    assert found["firstPage"] == ["TakenOver", "you play in another tab now"]
    assert (found["mySeats"], found["samePlayer"]) == ([["fourline", True]], True)
    assert found["back"] == [1, "3"]
    assert found["takenOver"] == ["TakenOver", "you play in another tab now", 2]
    assert found["result"] == [[0], True, None]  # who watches gets no events
    assert found["ended"] == [True, "the session has ended", "the session has ended"]
    assert found["rematch"] == [[1, 0], [1, 2], False]  # the other one begins
    assert found["states"] == ["closed", "closed", "you left"]


async def test_queues_with_rules_parties_and_leaderboards(node: list[str], tmp_path: Path) -> None:
    found = await played(node, "ranked", FourLine, data_dir=tmp_path)
    assert found["why"] == [["ranked"], True, True]
    assert found["unknown"] == "unknown_queue"
    assert (found["declined"], found["off"]) == ("declined", ["declined", True])
    assert (found["match"], found["over"]) == (["ranked", True, True, [0, 1]], "matched")
    assert found["board"] == [[["Cid", 1], ["Ann", 1]], 2]
    assert found["around"] == [["Ann"], 2]
    assert (found["notReady"], found["notLeader"], found["tooLarge"]) == ("not_ready", "not_leader", "party_too_large")
    assert found["together"]
    assert found["kicked"] == ["kicked", None, 1]
    assert found["left"] == ["left", None]


async def test_a_player_predicts_the_own_ship_as_the_server_moves_it(node: list[str]) -> None:
    found = await played(node, "predict", Orbit)
    assert not found["diverged"]
    assert found["inputs"] > 10
    assert found["p99"] < 0.1  # of an arena of 1000: what the server rounds away
    assert found["starts"] == 2  # the second after the lost connection
    assert found["ahead"] > 0.9
    assert 50 <= found["delayMs"] <= 500


def free_port() -> int:
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        port: int = listener.getsockname()[1]
        return port


async def serving(port: int, folder: Path) -> Process:
    process = await asyncio.create_subprocess_exec(
        *(sys.executable, "-m", "rallypoint", "serve", "tests.server.durable_games:Book", "--port", str(port)),
        *("--ops-port", "0", "--data", str(folder), "--announce", "json", "--log-level", "warning"),
        env=dict(os.environ),
        stdout=PIPE,
    )
    assert process.stdout is not None
    await asyncio.wait_for(process.stdout.readline(), SOON_S)
    return process


async def test_a_server_that_is_killed_and_started_again_finds_its_players_back(
    node: list[str], tmp_path: Path
) -> None:
    port = free_port()
    server = await serving(port, tmp_path)
    try:
        async with scenario(node, "restart", f"ws://127.0.0.1:{port}") as process:
            assert process.stdout is not None
            line = await process.stdout.readline()
            assert line == b"ready\n", (await process.communicate())[1].decode()
            server.kill()
            await server.wait()
            server = await serving(port, tmp_path)
            found = await told(process)
    finally:
        server.kill()
        await server.wait()
    assert found["noted"] == [list(range(1, 21))] * 2
    assert (found["putBy"], found["count"]) == ([20, 20], 40)
    assert found["epochs"][1] > found["epochs"][0]
    assert found["resyncs"] == [1, 1]
    assert found["sameSession"] == 1
    assert any(text.startswith("reconnecting, your seat is kept for") for text in found["texts"])
