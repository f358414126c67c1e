"""Write, then send: nothing reaches a connection before what it follows from is committed, and all of it in order."""

from __future__ import annotations

import asyncio
from typing import Any

import pytest
from hypothesis import given, strategies as st

from rallypoint.runtime.lobby_receiver import LobbyReceiver
from rallypoint.runtime.lobby_writer import LobbyWriter
from rallypoint_protocol.close import CloseCode
from rallypoint_protocol.codec import encode
from rallypoint_protocol.framing import frame
from rallypoint_protocol.limits import PROTOCOL_VERSION
from rallypoint_protocol.messages import (
    Ack,
    Answer,
    CancelQueue,
    Chat,
    Hello,
    Leave,
    Listen,
    Listing,
    Locate,
    Ping,
    Pong,
    Push,
    QuickMatch,
    Resume,
    Say,
    Watch,
    Welcome,
)
from tests.server.lobby_house import FakeConnection, House
from tests.server.lobby_life import STEPS, HeldEntries, KeptEntries, Life, LosingEntries


class Slow:
    """A house with a slow disk."""

    def __init__(self, **options):
        self.disk = HeldEntries()
        self.house = House(commit=self.disk.commit, **options)

    def guest(self, name="Ada"):
        connection = self.house.visit()
        assert connection.say(Hello(PROTOCOL_VERSION, name)) == []
        self.disk.sync()
        [welcome] = connection.take()
        return connection, welcome


@pytest.fixture
def slow():
    return Slow()


def kinds(replies):
    return [type(reply) for reply in replies]


def test_a_welcome_waits_until_its_lobby_session_is_written(slow):
    connection = slow.house.visit()
    assert connection.say(Hello(PROTOCOL_VERSION, "Ada")) == []
    assert list(slow.disk.entries) == ["lobby/id1"]
    slow.disk.sync()
    assert kinds(connection.take()) == [Welcome]


def test_answers_and_what_follows_come_in_order_and_not_before_their_own_commit(slow):
    connection, _ = slow.guest()
    for message in (QuickMatch(1, "orbit"), CancelQueue(2), Locate(3, "s1", b"")):
        assert connection.say(message) == []
    slow.disk.sync(1)
    assert kinds(connection.take()) == [Answer, Push]
    slow.disk.sync(1)
    assert [getattr(reply, "id", 0) for reply in connection.take()] == [2, 0]
    assert connection.take() == []
    slow.disk.sync()
    assert [reply.id for reply in connection.take()] == [3]


def test_a_match_is_told_to_nobody_before_it_is_committed(slow):
    (one, _), (two, _) = slow.guest("Ada"), slow.guest("Bob")
    for connection in (one, two):
        connection.say(QuickMatch(1, "orbit"))
    slow.disk.sync(1)
    assert "matched" not in [reply.kind for reply in (*one.take(), *two.take()) if isinstance(reply, Push)]
    slow.disk.sync()
    assert [dict(connection.pushes())["matched"]["seat"] for connection in (one, two)] == [0, 1]


def test_a_request_sent_again_is_not_answered_before_its_first_answer_is_committed(slow):
    connection, _ = slow.guest()
    connection.say(QuickMatch(1, "orbit"))
    assert connection.say(QuickMatch(1, "orbit")) == []
    slow.disk.sync()
    assert [reply.id for reply in connection.take() if isinstance(reply, Answer)] == [1, 1]


def test_a_close_waits_too_and_comes_after_what_was_told_before(slow):
    connection, _ = slow.guest()
    connection.say(QuickMatch(1, "orbit"))
    connection.say(Leave())
    connection.say(Ping(1.0))  # it is not listened to any more
    assert connection.closed is None
    slow.disk.sync(1)
    assert (kinds(connection.take()), connection.closed) == ([Answer, Push], None)
    slow.disk.sync()
    assert (connection.take(), connection.closed) == ([], CloseCode.LEFT)
    assert slow.disk.entries == {}


