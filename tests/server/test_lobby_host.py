"""The lobby's shell: fake connections, a fake clock, fake sessions; real frames."""

from __future__ import annotations

import asyncio

import pytest
from structlog.testing import capture_logs

from rallypoint.core.orders import Denial, Order
from rallypoint.core.quick_match import RETRY_S, QuickMatchRules
from rallypoint_protocol.close import CloseCode
from rallypoint_protocol.codec import encode
from rallypoint_protocol.ids import PlayerId, SessionId
from rallypoint_protocol.limits import PROTOCOL_VERSION
from rallypoint_protocol.messages import (
    Ack,
    Answer,
    CancelQueue,
    Create,
    Hello,
    Join,
    Leave,
    Listen,
    Listing,
    Locate,
    Ping,
    Pong,
    Proved,
    Push,
    QuickMatch,
    Rematch,
    Resume,
    Say,
    TakeSeat,
    Watch,
    Welcome,
)
from tests.server.lobby_house import FakeConnection, House


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
    assert replies == [Answer(7), Push(1, "queued", {"game": "orbit", "queues": ["orbit"], "place": 1, "waiting": 1})]


def test_two_players_are_matched_as_soon_as_the_second_asks(house):
    first, _ = house.queued("Ada")
    second, _ = house.guest("Bob")
    replies = second.say(QuickMatch(1, "orbit"))
    assert [type(reply) for reply in replies] == [Answer, Push]
    matched = {"game": "orbit", "session": "s1", "url": "/session/s1", "token": b"T" * 32, "schema": b"h" * 16}
    assert replies[1].data == {**matched, "seat": 1}
    assert first.pushes() == [("matched", {**matched, "seat": 0})]


def test_a_free_seat_is_given_to_whoever_waits_longest(house):
    house.queued("Ada")
    house.queued("Bob")
    third, _ = house.queued("Cid")
    player, _ = house.sessions.sessions[SessionId("s1")].players.popitem()
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
    house.sessions.sessions[SessionId("s1")].players.clear()
    house.host.player_unseated(welcome.player)
    house.loop.advance(29.9)
    assert len(house.lobby) == 2
    house.loop.advance(0.1)
    assert len(house.lobby) == 1


def test_bots_come_when_nobody_else_does():
    house = House(QuickMatchRules("orbit", 3, 4, bots_after_s=5.0))
    connection, _ = house.queued()
    house.loop.advance(4.999)
    assert house.sessions.sessions == {}
    house.loop.advance(0.001)
    assert house.sessions.bots == {"s1": 2}
    assert [kind for kind, _ in connection.pushes()] == ["matched"]


def test_on_a_full_node_players_wait_and_it_is_asked_again_once_in_a_while(house):
    house.sessions.rooms_max = 0
    first, _ = house.queued("Ada")
    house.queued("Bob")
    house.loop.advance(10 * RETRY_S)
    assert house.loop.fired <= 12
    assert first.pushes() == []
    house.sessions.rooms_max = 1
    house.loop.advance(RETRY_S)
    assert [kind for kind, _ in first.pushes()] == ["matched"]


def test_room_that_is_announced_is_used_at_once(house):
    house.sessions.rooms_max = 0
    first, _ = house.queued("Ada")
    house.queued("Bob")
    house.sessions.open("orbit")
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
        del house.sessions.sessions[session_id].players[player]
        house.host.player_unseated(player)
        return Denial("unknown", "gone again")

    house.sessions.reserve = fail
    house.queued("Ada")
    house.queued("Bob")
    assert house.lobby.queues.waiting("orbit") == 2
    house.sessions.reserve = reserve
    house.loop.advance(RETRY_S)
    assert house.lobby.queues.waiting("orbit") == 0


def test_a_session_that_announces_room_while_it_is_created_is_created_once(house):
    create = house.sessions.create

    def announce(game, now, order):
        session_id = create(game, now, order)
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
    house.sessions.rooms_max = 0
    first, _ = house.queued("Ada")
    house.queued("Bob")
    third, _ = house.queued("Cid")
    third.say(Ack(0, 0, 1))
    first.say(Leave())
    house.loop.advance(1.0)
    assert third.pushes() == [("queued", {"game": "orbit", "queues": ["orbit"], "place": 2, "waiting": 2})]


# --- requests ---------------------------------------------------------------------------------------------------------


def test_a_session_is_located_with_its_token(house):
    house.sessions.open("orbit")
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


# --- rooms, lists, chats ----------------------------------------------------------------------------------------------


def test_the_answer_to_a_watch_comes_before_the_first_listing(house):
    connection, _ = house.guest()
    replies = connection.say(Watch(1, "", [], 10))
    assert [type(reply) for reply in replies] == [Answer, Listing]
    assert (replies[1].n, replies[1].whole) == (1, True)
    assert house.loop.armed <= 1


