"""A rematch, over real sockets."""

from __future__ import annotations

import asyncio
from typing import Any

import pytest

from rallypoint_client.errors import RequestRefused, SessionGone
from rallypoint_protocol.codec import encode
from rallypoint_protocol.messages import Push
from tests.client.lobbies import met, push, starts_over
from tests.client.loops import on_both_loops
from tests.client.scripted_server import CANCEL, MATCH, REMATCH, matched
from tests.client.wire import seated


def again(**more: Any) -> dict[str, Any]:
    return matched("/session/s2", **{"session": "s2", **more})


@on_both_loops
async def test_it_waits_until_all_want_it_and_takes_the_seat():
    async with met() as (server, guest, lobby):
        told: list[Any] = []
        waiting = asyncio.create_task(lobby.rematch("s1", on_wait=lambda *who: told.append(who)))
        assert await guest.answer(REMATCH) == ["s1", True]
        await guest.send(push(1, "rematch", session="s1", wanted=["a"], group=["a", "b"]))
        await guest.send(push(2, "rematch", session="other", wanted=[], group=[]))
        await guest.send(encode(Push(3, "matched", again(rematch="other", session="s9"))))
        await guest.send(encode(Push(4, "matched", again(rematch="s1"))))
        guest = await server.guest()
        assert guest.path == "/session/s2"
        await guest.seat()
        assert (await waiting).index == 0
        assert told == [(["a"], ["a", "b"])]
        assert [offer.session for offer in lobby.offers] == ["s9"]


@on_both_loops
async def test_a_match_that_does_not_name_the_former_session_is_another_one():
    async with met() as (server, guest, lobby):
        waiting = asyncio.create_task(lobby.rematch("s1"))
        await guest.answer(REMATCH)
        await guest.send(push(1, "rematch", session="s1", wanted=["a"], group=["a", "b"]))
        await guest.send(encode(Push(2, "matched", again(game="chess"))))
        await guest.send(encode(Push(3, "matched", again(session="s7"))))
        await guest.send(encode(Push(4, "matched", again(rematch="s1"))))
        await (await server.guest()).seat()
        await waiting
        assert [offer.session for offer in lobby.offers] == ["s2", "s7"]


@pytest.mark.parametrize("reason", ["declined", "left", "expired"])
async def test_if_it_is_off_the_reason_is_told(reason):
    async with met() as (_, guest, lobby):
        waiting = asyncio.create_task(lobby.rematch("s1"))
        await guest.answer(REMATCH)
        await guest.send(push(1, "rematch_off", session="other", reason="left"))
        await guest.send(push(2, "rematch_off", session="s1", reason=reason))
        with pytest.raises(RequestRefused) as caught:
            await waiting
        assert caught.value.code == reason


@on_both_loops
async def test_a_refusal_says_why():
    async with met() as (_, guest, lobby):
        waiting = asyncio.create_task(lobby.rematch("s1"))
        await guest.answer(REMATCH, error="not_over", reason="it is still running")
        with pytest.raises(RequestRefused, match="not_over"):
            await waiting


@on_both_loops
async def test_who_does_not_wait_any_longer_takes_the_wish_back():
    async with met() as (_, guest, lobby):
        waiting = asyncio.create_task(lobby.rematch("s1"))
        await guest.answer(REMATCH)
        waiting.cancel()
        assert await guest.receive() == [REMATCH, 2, "s1", False]
        with pytest.raises(asyncio.CancelledError):
            await waiting


@on_both_loops
async def test_it_can_be_declined():
    async with met() as (_, guest, lobby):
        declining = asyncio.create_task(lobby.decline("s1"))
        assert await guest.answer(REMATCH) == ["s1", False]
        await declining


@on_both_loops
async def test_one_waits_once_for_the_same():
    async with met() as (_, guest, lobby):
        waiting = asyncio.create_task(lobby.rematch("s1"))
        await guest.answer(REMATCH)
        with pytest.raises(RequestRefused, match="already_wanted"):
            await lobby.rematch("s1")
        await guest.send(push(1, "rematch_off", session="s1", reason="left"))
        with pytest.raises(RequestRefused, match="left"):
            await waiting
        waiting = asyncio.create_task(lobby.rematch("s1"))
        await guest.answer(REMATCH, error="unknown")
        with pytest.raises(RequestRefused, match="unknown"):
            await waiting


@on_both_loops
async def test_a_rematch_is_no_quick_match():
    async with met() as (server, guest, lobby):
        quick = asyncio.create_task(lobby.quick_match("duel"))
        await guest.answer(MATCH)
        await guest.send(encode(Push(1, "matched", again(rematch="s1"))))
        while not lobby.offers:
            await asyncio.sleep(0)
        quick.cancel()
        assert (await guest.receive())[0] == CANCEL
        await asyncio.wait([quick])
        taking = asyncio.create_task(lobby.take(lobby.offers[0]))
        await (await server.guest()).send(seated())
        await taking


@on_both_loops
async def test_it_fails_with_the_lobby_session_that_it_was_asked_of():
    async with met(fresh=True) as (server, guest, lobby):
        waiting = asyncio.create_task(lobby.rematch("s1"))
        await guest.answer(REMATCH)
        await starts_over(server, guest)
        with pytest.raises(SessionGone):
            await waiting
