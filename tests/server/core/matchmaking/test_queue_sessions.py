"""A queue beside its rules: sizes of teams, bots, running sessions, tickets that are held, matches that are refused."""

from __future__ import annotations

from rallypoint.core.matchmaking.queue import MatchQueue
from rallypoint.core.matchmaking.rules import Balance, Distance, Equal, Expansion, Latency, TeamSize
from rallypoint.core.matchmaking.ticket import Backfill, Member
from rallypoint_protocol.ids import SessionId
from tests.server.core.matchmaking.queue_house import DUEL, FREE_FOR_ALL, TWOS, Hall, member, players, rules_of, sides

FOUR_AGAINST_ONE = (TeamSize(1, 1), TeamSize(4, 4))
RATING = Distance(name="rating", attribute="rating", limit=3.0, expansions=(Expansion(10.0, 10.0),))


def names(prefix: str, count: int) -> list[Member]:
    return [member(f"{prefix}{number}") for number in range(count)]


def test_uneven_teams_get_their_numbers_and_a_party_stays_whole():
    hall = Hall(teams=FOUR_AGAINST_ONE)
    hall.add(*names("p", 3))
    hall.all(*names("a", 2))
    (match,) = hall.work()
    assert [len(side) for side in sides(match)] == [1, 4]
    assert {"p0", "p1", "p2"} <= set(sides(match)[1])


def test_parties_that_do_not_fit_into_teams_together_wait_for_others():
    hall = Hall(teams=((TeamSize(3, 3)),) * 2)
    hall.add(*names("a", 2))
    hall.add(*names("b", 2))
    hall.add(*names("c", 2))
    assert hall.found() == []
    hall.all(member("x"), member("y"))
    assert hall.found() == [["a0", "a1", "b0", "b1", "x", "y"]]


def test_a_smaller_match_is_made_only_after_a_while_and_then_as_large_as_it_can_be():
    hall = Hall(teams=FREE_FOR_ALL, fill_after_s=5.0)
    hall.all(*names("a", 3))
    assert hall.found(4.9) == []
    assert hall.queue.due == 5.0
    (match,) = hall.work(5.0)
    assert players(match) == ["a0", "a1", "a2"]
    assert len(match.teams) == 1


def test_a_full_match_does_not_wait():
    hall = Hall(teams=FREE_FOR_ALL, fill_after_s=5.0)
    hall.all(*names("a", 5))
    assert hall.found(0.0) == [["a0", "a1", "a2", "a3"]]


def test_a_newcomer_completes_the_smaller_match_of_one_who_has_waited():
    hall = Hall(teams=FREE_FOR_ALL, fill_after_s=5.0)
    hall.add(member("old"))
    assert hall.found(6.0) == []
    hall.add(member("new"), at=6.0)
    assert hall.found(6.0) == [["new", "old"]]


def test_by_the_newest_age_too_the_oldest_decides_when_a_match_may_be_small():
    hall = Hall(RATING, teams=FREE_FOR_ALL, fill_after_s=5.0, age="newest")
    hall.all(member("old"))
    hall.add(member("new"), at=4.0)
    assert hall.found(4.9) == []
    assert hall.found(5.0) == [["new", "old"]]


def test_teams_that_may_differ_in_size_are_as_even_as_can_be():
    hall = Hall(teams=(TeamSize(1, 3),) * 2, fill_after_s=0.0)
    hall.all(*names("a", 4))
    assert sorted(map(len, sides(hall.work()[0]))) == [2, 2]


def test_bots_have_the_seats_that_are_missing_after_a_while():
    hall = Hall(teams=TWOS, bots_after_s=20.0)
    hall.add(*names("p", 2))
    hall.add(member("a"))
    assert hall.found(19.0) == []
    (match,) = hall.work(20.0)
    assert sides(match) == [["p0", "p1"], ["a"]]
    assert match.bots == (0, 1)