def test_a_session_that_changes_is_told_to_those_who_watch(house):
    connection, _ = house.guest()
    connection.say(Watch(1, "", [], 10))
    connection.say(Ack(0, 1, 0))
    house.loop.advance(1.0)
    room = house.sessions.open("orbit")
    house.host.session_changed(room.id)
    assert connection.take() == [], "not at once: more may follow"
    house.loop.advance(1.0)
    [listing] = connection.take()
    assert [row.id for row in listing.rows] == [room.id]


def test_a_session_that_changes_costs_no_timer_while_nobody_watches(house):
    house.guest()
    house.loop.advance(60.0)
    for _ in range(1000):
        house.host.session_changed(house.sessions.open("orbit").id)
    assert house.loop.armed == 0


def test_an_acknowledged_listing_is_followed_by_what_happened_meanwhile(house):
    connection, _ = house.guest()
    connection.say(Watch(1, "", [], 10))
    for _ in range(3):
        house.host.session_changed(house.sessions.open("orbit").id)
        house.loop.advance(1.0)
    assert connection.take() == []
    [listing] = connection.say(Ack(0, 1, 0))
    assert (listing.n, len(listing.rows)) == (2, 3)


def test_a_created_session_is_answered_before_anything_that_follows_from_it(house):
    create = house.sessions.create

    def announce(game, now, order):
        session_id = create(game, now, order)
        house.host.session_changed(session_id)
        house.host.capacity_changed()
        return session_id

    house.sessions.create = announce
    house.sessions.refuse_seats = True
    waiting, _ = house.queued("Bob")
    house.sessions.refuse_seats = False
    connection, _ = house.guest()
    connection.say(Watch(1, "", [], 10))
    connection.say(Ack(0, 1, 0))
    house.loop.advance(1.0)
    connection.take()
    replies = connection.say(Create(2, "orbit", {}, {}, False))
    assert isinstance(replies[0], Answer)
    assert replies[0].value["session"] == "s1"
    assert [kind for kind, _ in waiting.pushes()] == ["matched"]


def test_lines_of_a_chat_are_framed_once_for_all(house):
    connections = [house.guest(f"p{n}")[0] for n in range(20)]
    for connection in connections:
        connection.say(Listen(1, ""))
    connections[0].say(Say(2, "", "hello"))
    assert [[chat.lines[0].text for chat in connection.take()] for connection in connections[1:]] == [["hello"]] * 19
    assert len({id(connection.frames[-1]) for connection in connections}) == 1


def test_who_does_not_take_what_was_written_gets_no_chat_before_that(house):
    speaker, _ = house.guest("Ada")
    slow, _ = house.guest("Bob")
    for connection in (speaker, slow):
        connection.say(Listen(1, ""))
    slow.outbox_bytes = 100_000
    speaker.say(Say(2, "", "hello"))
    house.loop.advance(5.0)
    assert slow.take() == []
    slow.outbox_bytes = 0
    house.loop.advance(5.0)
    assert [chat.lines[0].text for chat in slow.take()] == ["hello"]
    house.loop.advance(60.0)
    assert house.loop.armed == 0


def test_a_wrong_code_is_held_against_the_address_it_came_from(house):
    house.sessions.open("orbit", private=True)
    errors = []
    for n in range(70):
        connection, _ = house.guest(f"p{n}")
        errors += [answer.error for answer in connection.say(Join(1, "", "WRONG1"))]
    assert set(errors[:60]) == {"unknown"}
    assert set(errors[60:]) == {"too_fast"}


# --- rematches --------------------------------------------------------------------------------------------------------


def played(house, *names):
    """Those have played a session that has ended: its id, and their connections."""
    guests = [house.guest(name) for name in names]
    room = house.sessions.open("orbit")
    for connection, welcome in guests:
        room.players[PlayerId(welcome.player)] = welcome.name
        connection.take()
    house.sessions.end(room)
    return room, [connection for connection, _ in guests]


def test_a_rematch_that_all_want_seats_them_again_and_another_begins(house):
    room, (ada, bob) = played(house, "Ada", "Bob")
    ada.say(Rematch(1, room.id, True))
    assert [kind for kind, _ in bob.pushes()] == ["rematch"]
    replies = bob.say(Rematch(1, room.id, True))
    assert [reply.kind for reply in replies if isinstance(reply, Push)] == ["rematch", "matched"]
    [again] = [one for one in house.sessions.sessions.values() if not one.ended]
    assert list(again.players.values()) == ["Bob", "Ada"]
    data = dict(ada.pushes())["matched"]
    assert (data["game"], data["session"], data["seat"]) == ("orbit", again.id, 1)


