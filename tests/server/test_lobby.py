"""The lobby without any I/O: who is here, for how long, and what they are told."""

from __future__ import annotations

from itertools import count, product

import pytest
from hypothesis import given, strategies as st

from rallypoint.core.lobby import Close, Entered, Lobby
from rallypoint.core.lobby_session import (
    ANSWERS_KEPT,
    TRANSITIONS,
    Answers,
    Grace,
    IllegalLobbyEvent,
    LobbyEvent,
    LobbySession,
    LobbyState,
)
from rallypoint.core.quick_match import CreateFor, OpenSession, QuickMatchRules, SeatOffer
from rallypoint_protocol.close import CloseCode
from rallypoint_protocol.ids import LobbyId, PlayerId, SeatIndex, SessionId, Token
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
)
from tests.server.fake_rooms import FakeRooms

ORBIT = QuickMatchRules("orbit", 2, 8)
CHESS = QuickMatchRules("chess", 2, 2)


class FakeSeats:
    def __init__(self):
        self.seated: set[PlayerId] = set()
        self.urls: dict[tuple[str, bytes], str] = {}
        self.lookups = 0
        self.shared: set[str] = set()

    def is_seated(self, player):
        return player in self.seated

    def may_sit(self, player, game):
        return player not in self.seated or game in self.shared

    def locate(self, session, token):
        self.lookups += 1
        return self.urls.get((session, token))


class Place:
    """A lobby with short ways to say things."""

    def __init__(self, **options):
        numbers = count(1)
        self.seats = FakeSeats()
        self.rooms = FakeRooms()
        self.lobby = Lobby(
            lambda: Token(next(numbers).to_bytes(32, "big")),
            lambda: f"id{next(numbers)}",
            [ORBIT, CHESS],
            self.seats,
            self.rooms,
            unix_ms=lambda: 1_000,
            **options,
        )

    def hello(self, name="Ada", now=0.0, guest=None, keep=False) -> Entered:
        entered = self.lobby.hello(Hello(PROTOCOL_VERSION, name), now, guest, keep=keep)
        assert isinstance(entered, Entered)
        return entered

    def try_resume(self, lobby_id, token, now, event=0, version=PROTOCOL_VERSION):
        return self.lobby.resume(Resume(version, lobby_id, token, 0, 0, event), now)

    def resume(self, before: Entered, now, event=0) -> Entered:
        entered = self.try_resume(before.session.id, before.welcome.token, now, event)
        assert isinstance(entered, Entered), entered
        return entered

    def ask(self, entered: Entered, message, now=0.0):
        return self.lobby.received(entered.session, message, now)

    def pushes(self, now=0.0):
        return [(session.id, push.kind, push.data) for session, push in self.lobby.take_pushes(now)]

    def seat(self, entered: Entered, session="s1"):
        self.seats.seated.add(entered.session.player)
        offer = SeatOffer(SessionId(session), SeatIndex(0), Token(b"seat token"), "wss://here/s1", b"hash", "orbit")
        self.lobby.seat(entered.session, offer)


@pytest.fixture
def place():
    return Place()


# --- coming in --------------------------------------------------------------------------------------------------------


def test_a_guest_is_welcomed_with_an_id_a_token_and_the_games(place):
    entered = place.hello("  Ada\u202e ")
    welcome = entered.welcome
    assert welcome.lobby == entered.session.id
    assert welcome.player == entered.session.player != welcome.lobby
    assert len(welcome.token) == 32
    assert (welcome.name, welcome.games, welcome.resumed, welcome.event) == ("Ada", ["orbit", "chess"], False, 0)
    assert welcome.grace_s == 30.0
    assert place.lobby.find(entered.session.id) is entered.session


def test_a_guest_without_a_name_gets_one(place):
    assert place.hello("\u200b").welcome.name.startswith("Guest ")


def test_a_client_that_is_too_old_is_told_to_update(place):
    entered = place.hello()
    refused = place.lobby.hello(Hello(PROTOCOL_VERSION - 1, "Ada"), 0.0)
    assert isinstance(refused, Close)
    assert refused.code is CloseCode.UPDATE
    refused = place.try_resume(entered.session.id, entered.welcome.token, 0.0, version=PROTOCOL_VERSION - 1)
    assert refused.code is CloseCode.UPDATE


