"""Quick match: first come, first seated."""

from __future__ import annotations

from hypothesis import given, strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, precondition, rule

from rallypoint.core.quick_match import (
    PLACES_EVERY_S,
    RETRY_S,
    CreateFor,
    OpenSession,
    Queue,
    QuickMatchRules,
    SeatIn,
)
from rallypoint_protocol.ids import LobbyId, SessionId


def queue_of(
    players: str, *, seats: tuple[int, int] = (2, 4), bots_after_s: float | None = None, now: float = 0.0
) -> Queue:
    queue = Queue(QuickMatchRules("orbit", *seats, bots_after_s), tickets_max=100)
    for player in players:
        queue.add(LobbyId(player), now)
    return queue


def running(*sessions: tuple[str, int]) -> list[OpenSession]:
    return [OpenSession(SessionId(name), free) for name, free in sessions]


def seat_in(player: str, session: str) -> SeatIn:
    return SeatIn(LobbyId(player), SessionId(session))


def create_for(players: str, bots: int = 0) -> CreateFor:
    return CreateFor(tuple(LobbyId(player) for player in players), bots)


def carry_out(queue, decisions):
    for decision in decisions:
        for lobby_id in [decision.lobby_id] if isinstance(decision, SeatIn) else decision.lobby_ids:
            queue.remove(lobby_id)


def test_the_oldest_ticket_gets_the_free_seat_of_the_oldest_session():
    queue = queue_of("abc", seats=(4, 4))
    assert queue.match(0.0, running(("s1", 1), ("s2", 1))) == [seat_in("a", "s1"), seat_in("b", "s2")]


def test_full_sessions_are_passed_over():
    queue = queue_of("a")
    assert queue.match(0.0, running(("s1", 0), ("s2", 3))) == [seat_in("a", "s2")]


def test_who_is_barred_from_a_session_goes_into_the_next_and_others_into_that_one():
    queue = queue_of("abc", seats=(4, 4))
    queue.bar(LobbyId("a"), SessionId("s1"))
    queue.bar(LobbyId("b"), SessionId("s1"))
    assert queue.match(0.0, running(("s1", 2), ("s2", 1))) == [seat_in("c", "s1"), seat_in("a", "s2")]


def test_who_is_barred_from_all_sessions_waits_for_a_new_one_in_order():
    queue = queue_of("abcd", seats=(2, 2))
    for player in "ac":
        queue.bar(LobbyId(player), SessionId("s1"))
    assert queue.match(0.0, running(("s1", 1))) == [seat_in("b", "s1"), create_for("ac")]


def test_a_bar_is_of_one_player_and_one_session():
    queue = queue_of("a", seats=(4, 4))
    queue.bar(LobbyId("a"), SessionId("s1"))
    queue.bar(LobbyId("a"), SessionId("s2"))
    assert queue.match(0.0, running(("s1", 1), ("s2", 1))) == []
    assert queue.match(0.0, running(("s1", 1), ("s3", 1))) == [seat_in("a", "s3")]


def test_a_client_that_begins_anew_is_told_the_place_it_was_told_before():
    queue = queue_of("ab")
    assert queue.places(0.0) == [(LobbyId("a"), 1), (LobbyId("b"), 2)]
    queue.tell_again(LobbyId("a"))
    assert queue.places_due is not None
    assert queue.places(PLACES_EVERY_S) == [(LobbyId("a"), 1)]


def test_one_player_waits_for_another():
    queue = queue_of("a")
    assert queue.match(0.0, []) == []
    assert queue.match(1e6, []) == []
    assert queue.due is None


def test_a_session_is_created_when_enough_wait():
    assert queue_of("ab").match(0.0, []) == [create_for("ab")]


def test_a_new_session_takes_as_many_as_fit():
    queue = queue_of("abcdefg", seats=(2, 4))
    assert queue.match(0.0, []) == [create_for("abcd"), create_for("efg")]