def test_who_is_taken_over_hears_of_it_with_the_commit_that_lets_the_newer_connection_in(slow):
    older, welcome = slow.guest()
    newer = slow.house.visit()
    newer.say(Resume(PROTOCOL_VERSION, welcome.lobby, welcome.token, 0, 0, 0))
    assert (older.closed, newer.take()) == (None, [])
    slow.disk.sync()
    assert older.closed is CloseCode.TAKEN_OVER
    assert kinds(newer.take()) == [Welcome]


def test_a_pong_waits_only_for_what_its_own_connection_waits_for(slow):
    (busy, _), (idle, _) = slow.guest("Ada"), slow.guest("Bob")
    busy.say(Locate(1, "s1", b""))
    assert kinds(idle.say(Ping(1.0))) == [Pong]
    assert busy.say(Ping(1.0)) == []
    slow.disk.sync()
    assert kinds(busy.take()) == [Answer, Pong]
    assert kinds(busy.say(Ping(1.0))) == [Pong]


def test_listings_and_lines_go_at_once_if_nothing_waits_and_else_behind_it(slow):
    connection, _ = slow.guest()
    connection.say(Watch(1, "", [], 10))
    connection.say(Listen(2, ""))
    slow.disk.sync()
    connection.take()
    connection.say(Ack(0, 1, 0))
    room = slow.house.sessions.open("orbit", "Bob")
    slow.house.host.session_changed(room.id)
    batches = slow.disk.batches
    slow.house.loop.advance(1.0)
    assert kinds(connection.take()) == [Listing]
    assert slow.disk.batches == batches
    connection.say(Say(3, "", "hello"))
    slow.house.loop.advance(1.0)
    assert connection.take() == []  # a line that was said and not written would lose its number in a crash
    slow.disk.sync()
    assert kinds(connection.take()) == [Answer, Chat]


def test_a_lost_connection_is_written_and_nobody_waits_for_it(slow):
    connection, _ = slow.guest()
    batches = slow.disk.batches
    connection.drop()
    assert slow.disk.batches == batches + 1
    slow.disk.sync()
    assert connection.take() == []


def test_who_lets_too_much_wait_while_the_disk_hangs_is_closed_at_once_and_finds_the_answers_later(slow):
    connection, welcome = slow.guest()
    number = 0
    while connection.closed is None and number < 10_000:
        number += 1
        connection.say(Locate(number, "s1", b""))
    assert connection.closed is CloseCode.TOO_SLOW
    assert connection.take() == []
    slow.disk.sync()
    assert connection.take() == []
    connection = slow.house.visit()
    connection.say(Resume(PROTOCOL_VERSION, welcome.lobby, welcome.token, 0, 0, 0))
    connection.say(Locate(number, "s1", b""))
    slow.disk.sync()
    assert kinds(connection.take()) == [Welcome, Answer]


def test_what_waits_in_all_is_bounded_however_many_connections_there_are(slow):
    slow.house.host._writer = writer = LobbyWriter(slow.disk.commit, total_max=5_000)
    visitors = [slow.house.visit() for _ in range(100)]
    for visitor in visitors:
        visitor.say(Hello(PROTOCOL_VERSION, "Ada"))
    assert writer._total <= 5_000
    assert {visitor.closed for visitor in visitors} == {None, CloseCode.TOO_SLOW}
    slow.disk.sync()
    assert writer._total == 0


def test_a_server_that_stops_closes_at_once_and_writes_nothing_after_it(slow):
    connection, _ = slow.guest()
    connection.say(QuickMatch(1, "orbit"))
    asyncio.run(slow.house.host.stop())
    assert connection.closed is CloseCode.SHUTDOWN
    slow.disk.sync()
    assert connection.take() == []