def test_a_newer_client_is_accepted(place):
    assert isinstance(place.lobby.hello(Hello(PROTOCOL_VERSION + 1, "Ada"), 0.0), Entered)


def test_a_full_lobby_turns_newcomers_away_and_keeps_who_is_here():
    place = Place(lobbies_max=1)
    first = place.hello()
    refused = place.lobby.hello(Hello(PROTOCOL_VERSION, "Bob"), 0.0)
    assert isinstance(refused, Close)
    assert refused.code is CloseCode.FULL
    place.lobby.dropped(first.session, 0.0)
    assert place.resume(first, 1.0).welcome.resumed


# --- resuming ---------------------------------------------------------------------------------------------------------


def test_a_resume_goes_on_with_the_same_player_and_a_new_token(place):
    first = place.hello()
    place.lobby.dropped(first.session, 1.0)
    back = place.resume(first, 2.0)
    assert back.session is first.session
    assert back.welcome.resumed
    assert back.welcome.token != first.welcome.token
    assert (back.welcome.player, back.welcome.name) == (first.welcome.player, "Ada")
    assert not back.took_over


def test_all_that_is_wrong_with_a_resume_is_answered_alike(place):
    here, gone = place.hello(), place.hello()
    place.lobby.dropped(gone.session, 0.0)
    answers = [
        place.try_resume("nobody", here.welcome.token, 30.0),
        place.try_resume(here.session.id, b"", 30.0),
        place.try_resume(here.session.id, gone.welcome.token, 30.0),
        place.try_resume(gone.session.id, gone.welcome.token, 30.0),
    ]
    assert [answer.code for answer in answers] == [CloseCode.UNKNOWN] * 4


def test_a_refused_resume_changes_nothing(place):
    here = place.hello()
    place.try_resume(here.session.id, b"wrong", 0.0)
    assert here.session.state is LobbyState.CONNECTED
    assert here.session.tokens.knows(here.welcome.token)


def test_a_newer_connection_takes_over(place):
    first = place.hello()
    second = place.resume(first, 1.0)
    assert second.took_over
    assert second.session.state is LobbyState.CONNECTED
    assert second.session.grace.left_s == 120.0


def test_a_lost_answer_does_not_lock_out_and_a_proved_token_ends_the_older(place):
    first = place.hello()
    place.resume(first, 0.0)
    again = place.resume(first, 0.0)
    place.ask(again, Proved())
    assert isinstance(place.try_resume(first.session.id, first.welcome.token, 0.0), Close)
    assert place.resume(again, 0.0).welcome.resumed


def test_a_resume_brings_the_pushes_that_were_missed_in_order_and_no_others(place):
    first = place.hello()
    for n in range(1, 4):
        place.ask(first, QuickMatch(2 * n, "orbit"))
        place.ask(first, CancelQueue(2 * n + 1))
    assert len(place.pushes()) == 3
    back = place.resume(first, 0.0, event=1)
    assert [push.n for push in back.missed] == [2, 3]
    assert back.welcome.event == 3
    assert place.pushes() == []


def test_a_resume_acknowledges_what_it_says_was_received(place):
    first = place.hello()
    place.ask(first, QuickMatch(1, "orbit"))
    place.pushes()
    place.ask(first, CancelQueue(2))
    back = place.resume(first, 0.0, event=1)
    again = place.resume(back, 0.0, event=0)
    assert [push.n for push in again.missed] == [2]


def test_what_happened_while_away_comes_with_the_resume(place):
    first = place.hello()
    place.ask(first, QuickMatch(1, "orbit"))
    place.pushes()
    place.lobby.dropped(first.session, 0.0)
    place.seat(first)
    assert place.pushes() == []
    assert [(push.n, push.kind) for push in place.resume(first, 1.0, event=1).missed] == [(2, "matched")]


def test_a_client_that_let_its_pushes_overflow_starts_over(place):
    first = place.hello()
    for n in range(300):
        place.ask(first, QuickMatch(2 * n, "orbit"))
        place.ask(first, CancelQueue(2 * n + 1))
    assert first.session.state is LobbyState.CONNECTED, "while it is connected nothing is lost"
    refused = place.try_resume(first.session.id, first.welcome.token, 0.0, event=10)
    assert refused.code is CloseCode.UNKNOWN
    assert first.session.state is LobbyState.ENDED
    assert place.lobby.poll(0.0) == [(first.session, LobbyEvent.OVERFLOWED)]
    assert len(place.lobby) == 0


