"""The live list of sessions, over real sockets."""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import AsyncIterator
from typing import Any

import pytest

from rallypoint_client.errors import RequestRefused, SessionGone
from rallypoint_client.listing import Change
from rallypoint_client.lobby import Lobby
from rallypoint_client.session_list import SessionList
from rallypoint_protocol.close import CloseCode
from rallypoint_protocol.codec import encode
from rallypoint_protocol.messages import Answer
from tests.client.lobbies import comes_back, met, starts_over
from tests.client.loops import on_both_loops
from tests.client.scripted_server import ACK, UNWATCH, WATCH, Guest, ScriptedServer
from tests.client.wire import listing, row


@contextlib.asynccontextmanager
async def listed(*, fresh: bool = False) -> AsyncIterator[tuple[ScriptedServer, Guest, Lobby, SessionList]]:
    """A list with the session "a" in it."""
    async with met(fresh=fresh) as (server, guest, lobby):
        entering = asyncio.create_task(enter(lobby.sessions("duel")))
        await guest.answer(WATCH)
        await guest.send(listing(1, row("a"), whole=True, total=1))
        sessions = await entering
        yield server, guest, lobby, sessions


async def enter(sessions: SessionList) -> SessionList:
    return await sessions.__aenter__()


def ids(sessions: SessionList) -> list[str]:
    return [row.id for row in sessions.rows]


async def ended(sessions: SessionList) -> bool:
    return [change async for change in sessions] == []


@on_both_loops
async def test_it_is_asked_for_with_its_conditions_and_there_when_the_block_is_entered():
    async with met() as (_, guest, lobby):
        sessions = lobby.sessions("duel", where=["free > 0", ("meta.map", "=", "desert")], limit=7)
        entering = asyncio.create_task(enter(sessions))
        question = await guest.answer(WATCH)
        assert question == ["duel", [["free", ">", 0], ["meta.map", "=", "desert"]], 7]
        await guest.send(listing(1, row("b"), row("a"), whole=True, total=9, counts={"lobby": 4}))
        await entering
        assert (ids(sessions), sessions.total, sessions.counts) == (["b", "a"], 9, {"lobby": 4})
        assert await guest.receive(ACK) == [ACK, 0, 1, 0]
        await sessions.__aexit__(None, None, None)
        assert (await guest.receive(UNWATCH))[0] == UNWATCH
        assert await ended(sessions)


@on_both_loops
async def test_it_can_be_opened_again_and_begins_with_nothing():
    async with listed() as (_, guest, _lobby, sessions):
        sessions.close()
        entering = asyncio.create_task(enter(sessions))
        await guest.answer(WATCH)
        await asyncio.sleep(0)
        assert not entering.done()
        await guest.send(listing(2, row("b"), whole=True))
        assert ids(await entering) == ["b"]


@on_both_loops
async def test_changes_come_as_they_happen_and_those_that_nobody_took_become_one():
    async with listed() as (_, guest, _lobby, sessions):
        await guest.send(listing(2, row("a", players=2), row("b"), total=2))
        assert await anext(sessions) == Change([row("b")], [row("a", players=2)], [])
        await guest.send(listing(3, row("c"), total=3), listing(4, gone=["a"], total=2), listing(5, total=2))
        await guest.receive(ACK)
        while await guest.receive(ACK) != [ACK, 0, 5, 0]:
            pass
        assert await anext(sessions) == Change([row("c")], [], [row("a", players=2)])
        assert ids(sessions) == ["b", "c"]


@pytest.mark.parametrize("wrong", [{"limit": 0}, {"limit": 101}, {"where": ["map = desert"]}])
async def test_a_question_that_makes_no_sense_is_not_asked(wrong):
    async with met() as (_, _guest, lobby):
        with pytest.raises(ValueError):
            lobby.sessions("duel", **wrong)


@on_both_loops
async def test_a_refused_list_says_why():
    async with met() as (_, guest, lobby):
        entering = asyncio.create_task(enter(lobby.sessions("chess")))
        await guest.answer(WATCH, error="unknown_game")
        with pytest.raises(RequestRefused, match="unknown_game"):
            await entering


