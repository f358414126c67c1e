"""Bots: driven without a network, and playing a session to its end."""

from __future__ import annotations

import asyncio
import math
from collections.abc import Iterable
from random import Random
from typing import Any

import pytest

from rallypoint_client.bot import Bot, drive, play, play_seat
from rallypoint_client.classes import Classes
from rallypoint_client.errors import SessionGone, TooManyOutstanding
from rallypoint_client.events import Event
from rallypoint_client.outgoing import ACTIONS_MAX
from rallypoint_client.view import View
from rallypoint_protocol.close import CloseCode
from rallypoint_protocol.codec import encode
from rallypoint_protocol.messages import Answer, Push
from rallypoint_protocol.replica import Replica
from rallypoint_protocol.schema import encode_schema
from tests.client.loops import on_both_loops
from tests.client.scripted_server import CANCEL, LEAVE, MATCH, QUICK, Guest, ScriptedServer, matched, scripted_server
from tests.client.wire import FIRE, HASH, SCHEMA, STEER, TURNS, ended, hit, make_pass, player, read_pass, seated, ship


class Turner(Bot):
    """Steers by its ship's place, and fires when it was hit."""

    hits = 0

    def tick(self, view: View) -> Iterable[Any]:
        yield self.inputs.Steer(turn=round(view.me.one("Ship").x))
        if self.hits:
            self.hits -= 1
            yield self.inputs.Fire()

    def event(self, event: Any) -> None:
        self.hits += event.kind == "Hit"


class Broken(Bot):
    def tick(self, view: View) -> Iterable[Any]:
        raise ZeroDivisionError


class FakeSeat:
    inputs = Classes(SCHEMA, HASH).inputs
    index = 0


def test_a_bot_is_driven_without_a_network():
    replica = Replica(SCHEMA)
    replica.apply(read_pass(make_pass(1, age=0, enters=[player(0), ship(7, 0, x=300, ammo=1)])))
    bot = Turner(FakeSeat(), Random(1))
    assert [x.turn for x in bot.tick(View(replica, SCHEMA, 0))] == [3]


def test_a_bot_may_do_nothing():
    bot = Bot(FakeSeat(), Random(1))
    assert bot.tick(View(Replica(SCHEMA), SCHEMA, 0)) is None
    bot.event(Event(1, 1, ()))


async def until_matched(server: ScriptedServer) -> tuple[Guest, Guest]:
    lobby = await server.lobby_guest()
    await lobby.receive(MATCH)
    await lobby.send(encode(Answer(1)), encode(Push(1, "matched", matched("/session/s"))))
    return lobby, await server.guest()


@on_both_loops
async def test_a_bot_plays_a_session_to_its_end():
    async with scripted_server() as server:
        playing = asyncio.create_task(play(server.url, Turner, game="duel", name="Bob", seed=1, timing=QUICK))
        lobby, guest = await until_matched(server)
        assert lobby.first[2] == "Bob"
        await guest.seat()
        assert await guest.receive() == [STEER, 1, 1, 1, False]
        await guest.send(make_pass(2, events=[hit(1, 2)]))
        assert await guest.receive() == [FIRE, 2, 2]
        await guest.send(make_pass(3, changes=[7, 1, 100]))
        assert await guest.receive() == [STEER, 3, 3, 2, False]
        await guest.send(make_pass(4, events=[ended(2, 4, {"winner": 1})]))
        await guest.close(CloseCode.ENDED)
        assert await playing == {"winner": 1}
        assert await lobby.receive() == [LEAVE]


@on_both_loops
async def test_a_bot_that_fails_ends_its_play_with_its_error():
    async with scripted_server() as server:
        playing = asyncio.create_task(play(server.url, Broken, game="duel", timing=QUICK))
        _, guest = await until_matched(server)
        await guest.seat()
        with pytest.raises(ZeroDivisionError):
            await playing


@on_both_loops
async def test_a_bot_that_is_thrown_out_says_so():
    async with scripted_server() as server:
        playing = asyncio.create_task(play(server.url, Turner, game="duel", timing=QUICK))
        _, guest = await until_matched(server)
        await guest.seat()
        await guest.close(CloseCode.UNKNOWN)
        with pytest.raises(SessionGone):
            await playing


@on_both_loops
async def test_a_bot_that_is_told_to_stop_leaves():
    async with scripted_server() as server:
        stop = asyncio.Event()
        playing = asyncio.create_task(play(server.url, Turner, game="duel", stop=stop, timing=QUICK))
        _, guest = await until_matched(server)
        await guest.seat()
        await guest.receive(STEER)
        stop.set()
        assert await guest.receive(LEAVE) == [LEAVE]
        await guest.close(CloseCode.LEFT)
        assert await playing is None


@on_both_loops
async def test_a_bot_that_is_told_to_stop_gives_its_queue_place_up():
    async with scripted_server() as server:
        stop = asyncio.Event()
        playing = asyncio.create_task(play(server.url, Turner, game="duel", stop=stop, timing=QUICK))
        lobby = await server.lobby_guest()
        await lobby.receive(MATCH)
        stop.set()
        assert await lobby.receive() == [CANCEL, 2]
        assert await lobby.receive() == [LEAVE]
        assert await playing is None


