"""A day in virtual time: each ticket ends exactly once, and the same seed gives the same day."""

from __future__ import annotations

from collections import Counter
from dataclasses import replace

import pytest

from rallypoint.core.matchmaking.rules import Avoid
from rallypoint_simulation.traffic.figures import figures_of
from rallypoint_simulation.traffic.play import STEP_S, play
from rallypoint_simulation.traffic.record import Outcome
from tests.traffic.days import DUEL, PAIRS, HandMade, a_day, generated
from tests.traffic.simple_queue import SimpleQueue


def ends(record):
    return [Outcome(outcome) for outcome in record.tickets.outcome]


def test_the_same_seed_gives_the_same_day():
    assert figures_of(a_day(seed=3)) == figures_of(a_day(seed=3))
    assert figures_of(a_day(seed=3)) != figures_of(a_day(seed=4))


def test_each_ticket_ends_exactly_once():
    record = a_day()
    assert len(record.tickets) > 1000
    assert min(record.tickets.wait) >= 0
    ended = Counter(ends(record))
    assert sum(ended.values()) == len(record.tickets)
    assert ended[Outcome.SEATED] > 0
    assert ended[Outcome.DECLINED] > 0
    seated = sum(size for size, end in zip(record.tickets.size, ends(record), strict=True) if end is Outcome.SEATED)
    assert seated == sum(match.players for match in record.matches) == 4 * len(record.matches)


def test_a_ticket_that_ends_twice_is_a_fault():
    record = a_day(span_s=60)
    with pytest.raises(AssertionError, match="ended twice"):
        record.tickets.ended(0, 1.0, Outcome.SEATED)


def test_nobody_is_in_two_places():
    """With as many people as a match takes, arrivals find nobody while they play."""
    record = a_day(players=8, rate=2.0)
    assert record.nobody_free > 1000
    assert max(record.playing) <= 8
    assert max(record.waiting) <= 8


def test_a_player_comes_again_after_a_match():
    record = a_day(DUEL, players=6, span_s=3600)
    assert len(record.matches) * 2 > 6 * 5


def test_two_who_come_are_seated_at_the_next_step():
    record = play(DUEL, HandMade(10, [(1.0, "25", 60), (3.0, "27", 60)]), SimpleQueue(DUEL))
    assert ends(record) == [Outcome.SEATED, Outcome.SEATED]
    assert list(record.tickets.wait) == [2.0, 0.0]
    (match,) = record.matches
    assert (match.at, match.spread, match.gap, match.players) == (3.0, 2.0, 2.0, 2)
    assert STEP_S < 1


def test_who_is_out_of_patience_gives_up_then():
    record = play(DUEL, HandMade(100, [(1.0, "25", 20)]), SimpleQueue(DUEL))
    assert ends(record) == [Outcome.GAVE_UP]
    assert list(record.tickets.wait) == [20.0]


def test_who_waits_in_the_end_waited():
    record = play(DUEL, HandMade(10, [(4.0, "25", 100)]), SimpleQueue(DUEL))
    assert ends(record) == [Outcome.WAITING]
    assert list(record.tickets.wait) == [6.0]


def test_what_the_queue_refuses_ends_at_once():
    record = play(DUEL, HandMade(10, [(1.0, "25 26", 60)]), SimpleQueue(DUEL))
    assert ends(record) == [Outcome.REFUSED]
    assert record.refusals == {"too large": 1}


CHECKED = replace(DUEL, ready_s=10.0)


def test_a_ready_check_takes_as_long_as_its_slowest_player():
    record = play(CHECKED, HandMade(30, [(1.0, "25", 60), (2.0, "27", 60)]), SimpleQueue(CHECKED))
    assert list(record.tickets.wait) == [4.0, 3.0]
    assert (record.checks, record.checks_declined, record.checks_missed) == (1, 0, 0)


def test_who_declines_is_out_and_the_other_keeps_the_place():
    """The third ticket is matched with the first: its wait counts from when it came."""
    traffic = HandMade(60, [(1.0, "25", 60), (2.0, "27", 60), (20.0, "26", 60)], moods=[1, 0.1, 1])
    record = play(CHECKED, traffic, SimpleQueue(CHECKED))
    assert ends(record) == [Outcome.SEATED, Outcome.DECLINED, Outcome.SEATED]
    assert list(record.tickets.wait) == [22.0, 3.0, 3.0]
    assert (record.checks, record.checks_declined, record.checks_missed) == (2, 1, 0)


def test_who_says_nothing_is_out_at_the_deadline():
    traffic = HandMade(60, [(1.0, "25", 60), (2.0, "27", 60)], moods=[1, 0])
    record = play(CHECKED, traffic, SimpleQueue(CHECKED))
    assert ends(record) == [Outcome.WAITING, Outcome.MISSED]
    assert record.tickets.wait[1] == 10.0
    assert record.checks_missed == 1


def test_patience_that_ends_in_a_ready_check_counts_when_it_is_over():
    traffic = HandMade(60, [(1.0, "25", 5), (2.0, "27", 60)], moods=[1, 0])
    record = play(CHECKED, traffic, SimpleQueue(CHECKED))
    assert ends(record) == [Outcome.GAVE_UP, Outcome.MISSED]
    assert record.tickets.wait[0] == 11.0


def test_who_waited_longest_is_told_why():
    record = play(DUEL, HandMade(200, [(1.0, "25", 100), (150.0, "20", 20)]), SimpleQueue(DUEL))
    assert record.starving is not None
    assert (record.starving.wait_s, record.starving.players) == (100.0, ("n0.0",))
    assert record.starving.text == "1 wait here"


def test_players_remember_whom_they_met_only_if_a_rule_asks():
    avoiding = replace(DUEL, rules=(Avoid(name="recent", what="recent", matches=2),))
    for rules, most in ((DUEL, 0), (avoiding, 2)):
        traffic = generated(rules, players=20)
        play(rules, traffic, SimpleQueue(rules))
        assert max(len(person.recent) for person in traffic._people) == most


def test_other_rules_meet_the_same_arrivals():
    quick, slow = (a_day(replace(PAIRS, ready_s=ready), players=2000, rate=0.5) for ready in (None, 12.0))
    assert quick.tickets.at == slow.tickets.at
    assert quick.tickets.size == slow.tickets.size
    same = sum(one == other for one, other in zip(quick.tickets.mu, slow.tickets.mu, strict=True))
    assert same > 0.8 * len(quick.tickets)
