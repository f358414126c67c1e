"""Chats without any I/O: who hears what, how often, and how much is kept."""

from __future__ import annotations

import pytest
from hypothesis import given, settings, strategies as st

from rallypoint.core.chat import (
    BACKED_UP_S,
    CHECK_EVERY_S,
    EMPTY_S,
    FLUSH_EVERY_S,
    LISTENED_MAX,
    ROUND_EVERY_S,
    SAY_RATE,
    Chats,
)
from rallypoint.core.chat_room import LINES_MAX, LOG_BYTES_MAX
from rallypoint.core.grace import Grace
from rallypoint.core.lobby_session import LobbyEvent, LobbySession
from rallypoint_protocol.codec import decode_lobby_reply
from rallypoint_protocol.ids import LobbyId, PlayerId, Token
from rallypoint_protocol.limits import CHAT_CHARS_MAX
from rallypoint_protocol.messages import Chat, Listen, Say, Unlisten
from tests.server.fake_rooms import FakeRooms

UNIX_MS = 1_700_000_000_000


class Pub:
    """Chats, players, and a clock moved by hand."""

    def __init__(self, **options: int) -> None:
        self.now = 100.0
        self.rooms = FakeRooms()
        self.chats = Chats(self.rooms, lambda: UNIX_MS, **options)
        self.backed_up: set[LobbySession] = set()

    def player(self, name: str = "ann") -> LobbySession:
        return LobbySession(LobbyId(name), PlayerId(name), name.title(), Token(bytes(32)), Grace(30.0, 120.0))

    def listener(self, name: str = "ann", room: str = "") -> LobbySession:
        session = self.player(name)
        assert self.listen(session, room) == ""
        return session

    def listen(self, session: LobbySession, room: str = "") -> str:
        return self.chats.listen(session, Listen(1, room), self.now).error

    def say(self, session: LobbySession, text: str, room: str = "") -> str:
        return self.chats.say(session, Say(1, room, text), self.now).error

    def flush(self) -> dict[str, Chat]:
        heard: dict[str, Chat] = {}
        for session, payload in self.chats.flush(self.now, self.backed_up.__contains__):
            chat = decode_lobby_reply(payload)
            assert isinstance(chat, Chat)
            assert chat.lines
            assert session.id not in heard
            heard[session.id] = chat
        return heard

    def advance(self, seconds: float) -> list[dict[str, Chat]]:
        """All that is sent in that time, flush by flush."""
        until, heard = self.now + seconds, []
        while self.chats.due is not None and self.chats.due <= until:
            self.now = max(self.now, self.chats.due)
            heard.append(self.flush())
        self.now = until
        return [flush for flush in heard if flush]


def texts(chat: Chat) -> list[str]:
    return [line.text for line in chat.lines]


@pytest.fixture
def pub():
    return Pub()


# --- saying and hearing -----------------------------------------------------------------------------------------------


def test_a_line_is_heard_by_all_who_listen_the_speaker_included(pub):
    ann, _, eve = pub.listener("ann"), pub.listener("bob"), pub.player("eve")
    assert pub.say(ann, "  Hello\u202e there ") == ""
    heard = pub.flush()
    assert set(heard) == {"ann", "bob"}
    [line] = heard["bob"].lines
    assert (line.n, line.player, line.name, line.text, line.at_ms) == (1, "ann", "Ann", "Hello there", UNIX_MS)
    assert heard["bob"].room == ""
    assert eve.listens == ()


def test_who_does_not_listen_cannot_say_anything(pub):
    ann = pub.player("ann")
    assert pub.say(ann, "hi") == "not_listening"
    pub.listen(ann)
    assert pub.chats.unlisten(ann, Unlisten(1, "")).error == ""
    assert pub.say(ann, "hi") == "not_listening"
    assert pub.chats.unlisten(ann, Unlisten(2, "")).error == "not_listening"


def test_what_cannot_be_shown_is_not_said(pub):
    ann = pub.listener()
    assert pub.say(ann, "\u200b\u202e ") == "refused"
    assert pub.flush() == {}


