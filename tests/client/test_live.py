"""The client and the real server, over real sockets: each of what a player can do there, once."""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import AsyncIterator, Callable
from random import Random

import pytest

from games.fourline.bot import RandomBot
from games.fourline.game import FourLine
from rallypoint.app import Server
from rallypoint.config import Settings
from rallypoint.runtime.backend import Backend
from rallypoint.runtime.invitations import Invited
from rallypoint_client.bot import drive
from rallypoint_client.connect import connect
from rallypoint_client.errors import Kicked, OnlyWatching, RequestRefused, TakenOver
from rallypoint_client.identity import Identity
from rallypoint_client.lobby import Lobby
from rallypoint_protocol.ids import PlayerId, SessionId

SOON_S = 30.0


@contextlib.asynccontextmanager
async def two(settings: Settings | None = None) -> AsyncIterator[tuple[Server, Lobby, Lobby]]:
    """A server, and two players in its lobby."""
    async with (
        asyncio.timeout(SOON_S),
        Server([FourLine], settings or Settings(port=0, ops_port=0), bots=False) as server,
        connect(server.lobby_url, name="Ann") as ann,
        connect(server.lobby_url, name="Bob") as bob,
    ):
        yield server, ann, bob


async def until(true: Callable[[], bool]) -> None:
    while not true():
        await asyncio.sleep(0.01)


async def test_a_session_is_created_listed_joined_watched_and_played_again_by_the_same():
    async with two() as (server, ann, bob), connect(server.lobby_url, name="Cid") as cid:
        with pytest.raises(RequestRefused, match="refused: there is no option minuts"):
            await ann.create("fourline", options={"minuts": 5})
        async with cid.sessions("fourline", where=["free > 0", 'meta.map has "DES"']) as listing:
            assert listing.rows == []
            seat = await ann.create("fourline", options={"minutes": 5}, meta={"map": "desert"})
            change = await anext(listing)
            while not change.added:
                change = await anext(listing)
            assert [(row.id, row.leader, row.free) for row in listing.rows] == [(seat.session, "Ann", 1)]
            cid.cut()
            other = await bob.join(listing.rows[0])
            while listing.rows:
                change = await anext(listing)
            assert listing.total == 0
        watching = await cid.spectate(seat)
        with pytest.raises(OnlyWatching):
            watching.act(watching.inputs.Resign())
        update = await anext(watching)
        assert ([player.name for player in update.view.players], update.view.me) == (["Ann", "Bob"], None)
        ann.cut()
        seat.cut()
        other.cut()
        seat.act(seat.inputs.Resign(), queue_s=SOON_S)
        result = await other.wait_closed()
        assert (result or {})["winners"] == [1]
        assert await seat.wait_closed() == result
        await watching.wait_closed()
        wanted: list[tuple[list[str], list[str]]] = []
        again = asyncio.create_task(seat.rematch(on_wait=lambda *who: wanted.append(who)))
        await until(lambda: bool(wanted))
        seats = await bob.rematch(other), await again
        assert [seat.index for seat in seats] == [0, 1]  # the other one begins
        assert wanted[0] == ([ann.player], [ann.player, bob.player])


async def test_a_rematch_that_is_declined_is_off():
    async with two() as (_, ann, bob):
        seat = await ann.create("fourline")
        other = await bob.join(seat)
        await until(lambda: seat.latest.game.turn is not None)
        seat.act(seat.inputs.Resign())
        await other.wait_closed()
        await seat.wait_closed()
        with pytest.raises(RequestRefused, match="unknown"):
            await ann.rematch("nothing")
        wanted = asyncio.Event()
        again = asyncio.create_task(seat.rematch(on_wait=lambda *_: wanted.set()))
        await wanted.wait()
        await bob.decline(other)
        with pytest.raises(RequestRefused, match="declined"):
            await again


