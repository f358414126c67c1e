"""A client in JavaScript, written from docs/protocol.md alone: it knows the vectors, and plays with this server."""

from __future__ import annotations

import asyncio
import json
import re
import shutil
import subprocess
from pathlib import Path
from typing import Any

import pytest

from games.fourline import FourLine
from rallypoint.app import Server
from rallypoint.config import Settings

HERE = Path(__file__).parent
VECTORS = HERE.parents[1] / "shared/vectors"
FILES = ["package.json", "package-lock.json", "state.mjs", "client.mjs", "fourline.mjs", "vectors.mjs"]
NODE = 18
UNREACHABLE = re.compile(r"\b(EAI_AGAIN|ECONN\w+|EHOSTUNREACH|ENETUNREACH|ENOTFOUND|ERR_SOCKET_TIMEOUT|ETIMEDOUT)\b")
"""What npm says if it does not come through to its registry. Anything else is an error."""


@pytest.fixture(scope="session")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The client with its packages, in a folder of its own."""
    node, npm = shutil.which("node"), shutil.which("npm")
    if node is None or npm is None:
        pytest.skip("needs node and npm")
    version = subprocess.run([node, "--version"], capture_output=True, text=True, check=True).stdout.strip()
    if int(version.removeprefix("v").split(".")[0]) < NODE:
        pytest.skip(f"needs Node {NODE} or newer: this is {version}")
    made = tmp_path_factory.mktemp("stranger")
    for name in FILES:
        shutil.copy(HERE / name, made)
    impatient = ["--fetch-retries=1", "--fetch-retry-mintimeout=500", "--fetch-timeout=20000"]
    command = [npm, "ci", "--prefer-offline", "--no-audit", "--no-fund", *impatient]
    try:
        installed = subprocess.run(command, check=False, cwd=made, capture_output=True, text=True, timeout=90)
    except subprocess.TimeoutExpired:
        pytest.skip("npm could not reach its registry in 90 s")
    if installed.returncode != 0:
        if found := UNREACHABLE.search(installed.stderr):
            pytest.skip(f"npm cannot reach its registry: {found[0]}")
        pytest.fail(installed.stderr)
    return made


async def node(folder: Path, *arguments: str) -> dict[str, Any]:
    """Runs a program of the client; gives the line of JSON that it prints."""
    process = await asyncio.create_subprocess_exec(
        "node", *arguments, cwd=folder, stdout=asyncio.subprocess.PIPE, stderr=asyncio.subprocess.PIPE
    )
    try:
        async with asyncio.timeout(80):
            out, errors = await process.communicate()
    finally:
        if process.returncode is None:
            process.kill()
            await process.communicate()
    assert process.returncode == 0, errors.decode()
    line: dict[str, Any] = json.loads(out)
    return line


def vectors(name: str) -> Any:
    return json.loads((VECTORS / f"{name}.json").read_text(encoding="utf-8"))


async def test_it_knows_all_vectors(folder: Path) -> None:
    done = await node(folder, "vectors.mjs", str(VECTORS))
    steps = {name: [step for each in vectors(name) for step in each["steps"]] for name in ("deltas", "inputs", "lobby")}
    assert done == {
        **{name: len(all_steps) for name, all_steps in steps.items()},
        "crcs": sum(len(step["then"]["channels"]) for step in steps["deltas"] if "then" in step),
        "messages": sum(len(messages) for messages in vectors("messages").values()),
    }


async def test_two_of_them_play_a_game_and_one_is_away_for_a_while(folder: Path) -> None:
    async with Server([FourLine], Settings(port=0, ops_port=0)) as server:
        report = await node(folder, "fourline.mjs", server.lobby_url)
    events = report["events"]

    def in_order(*some: str) -> bool:
        return [event for event in events if event in some] == list(some)

    assert in_order("Bob fresh", "Bob loses the connection", "Bob resumed", "Bob ended", "Bob closed 4001")
    assert in_order("Ann fresh", "Bob loses the connection", "Ann sees Bob away", "Ann sees Bob back", "Ann ended")
    assert in_order("Ann ended", "Ann closed 4001")
    assert "Ann lobby answers" in events
    assert "two different results" not in events
    assert (report["drops"], report["resumes"]) == (1, 1)

    moves = report["moves"]
    assert len(moves) >= 7
    assert report["result"]["winners"] == [(len(moves) - 1) % 2]  # whose disc was the last
    assert report["result"]["reason"] == "four in a line"
    assert report["result"]["data"]["moves"] == moves

    assert report["crc_checked"] > len(moves)  # both check every pass of a turn-based game
    assert report["crc_failed"] == 0
    countdown = report["countdown_s"]  # of the 60 s in which Bob may come back
    assert 50 < countdown[0] < 61
    assert countdown == sorted(countdown, reverse=True)
