"""Other rules are tried on who waits, ahead of time; nothing of the real queue is touched."""

from __future__ import annotations

import pytest

from rallypoint.core.matchmaking.rules import Distance, Equal, Expansion
from rallypoint.core.matchmaking.ticket import Ticket
from rallypoint.core.matchmaking.trial import AHEAD_S, Trial, TrialResult
from tests.server.core.matchmaking.queue_house import Hall, member, rules_of

NEAR = Distance(name="rating", attribute="rating", limit=1.0)
WIDENS = Distance(name="rating", attribute="rating", limit=1.0, expansions=(Expansion(after_s=60.0, limit=9.0),))


def tried(rules, tickets: list[Ticket], *, now: float = 0.0, units: int = 10**6, **more) -> TrialResult:
    trial = Trial(rules, now, 1000, **more)
    for ticket in tickets:
        trial.add(ticket)
    for _ in range(100_000):
        if not trial.work(units):
            return trial.result
    raise AssertionError("it does not end")


def tickets(*ratings: float, at: float = 0.0) -> list[Ticket]:
    return [Ticket(f"t{n}", (member(f"p{n}", rating),), at, n) for n, rating in enumerate(ratings, start=1)]


def test_who_fits_at_once_is_matched_at_once() -> None:
    result = tried(rules_of(NEAR), tickets(20.0, 20.5, 30.0, 30.5, 40.0), now=7.0)
    assert (result.tickets, result.matches, result.tickets_matched, result.wait_mean_s) == (5, 2, 4, 7.0)
    assert result.quality_mean == pytest.approx(0.5)
    assert result.whole


def test_who_fits_later_is_matched_when_the_rules_are_wide_enough() -> None:
    assert tried(rules_of(NEAR), tickets(20.0, 25.0)).matches == 0
    result = tried(rules_of(WIDENS), tickets(20.0, 25.0, at=-20.0))
    assert (result.matches, result.wait_mean_s) == (1, 60.0)


def test_what_is_too_far_ahead_is_not_looked_at() -> None:
    late = Distance(name="rating", attribute="rating", limit=1.0, expansions=(Expansion(AHEAD_S + 10, 9.0),))
    result = tried(rules_of(late), tickets(20.0, 25.0))
    assert (result.matches, result.wait_mean_s, result.quality_mean, result.whole) == (0, None, None, True)


def test_tickets_that_the_rules_never_match_are_counted_and_left_alone() -> None:
    result = tried(rules_of(Equal(name="map", attribute="map")), tickets(20.0, 21.0))
    assert (result.tickets, result.refused, result.matches) == (0, 2, 0)


def test_the_real_queue_and_its_tickets_are_as_before() -> None:
    hall = Hall(NEAR)
    waiting = hall.all(*(member(f"p{n}", 20.0 + n * 5) for n in range(6)))
    hall.work()
    before = [(one.id, one.members, one.queued_at, one.barred) for one in waiting]
    assert tried(rules_of(), waiting).matches == 3
    assert [(one.id, one.members, one.queued_at, one.barred) for one in waiting] == before
    assert len(hall.queue) == 6
    assert not hall.work()


def test_it_ends_when_it_is_too_much_work_and_says_so() -> None:
    many = tickets(*(float(n % 50) for n in range(400)))
    part = tried(rules_of(NEAR), many, units=100, units_max=500)
    whole = tried(rules_of(NEAR), many)
    assert not part.whole
    assert whole.whole
    assert 0 < part.matches < whole.matches


def test_it_comes_to_the_same_in_small_steps() -> None:
    many = tickets(*(float(n * 7 % 50) for n in range(200)), at=-15.0)
    assert tried(rules_of(WIDENS), many, units=50) == tried(rules_of(WIDENS), many)