def test_a_stranger_cannot_end_a_lobby_session_whose_pushes_overflowed(place):
    first = place.hello()
    for n in range(300):
        place.ask(first, QuickMatch(2 * n, "orbit"))
        place.ask(first, CancelQueue(2 * n + 1))
    place.try_resume(first.session.id, b"wrong", 0.0)
    assert first.session.state is LobbyState.CONNECTED


def test_a_client_that_acknowledges_never_overflows(place):
    first = place.hello()
    for n in range(300):
        place.ask(first, QuickMatch(2 * n, "orbit"))
        place.ask(first, CancelQueue(2 * n + 1))
        place.ask(first, Ack(0, 0, n + 1))
    back = place.resume(first, 0.0, event=300)
    assert (back.welcome.event, back.missed) == (300, ())


# --- away -------------------------------------------------------------------------------------------------------------


def test_a_lobby_session_ends_exactly_when_its_grace_does(place):
    first = place.hello()
    place.lobby.dropped(first.session, 10.0)
    assert place.lobby.next_due() == 40.0
    assert place.lobby.poll(39.999) == []
    assert place.lobby.poll(40.0) == [(first.session, LobbyEvent.EXPIRED)]
    assert place.lobby.find(first.session.id) is None
    assert place.lobby.next_due() is None


def test_one_who_was_dropped_twice_at_one_time_ends_once(place):
    first = place.hello()
    place.lobby.dropped(first.session, 10.0)
    back = place.resume(first, 10.0)
    place.lobby.dropped(back.session, 10.0)
    assert place.lobby.poll(40.0) == [(first.session, LobbyEvent.EXPIRED)]


def test_grace_that_is_over_cannot_be_resumed_even_before_it_is_polled(place):
    first = place.hello()
    place.lobby.dropped(first.session, 10.0)
    assert isinstance(place.try_resume(first.session.id, first.welcome.token, 40.0), Close)
    assert place.lobby.poll(40.0) == [(first.session, LobbyEvent.EXPIRED)]


def test_coming_back_stops_the_grace_window(place):
    first = place.hello()
    place.lobby.dropped(first.session, 0.0)
    place.resume(first, 29.999)
    assert place.lobby.next_due() is None
    assert place.lobby.poll(1e9) == []


def test_all_absences_together_have_a_budget():
    place = Place(grace_s=30.0, grace_budget_s=50.0)
    entered = place.hello()
    place.lobby.dropped(entered.session, 0.0)
    entered = place.resume(entered, 25.0)
    assert entered.welcome.grace_s == 25.0
    place.lobby.dropped(entered.session, 100.0)
    assert place.lobby.poll(124.999) == []
    assert len(place.lobby.poll(125.0)) == 1


def test_with_the_budget_used_up_a_drop_is_the_end():
    place = Place(grace_s=30.0, grace_budget_s=0.0)
    entered = place.hello()
    place.lobby.dropped(entered.session, 5.0)
    assert place.lobby.poll(5.0) == [(entered.session, LobbyEvent.EXPIRED)]


def test_whoever_has_a_seat_does_not_expire(place):
    first = place.hello()
    place.seats.seated.add(first.session.player)
    place.lobby.dropped(first.session, 0.0)
    assert place.lobby.next_due() is None
    assert place.lobby.poll(1e6) == []
    assert place.resume(first, 1e6).welcome.grace_s == 30.0, "and pays nothing for it"


def test_the_grace_of_one_who_is_away_begins_when_the_seat_is_gone(place):
    first = place.hello()
    place.seats.seated.add(first.session.player)
    place.lobby.dropped(first.session, 0.0)
    place.seats.seated.clear()
    place.lobby.unseated(first.session.player, 100.0)
    assert place.lobby.poll(129.999) == []
    assert place.lobby.poll(130.0) == [(first.session, LobbyEvent.EXPIRED)]


def test_losing_a_seat_does_not_lengthen_a_grace_window_that_runs(place):
    first = place.hello()
    place.lobby.dropped(first.session, 0.0)
    place.lobby.unseated(first.session.player, 20.0)
    assert len(place.lobby.poll(30.0)) == 1