def test_a_line_that_grows_by_folding_is_cut(pub):
    ann = pub.listener()
    pub.say(ann, "\ufdfa" * CHAT_CHARS_MAX)
    [line] = pub.flush()["ann"].lines
    assert len(line.text) <= CHAT_CHARS_MAX


def test_one_player_says_no_more_than_the_rate_allows(pub):
    ann = pub.listener()
    assert [pub.say(ann, f"{n}") for n in range(7)] == [""] * SAY_RATE.burst + ["too_fast"] * 2
    pub.now += 1.0
    assert [pub.say(ann, "a"), pub.say(ann, "b")] == ["", "too_fast"]


def test_listening_brings_the_whole_log_and_later_only_what_is_new(pub):
    ann = pub.listener("ann")
    pub.say(ann, "one")
    pub.say(ann, "two")
    pub.flush()
    pub.now += 1.0
    pub.listener("bob")
    assert {name: texts(chat) for name, chat in pub.flush().items()} == {"bob": ["one", "two"]}
    pub.now += 1.0
    pub.say(ann, "three")
    assert [texts(chat) for chat in pub.flush().values()] == [["three"], ["three"]]


def test_listening_twice_brings_the_log_again_and_is_still_once(pub):
    ann = pub.listener()
    pub.say(ann, "one")
    pub.flush()
    pub.now += 1.0
    assert pub.listen(ann) == ""
    assert ann.listens == ("",)
    assert texts(pub.flush()["ann"]) == ["one"]


def test_an_empty_log_is_not_sent(pub):
    pub.listener()
    assert pub.flush() == {}
    assert pub.chats.due is None


