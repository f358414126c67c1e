"""The lobby's shell: fake connections, a fake clock, fake sessions; real frames."""

from __future__ import annotations

import asyncio
import heapq
from itertools import count

import pytest
from structlog.testing import capture_logs

from rallypoint.core.lobby import Lobby
from rallypoint.core.quick_match import RETRY_S, OpenSession, QuickMatchRules, SeatOffer
from rallypoint.runtime.lobby_host import LobbyHost
from rallypoint_protocol.close import CloseCode
from rallypoint_protocol.codec import decode_lobby_reply, encode
from rallypoint_protocol.ending import Receiver
from rallypoint_protocol.ids import SeatIndex, SessionId, Token
from rallypoint_protocol.limits import PROTOCOL_VERSION
from rallypoint_protocol.messages import (
    Ack,
    Answer,
    CancelQueue,
    Hello,
    Leave,
    Locate,
    Ping,
    Pong,
    Proved,
    Push,
    QuickMatch,
    Resume,
    TakeSeat,
    Welcome,
)

ORBIT = QuickMatchRules("orbit", 2, 2)


class FakeLoop:
    """Timers on a clock that is moved by hand."""

    class Timer:
        def __init__(self, callback):
            self.callback = callback

        def cancel(self):
            self.callback = None

    def __init__(self):
        self.now = 1000.0
        self._timers: list[tuple[float, int, FakeLoop.Timer]] = []
        self._made = count()
        self.fired = 0

    def time(self):
        return self.now

    def call_at(self, when, callback):
        timer = FakeLoop.Timer(callback)
        heapq.heappush(self._timers, (when, next(self._made), timer))
        return timer

    @property
    def armed(self):
        return sum(timer.callback is not None for _, _, timer in self._timers)

    def advance(self, seconds):
        until = self.now + seconds
        while self._timers and self._timers[0][0] <= until:
            when, _, timer = heapq.heappop(self._timers)
            self.now = max(self.now, when)
            if timer.callback is not None:
                self.fired += 1
                timer.callback()
        self.now = until


class Nobody:
    def received(self, payload, /):
        raise AssertionError("nobody is listening")

    def lost(self, code, reason, /):
        raise AssertionError("nobody is listening")


class FakeConnection:
    """A client's end, and what a connection is to the lobby: frames are the wire's."""

    def __init__(self):
        self.remote_ip = "192.0.2.7"
        self.receiver: Receiver = Nobody()
        self.replies = []
        self.closed: CloseCode | None = None
        self.reason = ""
        self.ended = asyncio.Event()

    def write_message(self, payload):
        assert self.closed is None
        self.replies.append(decode_lobby_reply(payload))

    def close_with(self, code, reason=""):
        if self.closed is None:
            self.closed, self.reason = CloseCode(code), reason
            self.ended.set()

    async def wait_closed(self):
        await self.ended.wait()

    # what its client does

    def say(self, message):
        self.receiver.received(encode(message))
        return self.take()

    def take(self):
        replies, self.replies = self.replies, []
        return replies

    def pushes(self):
        return [(push.kind, push.data) for push in self.take() if isinstance(push, Push)]

    def drop(self, code=None):
        self.receiver.lost(code, "")


class FakeSessions:
    """Sessions as lists of players."""

    def __init__(self):
        self.seats_max = 2
        self.room = 10
        self.rows: dict[str, list[str]] = {}
        self.bots: dict[str, int] = {}
        self.created = 0
        self.broken = False
        self.refuse_seats = False

    def open_sessions(self, game):
        if self.broken:
            raise RuntimeError("sessions are broken")
        for session_id, players in self.rows.items():
            yield OpenSession(SessionId(session_id), self.seats_max - len(players))

    def create(self, game, now):
        if len(self.rows) >= self.room:
            return None
        self.created += 1
        self.rows[f"s{self.created}"] = []
        return SessionId(f"s{self.created}")

    def reserve(self, session_id, player, name, lobby_id, now):
        if self.refuse_seats:
            return None
        players = self.rows[session_id]
        players.append(player)
        seat = SeatIndex(len(players) - 1)
        return SeatOffer(session_id, seat, Token(b"T" * 32), f"/session/{session_id}", b"h" * 32)

    def add_bots(self, session_id, number):
        self.bots[session_id] = number

    def locate(self, session_id, token):
        return f"/session/{session_id}" if (session_id, token) == ("s1", b"T" * 32) else None

    def is_seated(self, player):
        return any(player in players for players in self.rows.values())


