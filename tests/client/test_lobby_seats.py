"""How a player comes to a seat without a quick match, over real sockets."""

from __future__ import annotations

import asyncio
from typing import Any

import pytest

from rallypoint_client.errors import InvalidInput, LobbyClosed, OnlyWatching, RequestRefused, SessionGone
from rallypoint_client.seat_core import SeatState
from rallypoint_client.seat_offer import SeatOffer
from rallypoint_client.session_id import MySeat
from rallypoint_protocol.close import CloseCode
from rallypoint_protocol.codec import encode
from rallypoint_protocol.messages import Push
from tests.client.lobbies import met
from tests.client.loops import on_both_loops
from tests.client.scripted_server import (
    CREATE,
    DESCRIBE,
    JOIN,
    KICK,
    LEAVE,
    LISTEN,
    LOCK,
    REMATCH,
    SPECTATE,
    TAKE,
    Guest,
    ScriptedServer,
    matched,
)
from tests.client.wire import HASH, make_pass, player, row, seated, ship, welcome


async def seats(server: ScriptedServer) -> Guest:
    """Lets the next connection, which is a seat's, in."""
    return await (await server.guest()).seat()


@on_both_loops
async def test_a_session_is_created_with_options_and_metadata_and_its_leader_seated():
    async with met() as (server, guest, lobby):
        creating = asyncio.create_task(lobby.create("duel", options={"laps": 3}, meta={"map": "desert"}, private=True))
        assert await guest.answer(CREATE, matched("/session/s", code="K7M2QX")) == [
            "duel",
            {"laps": 3},
            {"map": "desert"},
            True,
        ]
        seat_guest = await server.guest()
        assert seat_guest.first == [TAKE, 1, "s", b"t0", b""] or seat_guest.first[4] == HASH
        await seat_guest.seat()
        seat = await creating
        assert (seat.code, seat.index, seat.spectator, seat.lobby) == ("K7M2QX", 0, False, lobby)
        assert lobby.seats == [seat]


@on_both_loops
async def test_a_public_session_has_no_code_and_options_are_optional():
    async with met() as (server, guest, lobby):
        creating = asyncio.create_task(lobby.create("duel"))
        assert await guest.answer(CREATE, matched("/session/s")) == ["duel", {}, {}, False]
        await seats(server)
        assert (await creating).code == ""


@on_both_loops
async def test_options_that_the_game_refuses_are_told_in_its_words():
    async with met() as (_, guest, lobby):
        creating = asyncio.create_task(lobby.create("duel", options={"laps": 0}))
        await guest.answer(CREATE, error="refused", reason="at least one lap")
        with pytest.raises(RequestRefused, match="refused: at least one lap"):
            await creating
        for wrong in ({"options": {"laps": [3]}}, {"meta": {"": 1}}):
            with pytest.raises(InvalidInput):
                await lobby.create("duel", **wrong)


@on_both_loops
async def test_a_session_is_joined_by_its_id_its_row_its_code_or_a_seat_in_it():
    async with met() as (server, guest, lobby):
        named: list[tuple[Any, str, list[str]]] = [
            ("s", "", ["s", ""]),
            (row("s"), "", ["s", ""]),
            (MySeat("s", "duel"), "", ["s", ""]),
            ("", "K7M2QX", ["", "K7M2QX"]),
            ("s", "K7M2QX", ["s", "K7M2QX"]),
        ]
        for session, code, asked in named:
            joining = asyncio.create_task(lobby.join(session, code=code))
            assert await guest.answer(JOIN, matched("/session/s")) == asked
            await seats(server)
            await (await joining).close()
        for enter in (lobby.join, lobby.spectate):
            with pytest.raises(ValueError, match="name a session"):
                await enter()
        joining = asyncio.create_task(lobby.join(code="WRONG0"))
        await guest.answer(JOIN, error="unknown", reason="no such session")
        with pytest.raises(RequestRefused, match="unknown"):
            await joining


