"""Requests about sessions, lists, chats and rematches, as the lobby answers them; and guests who are known again."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import count

import pytest
from hypothesis import given, settings, strategies as st

from rallypoint.core.lobby import Close, Entered, Lobby
from rallypoint.core.lobby_session import LobbyEvent, LobbySession, LobbyState
from rallypoint.core.quick_match import QuickMatchRules, SeatOffer
from rallypoint.core.room_codes import ADDRESS_RATE, SESSION_RATE, Guesses
from rallypoint.core.room_requests import CREATE_RATE
from rallypoint_protocol.close import CloseCode
from rallypoint_protocol.codec import decode_lobby_reply
from rallypoint_protocol.ids import PlayerId, SessionId, Token
from rallypoint_protocol.limits import KEY_CHARS_MAX, PROTOCOL_VERSION, VALUE_CHARS_MAX
from rallypoint_protocol.messages import (
    Ack,
    Answer,
    CancelQueue,
    Chat,
    Condition,
    Create,
    Describe,
    Hello,
    Join,
    Kick,
    Leave,
    Listen,
    Listing,
    LobbyReply,
    Lock,
    Push,
    QuickMatch,
    Rematch,
    Resume,
    Say,
    Spectate,
    Unlisten,
    Unwatch,
    Watch,
)
from tests.server.fake_rooms import SEAT_TOKEN, FakeRooms

ORBIT = QuickMatchRules("orbit", 2, 4)
CHESS = QuickMatchRules("chess", 2, 2)
HERE, ELSEWHERE = "192.0.2.7", "198.51.100.9"


@dataclass(frozen=True)
class Known:
    """A guest whom the store knows."""

    player: PlayerId
    name: str


class Inn:
    """A lobby with rooms, and short ways to say things."""

    def __init__(self, **options):
        numbers = count(1)
        self.now = 100.0
        self.rooms = FakeRooms()
        self.lobby = Lobby(
            lambda: Token(next(numbers).to_bytes(32, "big")),
            lambda: f"id{next(numbers)}",
            [ORBIT, CHESS],
            self.rooms,
            self.rooms,
            unix_ms=lambda: 1_000,
            **options,
        )
        self._ids = count(1)

    def enter(self, name="Ada", guest=None, keep=False) -> Entered:
        entered = self.lobby.hello(Hello(PROTOCOL_VERSION, name), self.now, guest, keep=keep)
        assert isinstance(entered, Entered)
        return entered

    def player(self, name="Ada") -> LobbySession:
        return self.enter(name).session

    def ask(self, session: LobbySession, kind, *args, address=HERE) -> Answer:
        answer = self.lobby.received(session, kind(next(self._ids), *args), self.now, address)
        assert isinstance(answer, Answer)
        return answer

    def error(self, session: LobbySession, kind, *args, address=HERE) -> str:
        return self.ask(session, kind, *args, address=address).error

    def create(self, session: LobbySession, game="orbit", *, private=False, options=None, meta=None) -> Answer:
        answer = self.ask(session, Create, game, options or {}, meta or {}, private)
        if not answer.error:
            self.lobby.session_changed(SessionId(answer.value["session"]))
        return answer

    def flush(self) -> dict[str, list[LobbyReply]]:
        written: dict[str, list[LobbyReply]] = {}
        for session, payload in self.lobby.flush(self.now, lambda _: False):
            written.setdefault(session.name, []).append(decode_lobby_reply(payload))
        return written

    def pushes(self) -> list[tuple[str, str, dict[str, object]]]:
        return [(session.name, push.kind, push.data) for session, push in self.lobby.take_pushes(self.now)]

    def resume(self, before: Entered, event=0) -> Entered:
        message = Resume(PROTOCOL_VERSION, before.session.id, before.welcome.token, 0, 0, event)
        entered = self.lobby.resume(message, self.now)
        assert isinstance(entered, Entered), entered
        return entered


@pytest.fixture
def inn():
    return Inn()


# --- sessions ---------------------------------------------------------------------------------------------------------


def test_who_creates_a_session_gets_a_seat_in_it(inn):
    ada = inn.player()
    answer = inn.create(ada, options={"laps": 3}, meta={"title": "Ring"})
    assert answer.value == {
        "game": "orbit",
        "session": "s1",
        "seat": 0,
        "url": "/session/s1",
        "token": SEAT_TOKEN,
        "schema": b"h" * 16,
    }
    room = inn.rooms.sessions["s1"]
    assert (room.order.options, room.order.meta, room.leader) == ({"laps": 3}, {"title": "Ring"}, ada.player)


def test_a_private_session_is_not_listed_and_has_a_code_that_lets_others_in(inn):
    ada, bob, eve = inn.player("Ada"), inn.player("Bob"), inn.player("Eve")
    created = inn.create(ada, private=True)
    code, session = created.value["code"], created.value["session"]
    assert inn.error(eve, Join, session) == "unknown"
    joined = inn.ask(bob, Join, "", code)
    assert (joined.value["session"], joined.value["seat"], joined.value["code"]) == (session, 1, code)
    assert inn.ask(eve, Join, session, code).value["seat"] == 2
    inn.ask(eve, Watch, "", [], 10)
    [listing] = inn.flush()["Eve"]
    assert listing.rows == []


def test_a_listed_session_is_joined_by_its_id(inn):
    created = inn.create(inn.player("Ada"))
    assert "code" not in created.value
    assert inn.ask(inn.player("Bob"), Join, created.value["session"]).value["seat"] == 1


def test_who_has_a_seat_already_gets_it_again(inn):
    ada = inn.player()
    created = inn.create(ada, private=True)
    again = inn.ask(ada, Join, created.value["session"])
    assert (again.error, again.value["seat"]) == ("", 0)


def test_what_the_sessions_side_denies_is_answered(inn):
    ada, bob = inn.player("Ada"), inn.player("Bob")
    assert inn.create(ada, "go").error == "unknown_game"
    refused = inn.create(ada, options={"bad": True})
    assert (refused.error, refused.reason) == ("refused", "not with these options")
    session = inn.create(ada).value["session"]
    assert inn.create(ada).error == "already_seated"
    inn.rooms.sessions[session].locked = True
    assert inn.error(bob, Join, session) == "locked"
    inn.rooms.rooms_max = 0
    assert inn.create(bob).error == "node_full"


def test_who_waits_in_a_queue_neither_creates_nor_joins(inn):
    session = inn.create(inn.player("Ada")).value["session"]
    bob = inn.player("Bob")
    inn.ask(bob, QuickMatch, "chess")
    assert inn.create(bob).error == "already_queued"
    assert inn.error(bob, Join, session) == "already_queued"
    assert inn.error(bob, Spectate, session) == ""
    inn.ask(bob, CancelQueue)
    assert inn.error(bob, Join, session) == ""


def test_who_is_seated_may_queue_only_for_games_that_one_may_also_sit_in(inn):
    ada = inn.player()
    inn.create(ada)
    inn.rooms.shared_games.add("chess")
    assert inn.error(ada, QuickMatch, "orbit") == "already_seated"
    assert inn.error(ada, QuickMatch, "chess") == ""


def test_a_spectator_is_told_where_and_how_late(inn):
    session = inn.create(inn.player("Ada")).value["session"]
    assert inn.ask(inn.player("Bob"), Spectate, session).value == {
        "game": "orbit",
        "session": session,
        "url": f"/session/{session}",
        "token": SEAT_TOKEN,
        "schema": b"h" * 16,
        "delay_s": 1.5,
    }


def test_only_the_leader_locks_describes_and_kicks(inn):
    ada, bob, eve = inn.player("Ada"), inn.player("Bob"), inn.player("Eve")
    session = inn.create(ada).value["session"]
    inn.ask(bob, Join, session)
    for kind, *args in ((Lock, True), (Describe, {"a": 1}), (Kick, ada.player)):
        assert inn.error(bob, kind, session, *args) == "not_allowed"
        assert inn.error(eve, kind, session, *args) == "unknown"
        assert inn.error(eve, kind, "no such session", *args) == "unknown"
    room = inn.rooms.sessions[session]
    assert inn.error(ada, Lock, session, True) == ""
    assert room.locked
    assert inn.error(ada, Describe, session, {"title": "Ｎｅｗ\u202e"}) == ""
    assert room.meta == {"title": "New"}
    assert inn.error(ada, Kick, session, eve.player) == "unknown"
    assert inn.error(ada, Kick, session, bob.player) == ""
    inn.ask(ada, Lock, session, False)
    assert inn.error(bob, Join, session) == "kicked"


def test_texts_of_strangers_are_normalised_before_others_see_them(inn):
    plain = {"level": 3, "on": True, "none": None, "k" * KEY_CHARS_MAX: ""}
    meta = {"ti\u200btle": " Zoe\u0308\u202e ", "\u200b": 1, "long": "ﷺ" * VALUE_CHARS_MAX, **plain}
    inn.create(inn.player(), options={"map": "ｆｏｒｅｓｔ"}, meta=meta)
    order = inn.rooms.sessions["s1"].order
    assert order.options == {"map": "forest"}
    long = order.meta.pop("long")
    assert len(long) <= VALUE_CHARS_MAX
    assert order.meta == {"title": "Zoë", **plain}


def test_one_player_creates_only_so_many_sessions_at_once(inn):
    ada = inn.player()
    inn.rooms.shared_games.add("orbit")
    errors = [inn.create(ada).error for _ in range(CREATE_RATE.burst + 2)]
    assert errors == [""] * CREATE_RATE.burst + ["too_fast"] * 2
    inn.now += 1.0
    assert inn.create(ada).error == ""


def test_every_request_is_executed_once_and_answered_alike_when_it_comes_again(inn):
    ada = inn.player()
    session = inn.create(inn.player("Bob")).value["session"]
    requests = [
        Create(1, "chess", {}, {}, False),
        Join(2, session),
        Spectate(3, session),
        Watch(4, "", [], 5),
        Unwatch(5),
        Listen(6, ""),
        Say(7, "", "hi"),
        Unlisten(8, ""),
        Lock(9, session, True),
        Describe(10, session, {}),
        Kick(11, session, "x"),
        Rematch(12, session, True),
        Say(13, "", "not any more"),
    ]
    first = [inn.lobby.received(ada, request, inn.now) for request in requests]
    sessions = len(inn.rooms.sessions)
    inn.now += 60.0
    assert [inn.lobby.received(ada, request, inn.now) for request in requests] == first
    assert len(inn.rooms.sessions) == sessions
    assert [answer.error for answer in first if isinstance(answer, Answer)] == [
        "",
        "already_seated",
        "",
        "",
        "",
        "",
        "",
        "",
        "unknown",
        "unknown",
        "unknown",
        "not_over",
        "not_listening",
    ]
    assert all(answer.value is None for answer in first[3:] if isinstance(answer, Answer))


# --- guesses ----------------------------------------------------------------------------------------------------------


def test_whatever_is_wrong_with_a_name_is_answered_alike(inn):
    private = inn.create(inn.player("Ada"), private=True).value["session"]
    eve = inn.player("Eve")
    answers = [
        inn.ask(eve, kind, *named)
        for kind in (Join, Spectate)
        for named in ((private,), ("nothing",), ("", "WRONG1"), (private, "WRONG1"), ("nothing", "WRONG1"))
    ]
    assert {(answer.error, answer.reason, answer.value) for answer in answers} == {
        ("unknown", "there is no such session, or it is not for you", None)
    }


def test_too_many_guesses_are_answered_too_fast_and_a_right_one_as_well(inn):
    code = inn.create(inn.player("Ada"), private=True).value["code"]
    eve = inn.player("Eve")
    for n in range(SESSION_RATE.burst):
        assert inn.error(eve, Join, "", f"WRONG{n}") == "unknown"
    asked = len(inn.rooms.codes_asked)
    wrong, right = inn.ask(eve, Join, "", "WRONG0"), inn.ask(eve, Join, "", code)
    assert (wrong.error, wrong.reason) == (right.error, right.reason) == ("too_fast", wrong.reason)
    assert inn.error(eve, Spectate, "", code) == "too_fast"
    assert len(inn.rooms.codes_asked) == asked, "nobody has looked"
    inn.now += 2.0
    assert inn.error(eve, Join, "", code) == ""


def test_one_address_has_only_so_many_guesses_whatever_connections_it_makes(inn):
    code = inn.create(inn.player("Ada"), private=True).value["code"]
    for n in range(ADDRESS_RATE.burst):
        assert inn.error(inn.player(f"Eve {n}"), Join, "", "WRONG1") == "unknown"
    assert inn.error(inn.player("Eve"), Join, "", code) == "too_fast"
    assert inn.error(inn.player("Bob"), Join, "", code, address=ELSEWHERE) == "", "others are not concerned"
    inn.now += 1.0
    assert inn.error(inn.player("Cid"), Join, "", code) == ""


def test_one_customers_ipv6_addresses_are_one(inn):
    for n in range(ADDRESS_RATE.burst):
        inn.error(inn.player(f"Eve {n}"), Join, "", "WRONG1", address=f"2001:db8::{n:x}")
    assert inn.error(inn.player("Eve"), Join, "", "WRONG1", address="2001:db8::ffff") == "too_fast"
    assert inn.error(inn.player("Bob"), Join, "", "WRONG1", address="2001:db8:0:1::1") == "unknown"


def test_stale_ids_do_not_count_against_an_address_and_codes_that_are_right_do_not_count_at_all(inn):
    code = inn.create(inn.player("Ada"), private=True).value["code"]
    for n in range(2 * ADDRESS_RATE.burst):
        assert inn.error(inn.player(f"p{n}"), Join, "stale") == "unknown"
    watcher = inn.player("Bob")
    for _ in range(3 * ADDRESS_RATE.burst):
        assert inn.error(watcher, Spectate, "", code) == ""


def test_whoever_is_listed_can_be_joined_from_an_address_that_has_guessed_too_much(inn):
    session = inn.create(inn.player("Ada")).value["session"]
    for n in range(ADDRESS_RATE.burst):
        inn.error(inn.player(f"Eve {n}"), Join, "", "WRONG1")
    assert inn.error(inn.player("Eve"), Join, "", "WRONG1") == "too_fast"
    assert inn.error(inn.player("Bob"), Join, session) == ""


def test_the_address_that_guessed_least_recently_is_forgotten_first(inn):
    guesses = Guesses(addresses_max=2)
    session = inn.player()

    def miss(address: str, times: int = 1) -> None:
        for _ in range(times):
            guesses.missed(session, address, "CODE", 0.0)
            session.guesses = None

    miss(HERE, ADDRESS_RATE.burst - 1)
    miss(ELSEWHERE)
    miss(HERE)
    miss("203.0.113.1")
    assert not guesses.allowed(session, HERE, "CODE", 0.0)
    assert guesses.allowed(session, ELSEWHERE, "CODE", 0.0)


def test_addresses_that_guess_are_remembered_up_to_a_number(inn):
    guesses = Guesses(addresses_max=10)
    session = inn.player()
    for n in range(100):
        session.guesses = None
        guesses.missed(session, f"198.51.100.{n}", "CODE", 0.0)
    assert len(guesses) == 10


# --- lists ------------------------------------------------------------------------------------------------------------


def test_the_list_comes_after_the_answer_with_counts(inn):
    session = inn.create(inn.player("Ada"), meta={"mode": "duel"}).value["session"]
    inn.create(inn.player("Cid"), "chess", private=True)
    bob = inn.player("Bob")
    assert inn.error(bob, Watch, "orbit", [Condition("meta.mode", "has", "DUEL")], 10) == ""
    [listing] = inn.flush()["Bob"]
    assert isinstance(listing, Listing)
    assert [(row.id, row.leader, row.players) for row in listing.rows] == [(session, "Ada", 1)]
    assert listing.counts == {"lobby": 3, "playing": 2, "sessions": 1}


def test_after_a_resume_the_list_is_whole_and_numbered_anew(inn):
    entered = inn.enter("Ada")
    inn.ask(entered.session, Watch, "", [], 10)
    inn.flush()
    inn.lobby.received(entered.session, Ack(0, 1, 0), inn.now)
    inn.lobby.dropped(entered.session, inn.now)
    inn.create(inn.player("Bob"))
    inn.now += 1.0
    assert inn.flush() == {}
    inn.resume(entered)
    inn.now += 1.0
    [listing] = inn.flush()["Ada"]
    assert isinstance(listing, Listing)
    assert (listing.n, listing.whole, len(listing.rows)) == (1, True, 1)


def test_a_list_of_an_unknown_game_is_refused_and_so_is_one_filter_too_many(inn):
    assert inn.error(inn.player(), Watch, "go", [], 10) == "unknown_game"
    for n in range(256):
        assert inn.error(inn.player(f"p{n}"), Watch, "", [Condition("free", "=", n)], 10) == ""
    assert inn.error(inn.player(), Watch, "", [Condition("free", "=", -1)], 10) == "full"
    assert inn.error(inn.player(), Watch, "", [], 10) == ""


def test_presence_is_told_to_watchers_alone_and_at_most_twice_a_second(inn):
    ada = inn.player("Ada")
    inn.ask(ada, Watch, "", [], 10)
    others = [inn.player(f"p{n}") for n in range(20)]
    assert set(inn.flush()) == {"Ada"}
    inn.lobby.received(ada, Ack(0, 1, 0), inn.now)
    listings = []
    for other in others:
        inn.ask(other, Unwatch)
        inn.lobby.dropped(other, inn.now)
        inn.now += 0.02
        listings += inn.flush().get("Ada", [])
    assert listings == []
    inn.now += 0.5
    [listing] = inn.flush()["Ada"]
    assert listing.counts == {"lobby": 1, "playing": 0, "sessions": 0}


def test_idle_players_need_no_timer_and_hold_nothing(inn):
    for n in range(50):
        inn.player(f"p{n}")
    assert inn.lobby.next_due() is None
    assert inn.flush() == {}
    session = inn.player()
    lazy = (session._answers, session._pushes, session.watcher, session.talk, session.guesses, session.creates)
    assert lazy == (None,) * 6
    assert session.listens == ()


def test_a_watch_ends_with_its_lobby_session(inn):
    ada = inn.player()
    inn.ask(ada, Watch, "", [], 10)
    inn.ask(ada, Listen, "")
    inn.lobby.received(ada, Leave(), inn.now)
    assert not inn.lobby.directory.watched
    assert inn.flush() == {}
    assert not inn.lobby.chats._rooms[""].listeners


def test_sessions_that_are_there_already_are_listed(inn):
    rooms = FakeRooms()
    room = rooms.open("orbit", "x")
    lobby = Lobby(lambda: Token(bytes(32)), lambda: "id", [ORBIT], rooms, rooms, unix_ms=lambda: 0)
    assert lobby.directory.sessions == 1
    rooms.end(room)
    lobby.session_changed(room.id)
    assert lobby.directory.sessions == 0


# --- chats and rematches ----------------------------------------------------------------------------------------------


def test_players_talk_in_the_lobby_and_after_a_resume_the_log_comes_again(inn):
    entered = inn.enter("Ada")
    ada, bob = entered.session, inn.player("Bob")
    for session in (ada, bob):
        inn.ask(session, Listen, "")
    assert inn.ask(bob, Say, "", "anybody here?").error == ""
    heard = inn.flush()
    assert set(heard) == {"Ada", "Bob"}
    inn.lobby.dropped(ada, inn.now)
    inn.now += 1.0
    inn.ask(bob, Say, "", "hello?")
    assert set(inn.flush()) == {"Bob"}
    inn.resume(entered)
    inn.now += 1.0
    [chat] = inn.flush()["Ada"]
    assert isinstance(chat, Chat)
    assert [(line.text, line.at_ms) for line in chat.lines] == [("anybody here?", 1_000), ("hello?", 1_000)]


def test_who_loses_a_seat_loses_its_chat(inn):
    ada, bob = inn.player("Ada"), inn.player("Bob")
    session = inn.create(ada).value["session"]
    inn.ask(bob, Join, session)
    assert inn.error(bob, Listen, session) == ""
    inn.ask(ada, Kick, session, bob.player)
    inn.lobby.unseated(bob.player, inn.now)
    assert inn.error(bob, Say, session, "unfair") == "not_listening"


def test_a_rematch_is_agreed_on_by_those_who_played(inn):
    ada, bob = inn.player("Ada"), inn.player("Bob")
    session = inn.create(ada).value["session"]
    inn.ask(bob, Join, session)
    assert inn.error(ada, Rematch, session, True) == "not_over"
    inn.rooms.end(inn.rooms.sessions[session])
    assert inn.error(ada, Rematch, session, True) == ""
    assert [(name, kind, data["wanted"]) for name, kind, data in inn.pushes()] == [
        ("Ada", "rematch", [ada.player]),
        ("Bob", "rematch", [ada.player]),
    ]
    assert inn.lobby.next_due() == inn.now + 60.0
    inn.ask(bob, Rematch, session, True)
    [agreed] = inn.lobby.rematches.take_agreed()
    assert [member.name for member in agreed.members] == ["Bob", "Ada"]


@pytest.mark.parametrize("how", ["queue", "create", "log out", "expire"])
def test_who_goes_elsewhere_ends_a_rematch(inn, how):
    ada, bob = inn.player("Ada"), inn.player("Bob")
    session = inn.create(ada).value["session"]
    inn.ask(bob, Join, session)
    inn.rooms.end(inn.rooms.sessions[session])
    inn.ask(ada, Rematch, session, True)
    inn.pushes()
    match how:
        case "queue":
            inn.ask(bob, QuickMatch, "chess")
        case "create":
            inn.create(bob)
        case "log out":
            inn.lobby.received(bob, Leave(), inn.now)
        case "expire":
            inn.lobby.dropped(bob, inn.now)
            inn.now += 30.0
            inn.lobby.poll(inn.now)
    assert ("Ada", "rematch_off", {"session": session, "reason": "left"}) in inn.pushes()


def test_a_match_ends_a_rematch_too(inn):
    ada, bob = inn.player("Ada"), inn.player("Bob")
    session = inn.create(ada).value["session"]
    inn.ask(bob, Join, session)
    inn.rooms.end(inn.rooms.sessions[session])
    inn.ask(ada, Rematch, session, True)
    inn.pushes()
    room = inn.rooms.open("chess")
    offer = inn.rooms.reserve(room.id, bob.player, "Bob", bob.id, inn.now)
    assert isinstance(offer, SeatOffer)
    inn.lobby.seat(bob, offer)
    assert [(name, kind) for name, kind, _ in inn.pushes()] == [
        ("Bob", "matched"),
        ("Ada", "rematch_off"),
        ("Bob", "rematch_off"),
    ]


def test_a_rematch_that_is_not_agreed_on_in_time_is_off(inn):
    ada, bob = inn.player("Ada"), inn.player("Bob")
    session = inn.create(ada).value["session"]
    inn.ask(bob, Join, session)
    inn.rooms.end(inn.rooms.sessions[session])
    inn.ask(ada, Rematch, session, True)
    inn.pushes()
    inn.now += 60.0
    inn.lobby.poll(inn.now)
    assert [(name, data["reason"]) for name, _, data in inn.pushes()] == [("Ada", "expired"), ("Bob", "expired")]


# --- guests -----------------------------------------------------------------------------------------------------------


def test_a_new_guest_gets_a_secret_if_guests_are_kept(inn):
    assert inn.enter(keep=False).welcome.secret == b""
    first, second = inn.enter(keep=True).welcome, inn.enter(keep=True).welcome
    assert len(first.secret) == 32
    assert len({first.secret, first.token, second.secret, second.token}) == 4


def test_a_known_guest_is_the_same_player_and_needs_no_new_secret(inn):
    welcome = inn.enter("", Known(PlayerId("p7"), "Zoë"), keep=True).welcome
    assert (welcome.player, welcome.name, welcome.secret, welcome.resumed) == ("p7", "Zoë", b"", False)
    inn.lobby.received(inn.lobby.of(PlayerId("p7")), Leave(), inn.now)
    assert inn.enter("Zoe", Known(PlayerId("p7"), "Zoë")).welcome.name == "Zoe"


def test_a_welcome_names_the_seats_that_the_player_has(inn):
    room = inn.rooms.open("chess", "p7")
    entered = inn.enter("", Known(PlayerId("p7"), "Zoë"))
    assert entered.welcome.seats == [[room.id, "chess"]]
    assert inn.resume(entered).welcome.seats == [[room.id, "chess"]]
    assert inn.enter("Ada").welcome.seats == []
    joined = inn.ask(entered.session, Join, room.id)
    assert joined.value["seat"] == 0


@pytest.mark.parametrize("connected", [True, False])
def test_a_known_guest_comes_back_to_the_lobby_session_that_there_is(inn, connected):
    guest = Known(PlayerId("p7"), "Zoë")
    first = inn.enter("", guest)
    inn.ask(first.session, QuickMatch, "orbit")
    inn.pushes()
    if not connected:
        inn.lobby.dropped(first.session, inn.now)
        inn.now += 10.0
    again = inn.enter("", guest)
    assert again.session is first.session
    assert again.took_over is connected
    assert not again.welcome.resumed
    assert [push.kind for push in again.missed] == ["queued"]
    assert again.session.queue == "orbit"
    assert (again.session.state, again.session.grace.deadline) == (LobbyState.CONNECTED, None)
    assert len(inn.lobby) == 1
    assert inn.lobby._register.connected == 1


def test_a_name_that_is_given_anew_is_taken(inn):
    guest = Known(PlayerId("p7"), "Zoë")
    inn.enter("", guest)
    assert inn.enter("Zoe ", guest).welcome.name == "Zoe"
    assert inn.enter("", guest).welcome.name == "Zoe"


def test_a_client_that_begins_anew_has_request_ids_of_its_own(inn):
    guest = Known(PlayerId("p7"), "Zoë")
    session = inn.enter("", guest).session
    assert inn.lobby.received(session, CancelQueue(1), inn.now).error == "not_queued"
    inn.enter("", guest)
    assert inn.lobby.received(session, QuickMatch(1, "orbit"), inn.now) == Answer(1)


def test_a_client_that_begins_anew_is_told_its_place_again(inn):
    guest = Known(PlayerId("p7"), "Zoë")
    session = inn.enter("", guest).session
    inn.ask(session, QuickMatch, "orbit")
    inn.pushes()
    inn.lobby.received(session, Ack(0, 0, 1), inn.now)
    again = inn.enter("", guest)
    assert again.missed == ()
    inn.now += 1.0
    assert inn.pushes() == [("Zoë", "queued", {"game": "orbit", "queues": ["orbit"], "place": 1, "waiting": 1})]


def test_a_client_that_begins_anew_is_sent_no_list_and_no_chat_it_did_not_ask_for(inn):
    guest = Known(PlayerId("p7"), "Zoë")
    session = inn.enter("", guest).session
    inn.ask(session, Watch, "", [], 10)
    inn.ask(session, Listen, "")
    inn.flush()
    inn.enter("", guest)
    inn.now += 1.0
    ada = inn.player("Ada")
    inn.create(ada)
    inn.ask(ada, Listen, "")
    inn.ask(ada, Say, "", "hello?")
    assert set(inn.flush()) == {"Ada"}
    assert inn.error(session, Say, "", "hello!") == "not_listening"
    inn.now += 1.0
    inn.ask(session, Watch, "", [], 10)
    [listing] = inn.flush()["Zoë"]
    assert (listing.n, listing.whole) == (1, True)


def test_the_tokens_of_before_end_with_a_hello(inn):
    guest = Known(PlayerId("p7"), "Zoë")
    first = inn.enter("", guest)
    second = inn.enter("", guest)
    message = Resume(PROTOCOL_VERSION, first.session.id, first.welcome.token, 0, 0, 0)
    refused = inn.lobby.resume(message, inn.now)
    assert isinstance(refused, Close)
    assert refused.code is CloseCode.UNKNOWN
    assert inn.resume(second).welcome.resumed


def test_a_resume_after_a_hello_misses_nothing_that_was_acknowledged_before_it(inn):
    guest = Known(PlayerId("p7"), "Zoë")
    session = inn.enter("", guest).session
    for _ in range(300):
        inn.ask(session, QuickMatch, "orbit")
        inn.ask(session, CancelQueue)
    inn.lobby.received(session, Ack(0, 0, session.pushes.last), inn.now)
    again = inn.enter("", guest)
    assert again.session is session
    assert inn.resume(again, event=0).welcome.resumed


def test_one_whose_pushes_are_gone_starts_over_with_a_hello(inn):
    guest = Known(PlayerId("p7"), "Zoë")
    first = inn.enter("", guest)
    for _ in range(300):
        inn.ask(first.session, QuickMatch, "orbit")
        inn.ask(first.session, CancelQueue)
    again = inn.enter("", guest)
    assert again.session is not first.session
    assert inn.lobby.poll(inn.now) == [(first.session, LobbyEvent.OVERFLOWED)]
    assert inn.lobby.of(PlayerId("p7")) is again.session


def test_one_whose_grace_is_over_starts_over_even_before_it_is_polled(inn):
    guest = Known(PlayerId("p7"), "Zoë")
    first = inn.enter("", guest)
    inn.lobby.dropped(first.session, inn.now)
    inn.now += 30.0
    again = inn.enter("", guest)
    assert again.session is not first.session
    assert inn.lobby.poll(inn.now) == [(first.session, LobbyEvent.EXPIRED)]
    assert inn.lobby._register.connected == 1
    assert inn.lobby.of(PlayerId("p7")) is again.session


def test_a_full_lobby_still_takes_back_who_has_a_place_in_it():
    inn = Inn(lobbies_max=1)
    guest = Known(PlayerId("p7"), "Zoë")
    inn.enter("", guest)
    assert inn.enter("", guest).took_over
    refused = inn.lobby.hello(Hello(PROTOCOL_VERSION, "Ada"), inn.now, Known(PlayerId("p8"), "Ada"))
    assert isinstance(refused, Close)
    assert refused.code is CloseCode.FULL


def test_a_push_for_a_player_who_is_away_comes_with_the_hello(inn):
    guest = Known(PlayerId("p7"), "Zoë")
    session = inn.enter("", guest).session
    inn.lobby.dropped(session, inn.now)
    inn.lobby.queues._push(session, "matched", {"session": "s9"})
    assert inn.pushes() == []
    again = inn.enter("", guest)
    assert again.missed == (Push(1, "matched", {"session": "s9"}),)
    assert again.welcome.event == 1


# --- whatever they do -------------------------------------------------------------------------------------------------

ROOM_NAMES = st.sampled_from(["", "s1", "s2", "s3", "nothing"])
CODES = st.sampled_from(["", "CODE01", "CODE02", "WRONG1"])
BAGS = st.dictionaries(st.sampled_from(["mode", "bad", "\u200b"]), st.sampled_from([1, True, None, "duel", "\u202e"]))
REQUESTS = st.one_of(
    st.tuples(st.just(QuickMatch), st.sampled_from(["orbit", "chess", "go"])),
    st.tuples(st.just(CancelQueue)),
    st.tuples(st.just(Create), st.sampled_from(["orbit", "chess", "go"]), BAGS, BAGS, st.booleans()),
    st.tuples(st.just(Join), ROOM_NAMES, CODES),
    st.tuples(st.just(Spectate), ROOM_NAMES, CODES),
    st.tuples(
        st.just(Watch),
        st.sampled_from(["", "orbit", "go"]),
        st.lists(
            st.builds(
                Condition,
                st.sampled_from(["free", "meta.mode", "nothing"]),
                st.sampled_from(["=", "!=", "<", "has"]),
                st.sampled_from([1, "DUEL", None, True]),
            ),
            max_size=8,
        ),
        st.integers(1, 100),
    ),
    st.tuples(st.just(Unwatch)),
    st.tuples(st.just(Lock), ROOM_NAMES, st.booleans()),
    st.tuples(st.just(Describe), ROOM_NAMES, BAGS),
    st.tuples(st.just(Kick), ROOM_NAMES, st.sampled_from(["id1", "id4", "nobody"])),
    st.tuples(st.just(Listen), ROOM_NAMES),
    st.tuples(st.just(Unlisten), ROOM_NAMES),
    st.tuples(st.just(Say), ROOM_NAMES, st.sampled_from(["hi", "\u200b"])),
    st.tuples(st.just(Rematch), ROOM_NAMES, st.booleans()),
)
HAPPENINGS = st.sampled_from(["ask", "ask", "ask", "ask", "drop", "hello", "end a session", "wait", "leave"])


@settings(max_examples=200, deadline=None)
@given(st.lists(st.tuples(HAPPENINGS, st.integers(0, 2), REQUESTS), max_size=50))
def test_whatever_players_do_each_request_is_answered_and_in_the_end_nothing_is_left(steps):
    inn = Inn()
    guests = [Known(PlayerId(f"p{n}"), f"P{n}") for n in range(3)]
    for guest in guests:
        inn.enter("", guest)
    for what, n, request in steps:
        session = inn.lobby.of(guests[n].player)
        here = session is not None and session.state is LobbyState.CONNECTED
        match what:
            case "ask" if here and session is not None:
                answer = inn.ask(session, *request)
                assert answer.error == "" or answer.reason
                assert inn.lobby.request(session, request[0](answer.id, *request[1:]), inn.now) is answer
            case "drop" if here and session is not None:
                inn.lobby.dropped(session, inn.now)
            case "hello":
                inn.enter("", guests[n])
            case "end a session":
                for room in [one for one in inn.rooms.sessions.values() if not one.ended][:1]:
                    inn.rooms.end(room)
                    inn.lobby.session_changed(room.id)
                    for player in room.players:
                        inn.lobby.unseated(player, inn.now)
            case "wait":
                inn.now += 7.0
            case "leave" if here and session is not None:
                inn.lobby.received(session, Leave(), inn.now)
        inn.lobby.poll(inn.now)
        inn.lobby.rematches.take_agreed()
        pushed = inn.lobby.take_pushes(inn.now)
        written = inn.lobby.flush(inn.now, lambda _: False)
        present = [inn.lobby.of(guest.player) for guest in guests]
        for told, _ in pushed:
            assert told in present
        for told, _ in written:
            assert told in present
            assert told.state is LobbyState.CONNECTED
        connected = [one for one in present if one is not None and one.state is LobbyState.CONNECTED]
        assert inn.lobby._register.connected == len(connected)
    for room in inn.rooms.sessions.values():
        inn.rooms.end(room)
        inn.rooms.forgotten.add(room.id)
    for guest in guests:
        session = inn.lobby.of(guest.player)
        if session is not None and session.state is LobbyState.CONNECTED:
            inn.lobby.received(session, Leave(), inn.now)
        elif session is not None:
            inn.lobby.unseated(guest.player, inn.now)
    for _ in range(20):
        inn.now += 10.0
        inn.lobby.poll(inn.now)
        inn.pushes()
        inn.flush()
    assert len(inn.lobby) == 0
    assert not inn.lobby.directory.watched
    assert not inn.lobby.directory._behind
    assert set(inn.lobby.chats._rooms) <= {""}
    assert len(inn.lobby.rematches) == 0
    assert inn.lobby.rematches._of == {}
    assert [inn.lobby.waiting(game) for game in ("orbit", "chess")] == [0, 0]
    assert inn.lobby.next_due() is None