class House:
    """A node's lobby, and ways to visit it."""

    def __init__(self, rules=ORBIT, **options):
        numbers = count(1)
        self.loop = FakeLoop()
        self.sessions = FakeSessions()
        self.lobby = Lobby(
            lambda: Token(b"secret" + next(numbers).to_bytes(26, "big")),
            lambda: f"id{next(numbers)}",
            [rules],
            self.sessions,
            **options,
        )
        self.host = LobbyHost(self.lobby, self.sessions, self.loop)

    def visit(self):
        connection = FakeConnection()
        self.host.accept(connection)
        return connection

    def guest(self, name="Ada") -> tuple[FakeConnection, Welcome]:
        connection = self.visit()
        [welcome] = connection.say(Hello(PROTOCOL_VERSION, name))
        return connection, welcome

    def resume(self, welcome, event=0):
        connection = self.visit()
        return connection, connection.say(Resume(PROTOCOL_VERSION, welcome.lobby, welcome.token, 0, 0, event))

    def queued(self, name="Ada"):
        connection, welcome = self.guest(name)
        connection.say(QuickMatch(1, "orbit"))
        return connection, welcome


@pytest.fixture
def house():
    return House()


# --- connections ------------------------------------------------------------------------------------------------------


def test_a_guest_is_welcomed(house):
    connection, welcome = house.guest("Ada")
    assert isinstance(welcome, Welcome)
    assert welcome.name == "Ada"
    assert connection.closed is None


def test_a_connection_that_says_nothing_is_closed_when_its_time_is_up(house):
    connection = house.visit()
    house.loop.advance(4.999)
    assert connection.closed is None
    house.loop.advance(0.001)
    assert connection.closed is CloseCode.FIRST_FRAME_LATE


def test_each_connection_has_its_own_time_for_the_first_frame(house):
    first = house.visit()
    house.loop.advance(3.0)
    second = house.visit()
    house.loop.advance(2.0)
    assert (first.closed, second.closed) == (CloseCode.FIRST_FRAME_LATE, None)
    house.loop.advance(3.0)
    assert second.closed is CloseCode.FIRST_FRAME_LATE


def test_after_the_first_frame_there_is_no_hurry(house):
    connection, _ = house.guest()
    house.loop.advance(1e5)
    assert connection.closed is None
    assert connection.say(Ping(3.0)) == [Pong(3.0, 0.0, 0)]


@pytest.mark.parametrize("message", [Ping(1.0), Leave(), Proved(), Ack(0, 0, 0), QuickMatch(1, "orbit")])
def test_any_other_first_frame_is_unexpected(house, message):
    connection = house.visit()
    assert connection.say(message) == []
    assert connection.closed is CloseCode.UNEXPECTED


def test_a_second_first_frame_is_unexpected_and_the_player_may_resume(house):
    connection, welcome = house.guest()
    connection.say(Hello(PROTOCOL_VERSION, "Ada"))
    assert connection.closed is CloseCode.UNEXPECTED
    assert house.resume(welcome)[1][0].resumed


@pytest.mark.parametrize("payload", [b"", b"\xc1", b"\x93\x01\x01", encode([99]), encode(TakeSeat(1, "s1", b""))])
def test_what_the_lobby_cannot_read_is_closed_with_its_code_and_no_traceback(house, payload):
    connection = house.visit()
    with capture_logs() as logs:
        connection.receiver.received(payload)
    assert connection.closed is CloseCode.MALFORMED
    [line] = [line for line in logs if line["log_level"] != "debug"]
    assert line["log_level"] == "info"
    assert line["why"] == connection.reason
    assert "exc_info" not in line


def test_a_client_that_is_too_old_is_closed_with_update(house):
    connection = house.visit()
    connection.say(Hello(0, "Ada"))
    assert connection.closed is CloseCode.UPDATE


