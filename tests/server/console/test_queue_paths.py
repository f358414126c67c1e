"""Operators look at queues, pause them and try other rules, over the HTTP API of a whole server."""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import AsyncIterator
from typing import Any

import pytest
from pydantic import TypeAdapter

from rallypoint.app import Server
from rallypoint.runtime.dry_run import DryRunOut
from rallypoint.runtime.queue_info import QueueInfo, RulesInfo, TicketPage, TicketWhy
from rallypoint_client import Lobby, connect
from tests.server.console.desk_house import ask, duel_server
from tests.server.live import SOON_S


@pytest.fixture
async def server() -> AsyncIterator[Server]:
    async with duel_server() as running, asyncio.timeout(4 * SOON_S):
        yield running


async def queue(server: Server, name: str) -> QueueInfo:
    all_ = TypeAdapter(list[QueueInfo]).validate_python(await ask(server, "GET", "/queues"))
    return next(one for one in all_ if one.queue == name)


async def page(server: Server, path: str) -> TicketPage:
    return TypeAdapter(TicketPage).validate_python(await ask(server, "GET", path))


@contextlib.asynccontextmanager
async def waiting(server: Server, name: str, *players: tuple[str, dict[str, Any]]) -> AsyncIterator[list[Lobby]]:
    """These players (a name, and what else they say) wait in that queue, and are gone at the end."""
    async with contextlib.AsyncExitStack() as stack:
        lobbies, tasks = [], []
        for player, more in players:
            lobby = await stack.enter_async_context(connect(server.lobby_url, name=player))
            before = server.lobby.waiting(name)
            tasks.append(asyncio.ensure_future(lobby.play(name, **more)))
            while server.lobby.waiting(name) == before:
                await asyncio.sleep(0.005)
            lobbies.append(lobby)
        yield lobbies
        for task in tasks:
            task.cancel()
        await asyncio.wait(tasks)


@pytest.mark.parametrize("name", ["duel", "ranked"])
async def test_a_paused_queue_matches_nobody_and_keeps_all_places(server: Server, name: str) -> None:
    paused = await ask(server, "POST", f"/queues/{name}/pause")
    assert (paused["paused"], paused["paused_since"] > 1e9) == (True, True)
    async with connect(server.lobby_url, name="Ann") as ann, connect(server.lobby_url, name="Bob") as bob:
        tasks = [asyncio.ensure_future(one.play(name)) for one in (ann, bob)]
        while (before := await queue(server, name)).waiting < 2:
            pass
        kind = "rules" if name == "ranked" else "quick"
        assert (before.waiting, before.players, before.paused, before.kind) == (2, 2, True, kind)
        assert before.oldest_since is not None
        rows = await page(server, f"/queues/{name}/tickets?limit=1")
        assert (rows.total, rows.matched, len(rows.rows)) == (2, 2, 1)
        assert (rows.rows[0].state, rows.rows[0].text) == ("waiting", "the queue is paused")
        told = await ask(server, "GET", f"/queues/{name}/tickets/{rows.rows[0].ticket}")
        assert told["text"] == "this queue is paused by an operator"
        assert (await ann.explain()).queues[0].text == told["text"], "its players are told the same"
        assert not server.node.hosts
        assert not (await ask(server, "POST", f"/queues/{name}/resume"))["paused"]
        assert len({(await one).session for one in tasks}) == 1
        after = await queue(server, name)
        assert (after.waiting, after.oldest_since, after.matches) == (0, None, 1)
        assert after.matches_per_min > 0
        assert after.wait_p90_s is not None


async def test_tickets_are_found_by_name_and_explained_rule_by_rule(server: Server) -> None:
    ann, bob = ("Ann", {"attributes": {"level": 1}}), ("Bob", {"attributes": {"level": 9}})
    async with waiting(server, "picky", ann, bob):
        found = await page(server, "/queues/picky/tickets?q=BO")
        assert (found.total, found.matched, [one.players[0].name for one in found.rows]) == (2, 1, ["Bob"])
        assert (await page(server, "/queues/picky/tickets?offset=1")).rows[0].ticket == found.rows[0].ticket
        why = TypeAdapter(TicketWhy).validate_python(
            await ask(server, "GET", f"/queues/picky/tickets/{found.rows[0].ticket}")
        )
        assert (why.tightest, why.players[0].name, why.nearby, why.state) == ("level", "Bob", 0, "waiting")
        assert (why.rules[0]["passes"], why.rules[0]["of"]) == (0, 1)
        assert abs(why.queued_at - found.rows[0].queued_at) < 0.2