def test_bots_of_the_group_come_along_in_their_order(house):
    house.sessions.seats_max = 3
    room, (ada,) = played(house, "Ada")
    room.players |= {PlayerId("bot-1"): "Bot 1", PlayerId("bot-2"): "Bot 2"}
    ada.say(Rematch(1, room.id, True))
    [again] = [one for one in house.sessions.sessions.values() if not one.ended]
    assert list(again.players.values()) == ["Bot 1", "Bot 1", "Ada"]


def test_a_rematch_of_a_private_session_is_private_and_led_by_one_of_the_group(house):
    room, (ada, bob) = played(house, "Ada", "Bob")
    room.order = Order(private=True, leader=PlayerId("gone"), meta={"title": "Ring"})
    ada.say(Rematch(1, room.id, True))
    bob.say(Rematch(1, room.id, True))
    [again] = [one for one in house.sessions.sessions.values() if not one.ended]
    assert (again.order.private, again.leader, again.meta) == (True, next(iter(again.players)), {"title": "Ring"})
    assert dict(ada.pushes())["matched"]["code"] == again.code


@pytest.mark.parametrize("how", ["full", "cordoned", "broken"])
def test_a_rematch_that_cannot_be_placed_is_told_to_all(house, how):
    room, (ada, bob) = played(house, "Ada", "Bob")
    if how == "full":
        house.sessions.rooms_max = 0
    elif how == "cordoned":
        house.sessions.create = lambda *args: Denial("cordoned", "an operator is emptying it")
    else:
        house.sessions.create = lambda *args: 1 / 0
    ada.say(Rematch(1, room.id, True))
    with capture_logs() as logs:
        replies = bob.say(Rematch(1, room.id, True))
    off = ("rematch_off", {"session": room.id, "reason": "cordoned" if how == "cordoned" else "refused"})
    assert (replies[-1].kind, replies[-1].data) == off
    assert ada.pushes()[-1] == off
    assert [line["log_level"] for line in logs].count("error") == (how == "broken")


def test_a_rematch_seats_whom_it_can_and_tells_the_others(house):
    room, (ada, bob) = played(house, "Ada", "Bob")
    create = house.sessions.create

    def banned(game, now, order):
        session_id = create(game, now, order)
        house.sessions.sessions[session_id].banned.add(next(iter(room.players)))
        return session_id

    house.sessions.create = banned
    ada.say(Rematch(1, room.id, True))
    bob.say(Rematch(1, room.id, True))
    assert [kind for kind, _ in ada.pushes()] == ["rematch", "rematch_off"]


# --- those whom a session does not take -------------------------------------------------------------------------------


def test_who_was_kicked_keeps_nobody_else_from_that_sessions_seat(house):
    room = house.sessions.open("orbit", "x")
    kicked, welcome = house.guest("Ada")
    room.banned.add(PlayerId(welcome.player))
    kicked.say(QuickMatch(1, "orbit"))
    house.queued("Bob")
    assert list(room.players.values()) == ["X", "Bob"]
    assert kicked.pushes() == []
    house.queued("Cid")
    [another] = [one for one in house.sessions.sessions.values() if one is not room]
    assert list(another.players.values()) == ["Ada", "Cid"]


def test_who_got_a_seat_elsewhere_while_waiting_waits_no_more(house):
    first, welcome = house.queued("Ada")
    house.sessions.open("chess", welcome.player)
    second, _ = house.queued("Bob")
    assert first.pushes() == [("unqueued", {"game": "orbit", "queues": ["orbit"], "reason": "already_seated"})]
    assert second.pushes() == []
    assert [room.game for room in house.sessions.sessions.values()] == ["chess"], "and no session was made for nothing"
    house.queued("Cid")
    assert [kind for kind, _ in second.pushes()] == ["matched"]


def test_who_got_a_seat_elsewhere_takes_no_seat_that_becomes_free(house):
    house.sessions.rooms_max = 0
    first, welcome = house.queued("Ada")
    second, _ = house.queued("Bob")
    house.sessions.open("chess", welcome.player)
    room = house.sessions.open("orbit", "x")
    house.loop.advance(RETRY_S)
    assert [kind for kind, _ in first.pushes()][-1] == "unqueued"
    assert [kind for kind, _ in second.pushes()][-1] == "matched"
    assert list(room.players.values()) == ["X", "Bob"]


def test_a_seat_that_somebody_else_has_reserved_is_told_like_a_match(house):
    connection, welcome = house.queued("Ada")
    room = house.sessions.open("orbit")
    offer = house.sessions.reserve(room.id, PlayerId(welcome.player), "Ada", welcome.lobby, 0.0)
    assert house.host.offer(PlayerId(welcome.player), offer)
    assert connection.pushes() == [("matched", offer.data)]
    assert house.lobby.queues.waiting("orbit") == 0
    assert not house.host.offer(PlayerId("nobody"), offer)


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