def test_a_full_lobby_closes_newcomers():
    house = House(lobbies_max=1)
    house.guest()
    newcomer = house.visit()
    newcomer.say(Hello(PROTOCOL_VERSION, "Bob"))
    assert newcomer.closed is CloseCode.FULL


def test_after_a_close_nothing_more_is_listened_to(house):
    connection, _ = house.guest()
    connection.say(Leave())
    assert connection.closed is CloseCode.LEFT
    connection.receiver.received(encode(QuickMatch(1, "orbit")))
    connection.receiver.received(b"\xc1")
    connection.drop()
    assert len(house.lobby) == 0


# --- coming back ------------------------------------------------------------------------------------------------------


def test_a_player_resumes_after_a_drop(house):
    connection, welcome = house.guest()
    connection.drop()
    house.loop.advance(29.9)
    [back] = house.resume(welcome)[1]
    assert back.resumed
    assert (back.lobby, back.player) == (welcome.lobby, welcome.player)


def test_a_lobby_session_is_gone_when_its_grace_is(house):
    connection, welcome = house.guest()
    connection.drop()
    house.loop.advance(30.0)
    assert len(house.lobby) == 0
    assert house.loop.fired == 1 + 1, "one timer for the first frame, which was in time, and one for the end of grace"
    late, replies = house.resume(welcome)
    assert (late.closed, replies) == (CloseCode.UNKNOWN, [])


def test_unknown_and_forbidden_look_alike_to_the_client(house):
    _, welcome = house.guest()
    seen = set()
    for lobby_id, token in ((welcome.lobby, b"wrong"), ("nobody", welcome.token), ("", b"")):
        connection = house.visit()
        connection.say(Resume(PROTOCOL_VERSION, lobby_id, token, 0, 0, 0))
        seen.add((connection.closed, connection.reason, tuple(connection.replies)))
    assert len(seen) == 1


def test_a_newer_connection_takes_over_and_the_older_is_told(house):
    older, welcome = house.guest()
    newer, [back] = house.resume(welcome)
    assert older.closed is CloseCode.TAKEN_OVER
    older.drop(CloseCode.TAKEN_OVER)
    assert newer.say(Ping(1.0)) == [Pong(1.0, 0.0, 0)]
    assert back.grace_s == 30.0
    newer.drop()
    assert house.resume(back)[1][0].resumed


def test_missed_pushes_follow_the_welcome(house):
    connection, welcome = house.queued("Ada")
    connection.drop()
    _, replies = house.resume(welcome)
    assert [type(reply) for reply in replies] == [Welcome, Push]
    assert replies[1].kind == "queued"
    assert replies[0].event == 1


def test_pushes_that_are_gone_end_the_older_connection_too(house):
    connection, welcome = house.guest()
    for n in range(300):
        connection.say(QuickMatch(2 * n, "orbit"))
        connection.say(CancelQueue(2 * n + 1))
    again, _ = house.resume(welcome)
    assert (again.closed, connection.closed) == (CloseCode.UNKNOWN, CloseCode.UNKNOWN)
    assert len(house.lobby) == 0


# --- matching ---------------------------------------------------------------------------------------------------------


def test_the_answer_comes_before_the_push(house):
    connection, _ = house.guest()
    replies = connection.say(QuickMatch(7, "orbit"))
    assert replies == [Answer(7), Push(1, "queued", {"game": "orbit", "place": 1, "waiting": 1})]


def test_two_players_are_matched_as_soon_as_the_second_asks(house):
    first, _ = house.queued("Ada")
    second, _ = house.guest("Bob")
    replies = second.say(QuickMatch(1, "orbit"))
    assert [type(reply) for reply in replies] == [Answer, Push]
    matched = {"game": "orbit", "session": "s1", "url": "/session/s1", "token": b"T" * 32, "schema": b"h" * 32}
    assert replies[1].data == {**matched, "seat": 1}
    assert first.pushes() == [("matched", {**matched, "seat": 0})]


def test_a_free_seat_is_given_to_whoever_waits_longest(house):
    house.queued("Ada")
    house.queued("Bob")
    third, _ = house.queued("Cid")
    player = house.sessions.rows["s1"].pop()
    house.host.player_unseated(player)
    assert [kind for kind, _ in third.pushes()] == ["matched"]


