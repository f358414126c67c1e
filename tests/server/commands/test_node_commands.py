"""``rallypoint node``, and what all commands share: tokens, roles, exit codes."""

from __future__ import annotations

import asyncio
import stat
import subprocess
import sys
from collections.abc import AsyncIterator
from pathlib import Path

import httpx
import pytest
import structlog

from rallypoint.app import Server
from rallypoint.commands import confirm, node as node_command
from rallypoint.console.principals import Role
from tests.server.commands.command_house import answer, new_session, printed, run
from tests.server.console.desk_house import TOKEN, ask, duel_server
from tests.server.live import SOON_S


@pytest.fixture
async def server(tmp_path: Path) -> AsyncIterator[Server]:
    async with duel_server(data_dir=tmp_path) as running, asyncio.timeout(4 * SOON_S):
        yield running


async def test_a_node_is_shown_in_words_and_as_the_api_answers(server: Server) -> None:
    session = await new_session(server, "ann")
    shown = await printed(server, "node", "show")
    assert "n1, Rallypoint" in shown
    assert "serving: sessions are created" in shown
    assert f"{session}  duel" in shown
    assert set(await answer(server, "node", "show")) == set(await ask(server, "GET", "/node"))


async def test_a_node_is_cordoned_and_uncordoned(server: Server) -> None:
    assert "cordoned since" in await printed(server, "node", "cordon")
    assert (await ask(server, "GET", "/node"))["state"] == "cordoned"
    assert "sessions are created" in await printed(server, "node", "uncordon")


async def test_a_drain_with_an_end_asks_first(server: Server, monkeypatch: pytest.MonkeyPatch) -> None:
    await new_session(server, "ann")
    refused = await run(server, "node", "drain", "--end-after", "60", code=2)
    assert "1 session now" in refused.stderr
    assert "--yes" in refused.stderr
    monkeypatch.setattr(confirm, "_is_somebody_there", lambda: True)
    await run(server, "node", "drain", "--end-after", "60", code=1, typing="n\n")
    assert (await ask(server, "GET", "/node"))["state"] == "serving"
    done = await run(server, "node", "drain", "--end-after", "60", typing="y\n")
    assert "1 of 1 session left" in done.stdout
    assert (await ask(server, "GET", "/node"))["cordon"]["end_at"] is not None


async def test_a_drain_can_be_waited_for(server: Server, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(node_command, "LOOK_S", 0.05)
    session = await new_session(server, "ann")
    waiting = asyncio.create_task(run(server, "node", "drain", "--wait"))
    while (await ask(server, "GET", "/node"))["state"] == "serving":
        await asyncio.sleep(0.01)
    assert not waiting.done()
    await ask(server, "POST", f"/sessions/{session}/end", 202)
    assert "drained since" in (await waiting).stdout


async def test_waiting_for_a_drain_fails_if_somebody_takes_it_back(
    server: Server, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(node_command, "LOOK_S", 0.05)
    await new_session(server, "ann")
    waiting = asyncio.create_task(run(server, "node", "drain", "--wait", code=1))
    while (await ask(server, "GET", "/node"))["state"] == "serving":
        await asyncio.sleep(0.01)
    await ask(server, "POST", "/node/uncordon")
    assert "sessions are created" in (await waiting).stdout


async def test_settings_are_listed_without_secrets(server: Server) -> None:
    changed = await printed(server, "node", "settings", "--changed")
    assert "(set)" in changed
    assert TOKEN not in changed
    assert "checkpoint_s" not in changed
    assert "checkpoint_s" in await printed(server, "node", "settings")


async def test_what_operators_did_is_listed(server: Server) -> None:
    _, token = await server.operators.new_token("vic", Role.VIEWER, None)
    refused = await run(server, "node", "cordon", token=token, code=4)
    assert refused.stderr == "rallypoint: that needs the role admin, and yours is viewer\n"
    said = await run(server, "node", "audit", "--operator", "vic", token=token)
    assert [line.split()[1:] for line in said.stdout.splitlines()[1:]] == [
        ["vic", "cordon_node", "403", "viewer", "token", "127.0.0.1"]
    ]
    assert (await answer(server, "node", "audit", "--action", "cordon_node"))["rows"][0]["operator"] == "vic"


async def test_a_wrong_token_ends_with_code_4_and_is_not_shown(server: Server) -> None:
    result = await run(server, "node", "show", token="a-token-that-is-wrong", code=4)
    assert "rallypoint operators token NAME" in result.stderr
    assert "a-token-that-is-wrong" not in result.output
    result = await run(server, "node", "show", token="", code=4)
    assert "there is no token" in result.stderr


async def test_a_refusal_is_json_too_if_that_is_asked_for(server: Server) -> None:
    assert (await answer(server, "queues", "pause", "nothing", code=1))["error"] == "unknown"


async def test_a_token_may_come_from_a_file(server: Server, tmp_path: Path) -> None:
    file = tmp_path / "token"
    file.write_text(f"{TOKEN}\n", encoding="utf-8")
    file.chmod(stat.S_IRUSR)
    assert "n1" in (await run(server, "node", "show", "--token-file", str(file), token="")).stdout


async def test_who_does_not_answer_is_code_3(server: Server) -> None:
    gone = await run(server, "node", "show", "--url", "http://127.0.0.1:9", code=3)
    assert "nothing answers at http://127.0.0.1:9" in gone.stderr
    game_port = f"http://127.0.0.1:{httpx.URL(server.lobby_url).port}"
    assert "no operations port" in (await run(server, "node", "show", "--url", game_port, code=3)).stderr


async def test_what_is_typed_wrongly_is_code_2(server: Server) -> None:
    assert "--url" in (await run(server, "node", "show", "--url", "nonsense", code=2)).stderr
    await run(server, "node", "drain", "--end-after", "-1", code=2)
    await run(server, "node", "nothing", code=2)


async def test_a_command_leaves_the_logs_of_its_process_alone(server: Server) -> None:
    before = structlog.get_config()
    await run(server, "node", "show")
    assert structlog.get_config() == before


@pytest.mark.parametrize(
    ("typed", "said"), [([], "node players queues sessions top"), (["queues", "pause"], "Example")]
)
def test_the_command_has_them_all(typed: list[str], said: str) -> None:
    command = [sys.executable, "-m", "rallypoint", *typed, "--help"]
    done = subprocess.run(command, capture_output=True, text=True, check=True, timeout=60)
    assert set(said.split()) <= set(done.stdout.replace(":", "").split())