def test_losing_a_seat_while_connected_starts_no_grace(place):
    first = place.hello()
    place.lobby.unseated(first.session.player, 20.0)
    assert place.lobby.poll(1e6) == []


def test_seats_of_strangers_and_bots_do_not_matter(place):
    place.lobby.unseated(PlayerId("a bot"), 0.0)


# --- leaving ----------------------------------------------------------------------------------------------------------


def test_logging_out_ends_the_lobby_session_for_good(place):
    first = place.hello()
    place.ask(first, QuickMatch(1, "orbit"))
    reply = place.ask(first, Leave())
    assert isinstance(reply, Close)
    assert reply.code is CloseCode.LEFT
    assert place.lobby.queues.waiting("orbit") == 0
    assert isinstance(place.try_resume(first.session.id, first.welcome.token, 0.0), Close)


@pytest.mark.parametrize("message", [Hello(PROTOCOL_VERSION, "Ada"), Resume(PROTOCOL_VERSION, "x", b"", 0, 0, 0)])
def test_a_first_frame_comes_first_only(place, message):
    reply = place.ask(place.hello(), message)
    assert isinstance(reply, Close)
    assert reply.code is CloseCode.UNEXPECTED


def test_a_ping_is_answered_with_the_clients_own_time(place):
    assert place.ask(place.hello(), Ping(12.5)) == Pong(12.5, 0.0, 0)


# --- requests ---------------------------------------------------------------------------------------------------------


def test_a_request_for_a_seat_makes_a_place_in_the_queue(place):
    first, second = place.hello(), place.hello()
    assert place.ask(first, QuickMatch(7, "orbit")) == Answer(7)
    assert place.ask(second, QuickMatch(7, "orbit")) == Answer(7)
    assert place.pushes() == [
        (first.session.id, "queued", {"game": "orbit", "queues": ["orbit"], "place": 1, "waiting": 2}),
        (second.session.id, "queued", {"game": "orbit", "queues": ["orbit"], "place": 2, "waiting": 2}),
    ]
    assert place.lobby.queues.take_changed() == ["orbit"]
    assert place.lobby.queues.take_changed() == []


def test_a_place_can_be_given_up(place):
    first = place.hello()
    place.ask(first, QuickMatch(1, "orbit"))
    assert place.ask(first, CancelQueue(2)) == Answer(2)
    assert place.pushes() == [
        (first.session.id, "unqueued", {"game": "orbit", "queues": ["orbit"], "reason": "cancelled"})
    ]
    assert place.ask(first, QuickMatch(3, "chess")) == Answer(3)


def test_what_cannot_be_done_is_answered_with_an_error():
    place = Place(tickets_max=1)
    first, second, third = place.hello(), place.hello(), place.hello()
    place.seats.seated.add(second.session.player)
    place.ask(first, QuickMatch(1, "orbit"))
    errors = [
        place.ask(first, QuickMatch(2, "orbit")),
        place.ask(first, QuickMatch(3, "chess")),
        place.ask(second, QuickMatch(1, "go")),
        place.ask(second, QuickMatch(2, "orbit")),
        place.ask(second, CancelQueue(3)),
        place.ask(second, Locate(4, "s1", b"token")),
        place.ask(third, QuickMatch(1, "orbit")),
    ]
    assert [answer.error for answer in errors] == [
        "already_queued",
        "already_queued",
        "unknown_game",
        "already_seated",
        "not_queued",
        "unknown",
        "queue_full",
    ]
    assert all(answer.reason for answer in errors)


def test_a_session_is_found_with_its_token_only(place):
    first = place.hello()
    place.seats.urls["s1", b"token"] = "wss://there/s1"
    assert place.ask(first, Locate(1, "s1", b"token")) == Answer(1, {"url": "wss://there/s1"})
    assert place.ask(first, Locate(2, "s1", b"guess")).error == "unknown"
    assert place.ask(first, Locate(3, "s2", b"token")).error == "unknown"


def test_a_request_is_executed_once_however_often_it_is_sent(place):
    first = place.hello()
    assert place.ask(first, QuickMatch(1, "orbit")) == Answer(1)
    assert place.ask(first, QuickMatch(1, "orbit")) == Answer(1)
    place.ask(first, CancelQueue(2))
    place.lobby.dropped(first.session, 0.0)
    back = place.resume(first, 1.0)
    assert place.ask(back, QuickMatch(1, "orbit")) == Answer(1)
    assert place.lobby.queues.waiting("orbit") == 0
    place.ask(back, Locate(3, "s1", b"token"))
    place.ask(back, Locate(3, "s1", b"token"))
    assert place.seats.lookups == 1