def test_running_sessions_are_filled_before_one_is_created():
    queue = queue_of("abc")
    assert queue.match(0.0, running(("s1", 1))) == [seat_in("a", "s1"), create_for("bc")]


def test_bots_come_exactly_when_the_oldest_has_waited_for_them():
    queue = queue_of("a", seats=(3, 8), bots_after_s=5.0, now=10.0)
    queue.add(LobbyId("b"), 13.0)
    assert queue.match(14.999, []) == []
    assert queue.due == 15.0
    assert queue.match(15.0, []) == [create_for("ab", bots=1)]


def test_a_game_without_bots_never_gets_any():
    assert queue_of("a", seats=(2, 2), bots_after_s=None).match(1e9, []) == []


def test_waiting_for_bots_begins_with_the_oldest_who_is_there():
    queue = queue_of("a", bots_after_s=5.0, now=0.0)
    queue.add(LobbyId("b"), 3.0)
    queue.drop(LobbyId("a"))
    assert queue.match(5.0, []) == []
    assert queue.due == 8.0


def test_a_player_who_is_away_is_skipped():
    queue = queue_of("abc")
    queue.drop(LobbyId("b"))
    assert queue.match(0.0, []) == [create_for("ac")]


def test_a_player_who_comes_back_has_kept_the_place():
    queue = queue_of("abc", seats=(4, 4))
    queue.drop(LobbyId("a"))
    queue.match(0.0, [])
    queue.come_back(LobbyId("a"))
    assert queue.match(1.0, running(("s1", 1))) == [seat_in("a", "s1")]


def test_a_ticket_that_was_removed_is_not_matched():
    queue = queue_of("ab")
    queue.remove(LobbyId("a"))
    assert queue.match(0.0, []) == []
    assert len(queue) == 1


def test_matching_proposes_and_changes_nothing():
    queue = queue_of("ab")
    assert queue.match(0.0, []) == queue.match(0.0, [])
    assert len(queue) == 2


def test_a_session_that_could_not_be_created_is_tried_again_after_a_rest():
    queue = queue_of("ab")
    queue.refused(queue.match(0.0, [])[0], 0.0)
    assert queue.match(0.5, []) == []
    assert queue.due == RETRY_S
    assert queue.match(RETRY_S, []) == [create_for("ab")]


def test_while_no_session_can_be_created_free_seats_are_still_given():
    queue = queue_of("ab")
    queue.refused(queue.match(0.0, [])[0], 0.0)
    assert queue.match(0.5, running(("s1", 1))) == [seat_in("a", "s1")]


def test_a_seat_that_was_refused_is_tried_again_after_a_rest():
    queue = queue_of("a")
    queue.refused(queue.match(0.0, running(("s1", 1)))[0], 0.0)
    assert queue.match(0.5, running(("s1", 1))) == []
    assert queue.due == RETRY_S
    assert queue.match(RETRY_S, running(("s1", 1))) == [seat_in("a", "s1")]


def test_after_a_failure_of_unknown_kind_everything_rests():
    queue = queue_of("ab")
    queue.refused(None, 0.0)
    assert queue.match(0.5, running(("s1", 1))) == []
    assert queue.due == RETRY_S


def test_bots_that_are_overdue_do_not_make_a_full_node_spin():
    queue = queue_of("a", bots_after_s=5.0)
    queue.refused(queue.match(5.0, [])[0], 5.0)
    assert queue.match(5.5, []) == []
    assert queue.due == 5.0 + RETRY_S


def test_a_full_queue_says_so():
    queue = Queue(QuickMatchRules("orbit", 2, 2), tickets_max=1)
    queue.add(LobbyId("a"), 0.0)
    assert queue.full
    queue.remove(LobbyId("a"))
    assert not queue.full


# --- places -----------------------------------------------------------------------------------------------------------


def test_a_newcomer_is_told_the_place_at_once():
    queue = queue_of("a")
    assert queue.places(0.0) == [("a", 1)]
    queue.add(LobbyId("b"), 0.0)
    queue.add(LobbyId("c"), 0.0)
    assert queue.places(0.0) == [("b", 2), ("c", 3)]
    assert queue.places(0.0) == []


