"""``rallypoint players``."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from typing import Any

import pytest
from typer.testing import CliRunner

from rallypoint.app import Server
from rallypoint.commands.api_client import ApiClient
from rallypoint_client import connect
from tests.server.commands.command_house import answer, commands, new_session, printed, run
from tests.server.console.desk_house import duel_server
from tests.server.live import SOON_S

ROW: dict[str, Any] = {
    "player": "p1",
    "name": "\x1b[2J\u202e[bold]x[/bold]\x9b31m",
    "bot": False,
    "place": "seated",
    "away": False,
    "since_at": 1_800_000_000.0,
    "queue": None,
    "session": "5f0c9a1be2d34c77",
    "game": "duel",
    "seat": 0,
    "seat_state": "connected",
    "behind_ms": 12.0,
    "quality": "good",
    "muted_until": None,
}


@pytest.fixture
async def server() -> AsyncIterator[Server]:
    async with duel_server() as running, asyncio.timeout(4 * SOON_S):
        yield running


@pytest.mark.parametrize("form", [[], ["--json"]])
def test_even_a_name_that_no_server_lets_through_does_nothing(monkeypatch: pytest.MonkeyPatch, form: list[str]) -> None:
    page = {"total": 1, "matched": 1, "rows": [ROW]}
    monkeypatch.setattr(ApiClient, "get", lambda self, path, **query: page)
    shown = CliRunner().invoke(commands, ["players", "list", *form], env={"RALLYPOINT_TOKEN": "t"})
    assert shown.exit_code == 0, shown.output
    assert not {"\x1b", "\u202e", "\x9b"} & set(shown.output)
    assert "[bold]x[/bold]" in shown.output


async def test_players_are_listed_and_shown(server: Server) -> None:
    session = await new_session(server, "ann", "bob", names=("[i]Ann[/i]",))
    found = await answer(server, "players", "list", "--place", "seated", "--sort", "name")
    assert {row["player"] for row in found["rows"]} == {"ann", "bob"}
    listed = await printed(server, "players", "list", "--q", "ann")
    (row,) = (line for line in listed.splitlines() if line.startswith("ann"))
    assert "[i]Ann[/i]" in row
    assert session in row
    assert listed.splitlines()[-1] == "1 of 2 players match"
    shown = await printed(server, "players", "show", "ann")
    assert "[i]Ann[/i]" in shown
    assert session in shown
    assert (await answer(server, "players", "show", "ann"))["player"] == "ann"
    assert "no such player" in (await run(server, "players", "show", "nobody", code=1)).stderr


async def test_a_player_is_told_something_muted_and_removed(server: Server) -> None:
    async with connect(server.lobby_url, name="Ann") as ann:
        id_ = ann.player
        assert f"{id_} is told\n" == await printed(server, "players", "message", id_, "--text", "hello")
        assert f"{id_} is muted until" in await printed(server, "players", "mute", id_, "--minutes", "5")
        assert "muted" in await printed(server, "players", "show", id_)
        assert f"{id_} may chat again\n" == await printed(server, "players", "unmute", id_)
        assert f"{id_} was not muted\n" == await printed(server, "players", "unmute", id_)
        assert f"{id_} is removed from 1 place\n" == await printed(server, "players", "kick", id_)
        assert (await answer(server, "players", "list"))["total"] == 0


async def test_many_are_counted_first(server: Server) -> None:
    await new_session(server, "ann", "bob")
    refused = await run(server, "players", "mute", "--place", "seated", code=2)
    assert "2 players match" in refused.stderr
    assert "--yes" in refused.stderr
    assert (await answer(server, "players", "show", "ann"))["mute"] is None
    muted = await run(server, "players", "mute", "--place", "seated", "--minutes", "5", "--yes")
    assert muted.stdout == "2 players muted\n"
    assert (await answer(server, "players", "show", "ann"))["mute"] is not None
    assert await answer(server, "players", "kick", "--q", "bob", "--yes") == {"matched": 1, "done": 1}
    assert "say which players" in (await run(server, "players", "kick", "--yes", code=2)).stderr
