"""Guests who are known again: whom the store knows, and what if it is slow, or gone."""

from __future__ import annotations

import asyncio

import pytest
from structlog.testing import capture_logs

from rallypoint.core.tokens import token_hash
from rallypoint.ports import Guest, StoreDown
from rallypoint_protocol.close import CloseCode
from rallypoint_protocol.limits import PROTOCOL_VERSION
from rallypoint_protocol.messages import (
    Answer,
    Hello,
    Leave,
    Ping,
    Pong,
    Proved,
    Push,
    QuickMatch,
    Welcome,
)
from tests.server.lobby_house import FakeStore, House


async def turn():
    """Lets tasks run."""
    for _ in range(3):
        await asyncio.sleep(0)


def known(house, name="Ada"):
    """A guest who was here once, and logged out."""
    connection, welcome = house.guest(name)
    connection.say(Leave())
    return welcome


@pytest.fixture
def keeping():
    return House(store=FakeStore(keeps_guests=True))


def test_a_guest_gets_a_secret_whose_hash_is_stored(keeping):
    _, welcome = keeping.guest("Ada")
    assert len(welcome.secret) == 32
    assert keeping.store.guests == {welcome.player: ("Ada", token_hash(welcome.secret))}


async def test_a_guest_is_the_same_player_tomorrow(keeping):
    before = known(keeping)
    connection = keeping.visit()
    assert connection.say(Hello(PROTOCOL_VERSION, "", "", before.player, before.secret)) == []
    await turn()
    [welcome] = connection.take()
    assert (welcome.player, welcome.name, welcome.secret) == (before.player, "Ada", b"")
    assert len(keeping.store.guests) == 1


async def test_a_wrong_secret_and_an_unknown_guest_are_new_guests_alike(keeping):
    before = known(keeping)
    for player, secret in ((before.player, b"wrong"), ("nobody", before.secret)):
        connection = keeping.visit()
        connection.say(Hello(PROTOCOL_VERSION, "Eve", "", player, secret))
        await turn()
        [welcome] = connection.take()
        assert welcome.player not in (before.player, "nobody")
        assert len(welcome.secret) == 32
    assert len(keeping.store.guests) == 3


@pytest.mark.parametrize(("player", "secret"), [("", b"x"), ("x", b""), ("", b"")])
def test_half_of_an_identity_is_none_and_nobody_is_asked(keeping, player, secret):
    keeping.store.error = RuntimeError("asked")
    connection = keeping.visit()
    [welcome] = connection.say(Hello(PROTOCOL_VERSION, "Ada", "", player, secret))
    assert len(welcome.secret) == 32


def test_a_server_that_keeps_nobody_asks_nobody():
    house = House()
    house.store.error = RuntimeError("asked")
    connection = house.visit()
    [welcome] = connection.say(Hello(PROTOCOL_VERSION, "Ada", "", "somebody", b"secret"))
    assert welcome.secret == b""


async def test_a_second_tab_of_the_same_guest_takes_the_place_over(keeping):
    connection, welcome = keeping.guest()
    connection.say(QuickMatch(1, "orbit"))
    tab = keeping.visit()
    tab.say(Hello(PROTOCOL_VERSION, "Ada", "", welcome.player, welcome.secret))
    await turn()
    assert connection.closed is CloseCode.TAKEN_OVER
    replies = tab.take()
    assert [type(reply) for reply in replies] == [Welcome, Push]
    assert (replies[0].lobby, replies[0].resumed, replies[0].secret) == (welcome.lobby, False, b"")
    connection.drop(CloseCode.TAKEN_OVER)
    assert tab.say(QuickMatch(1, "orbit"))[0].error == "already_queued"


@pytest.mark.parametrize("error", [StoreDown("locked"), RuntimeError("bug")])
async def test_without_a_store_a_guest_is_let_in_and_keeps_the_secret_there_is(keeping, error):
    before = known(keeping)
    keeping.store.error = error
    connection = keeping.visit()
    with capture_logs() as logs:
        connection.say(Hello(PROTOCOL_VERSION, "Ada", "", before.player, before.secret))
        await turn()
    [welcome] = connection.take()
    assert welcome.player != before.player
    assert welcome.secret == b""
    assert len(keeping.store.guests) == 1
    levels = [line["log_level"] for line in logs if line["event"].startswith("guest")]
    assert levels == ["warning" if isinstance(error, StoreDown) else "error"]


async def test_nobody_waits_for_a_store_that_hangs_longer_than_two_seconds(keeping):
    before = known(keeping)
    keeping.store.slow = True
    connection = keeping.visit()
    connection.say(Hello(PROTOCOL_VERSION, "Ada", "", before.player, before.secret))
    await turn()
    keeping.loop.advance(1.999)
    assert connection.take() == []
    keeping.loop.advance(0.001)
    [welcome] = connection.take()
    assert welcome.secret == b""
    keeping.store.answer()
    await turn()
    assert connection.take() == [], "an answer that comes later is nobody's business"
    assert connection.closed is None
    assert connection.say(Ping(1.0)) == [Pong(1.0, 0.0, 0)]


async def test_a_slow_store_is_no_reason_to_close_a_connection(keeping):
    before = known(keeping)
    keeping.store.slow = True
    connection = keeping.visit()
    keeping.loop.advance(4.9)
    connection.say(Hello(PROTOCOL_VERSION, "Ada", "", before.player, before.secret))
    await turn()
    keeping.loop.advance(1.5)
    keeping.store.answer()
    await turn()
    [welcome] = connection.take()
    assert welcome.player == before.player