async def test_explanations_are_bounded(server: Server) -> None:
    async with waiting(server, "ranked", ("Ann", {})):
        ticket = (await page(server, "/queues/ranked/tickets")).rows[0].ticket
        desk = server.desks.queues
        assert desk is not None
        answers = [desk.explain("ranked", ticket) for _ in range(40)]
        assert 20 <= sum(isinstance(one, dict) for one in answers) < 40


async def test_who_is_away_or_asked_is_seen(server: Server) -> None:
    async with waiting(server, "ranked", ("Ann", {})):
        assert (await page(server, "/queues/ranked/tickets")).rows[0].state == "waiting"
        for connection in server.game_port.connections:
            connection.transport.abort()
        while (row := (await page(server, "/queues/ranked/tickets")).rows[0]).state != "away":
            pass
        assert not row.players[0].here


async def test_a_queue_or_ticket_that_is_not_there_is_unknown(server: Server) -> None:
    for method, path in (
        ("GET", "/queues/nothing/tickets"),
        ("GET", "/queues/nothing/rules"),
        ("POST", "/queues/nothing/pause"),
        ("POST", "/queues/nothing/resume"),
        ("GET", "/queues/duel/tickets/nothing"),
    ):
        assert (await ask(server, method, path, 404))["error"] == "unknown"
    assert (await ask(server, "POST", "/queues/nothing/dry-run", 404, rules=""))["error"] == "unknown"


async def test_rules_are_told_in_words_and_as_they_can_be_written(server: Server) -> None:
    picky = TypeAdapter(RulesInfo).validate_python(await ask(server, "GET", "/queues/picky/rules"))
    assert "level: within 3" in picky.text
    assert picky.toml.startswith("[queue.picky]\n")
    quick = TypeAdapter(RulesInfo).validate_python(await ask(server, "GET", "/queues/duel/rules"))
    assert (quick.kind, quick.toml, "2 players" in quick.text) == ("quick", "", True)


async def test_other_rules_are_tried_on_those_who_wait_and_nothing_is_changed(server: Server) -> None:
    players = [(name, {"attributes": {"level": level}}) for name, level in (("Ann", 1), ("Bob", 9), ("Cid", 12.5))]
    async with waiting(server, "picky", *players):
        toml = (await ask(server, "GET", "/queues/picky/rules"))["toml"]
        told = await ask(server, "POST", "/queues/picky/dry-run", rules=toml.replace("limit = 3", "limit = 4"))
        tried = TypeAdapter(DryRunOut).validate_python(told)
        assert (tried.ok, tried.errors, tried.left_out) == (True, [], 0)
        assert tried.now is not None
        assert tried.then is not None
        assert (tried.now.tickets, tried.now.matches, tried.now.wait_mean_s) == (3, 0, None)
        assert (tried.then.tickets, tried.then.matches, tried.then.tickets_matched) == (3, 1, 2)
        assert tried.then.whole
        assert tried.changed == ["level: within 4 instead of within 3"]
        assert (await page(server, "/queues/picky/tickets")).total == 3
        assert not server.node.hosts
        same = await ask(server, "POST", "/queues/picky/dry-run", rules=toml)
        assert (same["changed"], same["now"]) == ([], same["then"])


@pytest.mark.parametrize(
    ("rules", "line", "text"),
    [
        ('[queue.picky]\nteams = "1v1"\nreddy_s = 3\n', 3, "Did you mean `ready_s`?"),
        ('[queue.picky]\nteams = "1v1\n', 2, ""),
        ('[queue.picky]\nteams = "4v4"\n', 2, ""),
        ('[queue.other]\nteams = "1v1"\n', None, "write the rules of one queue, as [queue.picky]"),
        ("", None, ""),
    ],
)
async def test_rules_that_cannot_be_are_refused_with_their_line(
    server: Server, rules: str, line: int | None, text: str
) -> None:
    told = await ask(server, "POST", "/queues/picky/dry-run", rules=rules)
    assert (told["ok"], told["now"], told["then"]) == (False, None, None)
    (error,) = told["errors"]
    assert error["line"] == line
    assert text in error["text"]
    assert not error["text"].startswith("rules")


async def test_a_queue_of_quick_matches_has_no_rules_to_be_tried(server: Server) -> None:
    assert (await ask(server, "POST", "/queues/duel/dry-run", 409, rules=""))["error"] == "no_rules"
    await ask(server, "POST", "/queues/picky/dry-run", 422, rules="#" * 16_385)
