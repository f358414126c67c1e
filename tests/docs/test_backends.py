"""docs/backends.md works as it stands there: its curl commands and its Python, against a real server."""

from __future__ import annotations

import asyncio
import json
import os
import re
import shutil
import sys
import types
from collections.abc import AsyncIterator, Iterator
from pathlib import Path
from typing import Any

import pytest

from rallypoint.app import Server
from rallypoint.config import Settings
from rallypoint.console.api_errors import STATUS
from rallypoint_client import connect

TEXT = (Path(__file__).parents[2] / "docs/backends.md").read_text(encoding="utf-8")
TOKEN = "the-token-of-this-test"
GAME, BACKEND, PLAYER = re.findall(r"```python\n(.*?)```", TEXT, re.DOTALL)
SHELL = "\n".join(re.findall(r"```sh\n(.*?)```", TEXT, re.DOTALL))


@pytest.fixture
def module() -> Iterator[types.ModuleType]:
    """The document as a module."""
    made = types.ModuleType("arena")
    sys.modules["arena"] = made
    exec(compile(GAME, "<document>", "exec"), made.__dict__)
    yield made
    del sys.modules["arena"]


@pytest.fixture
async def server(module: types.ModuleType, tmp_path: Path) -> AsyncIterator[Server]:
    settings = Settings(port=0, ops_port=0, api_token=TOKEN, data_dir=tmp_path)  # type: ignore[arg-type]  # pydantic makes a secret of it
    async with Server([module.Arena], settings) as running:
        yield running


def answers(text: str) -> list[dict[str, Any]]:
    """The JSON objects of an output, one after the other."""
    found, decoder = [], json.JSONDecoder()
    while text := text.strip():
        value, end = decoder.raw_decode(text)
        found.append(value)
        text = text[end:]
    return found


@pytest.mark.skipif(shutil.which("curl") is None or shutil.which("python3") is None, reason="needs curl and python3")
async def test_the_curl_commands_do_what_the_page_says(server: Server) -> None:
    process = await asyncio.create_subprocess_exec(
        *("bash", "-euo", "pipefail", "-c", SHELL.replace("http://127.0.0.1:8081", server.ops.url)),
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.PIPE,
        env={**os.environ, "RALLYPOINT_API_TOKEN": TOKEN},
    )
    out, err = await process.communicate()
    assert process.returncode == 0, (out, err)
    said = [answer for answer in answers(out.decode()) if "error" not in answer]  # a result may be asked for too early
    games, created, more, seen, signalled, described, locked, kicked, listed, ended, result, results, *rated = said
    assert games["games"][0]["name"] == "arena"
    session = created["session"]["id"]
    assert [(seat["player"], seat["name"]) for seat in created["seats"]] == [("user-1042", "Ann"), ("user-77", "Bob")]
    assert created["session"]["code"]
    assert more["seats"][0]["seat"] == 2
    assert [seat["state"] for seat in seen["seats"]] == ["reserved"] * 3
    assert seen["game_state"]["game"]["weather"] == "fair"
    assert signalled["meta"] == {"cup": "autumn"}
    assert described["meta"] == {"cup": "autumn", "round": 2}
    assert locked["locked"]
    assert [row["id"] for row in listed["sessions"]] == [session]
    assert kicked["id"] == ended["id"] == session
    assert (result["outcome"], result["reason"], result["started_at"]) == ("ended", "the cup is over", None)
    assert {seat["player"]: seat["outcome"] for seat in result["seats"]}["user-5"] == "kicked"
    assert results == {"results": [result]}
    assert rated == [{"queue": "ranked", "rows": [], "total": 0, "rank": None}, {"ratings": []}]  # no match was made


async def test_the_python_creates_a_session_and_the_player_comes_to_the_seat(
    module: types.ModuleType, server: Server, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("RALLYPOINT_API_TOKEN", TOKEN)
    backend = BACKEND.replace("http://127.0.0.1:8081", server.ops.url).replace("seat = asyncio.run(main())", "")
    for source in (backend, PLAYER):
        exec(compile(source, "<document>", "exec"), module.__dict__)
    kept = await module.main()
    assert (kept["player"], kept["name"], kept["told"]) == ("user-1042", "Ann", False)
    seat = await module.play(kept, server.lobby_url)
    async for update in seat:
        if update.view.me is not None:
            assert update.view.me.name == "Ann"
            break
    await seat.leave()


async def test_a_player_in_the_lobby_is_told_of_the_seat(
    module: types.ModuleType, server: Server, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("RALLYPOINT_API_TOKEN", TOKEN)
    async with connect(server.lobby_url, name="Bob") as lobby:
        backend = BACKEND.replace("http://127.0.0.1:8081", server.ops.url).replace("seat = asyncio.run(main())", "")
        exec(compile(backend.replace("user-1042", lobby.player), "<document>", "exec"), module.__dict__)
        assert (await module.main())["told"]
        seat = await lobby.take(await lobby.next_offer())
        async for update in seat:
            assert update.view is not None
            break


def test_the_page_has_every_error_word_with_its_status() -> None:
    table = {
        word: row.split("|")[1]
        for row in re.findall(r"^\| \d.*$", TEXT, re.MULTILINE)
        for word in re.findall(r"`([a-z_]+)`", row.split("|")[2])
    }
    for word, status in STATUS.items():
        assert word in table, word
        assert str(status) in table[word], word


def test_what_the_page_links_to_exists() -> None:
    folder = Path(__file__).parents[2] / "docs"
    for target in re.findall(r"\]\(([a-z_.-]+)\)", TEXT):
        assert (folder / target).exists(), target