def test_errors_are_remembered_like_other_answers(place):
    first = place.hello()
    assert place.ask(first, CancelQueue(1)).error == "not_queued"
    place.ask(first, QuickMatch(2, "orbit"))
    assert place.ask(first, CancelQueue(1)).error == "not_queued"
    assert place.lobby.queues.waiting("orbit") == 1


def test_a_request_older_than_the_remembered_ones_is_too_old(place):
    first = place.hello()
    for n in range(ANSWERS_KEPT + 2):
        place.ask(first, CancelQueue(n))
    assert [place.ask(first, QuickMatch(n, "orbit")).error for n in (0, 1, 2)] == ["too_old", "too_old", "not_queued"]


@given(st.lists(st.integers(0, 30), max_size=100), st.integers(1, 8))
def test_no_order_of_ids_executes_a_request_twice(ids, kept_max):
    answers = Answers(kept_max)
    executed: list[int] = []
    for request_id in ids:
        answer = answers.find(request_id)
        if answer is None:
            executed.append(request_id)
            answers.keep(Answer(request_id, value=len(executed)))
        elif not answer.error:
            assert answer.value == executed.index(request_id) + 1
    assert len(executed) == len(set(executed))
    for newest in sorted(executed)[-kept_max:]:
        answer = answers.find(newest)
        assert answer is not None
        assert answer.error == ""


# --- queues -----------------------------------------------------------------------------------------------------------


def test_a_match_tells_its_player_where_the_seat_is(place):
    first, second = place.hello(), place.hello()
    place.ask(first, QuickMatch(1, "orbit"))
    place.ask(second, QuickMatch(1, "orbit"))
    assert place.lobby.queues.match("orbit", 0.0, []) == [CreateFor((first.session.id, second.session.id))]
    place.seat(first)
    assert place.pushes()[0] == (
        first.session.id,
        "matched",
        {
            "game": "orbit",
            "session": "s1",
            "seat": 0,
            "url": "wss://here/s1",
            "token": b"seat token",
            "schema": b"hash",
        },
    )
    assert place.lobby.queues.waiting("orbit") == 1
    assert place.ask(first, QuickMatch(2, "orbit")).error == "already_seated"


def test_who_is_seated_in_another_game_is_told_that_the_queue_place_is_gone(place):
    first = place.hello()
    place.ask(first, QuickMatch(1, "chess"))
    place.seat(first)  # by a backend, in orbit
    told = [(kind, data) for _, kind, data in place.pushes()]
    assert ("unqueued", {"game": "chess", "queues": ["chess"], "reason": "already_seated"}) in told
    assert [kind for kind, _ in told].index("unqueued") < [kind for kind, _ in told].index("matched")


def test_a_place_in_the_queue_is_kept_while_away(place):
    first, second = place.hello(), place.hello()
    place.ask(first, QuickMatch(1, "orbit"))
    place.ask(second, QuickMatch(1, "orbit"))
    place.lobby.dropped(first.session, 0.0)
    assert place.lobby.queues.match("orbit", 0.0, []) == []
    place.lobby.queues.take_changed()
    back = place.resume(first, 10.0)
    assert place.lobby.queues.take_changed() == ["orbit"]
    [decision] = place.lobby.queues.match("orbit", 10.0, [OpenSession(SessionId("s1"), 1)])
    assert decision.lobby_id == back.session.id


def test_a_place_in_the_queue_ends_with_its_lobby_session(place):
    first = place.hello()
    place.ask(first, QuickMatch(1, "orbit"))
    place.lobby.dropped(first.session, 0.0)
    place.lobby.queues.take_changed()
    place.lobby.poll(30.0)
    assert place.lobby.queues.waiting("orbit") == 0
    assert place.lobby.queues.take_changed() == ["orbit"]