def test_a_player_who_is_away_is_matched_on_coming_back(house):
    connection, welcome = house.queued("Ada")
    connection.drop()
    other, _ = house.queued("Bob")
    assert other.pushes() == []
    back, replies = house.resume(welcome, event=1)
    assert [reply.kind for reply in replies if isinstance(reply, Push)] == ["matched"]
    assert [kind for kind, _ in other.pushes()] == ["matched"]
    assert back.closed is None


def test_a_match_that_was_made_just_before_a_drop_comes_with_the_resume(house):
    connection, welcome = house.queued("Ada")
    house.queued("Bob")
    connection.drop()
    _, replies = house.resume(welcome, event=1)
    assert [reply.kind for reply in replies if isinstance(reply, Push)] == ["matched"]


def test_whoever_plays_may_come_back_to_the_lobby_much_later(house):
    connection, welcome = house.queued("Ada")
    house.queued("Bob")
    connection.drop()
    house.loop.advance(3600.0)
    assert house.resume(welcome)[1][0].resumed


def test_grace_begins_when_the_seat_of_one_who_is_away_is_gone(house):
    connection, welcome = house.queued("Ada")
    house.queued("Bob")
    connection.drop()
    house.loop.advance(3600.0)
    house.sessions.rows["s1"].clear()
    house.host.player_unseated(welcome.player)
    house.loop.advance(29.9)
    assert len(house.lobby) == 2
    house.loop.advance(0.1)
    assert len(house.lobby) == 1


def test_bots_come_when_nobody_else_does():
    house = House(QuickMatchRules("orbit", 3, 4, bots_after_s=5.0))
    connection, _ = house.queued()
    house.loop.advance(4.999)
    assert house.sessions.rows == {}
    house.loop.advance(0.001)
    assert house.sessions.bots == {"s1": 2}
    assert [kind for kind, _ in connection.pushes()] == ["matched"]


def test_on_a_full_node_players_wait_and_it_is_asked_again_once_in_a_while(house):
    house.sessions.room = 0
    first, _ = house.queued("Ada")
    house.queued("Bob")
    house.loop.advance(10 * RETRY_S)
    assert house.loop.fired <= 12
    assert first.pushes() == []
    house.sessions.room = 1
    house.loop.advance(RETRY_S)
    assert [kind for kind, _ in first.pushes()] == ["matched"]


def test_room_that_is_announced_is_used_at_once(house):
    house.sessions.room = 0
    first, _ = house.queued("Ada")
    house.queued("Bob")
    house.sessions.rows["s9"] = []
    house.host.capacity_changed()
    assert [kind for kind, _ in first.pushes()] == ["matched"]


def test_a_seat_that_is_refused_leaves_the_player_in_the_queue(house):
    house.sessions.refuse_seats = True
    first, _ = house.queued("Ada")
    second, _ = house.queued("Bob")
    assert first.pushes() == second.pushes() == []
    assert house.lobby.queues.waiting("orbit") == 2
    house.sessions.refuse_seats = False
    house.loop.advance(RETRY_S)
    assert house.lobby.queues.waiting("orbit") == 0


def test_a_failure_of_the_sessions_side_is_told_once_and_hurts_nobody(house):
    first, _ = house.guest("Ada")
    house.sessions.broken = True
    with capture_logs() as logs:
        replies = first.say(QuickMatch(1, "orbit"))
    assert [line["event"] for line in logs if line["log_level"] == "error"] == ["matching failed"]
    assert replies[0] == Answer(1)
    assert first.closed is None
    house.queued("Bob")
    house.sessions.broken = False
    house.loop.advance(RETRY_S)
    assert [kind for kind, _ in first.pushes()] == ["matched"]


def test_a_seat_that_is_lost_while_it_is_given_does_no_harm(house):
    reserve = house.sessions.reserve

    def fail(session_id, player, name, lobby_id, now):
        reserve(session_id, player, name, lobby_id, now)
        house.sessions.rows[session_id].remove(player)
        house.host.player_unseated(player)

    house.sessions.reserve = fail
    house.queued("Ada")
    house.queued("Bob")
    assert house.lobby.queues.waiting("orbit") == 2
    house.sessions.reserve = reserve
    house.loop.advance(RETRY_S)
    assert house.lobby.queues.waiting("orbit") == 0