def test_a_connection_that_fails_when_it_is_written_to_costs_the_others_nothing(slow):
    (one, _), (two, _) = slow.guest("Ada"), slow.guest("Bob")
    for connection in (one, two):
        connection.say(QuickMatch(1, "orbit"))

    def fail(framed):
        raise OSError("gone")

    one.write = fail
    slow.disk.sync()
    assert "matched" in dict(two.pushes())


def test_what_follows_from_a_connection_that_ends_while_it_is_written_to_comes_after_the_round():
    written: list[Any] = []
    writer = LobbyWriter(lambda entries, then: then())
    nobody: Any = None
    first, second = (LobbyReceiver(nobody, FakeConnection()) for _ in range(2))

    def end(framed):
        written.append(framed)
        writer.tell(second, Answer(2))
        writer.release([])

    one: Any = first.connection
    other: Any = second.connection
    one.write, other.write = end, written.append
    writer.tell(first, Answer(0))
    writer.tell(second, Answer(1))
    writer.release([])
    assert written == [frame(encode(Answer(number))) for number in range(3)]


@given(st.lists(st.tuples(STEPS, st.integers(0, 3)), min_size=5, max_size=40))
def test_with_a_slow_disk_every_connection_hears_the_same_in_the_same_order(steps):
    """As without a journal; what a client does with what it has heard comes after it has."""

    async def live(journal, slow):
        life = Life(journal)
        if slow:
            journal.sync()
            life.hear()
        for (verb, who, number), synced in steps:
            if slow and verb in (
                "hello",
                "hello again",
                "resume",
                "drop",
                "acknowledge",
                "join",
                "offer",
                "leave seat",
            ):
                journal.sync()
                life.hear()
            await life.step(verb, who, number)
            if slow:
                journal.sync(synced)
                life.hear()
        if slow:
            journal.sync()
            life.hear()
        return [client.heard for client in life.clients]

    plain, at_once, late = (
        asyncio.run(live(*how)) for how in ((None, False), (KeptEntries(), False), (HeldEntries(), True))
    )
    assert plain == at_once == late


def of_an_honest_client(step):
    """One that does not come back with a token that it has replaced, nor begins anew while it can come back."""
    (verb, who, number), synced = step
    return (verb, who, 2 if verb == "resume" else number), synced


@given(
    st.lists(
        st.tuples(STEPS.filter(lambda step: step[0] != "hello again"), st.integers(0, 2)), min_size=5, max_size=40
    ),
    st.lists(st.tuples(STEPS.filter(lambda step: step[0] != "hello again"), st.integers(0, 2)), max_size=20),
)
def test_nothing_that_a_client_was_told_is_gone_after_a_power_loss(before, after):
    async def live():
        disk = LosingEntries()
        life = Life(disk)
        disk.sync()
        life.hear()
        for steps in (before, after):
            for step, synced in map(of_an_honest_client, steps):
                await life.step(*step)
                disk.sync(synced)
                life.hear()
            disk.open.clear()
            life.die()
            for client in life.clients:
                await comes_back(life, client)
        lines: dict[Any, Any] = {}
        for client in life.clients:
            for number, line in client.lines.items():
                assert lines.setdefault(number, line) == line

    asyncio.run(live())


async def comes_back(life, client):
    """As far as the lobby session that it was told of last is there: that is, unless it has ended before."""
    if f"lobby/{client.lobby}" not in life.journal.entries:
        assert life.journal.gone[f"lobby/{client.lobby}"]
        return
    heard, told = client.event, [answer for (lobby, _), answer in client.answers.items() if lobby == client.lobby]
    client.heard.clear()
    await life.step("resume", life.clients.index(client), 2)
    life.journal.sync()
    life.hear()
    welcome = client.heard[0]
    assert (welcome.resumed, welcome.lobby) == (True, client.lobby)
    assert welcome.event >= heard
    for answer in told:
        client.heard.clear()
        life.send(client, Locate(answer.id, "", b""))
        life.journal.sync()
        life.hear()
        assert answer in client.heard