@on_both_loops
async def test_a_bot_takes_a_seat_that_was_reserved_for_it():
    async with scripted_server() as server:
        seat = play_seat(f"{server.url}/session/s", "s", b"t0", Turner, random=Random(1), timing=QUICK)
        playing = asyncio.create_task(seat)
        guest = await (await server.guest()).seat()
        await guest.receive(STEER)
        await guest.close(CloseCode.ENDED)
        assert await playing is None


class Seat:
    """As much of a seat as a driver uses."""

    schema = SCHEMA

    def __init__(self) -> None:
        self.sent: list[Any] = []
        self.queued: list[Any] = []
        self.latest = View(Replica(SCHEMA), SCHEMA, 0)
        self.on_event = self.on_pass = None

    def take_events(self) -> list[Any]:
        return ["early"]

    def send(self, x: Any, *, queue_s: float | None) -> None:
        self.queued.append(queue_s)
        if len(self.sent) >= ACTIONS_MAX:
            raise TooManyOutstanding("actions", ACTIONS_MAX)
        self.sent.append(x)


def test_a_bot_that_does_too_much_is_held_back_and_counted():
    class Eager(Bot):
        seen: tuple[Any, ...] = ()

        def tick(self, view: Any) -> Iterable[Any]:
            return range(20)

        def event(self, event: Any) -> None:
            self.seen += (event,)

    seat: Any = Seat()
    bot = Eager(FakeSeat(), Random(1))
    driver = drive(seat, bot)
    assert bot.seen == ("early",)
    driver.on_pass(seat)
    driver.on_pass(seat)
    assert len(seat.sent) == ACTIONS_MAX
    assert driver.skipped == 40 - ACTIONS_MAX
    assert set(seat.queued) == {None}


def test_a_move_of_a_turn_based_game_waits_for_the_connection_however_long():
    class Mover(Bot):
        def tick(self, view: Any) -> Iterable[Any]:
            return ["move"]

    seat: Any = Seat()
    seat.schema = TURNS
    drive(seat, Mover(FakeSeat(), Random(1))).on_pass(seat)
    assert (seat.sent, seat.queued) == (["move"], [math.inf])


@on_both_loops
async def test_a_bot_of_a_turn_based_game_is_asked_once_a_step():
    class Mover(Bot):
        def tick(self, view: View) -> Iterable[Any]:
            if view.game.round % 2:
                yield self.inputs.Fire()

    async with scripted_server() as server:
        seat = play_seat(f"{server.url}/session/s", "s", b"t0", Mover, random=Random(1), timing=QUICK)
        playing = asyncio.create_task(seat)
        guest = await server.guest()
        await guest.send(seated(schema=encode_schema(TURNS)))
        await guest.send(make_pass(1, age=0, enters=[[0, 0, None, 0b11, 1, 1], player(0)]))
        assert await guest.receive(FIRE) == [FIRE, 1, 1]
        await guest.send(make_pass(2, changes=[0, 1, 1], applied=[1]), make_pass(3, changes=[0, 1, 1], applied=[1]))
        assert await guest.receive(FIRE) == [FIRE, 2, 3]
        await guest.close(CloseCode.ENDED)
        assert await playing is None


@on_both_loops
async def test_a_bot_that_thinks_is_asked_once_about_all_that_came_meanwhile():
    asked: list[int] = []

    class Thinker(Bot):
        think_s = (0.05, 0.05)

        def tick(self, view: View) -> Iterable[Any]:
            asked.append(view.tick)
            yield self.inputs.Fire()

    async with scripted_server() as server:
        seat = play_seat(f"{server.url}/session/s", "s", b"t0", Thinker, random=Random(1), timing=QUICK)
        playing = asyncio.create_task(seat)
        guest = await server.guest()
        await guest.send(seated(schema=encode_schema(TURNS)))
        await guest.send(make_pass(1, age=0, enters=[[0, 0, None, 0b11, 1, 1], player(0)]))
        await guest.send(make_pass(2, changes=[0, 1, 1]), make_pass(3, changes=[0, 1, 1]))
        assert await guest.receive(FIRE) == [FIRE, 1, 3]
        assert asked == [3]
        await guest.close(CloseCode.ENDED)
        assert await playing is None


@on_both_loops
async def test_a_bot_that_fails_while_it_thinks_closes_its_seat_with_the_error():
    class Broken(Bot):
        think_s = (0.01, 0.01)

        def tick(self, view: View) -> Iterable[Any]:
            raise RuntimeError("no idea")

    async with scripted_server() as server:
        seat = play_seat(f"{server.url}/session/s", "s", b"t0", Broken, random=Random(1), timing=QUICK)
        playing = asyncio.create_task(seat)
        guest = await server.guest()
        await guest.send(seated(schema=encode_schema(TURNS)))
        await guest.send(make_pass(1, age=0, enters=[[0, 0, None, 0b11, 1, 1], player(0)]))
        with pytest.raises(RuntimeError, match="no idea"):
            await playing