def test_only_so_many_lines_are_kept_and_the_numbers_show_the_gap(pub):
    speakers = [pub.listener(f"p{n}") for n in range(20)]
    for n in range(100):
        assert pub.say(speakers[n // 5], f"{n}") == ""
    pub.listener("late")
    pub.now += 1.0
    chat = pub.flush()["late"]
    assert [line.n for line in chat.lines] == list(range(100 - LINES_MAX + 1, 101))
    assert texts(chat) == [f"{n}" for n in range(100 - LINES_MAX, 100)]


def test_long_lines_are_kept_up_to_a_number_of_bytes():
    pub = Pub()
    for n in range(LINES_MAX):
        pub.say(pub.listener(f"p{n}"), "\U0001f680" * CHAT_CHARS_MAX)
    pub.listener("late")
    pub.now += 1.0
    [(_, payload)] = [(one, it) for one, it in pub.chats.flush(pub.now, lambda _: False) if one.id == "late"]
    assert LOG_BYTES_MAX - 1_000 < len(payload) < LOG_BYTES_MAX + 100


# --- how often --------------------------------------------------------------------------------------------------------


def test_lines_are_gathered_and_sent_at_most_every_tenth_of_a_second(pub):
    players = [pub.listener(f"p{n}") for n in range(50)]
    start, heard = pub.now, []
    for step in range(100):
        pub.say(players[step % 50], f"{step}")
        heard += pub.advance(0.01)
    assert pub.now == pytest.approx(start + 1.0)
    heard += pub.advance(1.0)
    assert len(heard) <= 1.0 / ROUND_EVERY_S + 2
    assert [text for flush in heard for text in texts(flush["p0"])] == [f"{n}" for n in range(100)]


def test_a_lonely_line_is_sent_at_once(pub):
    ann = pub.listener()
    pub.advance(10.0)
    pub.say(ann, "hello?")
    assert texts(pub.flush()["ann"]) == ["hello?"]


def test_each_room_has_rounds_of_its_own(pub):
    room = pub.rooms.open("orbit", "ann")
    ann = pub.listener("ann")
    pub.listen(ann, room.id)
    pub.say(ann, "one")
    assert texts(pub.flush()["ann"]) == ["one"]
    pub.now += FLUSH_EVERY_S
    pub.say(ann, "two", room.id)
    pub.say(ann, "three")
    assert texts(pub.flush()["ann"]) == ["two"], "the lobby's next round is not yet"
    [heard] = pub.advance(ROUND_EVERY_S - FLUSH_EVERY_S)
    assert texts(heard["ann"]) == ["three"]


def test_a_flush_that_had_nothing_to_send_holds_nothing_up(pub):
    ann = pub.listener()
    assert pub.flush() == {}
    pub.say(ann, "hello")
    assert texts(pub.flush()["ann"]) == ["hello"]


def test_those_who_get_the_same_get_the_same_bytes(pub):
    players = [pub.listener(f"p{n}") for n in range(100)]
    pub.say(players[0], "hi")
    payloads = [payload for _, payload in pub.chats.flush(pub.now, lambda _: False)]
    assert len(payloads) == 100
    assert len({id(payload) for payload in payloads}) == 1


def test_messages_are_spread_over_flushes_and_nobody_is_forgotten():
    pub = Pub(sends_max=30)
    players = [pub.listener(f"p{n}") for n in range(100)]
    pub.say(players[0], "one")
    heard = pub.advance(5.0)
    assert [len(flush) for flush in heard] == [30, 30, 30, 10]
    pub.say(players[0], "two")
    pub.flush()
    pub.now += FLUSH_EVERY_S
    pub.say(players[1], "three")
    got: dict[str, list[str]] = {}
    for flush in pub.advance(5.0):
        for name, chat in flush.items():
            got.setdefault(name, []).extend(texts(chat))
    assert sum(lines in (["two", "three"], ["three"]) for lines in got.values()) == 100


def test_a_busy_room_does_not_keep_another_from_its_turn():
    pub = Pub(sends_max=10)
    crowd = [pub.listener(f"p{n}") for n in range(500)]
    room = pub.rooms.open("orbit", "x", "y")
    pub.listener("x", room.id)
    pub.say(pub.listener("y", room.id), "psst", room.id)
    for step in range(100):
        pub.say(crowd[step % 500], f"{step}")
        if any("x" in flush for flush in pub.advance(0.05)):
            break
    else:
        raise AssertionError("never heard")
    assert step < 5


# --- who is slow, away or gone ----------------------------------------------------------------------------------------


def test_who_is_backed_up_is_passed_over_and_gets_the_rest_later(pub):
    ann, slow = pub.listener("ann"), pub.listener("slow")
    pub.backed_up.add(slow)
    pub.say(ann, "one")
    assert set(pub.flush()) == {"ann"}
    pub.now += 1.0
    pub.say(ann, "two")
    pub.advance(5.0)
    pub.backed_up.clear()
    [heard] = pub.advance(BACKED_UP_S)
    assert texts(heard["slow"]) == ["one", "two"]
    assert pub.chats.due is None


def test_who_is_backed_up_misses_what_has_left_the_log(pub):
    players = [pub.listener(f"p{n}") for n in range(20)]
    pub.backed_up.add(players[0])
    for n in range(100):
        pub.say(players[n // 5], f"{n}")
    pub.advance(1.0)
    pub.backed_up.clear()
    [heard] = pub.advance(BACKED_UP_S)
    assert [line.n for line in heard["p0"].lines] == list(range(37, 101))


def test_who_is_away_gets_nothing_and_the_whole_log_on_return(pub):
    ann, bob = pub.listener("ann"), pub.listener("bob")
    pub.say(ann, "one")
    pub.flush()
    bob.drop(pub.now, seated=False)
    pub.now += 1.0
    pub.say(ann, "two")
    assert set(pub.flush()) == {"ann"}
    bob.come_back(pub.now)
    pub.chats.come_back(bob)
    pub.now += 1.0
    assert {name: texts(chat) for name, chat in pub.flush().items()} == {"bob": ["one", "two"]}


def test_whoever_is_forgotten_leaves_nothing_behind(pub):
    room = pub.rooms.open("orbit", "ann")
    ann = pub.listener("ann", room.id)
    pub.listen(ann)
    pub.say(ann, "bye")
    ann.end(LobbyEvent.LEFT)
    pub.chats.forget(ann)
    assert ann.listens == ()
    assert pub.flush() == {}
    assert all(not one.listeners and not one.behind for one in pub.chats._rooms.values())


# --- rooms of sessions ------------------------------------------------------------------------------------------------


def test_only_who_takes_part_may_listen_to_a_session(pub):
    room = pub.rooms.open("orbit", "ann", private=True)
    room.spectators.add(PlayerId("bob"))
    assert pub.listen(pub.player("ann"), room.id) == ""
    assert pub.listen(pub.player("bob"), room.id) == ""
    assert pub.listen(pub.player("eve"), room.id) == "unknown"
    assert pub.listen(pub.player("eve"), "no such session") == "unknown"
    assert len(pub.chats) == 1


def test_rooms_do_not_hear_each_other(pub):
    room = pub.rooms.open("orbit", "ann")
    ann, bob = pub.listener("ann", room.id), pub.listener("bob")
    pub.say(ann, "psst", room.id)
    heard = pub.flush()
    assert set(heard) == {"ann"}
    assert heard["ann"].room == room.id
    assert pub.say(bob, "what?", room.id) == "not_listening"


def test_who_lost_the_seat_hears_no_more(pub):
    room = pub.rooms.open("orbit", "ann", "bob")
    ann, bob = pub.listener("ann", room.id), pub.listener("bob", room.id)
    pub.listen(bob)
    del room.players[PlayerId("bob")]
    pub.chats.unseated(bob, pub.now)
    assert bob.listens == ("",)
    pub.say(ann, "he is gone", room.id)
    assert set(pub.flush()) == {"ann"}
    assert pub.say(bob, "wait", room.id) == "not_listening"


def test_who_ceases_to_watch_hears_no_more_a_little_later(pub):
    room = pub.rooms.open("orbit", "ann")
    room.spectators.add(PlayerId("bob"))
    pub.listener("ann", room.id)
    bob = pub.listener("bob", room.id)
    room.spectators.clear()
    pub.advance(CHECK_EVERY_S + 1.0)
    assert bob.listens == ()


def test_after_the_end_a_group_can_talk_while_it_is_remembered(pub):
    room = pub.rooms.open("orbit", "ann", "bob")
    ann, bob = pub.listener("ann", room.id), pub.listener("bob", room.id)
    pub.rooms.end(room)
    for session in (ann, bob):
        pub.chats.unseated(session, pub.now)
    pub.advance(30.0)
    assert pub.say(ann, "good game", room.id) == ""
    assert "bob" in pub.flush()
    back = pub.player("bob")
    assert pub.listen(back, room.id) == "", "also one who comes in anew"
    assert pub.listen(pub.player("eve"), room.id) == "unknown"
    pub.rooms.forgotten.add(room.id)
    pub.advance(EMPTY_S + 2 * CHECK_EVERY_S)
    assert ann.listens == back.listens == ()
    assert len(pub.chats) == 0
    assert pub.chats.due is None


def test_the_log_of_a_session_outlives_its_listeners_while_the_session_runs(pub):
    room = pub.rooms.open("orbit", "ann")
    ann = pub.listener("ann", room.id)
    pub.say(ann, "still here", room.id)
    pub.flush()
    pub.chats.unlisten(ann, Unlisten(1, room.id))
    pub.advance(10 * EMPTY_S)
    pub.listen(ann, room.id)
    assert texts(pub.flush()["ann"]) == ["still here"]
    pub.chats.unlisten(ann, Unlisten(2, room.id))
    del pub.rooms.sessions[room.id]
    pub.advance(EMPTY_S + 2 * CHECK_EVERY_S)
    assert len(pub.chats) == 0


def test_a_room_of_a_session_that_is_not_listed_is_kept_for_a_while_with_nobody_in_it(pub):
    room = pub.rooms.open("orbit", "ann", private=True)
    ann = pub.listener("ann", room.id)
    pub.say(ann, "back in a minute", room.id)
    pub.flush()
    pub.chats.unlisten(ann, Unlisten(1, room.id))
    pub.advance(EMPTY_S - 2 * CHECK_EVERY_S)
    pub.listen(ann, room.id)
    assert texts(pub.flush()["ann"]) == ["back in a minute"]
    pub.chats.unlisten(ann, Unlisten(2, room.id))
    pub.advance(EMPTY_S + 2 * CHECK_EVERY_S)
    assert len(pub.chats) == 0


def test_rooms_are_not_all_looked_at_in_one_go(pub):
    for n in range(250):
        pub.listener(f"p{n}", pub.rooms.open("orbit", f"p{n}").id)
    pub.flush()
    pub.now = pub.chats.due
    looks: list[str] = []

    def takes_part(player: str, session: str) -> bool:
        looks.append(session)
        return True

    pub.rooms.takes_part = takes_part
    while pub.chats.due == pub.now:
        pub.flush()
        assert len(looks) <= 100
        looks.clear()


def test_many_rooms_are_looked_at_a_few_times_a_second_at_most(pub):
    for n in range(50):
        room = pub.rooms.open("orbit", f"p{n}")
        pub.listener(f"p{n}", room.id)
        pub.now += 0.01
    awakenings = set()
    until = pub.now + CHECK_EVERY_S + 1
    while pub.chats.due is not None and pub.chats.due <= until:
        pub.now = pub.chats.due
        awakenings.add(pub.now)
        pub.flush()
    assert len(awakenings) <= 4


def test_there_are_only_so_many_rooms_in_all_and_for_one(pub):
    pub = Pub(rooms_max=LISTENED_MAX + 2)
    ann = pub.player("ann")
    rooms = [pub.rooms.open("orbit", "ann", "bob", "cid") for _ in range(LISTENED_MAX + 4)]
    assert [pub.listen(ann, room.id) for room in rooms[:-2]] == [""] * LISTENED_MAX + ["full"] * 2
    bob = pub.player("bob")
    assert [pub.listen(bob, room.id) for room in rooms[-3:]] == ["", "", "full"]
    assert pub.listen(bob, rooms[0].id) == "", "that one exists"
    assert len(pub.chats) == LISTENED_MAX + 2


# --- the whole truth --------------------------------------------------------------------------------------------------

STEPS = st.lists(
    st.one_of(
        st.tuples(st.just("say"), st.integers(0, 3), st.just(0.0)),
        st.tuples(st.just("wait"), st.just(0), st.sampled_from([0.01, 0.05, 0.1, 1.0])),
        st.tuples(st.just("slow"), st.integers(0, 3), st.just(0.0)),
        st.tuples(st.just("fine"), st.integers(0, 3), st.just(0.0)),
        st.tuples(st.just("drop"), st.integers(0, 3), st.just(0.0)),
        st.tuples(st.just("back"), st.integers(0, 3), st.just(0.0)),
    ),
    max_size=60,
)


@settings(max_examples=200, deadline=None)
@given(steps=STEPS, sends_max=st.sampled_from([1, 2, 250]))
def test_everybody_who_is_there_in_the_end_has_the_whole_log_in_order(steps, sends_max):
    pub = Pub(sends_max=sends_max)
    players = [pub.listener(f"p{n}") for n in range(4)]
    logs: dict[str, list[int]] = {player.id: [] for player in players}
    said = 0

    def hear(flushes: list[dict[str, Chat]]) -> None:
        for flush in flushes:
            for name, chat in flush.items():
                for line in chat.lines:
                    if not logs[name] or line.n > logs[name][-1]:  # those it has already are ignored
                        logs[name].append(line.n)

    for what, n, seconds in steps:
        player = players[n]
        here = player.state.value == "connected"
        match what:
            case "say" if here:
                said += pub.say(player, "x") == ""
            case "wait":
                hear(pub.advance(seconds))
            case "slow":
                pub.backed_up.add(player)
            case "fine":
                pub.backed_up.discard(player)
            case "drop" if here:
                player.drop(pub.now, seated=True)
            case "back" if not here:
                player.come_back(pub.now)
                pub.chats.come_back(player)
    pub.backed_up.clear()
    for player in players:
        if player.state.value == "away":
            player.come_back(pub.now)
            pub.chats.come_back(player)
    hear(pub.advance(10.0))
    assert pub.chats.due is None
    wanted = list(range(max(1, said - LINES_MAX + 1), said + 1))
    for log in logs.values():
        assert log[-len(wanted) :] == wanted if wanted else not log
