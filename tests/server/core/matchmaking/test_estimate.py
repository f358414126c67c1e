"""How long a ticket will still wait: from what was seen, and from nothing else."""

from __future__ import annotations

import pytest

from rallypoint.core.matchmaking.estimate import (
    BASIS_TICKETS_MIN,
    MATCHES_MAX,
    TICKETS_MAX,
    Estimate,
    RecentMatches,
    RecentWaits,
)
from rallypoint.core.matchmaking.ticket import Match, Member, Rating, Ticket
from rallypoint_protocol.ids import PlayerId

NOW = 10_000.0


def ticket(wait_s: float = 0.0, *, rating: float = 25.0, size: int = 1, now: float = NOW) -> Ticket:
    members = tuple(Member(PlayerId(f"p{n}"), rating=Rating(rating)) for n in range(size))
    return Ticket("t", members, now - wait_s, 1)


def match(*tickets: Ticket, quality: float = 1.0, at: float = NOW) -> Match:
    return Match("ranked", (tickets[::2], tickets[1::2]), (), quality, at)


def seen(*waits_s: float, at: float = NOW, rating: float = 25.0) -> RecentMatches:
    """A queue that has matched tickets which had waited so long, two by two."""
    recent = RecentMatches()
    for one, other in zip(waits_s[::2], waits_s[1::2], strict=True):
        recent.note(match(*(ticket(wait_s, now=at, rating=rating) for wait_s in (one, other))), at)
    return recent


def test_without_matches_there_is_no_estimate():
    assert RecentMatches().estimate(ticket(), NOW) is None


def test_with_few_matches_there_is_none_either():
    assert seen(*range(BASIS_TICKETS_MIN - 2)).estimate(ticket(), NOW) is None
    assert seen(*range(BASIS_TICKETS_MIN)).estimate(ticket(), NOW) is not None


def test_a_new_ticket_waits_as_long_as_half_of_the_others_did():
    recent = seen(*range(1, 41))
    assert recent.estimate(ticket(), NOW) == Estimate(20.0, 20, 5, 40, alike=True, longer=40)


def test_one_that_waits_already_is_compared_with_those_who_waited_longer():
    recent = seen(*range(1, 41))
    found = recent.estimate(ticket(30.0), NOW)
    assert found is not None
    assert (found.seconds, found.longer) == (5.0, 10)  # half of 31 to 40 is up to 35


def test_one_that_waits_longer_than_all_others_did_is_told_nothing():
    recent = seen(*range(1, 41))
    found = recent.estimate(ticket(39.0), NOW)
    assert found is not None
    assert (found.seconds, found.longer) == (None, 1)


def test_what_is_older_than_an_hour_counts_no_more():
    recent = seen(*range(1, 41), at=NOW - 3601)
    assert recent.estimate(ticket(), NOW) is None


@pytest.mark.parametrize(("ago_s", "minutes"), [(100, 5), (600, 15), (3000, 60)])
def test_the_newest_are_looked_at_if_they_are_enough(ago_s: float, minutes: int):
    found = seen(*range(1, 41), at=NOW - ago_s).estimate(ticket(), NOW)
    assert found is not None
    assert found.minutes == minutes


def test_those_who_are_alike_count_alone_if_they_are_enough():
    recent = seen(*[5.0] * 40)
    for _ in range(20):
        recent.note(match(ticket(60.0, rating=40), ticket(60.0, rating=41)), NOW)
    strong = recent.estimate(ticket(rating=40), NOW)
    assert strong is not None
    assert (strong.seconds, strong.tickets, strong.alike) == (60.0, 40, True)
    weak = recent.estimate(ticket(rating=2), NOW)
    assert weak is not None
    assert (weak.tickets, weak.alike) == (80, False)


def test_a_party_is_not_like_a_single_player():
    recent = seen(*[5.0] * 40)
    for _ in range(10):
        recent.note(match(ticket(50.0, size=3), ticket(50.0, size=3)), NOW)
    found = recent.estimate(ticket(size=3), NOW)
    assert found is not None
    assert (found.seconds, found.alike) == (50.0, True)


def test_a_clock_that_jumps_back_makes_no_wait_negative():
    recent = RecentMatches()
    for _ in range(10):
        recent.note(match(ticket(-50.0), ticket(-50.0)), NOW)
    found = recent.estimate(ticket(-10.0), NOW)
    assert found is not None
    assert (found.seconds, found.longer) == (None, 0)
    assert recent.recent(NOW - 500.0).matches == 10


def test_what_is_kept_is_bounded():
    recent = RecentMatches()
    crowd = match(*(ticket(float(n)) for n in range(500)))
    for _ in range(MATCHES_MAX + 50):
        recent.note(crowd, NOW)
    assert len(recent._made) == MATCHES_MAX
    assert len(recent._made[0].waited) <= TICKETS_MAX


def test_operators_see_waits_pace_and_quality():
    recent = seen(*range(1, 31))
    recent.note(match(ticket(100.0), ticket(100.0), quality=0.2), NOW)
    assert recent.recent(NOW) == RecentWaits(16, 15, 16.0, 29.0, round(16 / 15, 2), 0.95)


def test_a_queue_without_matches_has_no_waits_to_show():
    assert RecentMatches().recent(NOW) == RecentWaits(0, 15, None, None, 0.0, None)


def test_the_pace_of_a_busy_queue_is_that_of_what_is_remembered():
    recent = RecentMatches()
    for number in range(MATCHES_MAX * 2):
        recent.note(match(ticket(1.0), ticket(1.0)), NOW + number * 0.1)
    now = NOW + MATCHES_MAX * 0.2
    assert recent.recent(now).per_minute == pytest.approx(600, rel=0.01)
    assert recent.recent(now).minutes == 1
    found = recent.estimate(ticket(now=now), now)
    assert found is not None
    assert (found.matches, found.minutes) == (MATCHES_MAX, 1)
