"""Parties, the block list and leaderboards, over real sockets."""

from __future__ import annotations

import asyncio
from typing import Any

import pytest

from rallypoint_client.errors import RequestRefused, SessionGone
from rallypoint_client.lobby import Lobby
from rallypoint_client.party import Party
from rallypoint_client.waiting import Waiting
from rallypoint_protocol.codec import encode
from rallypoint_protocol.messages import Push
from tests.client.lobbies import comes_back, met, push, starts_over
from tests.client.loops import on_both_loops
from tests.client.scripted_server import (
    ACCEPT,
    BLOCK,
    CANCEL,
    ENQUEUE,
    LEADERBOARD,
    PARTY_CREATE,
    PARTY_JOIN,
    PARTY_KICK,
    PARTY_LEAD,
    PARTY_LEAVE,
    PARTY_READY,
    Guest,
    matched,
)

ME = "player-l"
"""Ann, in these tests."""


def state(n: int, *members: str, leader: str = ME, ready: bool = False, code: str = "K7M2QX") -> dict[str, Any]:
    them = [{"player": it, "name": it, "ready": ready, "here": True, "seated": False} for it in members or (ME,)]
    return {"code": code, "leader": leader, "members": them, "n": n}


def party_push(n: int, *args: Any, **more: Any) -> bytes:
    return encode(Push(n, "party", state(*args, **more)))


def party_off(push_n: int, reason: str, n: int, code: str = "K7M2QX") -> bytes:
    return encode(Push(push_n, "party_off", {"code": code, "n": n, "reason": reason}))


async def created(lobby: Lobby, guest: Guest) -> Party:
    creating = asyncio.create_task(lobby.create_party())
    await guest.answer(PARTY_CREATE, state(1))
    return await creating


async def joined(lobby: Lobby, guest: Guest) -> Party:
    joining = asyncio.create_task(lobby.join_party("K7M2QX"))
    assert await guest.answer(PARTY_JOIN, state(2, "bob", ME, leader="bob")) == ["K7M2QX"]
    return await joining


@on_both_loops
async def test_who_creates_a_party_leads_it():
    async with met() as (_, guest, lobby):
        assert lobby.party is None
        party = await created(lobby, guest)
        assert lobby.party is party
        assert (party.code, party.leader, party.is_leader, party.over) == ("K7M2QX", ME, True, "")
        assert [member.player for member in party.members] == [ME]
        assert party.me == party.members[0]


@on_both_loops
async def test_its_changes_are_told_and_late_ones_are_none():
    async with met() as (_, guest, lobby):
        party = await created(lobby, guest)
        told: list[int] = []
        party.on_change = lambda party: told.append(len(party.members))
        waiting = asyncio.ensure_future(anext(party))
        await guest.send(party_push(1, 2, ME, "bob"))
        assert [member.player for member in await waiting] == [ME, "bob"]
        await guest.send(party_push(2, 2, ME), party_push(3, 1, ME), party_push(4, 3, ME, "bob", ready=True))
        assert [member.ready for member in await anext(party)] == [True, True]
        assert told == [2, 2]


@on_both_loops
async def test_what_is_asked_of_it_is_asked_of_the_server():
    async with met() as (_, guest, lobby):
        party = await created(lobby, guest)
        for ask, kind, sent in (
            (lambda: party.ready(attributes={"map": ["ice"]}, latency_ms={"eu": 20}), PARTY_READY, 3),
            (party.unready, PARTY_READY, 3),
            (lambda: party.kick("bob"), PARTY_KICK, 1),
            (lambda: party.lead("bob"), PARTY_LEAD, 1),
        ):
            asking = asyncio.ensure_future(ask())
            said = await guest.answer(kind)
            await asking
            assert len(said) == sent
        asking = asyncio.ensure_future(party.ready(attributes={"map": ["ice"]}, latency_ms={"eu": 20}))
        assert await guest.answer(PARTY_READY) == [True, {"map": ["ice"]}, {"eu": 20}]
        await asking