def told(players: str, now: float = 0.0) -> Queue:
    """A queue in which everybody knows and has acknowledged the place, and a round was just made at ``now``."""
    queue = queue_of("." + players)
    queue.places(now)
    queue.remove(LobbyId("."))
    for player in players:
        queue.heard(LobbyId(player))
    queue.places(now)
    for player in players:
        queue.heard(LobbyId(player))
    queue.places(now + PLACES_EVERY_S)
    return queue


def test_those_behind_one_who_leaves_move_up_and_are_told():
    queue = told("abc")
    queue.remove(LobbyId("b"))
    assert queue.places(100.0) == [("c", 2)]


def test_changes_of_places_are_told_once_a_while_and_only_the_newest():
    queue = told("abcd", now=0.0)
    queue.remove(LobbyId("a"))
    assert queue.places(PLACES_EVERY_S) == []
    queue.remove(LobbyId("b"))
    assert queue.places_due == 2 * PLACES_EVERY_S
    assert queue.places(2 * PLACES_EVERY_S) == [("c", 1), ("d", 2)]
    assert queue.places_due is None


def test_a_newer_place_waits_until_the_one_before_is_acknowledged():
    queue = told("abc")
    queue.remove(LobbyId("a"))
    assert queue.places(100.0) == [("b", 1), ("c", 2)]
    queue.remove(LobbyId("b"))
    assert queue.places(200.0) == []
    queue.heard(LobbyId("c"))
    assert queue.places(300.0) == [("c", 1)]


def test_a_player_who_is_away_is_told_the_newest_place_on_coming_back():
    queue = told("abc")
    queue.drop(LobbyId("c"))
    queue.remove(LobbyId("a"))
    assert queue.places(100.0) == [("b", 1)]
    queue.remove(LobbyId("b"))
    assert queue.places(200.0) == []
    queue.come_back(LobbyId("c"))
    assert queue.places(300.0) == [("c", 1)]


def test_a_newcomer_who_drops_at_once_is_told_on_coming_back():
    queue = queue_of("ab")
    queue.drop(LobbyId("b"))
    assert queue.places(0.0) == [("a", 1)]
    queue.come_back(LobbyId("b"))
    assert queue.places(0.0) == [("b", 2)]


# --- properties -------------------------------------------------------------------------------------------------------


@st.composite
def situations(draw):
    seats_min = draw(st.integers(1, 4))
    seats = (seats_min, draw(st.integers(seats_min, 6)))
    queue = queue_of("", seats=seats, bots_after_s=draw(st.none() | st.floats(0.0, 20.0)))
    now, here = 0.0, []
    for number in range(draw(st.integers(0, 14))):
        now += draw(st.floats(0.0, 5.0))
        lobby_id = LobbyId(str(number))
        queue.add(lobby_id, now)
        if draw(st.booleans()):
            here.append((lobby_id, now))
        else:
            queue.drop(lobby_id)
    free = draw(st.lists(st.integers(0, 4), max_size=4))
    sessions = [OpenSession(SessionId(f"s{number}"), seats) for number, seats in enumerate(free)]
    return queue, now, here, sessions


@given(situations())
def test_who_came_first_is_seated_first_and_once_and_in_a_seat_that_exists(situation):
    queue, now, here, sessions = situation
    decisions = queue.match(now, iter(sessions))
    into_open = [decision for decision in decisions if isinstance(decision, SeatIn)]
    created = [decision for decision in decisions if isinstance(decision, CreateFor)]
    assert decisions == [*into_open, *created]
    order = [decision.lobby_id for decision in into_open]
    order += [lobby_id for decision in created for lobby_id in decision.lobby_ids]
    assert order == [lobby_id for lobby_id, _ in here[: len(order)]]
    for session in sessions:
        assert sum(decision.session_id == session.session_id for decision in into_open) <= session.free
    rules = queue.rules
    for decision in created:
        people = len(decision.lobby_ids)
        assert 1 <= people <= rules.seats_max
        assert decision.bots == max(0, rules.seats_min - people)