def test_places_are_told_again_when_they_change_and_the_last_was_acknowledged(place):
    first, second = place.hello(), place.hello()
    place.ask(first, QuickMatch(1, "orbit"))
    place.ask(second, QuickMatch(1, "orbit"))
    place.pushes(0.0)
    place.ask(first, CancelQueue(2))
    place.pushes(1.0)
    assert place.lobby.next_due() is None, "nothing more is told until the client has heard the last"
    place.ask(second, Ack(0, 0, 1))
    assert place.pushes(2.0) == [
        (second.session.id, "queued", {"game": "orbit", "queues": ["orbit"], "place": 1, "waiting": 1})
    ]


def test_however_long_one_waits_without_acknowledging_pushes_do_not_pile_up(place):
    waiting = place.hello()
    others = [place.hello() for _ in range(300)]
    for other in [*others, waiting]:
        place.ask(other, QuickMatch(1, "orbit"))
    for second, other in enumerate(others):
        place.ask(other, Leave())
        place.pushes(float(second))
    assert waiting.session.pushes.last == 1


def test_a_lost_seat_has_those_who_wait_matched_again(place):
    first, second = place.hello(), place.hello()
    place.ask(first, QuickMatch(1, "orbit"))
    place.lobby.queues.take_changed()
    place.lobby.unseated(second.session.player, 0.0)
    assert place.lobby.queues.take_changed() == ["orbit"]


def test_bots_are_due_even_if_nothing_else_happens():
    rules = QuickMatchRules("orbit", 2, 8, bots_after_s=5.0)
    ids = count()
    lobby = Lobby(
        lambda: Token(bytes(32)), lambda: str(next(ids)), [rules], FakeSeats(), FakeRooms(), unix_ms=lambda: 0
    )
    entered = lobby.hello(Hello(PROTOCOL_VERSION, "Ada"), 0.0)
    assert isinstance(entered, Entered)
    lobby.received(entered.session, QuickMatch(1, "orbit"), 1.0)
    lobby.take_pushes(1.0)
    lobby.queues.match(lobby.queues.take_changed()[0], 1.0, [])
    assert lobby.next_due() == 6.0
    lobby.poll(6.0)
    assert lobby.queues.take_changed() == ["orbit"]
    assert lobby.queues.match("orbit", 6.0, []) == [CreateFor((entered.session.id,), bots=1)]


def test_pushes_are_numbered_from_one_without_gaps(place):
    first = place.hello()
    place.ask(first, QuickMatch(1, "orbit"))
    numbers = [push.n for _, push in place.lobby.take_pushes(0.0)]
    place.ask(first, CancelQueue(2))
    pushes = [push for _, push in place.lobby.take_pushes(0.0)]
    assert [*numbers, *(push.n for push in pushes)] == [1, 2]
    assert all(isinstance(push, Push) for push in pushes)


# --- the transition table ---------------------------------------------------------------------------------------------


def in_state(state: LobbyState) -> LobbySession:
    session = LobbySession(LobbyId("l"), PlayerId("p"), "Ada", Token(bytes(32)), Grace(30.0, 120.0))
    if state is LobbyState.AWAY:
        session.drop(0.0, seated=False)
    elif state is LobbyState.ENDED:
        session.end(LobbyEvent.LEFT)
    return session


def happen(session: LobbySession, event: LobbyEvent) -> None:
    match event:
        case LobbyEvent.DROPPED:
            session.drop(1.0, seated=False)
        case LobbyEvent.RETURNED | LobbyEvent.TAKEN_OVER:
            session.come_back(1.0)
        case _:
            session.end(event)


@pytest.mark.parametrize(("state", "event"), list(product(LobbyState, LobbyEvent)))
def test_what_is_not_in_the_table_is_refused_and_changes_nothing(state, event):
    session = in_state(state)
    returns = event in (LobbyEvent.RETURNED, LobbyEvent.TAKEN_OVER)  # the session knows by itself which of them it is
    if (state, event) in TRANSITIONS or (returns and state is not LobbyState.ENDED):
        happen(session, event)
        assert session.state is TRANSITIONS.get((state, event), LobbyState.CONNECTED)
        return
    before = (session.state, session.grace.deadline, session.grace.left_s)
    with pytest.raises(IllegalLobbyEvent) as caught:
        happen(session, event)
    assert (caught.value.state, caught.value.lobby_id) == (state, "l")
    assert (session.state, session.grace.deadline, session.grace.left_s) == before


def test_ended_is_the_end():
    assert not [before for before, _ in TRANSITIONS if before is LobbyState.ENDED]
