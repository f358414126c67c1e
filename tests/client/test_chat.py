"""A chat, over real sockets."""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import AsyncIterator

import pytest

from rallypoint_client.chat import Room
from rallypoint_client.errors import InvalidInput, LobbyClosed, RequestRefused, SessionGone
from rallypoint_client.lobby import Lobby
from rallypoint_protocol.close import CloseCode
from rallypoint_protocol.codec import encode
from rallypoint_protocol.messages import Answer
from tests.client.lobbies import comes_back, met, starts_over
from tests.client.loops import on_both_loops
from tests.client.scripted_server import LISTEN, SAY, UNLISTEN, Guest, ScriptedServer
from tests.client.wire import chat, line


@contextlib.asynccontextmanager
async def listening(room: str = "", *, fresh: bool = False) -> AsyncIterator[tuple[ScriptedServer, Guest, Lobby, Room]]:
    """A chat that was let in to, in which one line was said and taken."""
    async with met(fresh=fresh) as (server, guest, lobby):
        opening = asyncio.create_task(lobby.chat(room))
        assert await guest.answer(LISTEN) == [room]
        await guest.send(chat(line(1), room=room))
        made = await opening
        assert (await anext(made)).n == 1
        yield server, guest, lobby, made


@on_both_loops
async def test_what_is_said_comes_to_all_who_listen():
    async with listening() as (_, guest, _lobby, room):
        saying = asyncio.create_task(room.say("hi"))
        assert await guest.answer(SAY) == ["", "hi"]
        await saying
        await guest.send(chat(line(2, "hi", name="Ann"), line(3, "hello")))
        said = [await anext(room), await anext(room)]
        assert [(one.name, one.text, one.missed) for one in said] == [("Ann", "hi", 0), ("Bob", "hello", 0)]
        assert [one.n for one in room.lines] == [1, 2, 3]


@on_both_loops
async def test_what_the_server_will_not_have_said_is_refused():
    async with listening() as (_, guest, _lobby, room):
        saying = asyncio.create_task(room.say("hi"))
        await guest.answer(SAY, error="too_fast", reason="slowly")
        with pytest.raises(RequestRefused, match="too_fast: slowly"):
            await saying
        for text in ("", "x" * 241):
            with pytest.raises(InvalidInput, match="1 to 240 characters"):
                await room.say(text)


@on_both_loops
async def test_a_sessions_chat_is_one_of_its_own():
    async with listening("s") as (_, guest, lobby, room):
        assert room.id == "s"
        assert await lobby.chat("s") is room
        opening = asyncio.create_task(lobby.chat())
        await guest.answer(LISTEN)
        await guest.send(chat(line(9), room=""), chat(line(2), room="s"), chat(line(5), room="unknown"))
        assert (await anext(await opening)).n == 9
        assert (await anext(room)).n == 2


@on_both_loops
async def test_a_chat_that_one_may_not_listen_to_says_so_and_may_be_tried_again():
    async with met() as (_, guest, lobby):
        for _ in range(2):
            opening = asyncio.create_task(lobby.chat("s"))
            await guest.answer(LISTEN, error="unknown")
            with pytest.raises(RequestRefused, match="unknown"):
                await opening


@on_both_loops
async def test_after_a_resume_nothing_is_repeated_and_a_gap_is_told():
    async with listening() as (server, guest, _, room):
        guest = await comes_back(server, guest)
        await guest.send(chat(line(1), line(5)))
        one = await anext(room)
        assert (one.n, one.missed) == (5, 3)


@on_both_loops
async def test_a_line_is_said_once_though_its_answer_was_lost():
    async with listening() as (server, guest, _, room):
        saying = asyncio.create_task(room.say("hi"))
        request = await guest.receive(SAY)
        guest = await comes_back(server, guest)
        again = await guest.receive(SAY)
        assert again == request
        await guest.send(encode(Answer(again[1])))
        await saying


@on_both_loops
async def test_a_fresh_lobby_listens_again_also_to_a_server_that_counts_from_one():
    async with listening(fresh=True) as (server, guest, _, room):
        guest = await starts_over(server, guest)
        assert await guest.answer(LISTEN) == [""]
        await guest.send(chat(line(1, "new", at_ms=9)))
        assert (await anext(room)).text == "new"


@on_both_loops
async def test_a_fresh_lobby_that_may_not_listen_any_more_ends_the_chat():
    async with listening("s", fresh=True) as (server, guest, lobby, room):
        guest = await starts_over(server, guest)
        await guest.answer(LISTEN, error="unknown")
        with pytest.raises(RequestRefused, match="unknown"):
            await anext(room)
        with pytest.raises(RequestRefused, match="unknown"):
            await room.say("hi")
        opening = asyncio.create_task(lobby.chat("s"))
        await guest.answer(LISTEN)
        assert await opening is not room


@on_both_loops
async def test_who_closes_it_hears_what_came_before_and_no_more():
    async with listening() as (_, guest, lobby, room):
        await guest.send(chat(line(2)))
        while len(room.lines) < 2:
            await asyncio.sleep(0)
        async with room:
            pass
        await room.close()
        assert await guest.receive(UNLISTEN) == [UNLISTEN, 2, ""]
        assert [one.n async for one in room] == [2]
        with pytest.raises(LobbyClosed):
            await room.say("hi")
        opening = asyncio.create_task(lobby.chat())
        await guest.answer(LISTEN)
        assert await opening is not room


@on_both_loops
async def test_it_ends_with_its_lobby():
    async with listening() as (server, guest, _, room):
        waiting = asyncio.ensure_future(anext(room))
        guest.cut()
        await (await server.guest()).close(CloseCode.UNKNOWN)
        with pytest.raises(SessionGone):
            await waiting
        await room.close()
    async with listening() as (_, _guest, lobby, room):
        await lobby.close()
        assert [one async for one in room] == []