async def test_only_so_many_are_looked_up_at_once_and_the_others_in_turn(keeping):
    before = [known(keeping, f"p{n}") for n in range(80)]
    keeping.store.slow = True
    connections = [keeping.visit() for _ in before]
    for connection, welcome in zip(connections, before, strict=True):
        connection.say(Hello(PROTOCOL_VERSION, "", "", welcome.player, welcome.secret))
    await turn()
    assert len(keeping.store.asked) == 32
    keeping.store.answer()
    await turn()
    assert len(keeping.store.asked) == 64
    keeping.store.slow = False
    keeping.store.answer()
    for _ in range(5):
        await turn()
    assert [connection.take()[0].player for connection in connections] == [welcome.player for welcome in before]


async def test_with_a_store_that_hangs_everybody_is_in_after_five_seconds(keeping):
    before = [known(keeping, f"p{n}") for n in range(200)]
    keeping.store.slow = True
    connections = [keeping.visit() for _ in before]
    for connection, welcome in zip(connections, before, strict=True):
        connection.say(Hello(PROTOCOL_VERSION, "", "", welcome.player, welcome.secret))
    for _ in range(40):
        await turn()
        keeping.loop.advance(0.125)
    assert keeping.loop.now == 1005.0
    assert [len(connection.take()) for connection in connections] == [1] * 200
    assert keeping.host._door.due is None
    await turn()
    assert not keeping.host._door._lookups._tasks


@pytest.mark.parametrize("first", ["answered", "given up"])
async def test_whose_turn_comes_later_waits_two_seconds_from_there(keeping, first):
    before = [known(keeping, f"p{n}") for n in range(33)]
    keeping.store.slow = True
    connections = [keeping.visit() for _ in before]
    for connection, welcome in zip(connections, before, strict=True):
        connection.say(Hello(PROTOCOL_VERSION, "", "", welcome.player, welcome.secret))
    await turn()
    if first == "answered":
        keeping.loop.advance(1.0)
        keeping.store.answer()
    else:
        keeping.loop.advance(2.0)
    await turn()
    assert [len(connection.take()) for connection in connections] == [1] * 32 + [0]
    keeping.loop.advance(1.999)
    assert connections[-1].take() == []
    keeping.loop.advance(0.001)
    assert len(connections[-1].take()) == 1


async def test_a_store_that_answers_after_it_was_given_up_changes_nothing(keeping):
    before = known(keeping)

    async def stubborn(player, secret):
        try:
            await asyncio.Event().wait()
        except asyncio.CancelledError:
            return Guest(player, "Ada", 0.0)

    keeping.store.find_guest = stubborn
    connection = keeping.visit()
    connection.say(Hello(PROTOCOL_VERSION, "Ada", "", before.player, before.secret))
    await turn()
    keeping.loop.advance(2.0)
    await turn()
    [welcome] = connection.take()
    assert welcome.player != before.player
    assert len(keeping.lobby) == 1


async def test_who_goes_while_being_looked_up_is_forgotten(keeping):
    before = known(keeping)
    keeping.store.slow = True
    connection = keeping.visit()
    connection.say(Hello(PROTOCOL_VERSION, "Ada", "", before.player, before.secret))
    await turn()
    connection.drop()
    keeping.store.answer()
    await turn()
    assert connection.take() == []
    assert len(keeping.lobby) == 0
    assert not keeping.host._door._lookups._tasks


async def test_what_is_said_while_being_looked_up_is_done_afterwards_in_order(keeping):
    before = known(keeping)
    connection = keeping.visit()
    connection.say(Hello(PROTOCOL_VERSION, "Ada", "", before.player, before.secret))
    connection.say(Proved())
    assert connection.say(QuickMatch(1, "orbit")) == []
    await turn()
    assert [type(reply) for reply in connection.take()] == [Welcome, Answer, Push]


async def test_who_says_too_much_while_being_looked_up_is_closed(keeping):
    before = known(keeping)
    connection = keeping.visit()
    connection.say(Hello(PROTOCOL_VERSION, "Ada", "", before.player, before.secret))
    for _ in range(17):
        connection.say(Ping(1.0))
    assert connection.closed is CloseCode.TOO_FAST
    await turn()
    assert len(keeping.lobby) == 0


async def test_a_client_too_old_or_a_full_lobby_is_told_so_after_a_lookup_too():
    keeping = House(store=FakeStore(keeps_guests=True), lobbies_max=1)
    before = known(keeping)
    keeping.guest("Bob")
    for version, code in ((0, CloseCode.UPDATE), (PROTOCOL_VERSION, CloseCode.FULL)):
        connection = keeping.visit()
        connection.say(Hello(version, "Ada", "", before.player, before.secret))
        await turn()
        assert connection.closed is code


async def test_a_lobby_that_stops_ends_lookups(keeping):
    before = known(keeping)
    keeping.store.slow = True
    connection = keeping.visit()
    connection.say(Hello(PROTOCOL_VERSION, "Ada", "", before.player, before.secret))
    await turn()
    await keeping.host.stop()
    assert connection.closed is CloseCode.SHUTDOWN
    assert not keeping.host._door._lookups._tasks
    assert keeping.loop.armed == 0


async def test_no_secret_is_logged(keeping):
    with capture_logs() as logs:
        _, welcome = keeping.guest("Ada")
        connection = keeping.visit()
        connection.say(Hello(PROTOCOL_VERSION, "Ada", "", welcome.player, welcome.secret))
        await turn()
        keeping.store.error = StoreDown("locked")
        keeping.visit().say(Hello(PROTOCOL_VERSION, "Ada", "", welcome.player, welcome.secret))
        await turn()
    assert "secret" not in repr([line for line in logs if "peer" in line])
