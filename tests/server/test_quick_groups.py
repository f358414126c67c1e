"""Quick match with groups: together or not at all, and nobody waits for ever because of others."""

from __future__ import annotations

from itertools import combinations

from hypothesis import given, strategies as st

from rallypoint.core.quick_groups import GROUP_HOLD_S, GROUP_OVERDUE_S, Line
from rallypoint.core.quick_match import CreateFor, OpenSession, Queue, QuickMatchRules, SeatIn, Ticket
from rallypoint_protocol.ids import LobbyId, SessionId


def queue_of(*groups: tuple[str, int], seats=(2, 4), bots_after_s=None, now=0.0) -> Queue:
    queue = Queue(QuickMatchRules("orbit", seats[0], seats[1], bots_after_s), tickets_max=100)
    for name, size in groups:
        queue.add(LobbyId(name), now, size=size)
    return queue


def running(**free: int) -> list[OpenSession]:
    return [OpenSession(SessionId(name), count) for name, count in free.items()]


def seat_in(name: str, session: str) -> SeatIn:
    return SeatIn(LobbyId(name), SessionId(session))


def create_for(names: str, bots: int = 0) -> CreateFor:
    return CreateFor(tuple(LobbyId(name) for name in names), bots)


def test_a_group_goes_into_the_oldest_session_with_enough_free_seats():
    queue = queue_of(("a", 3), seats=(4, 4))
    assert queue.match(0.0, running(s1=2, s2=3)) == [seat_in("a", "s2")]


def test_where_a_group_does_not_fit_those_who_came_later_do():
    queue = queue_of(("a", 3), ("b", 1), ("c", 2), seats=(4, 4))
    assert queue.match(0.0, running(s1=2)) == [seat_in("b", "s1")]


def test_a_group_that_is_large_enough_has_a_session_of_its_own():
    assert queue_of(("a", 3)).match(0.0, running(s1=2)) == [create_for("a")]


def test_a_new_session_is_for_the_oldest_and_those_in_order_who_fit():
    queue = queue_of(("a", 2), ("b", 3), ("c", 1), ("d", 1), ("e", 1))
    assert queue.match(0.0, []) == [create_for("acd"), create_for("be")]


def test_a_younger_one_is_left_out_if_a_session_is_full_only_without_it():
    queue = queue_of(("a", 2), ("b", 1), ("c", 2), seats=(4, 4))
    assert queue.match(0.0, []) == [create_for("ac")]


def test_groups_that_fill_no_session_do_not_keep_others_from_theirs():
    queue = queue_of(("a", 3), ("b", 3), ("c", 2), ("d", 2), seats=(4, 4))
    assert queue.match(0.0, []) == [create_for("cd")]


def test_bots_fill_up_a_session_for_a_group():
    queue = queue_of(("a", 3), seats=(4, 4), bots_after_s=5.0)
    assert queue.match(4.9, []) == []
    assert queue.match(5.0, []) == [create_for("a", bots=1)]


def test_free_seats_gather_for_a_group_that_was_passed_over_for_too_long():
    queue = queue_of(("a", 2), seats=(4, 4))
    queue.add(LobbyId("b"), GROUP_OVERDUE_S - 1)
    assert queue.match(GROUP_OVERDUE_S, running(s1=1)) == []
    assert queue.due == GROUP_OVERDUE_S - 1 + GROUP_HOLD_S
    assert queue.match(GROUP_OVERDUE_S + 1, running(s1=2)) == [seat_in("a", "s1")]


def test_and_singles_are_held_up_by_no_more_than_that():
    queue = queue_of(("a", 2), seats=(4, 4))
    queue.add(LobbyId("b"), GROUP_OVERDUE_S)
    until = GROUP_OVERDUE_S + GROUP_HOLD_S
    assert queue.match(until - 0.001, running(s1=1)) == []
    assert queue.match(until, running(s1=1)) == [seat_in("b", "s1")]


def test_players_gather_for_a_session_of_that_group_too():
    queue = queue_of(("a", 2), seats=(4, 4))
    queue.add(LobbyId("b"), GROUP_OVERDUE_S)
    queue.add(LobbyId("c"), GROUP_OVERDUE_S + 5)
    assert queue.match(GROUP_OVERDUE_S + 5, running(s1=1)) == [create_for("abc")]


def test_a_clock_that_jumps_back_holds_nobody():
    queue = queue_of(("a", 2), seats=(4, 4), now=-GROUP_OVERDUE_S)
    queue.add(LobbyId("b"), 100.0)
    assert queue.match(50.0, running(s1=1)) == [seat_in("b", "s1")]


@given(
    st.lists(st.integers(1, 5), max_size=10),
    st.integers(1, 6),
    st.integers(0, 3),
)
def test_a_session_is_made_if_any_can_be_and_the_oldest_who_can_be_in_one_is(sizes, least, more):
    most = least + more
    waiting = [Ticket(LobbyId(str(at)), 0.0, size=size) for at, size in enumerate(sizes)]
    possible = {
        at
        for count in range(1, len(sizes) + 1)
        for group in combinations(range(len(sizes)), count)
        if least <= sum(sizes[one] for one in group) <= most
        for at in group
    }
    group = [int(ticket.lobby_id) for ticket in Line(waiting).take(least, most)]
    if not possible:
        assert group == []
        return
    assert group[0] == min(possible)
    assert group == sorted(set(group))
    assert least <= sum(sizes[at] for at in group) <= most
    left = [at for at in range(len(sizes)) if at not in group]
    assert all(sizes[at] > most - sum(sizes[one] for one in group) for at in left), "whoever still fits is taken"


@given(st.lists(st.integers(1, 4), max_size=12), st.lists(st.integers(0, 5), max_size=4))
def test_no_session_gets_more_than_it_has_room_for_and_nobody_two_seats(sizes, free):
    queue = queue_of(*((str(at), size) for at, size in enumerate(sizes)), seats=(4, 4))
    sessions = [OpenSession(SessionId(str(at)), count) for at, count in enumerate(free)]
    decisions = queue.match(0.0, iter(sessions))
    names: list[str] = []
    for decision in decisions:
        if isinstance(decision, CreateFor):
            names += decision.lobby_ids
            assert sum(sizes[int(name)] for name in decision.lobby_ids) == 4
    for session in sessions:
        inside = [one.lobby_id for one in decisions if isinstance(one, SeatIn) and one.session_id == session.session_id]
        assert sum(sizes[int(name)] for name in inside) <= session.free
        names += inside
    assert len(names) == len(set(names))