@given(situations())
def test_nobody_who_is_there_waits_who_could_be_seated(situation):
    queue, now, here, sessions = situation
    rules = queue.rules
    decisions = queue.match(now, sessions)
    taken = sum(isinstance(decision, SeatIn) for decision in decisions)
    done = taken + sum(len(decision.lobby_ids) for decision in decisions if isinstance(decision, CreateFor))
    waiting = here[done:]
    assert taken == min(len(here), sum(session.free for session in sessions))
    assert len(waiting) < rules.seats_min
    if waiting and rules.bots_after_s is not None:
        assert now < waiting[0][1] + rules.bots_after_s
        assert queue.due == waiting[0][1] + rules.bots_after_s
    else:
        assert queue.due is None


class Life(RuleBasedStateMachine):
    """Players come, go, drop and return while sessions open and the node is sometimes full."""

    @initialize(seats_min=st.integers(1, 3), more=st.integers(0, 3), bots=st.none() | st.floats(0.5, 5.0))
    def begin(self, seats_min, more, bots):
        self.queue = queue_of("", seats=(seats_min, seats_min + more), bots_after_s=bots)
        self.order: list[LobbyId] = []
        self.away: set[LobbyId] = set()
        self.made = 0
        self.now = 0.0
        self.known: dict[LobbyId, int] = {}

    @rule(passes=st.floats(0.0, 3.0))
    def time_passes(self, passes):
        self.now += passes

    @rule()
    def somebody_comes(self):
        self.made += 1
        self.queue.add(LobbyId(str(self.made)), self.now)
        self.order.append(LobbyId(str(self.made)))

    @precondition(lambda self: self.order)
    @rule(data=st.data())
    def somebody_drops_or_returns(self, data):
        who = data.draw(st.sampled_from(self.order))
        if who in self.away:
            self.away.remove(who)
            self.queue.come_back(who)
        else:
            self.away.add(who)
            self.queue.drop(who)

    @precondition(lambda self: self.order)
    @rule(data=st.data())
    def somebody_leaves(self, data):
        who = data.draw(st.sampled_from(self.order))
        self.queue.remove(who)
        self.gone(who)

    def gone(self, who):
        self.order.remove(who)
        self.away.discard(who)

    @rule(free=st.lists(st.integers(0, 2), max_size=3), refuse=st.booleans())
    def there_are_seats(self, free, refuse):
        sessions = running(*((f"s{number}", seats) for number, seats in enumerate(free)))
        for decision in self.queue.match(self.now, sessions):
            if refuse:
                self.queue.refused(decision, self.now)
                continue
            carry_out(self.queue, [decision])
            for who in [decision.lobby_id] if isinstance(decision, SeatIn) else decision.lobby_ids:
                assert who == next(first for first in self.order if first not in self.away)
                self.gone(who)

    @rule()
    def places_are_told(self):
        for who, place in self.queue.places(self.now):
            assert who not in self.away
            assert place == self.order.index(who) + 1
            self.known[who] = place

    @precondition(lambda self: self.known)
    @rule(data=st.data())
    def somebody_acknowledges(self, data):
        who = data.draw(st.sampled_from(sorted(self.known)))
        if who in self.order:
            self.queue.heard(who)

    @invariant()
    def nobody_is_lost_and_nothing_is_overdue_forever(self):
        assert len(self.queue) == len(self.order)
        assert self.queue.due is None or self.queue.due <= self.now + max(RETRY_S, 5.0)

    def teardown(self):
        if not hasattr(self, "queue"):
            return
        for _ in range(3):  # when everybody is there and acknowledges, everybody soon knows the right place
            for who in self.order:
                self.queue.come_back(who)
                self.queue.heard(who)
            self.known |= dict(self.queue.places(self.now))
            self.now += PLACES_EVERY_S
        assert [self.known[who] for who in self.order] == list(range(1, len(self.order) + 1))


TestLife = Life.TestCase
