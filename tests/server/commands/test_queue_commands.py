"""``rallypoint queues``."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from rallypoint.app import Server
from rallypoint_client import connect
from tests.server.commands.command_house import answer, printed, run
from tests.server.console.desk_house import ask, duel_server
from tests.server.live import SOON_S


@pytest.fixture
async def server() -> AsyncIterator[Server]:
    async with duel_server() as running, asyncio.timeout(4 * SOON_S):
        yield running


async def test_queues_are_listed_paused_and_resumed(server: Server) -> None:
    listed = await printed(server, "queues", "list")
    assert [line.split()[:3] for line in listed.splitlines()[1:]] == [
        ["duel", "duel", "quick"],
        ["ranked", "duel", "rules"],
        ["picky", "duel", "rules"],
    ]
    assert await printed(server, "queues", "pause", "ranked") == "ranked is paused: 0 tickets of 0 players waiting\n"
    assert (await answer(server, "queues", "list"))[1]["paused"]
    assert await printed(server, "queues", "resume", "ranked") == "ranked matches: 0 tickets of 0 players waiting\n"


async def test_a_ticket_is_found_and_says_why_it_waits(server: Server) -> None:
    async with connect(server.lobby_url, name="[i]Ann[/i]") as ann:
        waiting = asyncio.create_task(ann.play("picky"))
        while not (found := await answer(server, "queues", "tickets", "picky"))["rows"]:
            await asyncio.sleep(0.01)
        ticket = found["rows"][0]["ticket"]
        shown = await printed(server, "queues", "tickets", "picky", "--q", "ann")
        assert f"[i]Ann[/i] ({ann.player})" in shown
        why = await printed(server, "queues", "why", "picky", ticket)
        assert f"{ticket} in picky: waiting" in why
        assert (await ask(server, "GET", f"/queues/picky/tickets/{ticket}"))["text"].split(",")[0] in why
        waiting.cancel()
    assert await printed(server, "queues", "tickets", "ranked") == "No tickets.\n"
    assert (await answer(server, "queues", "why", "picky", "nothing", code=1))["error"] == "unknown"


async def test_rules_can_be_written_to_a_file_changed_and_tried(server: Server, tmp_path: Path) -> None:
    file = tmp_path / "picky.toml"
    assert "within 3" in await printed(server, "queues", "rules", "picky")
    file.write_text(await printed(server, "queues", "rules", "picky", "--toml"), encoding="utf-8")
    assert "the same rules" in await printed(server, "queues", "dry-run", str(file))
    file.write_text(file.read_text(encoding="utf-8").replace("limit = 3", "limit = 9"), encoding="utf-8")
    tried = await printed(server, "queues", "dry-run", str(file))
    assert "these rules" in tried
    assert "9" in tried
    assert (await answer(server, "queues", "dry-run", str(file)))["ok"]


async def test_rules_that_cannot_be_fail_with_their_line(server: Server, tmp_path: Path) -> None:
    file = tmp_path / "two.toml"
    file.write_text('[queue.ranked]\nteams = "1v1"\n[queue.picky]\nteams = "one"\n', encoding="utf-8")
    tried = await printed(server, "queues", "dry-run", str(file), code=1)
    assert f"{file}:4: teams" in tried
    assert "ranked" in tried
    assert "picky" not in await printed(server, "queues", "dry-run", str(file), "--queue", "ranked")


async def test_files_that_are_none_are_named(server: Server, tmp_path: Path) -> None:
    file = tmp_path / "rules.toml"
    assert "No such file" in (await run(server, "queues", "dry-run", str(file), code=2)).stderr
    file.write_text("[queue.ranked", encoding="utf-8")
    assert "that is no TOML" in (await run(server, "queues", "dry-run", str(file), code=2)).stderr
    file.write_text('[queue.ranked]\nteams = "1v1"\n', encoding="utf-8")
    assert (
        "has no queue other" in (await run(server, "queues", "dry-run", str(file), "--queue", "other", code=2)).stderr
    )
