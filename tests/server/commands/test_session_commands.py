"""``rallypoint sessions``."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest

from rallypoint.app import Server
from rallypoint.commands import confirm
from rallypoint.commands.session_rows import tree
from tests.server.commands.command_house import answer, new_session, printed, run
from tests.server.console.desk_house import ask, duel_server
from tests.server.live import SOON_S

HOSTILE = "[red]x[/red] :smile:"


@pytest.fixture
async def server() -> AsyncIterator[Server]:
    async with duel_server() as running, asyncio.timeout(4 * SOON_S):
        yield running


async def left(server: Server) -> set[str]:
    rows = (await ask(server, "GET", "/tables/sessions"))["rows"]
    return {row["id"] for row in rows}


async def gone(server: Server, *sessions: str) -> None:
    """A session ends with its next step."""
    while await left(server) & set(sessions):
        await asyncio.sleep(0.02)


async def test_sessions_are_listed_by_page_and_filter(server: Server) -> None:
    ids = [await new_session(server, f"p{n}") for n in range(3)]
    shown = await printed(server, "sessions", "list", "--sort", "created", "--asc", "--limit", "2")
    assert [line.split()[:3] for line in shown.splitlines()[1:3]] == [[id_, "duel", "waiting"] for id_ in ids[:2]]
    assert shown.splitlines()[3].startswith("2 of 3 sessions shown")
    found = await answer(server, "sessions", "list", "--q", "P1")
    assert (found["total"], found["matched"], [row["id"] for row in found["rows"]]) == (3, 1, [ids[1]])
    assert "1 of 3 sessions match" in await printed(server, "sessions", "list", "--q", "p1")
    assert await printed(server, "sessions", "list", "--game", "other") == "No sessions.\n0 of 3 sessions match\n"
    assert not any(line.endswith(" ") for line in shown.splitlines())


async def test_a_long_list_takes_as_many_pages_as_it_needs(server: Server, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("rallypoint.commands.api_client.PAGE_MAX", 2)
    ids = [await new_session(server, f"p{n}") for n in range(5)]
    found = await answer(server, "sessions", "list", "--asc", "--offset", "1", "--limit", "3")
    assert [row["id"] for row in found["rows"]] == ids[1:4]
    found = await answer(server, "sessions", "list", "--asc", "--offset", "3", "--limit", "50")
    assert [row["id"] for row in found["rows"]] == ids[3:]


async def test_a_session_is_shown_with_its_seats_and_a_hostile_name_does_nothing(server: Server) -> None:
    session = await new_session(server, "ann", names=(HOSTILE,))
    shown = await printed(server, "sessions", "show", session)
    assert f"{session} of duel, epoch 1" in shown
    (seat,) = (line for line in shown.splitlines() if "ann" in line)
    assert HOSTILE in seat
    assert "reserved, 9 min" in seat or "reserved, 10 min" in seat
    look = await answer(server, "sessions", "show", session)
    assert look["session"]["id"] == session


async def test_a_hostile_reason_does_nothing_to_a_terminal(server: Server) -> None:
    session = await new_session(server, "ann")
    await run(server, "sessions", "pause", session, "--reason", "\x1b[2J\u202e[bold]x")
    for command in ("show", "timeline"):
        shown = await printed(server, "sessions", command, session)
        assert "\x1b" not in shown
        assert "\u202e" not in shown
        assert "[bold]x" in shown


async def test_a_session_is_paused_stepped_and_resumed(server: Server) -> None:
    session = await new_session(server, "ann")
    assert (await answer(server, "sessions", "step", session, code=1))["error"] == "not_paused"
    assert f"{session} of duel: paused" in await printed(server, "sessions", "pause", session)
    assert f"{session} of duel: paused" in await printed(server, "sessions", "step", session, "--ticks", "3")
    assert f"{session} of duel: waiting" in await printed(server, "sessions", "resume", session)
    kinds = [one["kind"] for one in (await answer(server, "sessions", "timeline", session))["items"]]
    assert kinds[0] == "created"
    assert {"paused", "stepped", "resumed"} <= set(kinds)
    assert "stepped" in await printed(server, "sessions", "timeline", session)


async def test_a_session_is_locked_written_to_and_loses_a_player(server: Server) -> None:
    session = await new_session(server, "ann", "bob")
    assert "locked" in await printed(server, "sessions", "lock", session)
    assert "locked" not in await printed(server, "sessions", "unlock", session)
    await run(server, "sessions", "message", session, "--text", "hello")
    await run(server, "sessions", "kick", session, "ann")
    assert "no such player" in (await run(server, "sessions", "kick", session, "zoe", code=1)).stderr


async def test_the_state_is_printed_field_by_field(server: Server) -> None:
    session = await new_session(server, "ann")
    assert "  status: " in await printed(server, "sessions", "state", session)
    assert (await answer(server, "sessions", "state", session))["session"]["id"] == session


def test_a_state_is_a_tree_of_inert_lines() -> None:
    state: dict[str, Any] = {
        "game": {"round": 3, "name": "\x1b[2J", "where": [1.5, 2]},
        "players": {"0": {"hand": [{"card": 1}]}},
        "entities": {},
    }
    assert list(tree(state)) == [
        "game:",
        "  round: 3",
        r"  name: \x1b[2J",
        "  where: [1.5, 2]",
        "players:",
        "  0:",
        "    hand:",
        "      0:",
        "        card: 1",
        "entities: {}",
    ]


async def test_time_travel_says_which_ticks_there_are_and_what_one_was(tmp_path: Path) -> None:
    async with duel_server(data_dir=tmp_path) as server, asyncio.timeout(4 * SOON_S):
        session = await new_session(server, "ann", "bob")
        ticks = await answer(server, "sessions", "tick", session)
        assert "of duel" in await printed(server, "sessions", "tick", session)
        shown = await printed(server, "sessions", "tick", session, str(ticks["last"]), "--state")
        assert shown.startswith(f"tick {ticks['last']:,}, ")
        assert "State\n" in shown
        assert (await answer(server, "sessions", "tick", session, str(ticks["last"])))["tick"] == ticks["last"]


async def test_a_filter_counts_first_and_then_asks(server: Server, monkeypatch: pytest.MonkeyPatch) -> None:
    ids = {await new_session(server, f"p{n}") for n in range(3)}
    monkeypatch.setattr(confirm, "_is_somebody_there", lambda: True)
    no = await run(server, "sessions", "end", "--game", "duel", "--state", "waiting", code=1, typing="n\n")
    assert "3 sessions match\nEnd 3 sessions?" in no.stderr
    assert "Nothing was done." in no.stderr
    assert await left(server) == ids
    yes = await run(server, "sessions", "end", "--game", "duel", "--state", "waiting", typing="y\n")
    assert yes.stdout.endswith("3 sessions ended\n")
    await gone(server, *ids)


async def test_without_a_terminal_it_says_what_to_type(server: Server, monkeypatch: pytest.MonkeyPatch) -> None:
    session = await new_session(server, "ann")
    monkeypatch.setattr("sys.argv", ["/bin/rallypoint", "sessions", "end", "--q", "a b"])
    refused = await run(server, "sessions", "end", "--q", session, code=2)
    assert "1 session matches" in refused.stderr
    assert "rallypoint sessions end --q 'a b' --yes" in refused.stderr
    assert await left(server) == {session}
    assert (await run(server, "sessions", "end", "--q", session, "--yes")).stdout == "1 session ended\n"
    await gone(server, session)


async def test_if_others_match_by_then_nothing_is_done(server: Server, monkeypatch: pytest.MonkeyPatch) -> None:
    await new_session(server, "ann")
    loop = asyncio.get_running_loop()

    def somebody_comes(matched: str, question: str, *, yes: bool) -> bool:
        asyncio.run_coroutine_threadsafe(new_session(server, "bob"), loop).result(SOON_S)
        return True

    monkeypatch.setattr("rallypoint.commands.bulk.confirmed", somebody_comes)
    assert (await answer(server, "sessions", "pause", "--all", code=1))["error"] == "changed"
    states = [row["state"] for row in (await ask(server, "GET", "/tables/sessions"))["rows"]]
    assert states == ["waiting", "waiting"]


async def test_yes_counts_again_if_others_match_by_then(server: Server, monkeypatch: pytest.MonkeyPatch) -> None:
    await new_session(server, "ann")
    loop, comers = asyncio.get_running_loop(), ["bob"]

    def somebody_comes_once(matched: str, question: str, *, yes: bool) -> bool:
        if comers:
            asyncio.run_coroutine_threadsafe(new_session(server, comers.pop()), loop).result(SOON_S)
        return True

    monkeypatch.setattr("rallypoint.commands.bulk.confirmed", somebody_comes_once)
    assert await answer(server, "sessions", "pause", "--all", "--yes") == {"matched": 2, "done": 2}


async def test_only_what_is_paused_is_resumed_by_a_filter(server: Server) -> None:
    paused, _ = [await new_session(server, name) for name in ("ann", "bob")]
    await run(server, "sessions", "pause", paused)
    assert await answer(server, "sessions", "resume", "--all", "--yes") == {"matched": 1, "done": 1}
    assert await printed(server, "sessions", "resume", "--all", "--yes") == "No session matches.\n"


@pytest.mark.parametrize("typed", [[], ["--game", "duel", "--all"], ["some-id", "--all"], ["some-id", "--q", "x"]])
async def test_it_has_to_be_said_of_whom_in_one_way(server: Server, typed: list[str]) -> None:
    refused = await run(server, "sessions", "end", *typed, "--yes", code=2)
    assert "say which sessions" in refused.stderr


async def test_of_several_ids_the_others_are_done_if_one_fails(server: Server) -> None:
    one, two = [await new_session(server, name) for name in ("ann", "bob")]
    result = await run(server, "sessions", "pause", one, "nothing", two, code=1)
    assert [line.split()[0] for line in result.stdout.splitlines()] == [one, two]
    assert "nothing: there is no such session" in result.stderr