@on_both_loops
async def test_an_answer_that_cannot_be_read_is_refused():
    async with met() as (_, guest, lobby):
        for value in (None, {"session": "s"}, {"session": "s", "url": "//[", "token": b"t"}):
            joining = asyncio.create_task(lobby.join("s"))
            await guest.answer(JOIN, value)
            with pytest.raises(RequestRefused, match="malformed"):
                await joining


@on_both_loops
async def test_a_spectator_sees_and_does_nothing():
    async with met() as (server, guest, lobby):
        watching = asyncio.create_task(lobby.spectate("s"))
        place = {"game": "duel", "session": "s", "url": "/session/s", "token": b"t0", "schema": HASH, "delay_s": 5.0}
        assert await guest.answer(SPECTATE, place) == ["s", ""]
        seat_guest = await server.guest()
        await seat_guest.send(seated(seat=-1))
        seat = await watching
        assert (seat.index, seat.spectator, seat.delay_s) == (-1, True, 5.0)
        await seat_guest.receive()
        await seat_guest.send(make_pass(1, age=0, enters=[player(0), ship(7, 0, x=100)], applied=None))
        update = await anext(seat)
        assert (update.view.me, update.view.player(0).name, update.view.one("Ship").ammo) == (None, "Ann", None)
        for act in (seat.hold, seat.act, seat.send):
            with pytest.raises(OnlyWatching, match="only watches"):
                act(seat.inputs.Fire())
        leaving = asyncio.create_task(seat.leave())
        assert await seat_guest.receive() == [LEAVE]
        await seat_guest.close(CloseCode.LEFT)
        await leaving
        assert lobby.seats == []


@on_both_loops
async def test_a_match_that_nobody_waits_for_is_an_offer_and_can_be_taken():
    async with met() as (server, guest, lobby):
        told: list[SeatOffer] = []
        lobby.on_offer = told.append
        waiting = asyncio.create_task(lobby.next_offer())
        await guest.send(encode(Push(1, "matched", matched("/session/s1", session="s1"))))
        await guest.send(encode(Push(2, "matched", {"session": 5})))  # what cannot be read is no offer
        await guest.send(encode(Push(3, "matched", matched("/session/s2", session="s2", game="chess"))))
        first = await waiting
        while not lobby.offers:
            await asyncio.sleep(0)
        second = lobby.offers[0]
        assert [(offer.session, offer.game) for offer in (first, second)] == [("s1", "duel"), ("s2", "chess")]
        assert told == [first, second]
        assert second.url == f"{server.url}/session/s2"
        taking = asyncio.create_task(lobby.take(second))
        await seats(server)
        assert (await taking).session == "s2"
        assert lobby.offers == []


@on_both_loops
async def test_an_offer_that_has_expired_is_gone():
    async with met() as (server, guest, lobby):
        await guest.send(encode(Push(1, "matched", matched("/session/s"))))
        taking = asyncio.create_task(lobby.take(await lobby.next_offer()))
        await (await server.guest()).close(CloseCode.UNKNOWN)
        with pytest.raises(SessionGone):
            await taking
        assert (lobby.offers, lobby.seats) == ([], [])


@on_both_loops
async def test_there_are_no_offers_any_more_once_the_lobby_is_closed():
    async with met() as (_, _guest, lobby):
        waiting = asyncio.create_task(lobby.next_offer())
        await asyncio.sleep(0)
        await lobby.close()
        with pytest.raises(LobbyClosed):
            await waiting


def test_an_offers_token_is_not_shown():
    assert "token" not in repr(SeatOffer("s", b"topsecret", "ws://x"))


