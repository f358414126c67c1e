"""Figures against cases that can be counted by hand."""

from __future__ import annotations

from dataclasses import replace

import pytest

from rallypoint.core.matchmaking.rules import Avoid, Distance, Expansion, QueueRules, TeamSize
from rallypoint.core.matchmaking.ticket import Match, Member, Rating, Ticket
from rallypoint_protocol.ids import PlayerId
from rallypoint_simulation.traffic.figures import figures_of
from rallypoint_simulation.traffic.measures import Measures, steps_of
from rallypoint_simulation.traffic.numbers import percentile, summary
from rallypoint_simulation.traffic.record import MatchFacts, Outcome, Record, Told
from rallypoint_simulation.traffic.yardstick import Yardstick
from tests.traffic.days import DUEL


def test_percentiles_are_values_that_are_there():
    values = [1.0, 2.0, 3.0, 4.0]
    assert [percentile(values, share) for share in (0, 25, 26, 50, 95, 100)] == [1, 1, 2, 2, 4, 4]
    assert percentile([], 50) is None
    assert percentile([float(value) for value in range(1, 101)], 95) == 95


def test_a_summary_of_nothing_says_nothing():
    assert set(summary([]).values()) == {None}
    assert summary([2.0, 4.0]) == {"mean": 3, "p5": 2, "p50": 2, "p90": 4, "p95": 4, "p99": 4, "max": 4}


def facts(at, quality, spread=2.0, steps=(0,)):
    return MatchFacts(at, 2, 0, quality, spread, 1.0, 0.6, 40.0, steps)


def by_hand() -> Record:
    """Two minutes: four are seated, one gives up, one declines, one waits."""
    record = Record(DUEL, 120.0, ("eu", "asia"), 60.0)
    rows = [
        # at, rating, region, wait, outcome, quality
        (0.0, 14.0, 0, 10.0, Outcome.SEATED, 0.5),
        (4.0, 22.0, 0, 6.0, Outcome.SEATED, 0.5),
        (20.0, 23.0, 1, 20.0, Outcome.SEATED, 0.9),
        (30.0, 24.0, 1, 10.0, Outcome.SEATED, 0.9),
        (50.0, 36.0, 1, 60.0, Outcome.GAVE_UP, -1.0),
        (60.0, 24.0, 0, 3.0, Outcome.DECLINED, -1.0),
        (70.0, 24.0, -1, 50.0, Outcome.WAITING, -1.0),
    ]
    for at, mu, region, wait, outcome, quality in rows:
        row = record.tickets.came(at, 1, mu, region)
        record.tickets.ended(row, wait, outcome)
        record.tickets.quality[row] = quality
        record.tickets.spread[row] = 2.0
    record.matches += [facts(10.0, 0.5), facts(40.0, 0.9, 4.0, (1,))]
    record.waiting, record.playing = [0, 2], [0, 2]
    record.checks, record.checks_declined = 3, 1
    return record


def test_waits_are_of_those_who_were_seated_or_gave_up():
    found = figures_of(by_hand())
    assert found["wait_s"] == {"mean": 21.2, "p5": 6, "p50": 10, "p90": 60, "p95": 60, "p99": 60, "max": 60}
    assert found["tickets"] == {
        "came": 7,
        "waiting": 1,
        "seated": 4,
        "gave_up": 1,
        "declined": 1,
        "missed": 0,
        "refused": 0,
        "gave_up_share": 0.2,
        "nobody_free": 0,
    }


def test_figures_of_matches():
    found = figures_of(by_hand())
    assert found["quality"]["mean"] == 0.7
    assert found["rating_spread"]["max"] == 4
    assert found["matches"]["a_minute"] == 1
    assert found["checks"]["failed_share"] == pytest.approx(1 / 3, abs=1e-5)
    assert found["over_time"]["matches"] == [2, 0]
    assert found["over_time"]["came"] == [5, 2]


def test_groups_hold_every_ticket_once():
    found = figures_of(by_hand())
    for key in ("by_band", "by_region", "by_party"):
        assert sum(group["tickets"] for group in found[key]) == 7
    assert [(group["name"], group["tickets"]) for group in found["by_region"]] == [
        ("eu", 3),
        ("asia", 3),
        ("unknown", 1),
    ]
    bands = {group["name"]: group for group in found["by_band"]}
    assert bands["20 to 25"]["wait_p95"] == 20
    assert bands["35 and more"]["gave_up_share"] == 1
    assert bands["35 and more"]["quality_mean"] is None