@on_both_loops
async def test_who_leaves_is_in_none():
    async with met() as (_, guest, lobby):
        party = await created(lobby, guest)
        iterating = asyncio.ensure_future(anext(party, None))
        leaving = asyncio.create_task(party.leave())
        await guest.answer(PARTY_LEAVE)
        await leaving
        await party.leave()
        assert (lobby.party, party.over, party.is_leader) == (None, "left", False)
        assert await iterating is None
        with pytest.raises(RequestRefused, match="not_in_party"):
            await party.ready()
        with pytest.raises(RequestRefused, match="not_in_party"):
            await party.play()
        again = await created_again(lobby, guest)
        await guest.send(party_off(1, "left", 2), party_push(2, 5, ME, code="OTHER2"))
        await anext(again)
        assert lobby.party is again  # the end of the former one came late


async def created_again(lobby: Lobby, guest: Guest) -> Party:
    creating = asyncio.create_task(lobby.create_party())
    await guest.answer(PARTY_CREATE, state(1, code="OTHER2"))
    return await creating


@pytest.mark.parametrize("reason", ["kicked", "ended"])
async def test_who_is_kicked_is_told(reason):
    async with met() as (_, guest, lobby):
        party = await joined(lobby, guest)
        told: list[str] = []
        party.on_change = lambda party: told.append(party.over)
        await guest.send(party_off(1, reason, 3))
        assert await anext(party, None) is None
        assert (told, lobby.party) == ([reason], None)


@on_both_loops
async def test_a_party_that_the_player_is_in_already_is_told():
    async with met() as (_, guest, lobby):
        told: list[str | None] = []
        lobby.on_party = lambda party: told.append(None if party is None else party.code)
        await guest.send(party_push(1, 7, "bob", ME, leader="bob"))
        while lobby.party is None:
            await asyncio.sleep(0)
        assert (lobby.party.code, lobby.party.is_leader) == ("K7M2QX", False)
        await guest.send(party_push(2, 2, ME, code="OTHER2"), party_off(3, "kicked", 3, code="OTHER2"))
        while lobby.party is not None:
            await asyncio.sleep(0)
        assert told == ["K7M2QX", "OTHER2", None]


@on_both_loops
async def test_an_answer_that_comes_late_brings_nobody_back():
    async with met() as (server, guest, lobby):
        joining = asyncio.create_task(lobby.join_party("K7M2QX"))
        await guest.receive(PARTY_JOIN)
        guest = await comes_back(server, guest)
        await guest.send(party_push(1, 3, "bob", ME, leader="bob"), party_off(2, "kicked", 4))
        await guest.answer(PARTY_JOIN, state(2, "bob", ME, leader="bob"))
        with pytest.raises(RequestRefused, match="kicked"):
            await joining
        assert lobby.party is None


@on_both_loops
async def test_it_goes_on_after_a_lost_connection():
    async with met() as (server, guest, lobby):
        party = await joined(lobby, guest)
        guest = await comes_back(server, guest)
        await guest.send(party_push(1, 4, ME))
        assert [member.player for member in await anext(party)] == [ME]
        assert party.is_leader


@on_both_loops
async def test_it_ends_with_the_lobby_session():
    async with met(fresh=True) as (server, guest, lobby):
        party = await joined(lobby, guest)
        waiting = asyncio.ensure_future(anext(party))
        await starts_over(server, guest)
        with pytest.raises(SessionGone):
            await waiting
        assert (party.over, lobby.party) == ("gone", None)


@on_both_loops
async def test_its_leader_queues_for_all():
    async with met() as (server, guest, lobby):
        party = await created(lobby, guest)
        playing = asyncio.create_task(party.play("ranked", attributes={"rank": 2}))
        assert await guest.answer(ENQUEUE, {}) == [["ranked"], {"rank": 2}, {}]
        await guest.send(encode(Push(1, "matched", matched("/session/s", queue="ranked", match="m1"))))
        await (await server.guest()).seat()
        await (await playing).close()