@on_both_loops
async def test_the_seats_that_one_has_are_told_with_the_welcome():
    async with met() as (server, guest, lobby):
        assert lobby.my_seats == []
        guest.cut()
        guest = await server.guest()
        await guest.send(welcome(b"l2", resumed=True, seats=[["s", "duel"], ["t", "chess", "of a newer server"]]))
        await guest.receive()
        assert lobby.my_seats == [MySeat("s", "duel"), MySeat("t", "chess")]
        joining = asyncio.create_task(lobby.join(lobby.my_seats[0]))
        assert await guest.answer(JOIN, matched("/session/s")) == ["s", ""]
        await seats(server)
        await joining


@on_both_loops
async def test_a_leader_locks_describes_and_kicks():
    async with met() as (_, guest, lobby):
        wishes: list[tuple[Any, int, list[Any]]] = [
            (lobby.lock("s"), LOCK, ["s", True]),
            (lobby.unlock(row("s")), LOCK, ["s", False]),
            (lobby.describe("s", map="desert", level=3), DESCRIBE, ["s", {"map": "desert", "level": 3}]),
            (lobby.kick("s", "p2"), KICK, ["s", "p2"]),
        ]
        for wish, kind, asked in wishes:
            wishing = asyncio.create_task(wish)
            assert await guest.answer(kind) == asked
            await wishing
        wishing = asyncio.create_task(lobby.lock("s"))
        await guest.answer(LOCK, error="not_allowed", reason="you do not lead it")
        with pytest.raises(RequestRefused, match="not_allowed"):
            await wishing
        with pytest.raises(InvalidInput):
            await lobby.describe("s", map=["desert"])


@on_both_loops
async def test_a_seat_asks_its_lobby_about_its_session():
    async with met() as (server, guest, lobby):
        joining = asyncio.create_task(lobby.join("s"))
        await guest.answer(JOIN, matched("/session/s"))
        seat_guest = await seats(server)
        seat = await joining
        wishes: list[tuple[Any, int, list[Any]]] = [
            (seat.lock(), LOCK, ["s", True]),
            (seat.unlock(), LOCK, ["s", False]),
            (seat.describe(map="desert"), DESCRIBE, ["s", {"map": "desert"}]),
            (seat.kick("p2"), KICK, ["s", "p2"]),
            (seat.chat(), LISTEN, ["s"]),
        ]
        for wish, kind, asked in wishes:
            wishing = asyncio.create_task(wish)
            assert await guest.answer(kind) == asked
            await wishing
        await seat_guest.close(CloseCode.ENDED)
        await seat.wait_closed()
        again = asyncio.create_task(seat.rematch())
        assert await guest.answer(REMATCH) == ["s", True]
        await guest.send(encode(Push(1, "matched", matched("/session/t", session="t", rematch="s"))))
        await seats(server)
        assert (await again).session == "t"
        assert seat.state is SeatState.CLOSED


@on_both_loops
async def test_a_seat_does_not_wait_for_a_lobby_that_is_away_itself():
    async with met() as (server, guest, lobby):
        joining = asyncio.create_task(lobby.join("s"))
        await guest.answer(JOIN, matched("/session/s"))
        seated_guest = await seats(server)
        seat = await joining
        guest.cut()
        for _ in range(6):  # more than it takes to ask the lobby
            seated_guest.cut()
            while (seated_guest := await server.guest()).path != "/session/s":
                pass  # the lobby's own connection, which is not let in
        assert seat.state is SeatState.RESUMING
        await seat.close()


@on_both_loops
async def test_where_nobody_listens_a_seat_knocks_often():
    async with met() as (server, guest, lobby):
        joining = asyncio.create_task(lobby.join("s"))
        await guest.answer(JOIN, matched("/session/s"))
        seated_guest = await seats(server)
        seat = await joining
        knocks: list[int] = []
        seat._reconnect.url = "ws://127.0.0.1:9/session/s"  # the discard port: nobody listens there
        with pytest.MonkeyPatch.context() as patched:
            patched.setattr(seat._core.retry, "refused", lambda: knocks.append(1))
            seated_guest.cut()
            while len(knocks) < 2:
                await asyncio.sleep(0.005)
        await seat.close()