def test_a_session_that_announces_room_while_it_is_created_is_created_once(house):
    create = house.sessions.create

    def announce(game, now):
        session_id = create(game, now)
        house.host.capacity_changed()
        return session_id

    house.sessions.create = announce
    with capture_logs() as logs:
        first, _ = house.queued("Ada")
        house.queued("Bob")
    assert house.sessions.created == 1
    assert [kind for kind, _ in first.pushes()] == ["matched"]
    assert not [line for line in logs if line["log_level"] == "error"]


def test_places_are_told_when_somebody_ahead_leaves(house):
    house.sessions.room = 0
    first, _ = house.queued("Ada")
    house.queued("Bob")
    third, _ = house.queued("Cid")
    third.say(Ack(0, 0, 1))
    first.say(Leave())
    house.loop.advance(1.0)
    assert third.pushes() == [("queued", {"game": "orbit", "place": 2, "waiting": 2})]


# --- requests ---------------------------------------------------------------------------------------------------------


def test_a_session_is_located_with_its_token(house):
    connection, _ = house.guest()
    assert connection.say(Locate(1, "s1", b"T" * 32)) == [Answer(1, {"url": "/session/s1"})]
    [answer] = connection.say(Locate(2, "s1", b"guess"))
    assert answer.error == "unknown"


def test_a_request_repeated_after_a_resume_gets_its_answer_and_is_not_executed_again(house):
    connection, welcome = house.queued()
    connection.drop()
    back, _ = house.resume(welcome, event=1)
    assert back.say(QuickMatch(1, "orbit")) == [Answer(1)]
    assert house.lobby.queues.waiting("orbit") == 1


def test_a_failure_of_our_own_closes_that_connection_alone_and_it_may_resume(house, monkeypatch):
    other, _ = house.guest("Bob")
    connection, welcome = house.guest("Ada")
    monkeypatch.setattr(house.sessions, "locate", lambda session_id, token: 1 / 0)
    with capture_logs() as logs:
        connection.say(Locate(1, "s1", b""))
    assert connection.closed is CloseCode.SERVER_FAILED
    assert [line["log_level"] for line in logs].count("error") == 1
    assert other.say(Ping(1.0)) == [Pong(1.0, 0.0, 0)]
    assert house.resume(welcome)[1][0].resumed


# --- the house --------------------------------------------------------------------------------------------------------


def test_there_is_one_timer_however_many_connections_there_are(house):
    for _ in range(50):
        house.visit()
    for _ in range(50):
        house.guest()[0].drop()
    assert house.loop.armed == 1


def test_an_idle_lobby_needs_no_timer(house):
    house.guest()
    house.loop.advance(60.0)
    assert house.loop.armed == 0


def test_no_token_and_nothing_that_a_client_chose_is_logged(house):
    with capture_logs() as logs:
        connection, welcome = house.queued("Bobby Tables")
        connection.drop()
        back, _ = house.resume(welcome)
        house.queued("Bob")
        back.say(Locate(5, "s1", b"T" * 32))
        back.say(Hello(PROTOCOL_VERSION, "evil\nname"))
        house.resume(welcome)[0].drop()
    text = repr(logs)
    assert logs
    for secret in ("secret", "TTTT", "Tables", "evil"):
        assert secret not in text


async def test_serving_a_connection_ends_with_it(house):
    connection = FakeConnection()
    serving = asyncio.create_task(house.host.serve(connection), name="serving")
    await asyncio.sleep(0)
    connection.say(Hello(PROTOCOL_VERSION, "Ada"))
    assert not serving.done()
    connection.say(Leave())
    await serving


async def test_a_lobby_that_stops_closes_all_and_takes_nobody_else(house):
    stranger = house.visit()
    guest, _ = house.guest()
    await house.host.stop()
    late = house.visit()
    assert [connection.closed for connection in (stranger, guest, late)] == [CloseCode.SHUTDOWN] * 3
    guest.drop(CloseCode.SHUTDOWN)
    assert house.loop.armed == 0