def test_a_match_without_missing_seats_has_no_bots():
    hall = Hall(teams=DUEL, bots_after_s=20.0)
    hall.all(member("a"), member("b"))
    assert hall.work(30.0)[0].bots == ()


def test_larger_parties_are_tried_first_if_they_have_priority():
    hall = Hall(teams=TWOS, priority=("parties", "oldest"))
    hall.all(*names("a", 4))
    hall.add(*names("p", 2))
    assert "p0" in hall.found()[0]
    hall = Hall(teams=TWOS, priority=("oldest", "parties"))
    hall.all(*names("a", 4))
    hall.add(*names("p", 2))
    assert hall.found()[0] == ["a0", "a1", "a2", "a3"]


def test_a_ticket_that_is_held_keeps_its_place_and_is_skipped():
    hall = Hall()
    hall.all(member("a"), member("b"), member("c"))
    hall.queue.hold("a")
    assert hall.found() == [["b", "c"]]
    hall.queue.release("a")
    hall.add(member("d"))
    assert hall.found() == [["a", "d"]]
    assert len(hall.queue) == 4


def test_tickets_of_a_refused_match_are_back_in_their_places_and_rest_a_second():
    hall = Hall()
    hall.all(member("a"), member("b"), member("c"))
    (match,) = hall.work(0.0)
    hall.queue.refused(match, 0.0)
    assert hall.found(0.9) == []
    assert hall.queue.due == 1.0
    assert hall.found(1.0) == [["a", "b"]]


def test_if_one_of_a_match_is_removed_the_others_are_matched_again_at_once():
    hall = Hall()
    hall.all(member("a"), member("b"), member("c"))
    assert hall.found() == [["a", "b"]]
    hall.queue.remove("b")
    assert hall.found() == [["a", "c"]]


def test_one_who_is_held_in_the_meantime_is_not_back_after_a_refusal():
    hall = Hall()
    hall.all(member("a"), member("b"), member("c"))
    (match,) = hall.work(0.0)
    hall.queue.hold("a")
    hall.queue.refused(match, 0.0)
    assert hall.found(1.0) == [["b", "c"]]


def test_release_does_not_take_a_ticket_out_of_a_match_that_is_proposed():
    hall = Hall()
    hall.all(member("a"), member("b"), member("c"))
    (match,) = hall.work(0.0)
    hall.queue.hold("a")
    hall.queue.release("a")
    hall.add(member("d"))
    assert hall.found() == [["c", "d"]]
    hall.queue.settled(match, 0.0)
    assert "a" not in hall.queue
    assert len(hall.queue) == 2


def test_a_clock_that_jumps_back_neither_keeps_tickets_at_rest_nor_widens_limits():
    hall = Hall(RATING)
    hall.add(member("a", 20), at=1000.0)
    hall.add(member("b", 25), at=1000.0)
    (match,) = hall.work(1010.0)
    hall.queue.refused(match, 1010.0)
    assert hall.found(5.0) == []
    assert hall.found(7.0) == []  # the rest is over, and nobody has waited yet
    assert hall.found(1010.0) == [["a", "b"]]


def test_a_rest_is_short_although_the_clock_has_jumped_back_since_it_began():
    hall = Hall()
    hall.all(member("a"), member("b"))
    (match,) = hall.work(0.0)
    hall.queue.refused(match, 1000.0)
    assert hall.found(5.0) == []
    assert hall.found(6.0) == [["a", "b"]]


def test_a_full_queue_says_so():
    queue = MatchQueue(rules_of(), tickets_max=1)
    assert not queue.full
    hall = Hall()
    queue.add(hall.add(member("a")))
    assert queue.full


# --- running sessions that want players ----------------------------------------------------------------------------


def wants(
    session: str, free: tuple[int, ...], *teams: tuple[Member, ...], at: float = 0.0, region: str = ""
) -> Backfill:
    return Backfill(SessionId(session), free, teams, at, region)