@on_both_loops
async def test_it_is_true_again_after_a_resume():
    async with listed() as (server, guest, _, sessions):
        guest = await comes_back(server, guest)
        await guest.send(listing(1, row("b"), whole=True), listing(2, row("b", players=2)))
        assert await guest.receive(ACK) == [ACK, 0, 1, 0]
        assert await guest.receive(ACK) == [ACK, 0, 2, 0]
        assert await anext(sessions) == Change([row("b", players=2)], [], [row("a")])


@on_both_loops
async def test_an_answer_that_was_lost_with_its_connection_leaves_no_doubt_whose_list_it_is():
    """The server may go on with the former list or with this one: it is asked again, on this connection."""
    async with listed() as (server, guest, lobby, former):
        entering = asyncio.create_task(enter(lobby.sessions("")))
        await guest.receive(WATCH)
        guest = await comes_back(server, guest)
        await guest.send(listing(1, row("former"), whole=True))
        await guest.answer(WATCH)
        await guest.send(listing(2, row("perhaps"), whole=True))
        await guest.answer(WATCH)
        await guest.send(listing(3, row("mine"), whole=True))
        assert ids(await entering) == ["mine"]
        assert await ended(former)


@on_both_loops
async def test_a_fresh_lobby_asks_again_and_the_list_goes_on():
    async with listed(fresh=True) as (server, guest, _, sessions):
        guest = await starts_over(server, guest)
        assert (await guest.answer(WATCH))[0] == "duel"
        await guest.send(listing(1, row("b"), whole=True))
        assert await anext(sessions) == Change([row("b")], [], [row("a")])


@on_both_loops
async def test_a_fresh_lobby_that_is_refused_the_list_ends_it():
    async with listed(fresh=True) as (server, guest, _, sessions):
        guest = await starts_over(server, guest)
        await guest.answer(WATCH, error="too_fast")
        with pytest.raises(RequestRefused, match="too_fast"):
            await anext(sessions)


@on_both_loops
async def test_it_ends_with_a_lobby_that_is_gone():
    async with listed() as (server, guest, _, sessions):
        waiting = asyncio.ensure_future(anext(sessions))
        guest.cut()
        await (await server.guest()).close(CloseCode.UNKNOWN)
        with pytest.raises(SessionGone):
            await waiting
        sessions.close()


@on_both_loops
async def test_it_ends_with_a_lobby_that_is_closed():
    async with listed() as (_, _guest, lobby, sessions):
        waiting = asyncio.ensure_future(ended(sessions))
        await asyncio.sleep(0)
        await lobby.close()
        assert await waiting


@on_both_loops
async def test_another_list_ends_the_former_and_takes_none_of_its_news():
    async with listed() as (_, guest, lobby, former):
        waiting = asyncio.ensure_future(ended(former))
        entering = asyncio.create_task(enter(lobby.sessions("")))
        request = await guest.receive(WATCH)
        # what is still on its way is the former's, and the answer and the new list may come in one piece
        await guest.send(listing(2, row("former"), whole=True))
        await guest.send(encode(Answer(request[1])), listing(3, row("mine"), whole=True))
        assert ids(await entering) == ["mine"]
        assert await waiting
        assert ids(former) == ["a"]
        former.close()
        later = asyncio.create_task(lobby.cancel())
        await guest.answer(17, error="not_queued")  # and no unwatch of the former before it
        with pytest.raises(RequestRefused):
            await later


@on_both_loops
async def test_only_one_task_may_wait_for_its_changes():
    async with listed() as (_, _guest, _lobby, sessions):
        waiting = asyncio.ensure_future(anext(sessions))
        await asyncio.sleep(0)
        with pytest.raises(RuntimeError, match="one list of sessions"):
            await anext(sessions)
        waiting.cancel()
        await asyncio.wait([waiting])


@on_both_loops
async def test_a_block_that_is_cancelled_on_its_way_in_asks_for_no_more():
    async with met() as (_, guest, lobby):
        entering: asyncio.Task[Any] = asyncio.create_task(enter(lobby.sessions("duel")))
        await guest.receive(WATCH)
        entering.cancel()
        assert (await guest.receive())[0] == UNWATCH
        with pytest.raises(asyncio.CancelledError):
            await entering
