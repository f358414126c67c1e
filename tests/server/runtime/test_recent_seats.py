"""What a queue of quick matches did lately."""

from __future__ import annotations

from rallypoint.runtime.recent_seats import REMEMBERED, WINDOW_S, RecentSeats


def test_nothing_is_known_of_a_queue_that_nobody_was_seated_by() -> None:
    recent = RecentSeats().recent(5.0)
    assert (recent.matches, recent.per_minute, recent.p50_s, recent.p90_s, recent.quality) == (0, 0.0, None, None, None)


def test_waits_and_matches_of_a_quarter_of_an_hour_count() -> None:
    seats = RecentSeats()
    seats.seated(0.0, 500.0)
    seats.made(0.0)
    for wait_s in range(1, 11):
        seats.seated(WINDOW_S, float(wait_s))
    seats.made(WINDOW_S)
    recent = seats.recent(WINDOW_S + 1)
    assert (recent.matches, recent.minutes, recent.p50_s, recent.p90_s) == (1, 15, 5.0, 9.0)
    assert recent.per_minute == 0.07


def test_of_a_busy_queue_it_is_as_long_as_is_remembered() -> None:
    seats = RecentSeats()
    for number in range(2 * REMEMBERED):
        seats.made(number * 0.1)
    recent = seats.recent(2 * REMEMBERED * 0.1)
    assert (recent.matches, recent.minutes) == (REMEMBERED, 2)
    assert recent.per_minute == 600.0