def test_a_running_session_gets_the_oldest_ticket_that_fits_in_before_a_new_match_is_made():
    hall = Hall(RATING)
    hall.all(member("far", 10), member("a", 21), member("b", 20))
    hall.queue.backfills([wants("s", (0, 1), (member("there", 20),), ())])
    found = hall.work()
    assert [(match.backfill, sides(match)) for match in found] == [("s", [[], ["a"]])]
    assert len(hall.queue) == 3


def test_without_that_priority_new_matches_come_first():
    hall = Hall(RATING, priority=("oldest",))
    hall.all(member("a", 21), member("b", 20), member("c", 20))
    hall.queue.backfills([wants("s", (0, 1), (member("there", 20),), ())])
    assert [(match.backfill, players(match)) for match in hall.work()] == [(None, ["a", "b"]), ("s", ["c"])]


def test_no_session_gets_players_if_the_queue_does_not_backfill():
    hall = Hall(backfill=False)
    hall.add(member("a"))
    hall.queue.backfills([wants("s", (1, 0), (), (member("there"),))])
    assert hall.work() == []


def test_one_who_comes_later_or_widens_later_comes_into_a_session_then():
    hall = Hall(RATING)
    hall.queue.backfills([wants("s", (0, 1), (member("there", 20),), ())])
    assert hall.work() == []
    hall.add(member("a", 28))
    assert hall.found(9.0) == []
    assert hall.found(10.0) == [["a"]]


def test_free_seats_of_a_session_are_given_away_once():
    hall = Hall()
    there = wants("s", (1, 1), (), ())
    hall.queue.backfills([there])
    hall.all(member("a"))
    assert hall.found() == [["a"]]
    hall.add(member("b"))
    assert hall.found() == [["b"]]
    hall.queue.backfills([wants("s", (1, 1), (), (), at=1.0)])  # it does not know of them yet
    hall.add(member("c"))
    assert hall.found() == []


def test_a_seat_in_a_session_is_free_again_if_the_ticket_goes():
    hall = Hall()
    hall.queue.backfills([wants("s", (1,) * 2, (), ())])
    hall.all(member("a"), member("b"))
    assert hall.found() == [["a"], ["b"]]
    hall.queue.remove("b")
    hall.add(member("c"))
    assert hall.found() == [["c"]]


def test_a_session_that_has_refused_rests_and_its_ticket_does_not():
    hall = Hall()
    hall.queue.backfills([wants("s", (1, 0), (), (member("there"),))])
    hall.add(member("a"))
    (match,) = hall.work(0.0)
    hall.queue.refused(match, 0.0)
    assert hall.work(0.5) == []
    hall.add(member("b"))
    assert hall.found(0.5) == [["a", "b"]]
    hall.add(member("c"))
    assert hall.found(0.9) == []
    assert hall.found(1.0) == [["c"]]


def test_a_party_comes_into_one_team_and_the_one_that_it_balances_best():
    hall = Hall(Balance(name="fair"), teams=((TeamSize(4, 4)),) * 2)
    hall.queue.backfills([wants("s", (2, 2), (member("x", 30), member("y", 30)), (member("z", 20), member("w", 20)))])
    hall.add(member("p", 29), member("q", 29))
    assert sides(hall.work()[0]) == [[], ["p", "q"]]


def test_who_comes_into_a_session_reaches_its_region_and_goes_with_all_who_are_there():
    hall = Hall(Latency(name="ping", limit=80), Equal(name="mode", attribute="mode"))
    there = member("there", mode="long", latency_ms={"eu": 70})
    hall.queue.backfills([wants("s", (0, 1), (there,), (), region="eu")])
    hall.all(
        member("far", mode="long", latency_ms={"eu": 90, "us": 10}),
        member("short", mode="short", latency_ms={"eu": 10}),
        member("a", mode="long", latency_ms={"eu": 60, "us": 10}),
    )
    (match,) = hall.work()
    assert (match.region, players(match), match.scores[0].value) == ("eu", ["a"], 70)