@on_both_loops
async def test_a_member_waits_for_what_the_leader_queues_for_however_often():
    async with met() as (server, guest, lobby):
        party = await joined(lobby, guest)
        told: list[Waiting] = []
        playing = asyncio.create_task(party.play(on_wait=told.append, explain_every_s=None))
        await asyncio.sleep(0)
        await guest.send(push(1, "queued", queues=["ranked"], place=0, waiting=2))
        await guest.send(push(2, "unqueued", queues=["ranked"], reason="cancelled"))
        await guest.send(push(3, "queued", queues=["casual"], place=0, waiting=1))
        await guest.send(push(4, "ready_check", match="m1", queue="casual", ready_s=9, accepted=0, players=2))
        assert await guest.answer(ACCEPT) == ["m1", True]
        assert [waiting.queues for waiting in told] == [(), ("ranked",), (), ("casual",)]
        assert told[0].text == "waiting for the leader of your party"
        await guest.send(encode(Push(5, "matched", matched("/session/s", queue="casual", match="m1", team=0))))
        await (await server.guest()).seat()
        seat = await playing
        assert (seat.queue, seat.team) == ("casual", 0)
        await seat.close()


@on_both_loops
async def test_a_member_who_comes_late_is_told_what_there_is():
    async with met() as (_, guest, lobby):
        party = await joined(lobby, guest)
        await guest.send(push(1, "queued", queues=["ranked"], place=0, waiting=2))
        await guest.send(push(2, "ready_check", match="m1", queue="ranked", ready_s=9, accepted=0, players=2))
        await guest.receive(5)
        await guest.receive(5)
        told: list[Waiting] = []
        playing = asyncio.create_task(party.play(on_wait=told.append))
        assert await guest.answer(ACCEPT) == ["m1", True]
        assert told[0].queues == ("ranked",)
        playing.cancel()
        assert (await guest.receive())[0] == CANCEL  # who does not play along, does not let the others wait
        await asyncio.wait([playing])


@on_both_loops
async def test_a_member_who_stops_waiting_before_there_is_a_ticket_gives_none_up():
    async with met() as (_, guest, lobby):
        party = await joined(lobby, guest)
        playing = asyncio.create_task(party.play())
        await asyncio.sleep(0)
        playing.cancel()
        await asyncio.wait([playing])
        readying = asyncio.create_task(party.ready())
        assert (await guest.receive())[0] == PARTY_READY
        readying.cancel()
        await asyncio.wait([readying])


@on_both_loops
async def test_a_member_waits_no_longer_when_the_party_is_over():
    async with met() as (_, guest, lobby):
        party = await joined(lobby, guest)
        playing = asyncio.create_task(party.play())
        await asyncio.sleep(0)
        await guest.send(party_off(1, "kicked", 3))
        with pytest.raises(RequestRefused, match="kicked"):
            await playing


@on_both_loops
async def test_players_are_blocked_and_unblocked():
    async with met() as (_, guest, lobby):
        blocking = asyncio.create_task(lobby.block("bob"))
        assert await guest.answer(BLOCK) == ["bob", True]
        await blocking
        blocking = asyncio.create_task(lobby.unblock("bob"))
        assert await guest.answer(BLOCK, error="not_kept") == ["bob", False]
        with pytest.raises(RequestRefused, match="not_kept"):
            await blocking


@on_both_loops
async def test_a_leaderboard_has_rows_and_the_own_rank():
    async with met() as (_, guest, lobby):
        asking = asyncio.create_task(lobby.leaderboard("ranked", limit=5, around=True))
        row = {"rank": 41, "player": "bob", "name": "Bob", "rating": 18.5, "mu": 25, "sigma": 2.2, "games": 30}
        answer = {"queue": "ranked", "rows": [row], "total": 90, "me": None}
        assert await guest.answer(LEADERBOARD, answer) == ["ranked", 5, True]
        board = await asking
        assert (board.queue, board.total, board.me) == ("ranked", 90, None)
        assert (board.rows[0].rank, board.rows[0].name, board.rows[0].rating) == (41, "Bob", 18.5)
        with pytest.raises(ValueError, match="limit"):
            await lobby.leaderboard("ranked", limit=101)
        asking = asyncio.create_task(lobby.leaderboard("ranked"))
        await guest.answer(LEADERBOARD, {"rows": 5})
        with pytest.raises(RequestRefused, match="malformed"):
            await asking