def test_matches_are_counted_under_the_limit_that_was_in_force():
    (rule,) = figures_of(by_hand())["expansions"]
    assert [(step["after_s"], step["limit"], step["matches"]) for step in rule["steps"]] == [
        (0, 3, 1),
        (10, 6, 1),
        (60, None, 0),
    ]


def test_wait_against_quality_counts_each_seated_ticket():
    cells = figures_of(by_hand())["wait_quality"]
    assert sum(map(sum, cells)) == 4
    assert sum(column[10] for column in cells) == 2
    assert sum(column[18] for column in cells) == 2


def test_estimates_are_compared_with_what_came_of_them():
    record = by_hand()
    # The first waits 10 s from 0 on, the fifth 60 s from 50 on, the last still waits.
    record.told = [Told(0, 4.0, 8.0), Told(4, 60.0, 30.0), Told(2, 25.0, None), Told(6, 80.0, 5.0)]
    assert figures_of(record)["estimates"] == {
        "asked": 3,
        "told_share": 0.66667,
        "sooner_share": 0.5,
        "estimate_s": 8.0,
        "rest_s": 6.0,
        "error_s": 2.0,
    }


def test_figures_of_a_day_without_anybody():
    found = figures_of(Record(DUEL, 60.0, ("eu",), 10.0, waiting=[0], playing=[0]))
    assert found["wait_s"]["p95"] is None
    assert found["by_band"] == []


# --- one match --------------------------------------------------------------------------------------------------------


def ticket(number, *ratings, queued_at=0.0):
    members = tuple(
        Member(PlayerId(f"{number}.{place}"), rating=Rating(mu, 0.0), latency_ms={"eu": 10.0 * number})
        for place, mu in enumerate(ratings)
    )
    return Ticket(f"t{number}", members, queued_at, number)


PAIRS = QueueRules(name="pairs", game="g", teams=(TeamSize(2, 2), TeamSize(2, 2)), rules=DUEL.rules)


def match(*teams, at=20.0):
    return Match("pairs", teams, (), 0.8, at, "eu")


def test_a_match_is_measured_team_by_team():
    found = Measures(PAIRS, Yardstick(PAIRS)).of(
        match((ticket(1, 20, 30),), (ticket(2, 24), ticket(3, 22, queued_at=15.0))), 25.0
    )
    assert (found.players, found.spread, found.gap, found.latency_ms, found.at) == (4, 10, 2, 30, 25)
    # 4 points of difference, four players that vary by 25/6 each: Phi(4 / (2 * 25/6)) = Phi(0.48)
    assert found.favourite == pytest.approx(0.6844, abs=1e-4)
    assert found.steps == (1,)


def test_the_newest_ticket_may_be_the_one_whose_wait_counts():
    newest = replace(PAIRS, age="newest")
    found = Measures(newest, Yardstick(newest)).of(
        match((ticket(1, 20, 30),), (ticket(2, 24), ticket(3, 22, queued_at=15.0))), 25.0
    )
    assert found.steps == (0,)


def test_teams_that_differ_in_size_have_no_favourite():
    uneven = replace(PAIRS, teams=(TeamSize(1, 1), TeamSize(3, 3)))
    found = Measures(uneven, Yardstick(uneven)).of(match((ticket(1, 20),), (ticket(2, 24, 24, 24),)), 20.0)
    assert (found.favourite, found.gap) == (None, 4)


def test_a_free_for_all_has_no_teams():
    crowd = replace(PAIRS, teams=(TeamSize(2, 8),))
    found = Measures(crowd, Yardstick(crowd)).of(match((ticket(1, 20), ticket(2, 24), ticket(3, 22))), 20.0)
    assert (found.favourite, found.gap, found.spread) == (None, None, 4)


def test_steps_end_where_a_rule_becomes_optional():
    rule = Distance(
        name="d", attribute="rating", limit=1, expansions=(Expansion(10, 2), Expansion(30, 4)), optional_after_s=20
    )
    assert steps_of(rule) == ((0, 1), (10, 2), (20, None))
    assert steps_of(Avoid(name="a", what="recent", optional_after_s=5)) == ((0, 0), (5, None))