async def test_a_leader_locks_describes_and_kicks_and_a_code_opens_a_private_session():
    async with two() as (_, ann, bob):
        seat = await ann.create("fourline", private=True)
        assert len(seat.code) == 6
        with pytest.raises(RequestRefused, match="unknown"):
            await bob.join(seat)
        await seat.lock()
        with pytest.raises(RequestRefused, match="locked"):
            await bob.join(code=seat.code)
        await seat.unlock()
        other = await bob.join(code=seat.code.lower())
        assert other.code == seat.code
        await seat.describe(map="ice")
        with pytest.raises(RequestRefused, match="not_allowed"):
            await other.describe(map="fire")
        await seat.kick(bob.player)
        with pytest.raises(Kicked):
            await other.wait_closed()


async def test_what_is_said_is_heard_in_the_lobby_and_in_the_session():
    async with two() as (_, ann, bob):
        seat = await ann.create("fourline")
        with pytest.raises(RequestRefused, match="unknown"):
            await bob.chat(seat)
        other = await bob.join(seat)
        for mine, theirs in ((await ann.chat(), await bob.chat()), (await seat.chat(), await other.chat())):
            await mine.say("one")
            assert (await anext(theirs)).text == "one"
            bob.cut()
            await mine.say("two")
            line = await anext(theirs)
            assert (line.n, line.name, line.text, line.missed) == (2, "Ann", "two", 0)


async def test_a_guest_is_known_again_and_finds_the_seat(tmp_path):
    settings = Settings(port=0, ops_port=0, data_dir=tmp_path / "data")
    async with two(settings) as (server, _, bob):
        path = tmp_path / "ann.json"
        former = await connect(server.lobby_url, name="Ann", identity=Identity.file(path))
        try:
            seat = await former.create("fourline")
            async with connect(server.lobby_url, name="Ann", identity=Identity.file(path)) as ann:
                assert ann.player == former.player != bob.player
                assert [(mine.session, mine.game) for mine in ann.my_seats] == [(seat.session, "fourline")]
                again = await ann.join(ann.my_seats[0])
                assert (again.session, again.index) == (seat.session, seat.index)
                with pytest.raises(TakenOver):
                    await seat.wait_closed()
        finally:
            await former.close()


async def test_a_seat_that_a_backend_reserves_is_an_offer():
    async with two() as (server, ann, bob):
        seat = await ann.create("fourline")
        backend = Backend(server.node, None, server.lobby_host.offer)
        backend.reserve(SessionId(seat.session), [Invited(PlayerId(bob.player), "Bob")])
        offer = await bob.next_offer()
        assert (offer.game, offer.session) == ("fourline", seat.session)
        other = await bob.take(offer)
        assert (other.session, other.index) == (seat.session, 1)


async def test_bots_play_a_turn_based_game_to_its_end_through_lost_connections():
    async with two() as (_, ann, bob):
        seats = [await ann.create("fourline")]
        seats.append(await bob.join(seats[0]))
        for number, seat in enumerate(seats):
            drive(seat, RandomBot(seat, Random(number)))
        for _ in range(10):
            await asyncio.sleep(0.02)
            for seat in seats:
                seat.cut()
        results = [await seat.wait_closed() for seat in seats]
        assert results[0] == results[1] is not None
        for seat in seats:
            assert (seat.stats.desyncs, seat.stats.events_lost) == (0, 0)
            assert seat.stats.losses > 0


async def test_a_chess_clock_runs_between_the_moves():
    async with two() as (_, ann, bob):
        seat = await ann.create("fourline")
        await bob.join(seat)
        await until(lambda: seat.latest.game.turn is not None and seat.round_trip_ms is not None)
        tick, began_ms = seat.latest.tick, seat.now_ms
        await asyncio.sleep(0.05)
        assert (seat.latest.tick, seat.latest.game.turn) == (tick, 0)
        assert 40.0 < seat.now_ms - began_ms < 5_000.0
