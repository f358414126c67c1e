"""What a player who waits is told, in one sentence."""

from __future__ import annotations

from typing import Any

import pytest

from rallypoint.core.matchmaking.explain_text import duration, sentence
from rallypoint.core.matchmaking.rules import Avoid, Distance, Equal, Latency, Overlap, QueueRules, Rule, TeamSize

RATING = Distance(name="rating", attribute="rating", limit=3.0)


def told(tightest: Rule | None = None, teams: tuple[TeamSize, ...] = (TeamSize(4, 4),) * 2, **more: Any) -> str:
    rules = QueueRules(name="ranked", game="arena", teams=teams, bots_after_s=more.pop("bots_after_s", None))
    facts = {"size": 1, "waited_s": 2.0, "others": 20, "near": 3, "next_s": None, **more}
    return sentence(rules, tightest=tightest, **facts)


def test_how_many_are_near_and_when_it_widens():
    assert told(RATING, next_s=7.2) == "3 players near your rating, widening in 8 s"
    assert told(RATING, near=1, next_s=0.0) == "1 player near your rating, widening in 1 s"


def test_how_many_are_needed_if_nothing_widens_any_more():
    assert told(RATING) == "3 players near your rating, 4 more are needed"
    assert told(RATING, near=6) == "6 players near your rating, 1 more is needed"


def test_nobody_else_waits():
    assert told(others=0, near=0) == "nobody else waits"


def test_nobody_is_near():
    assert told(RATING, near=0, next_s=3.0) == "no players near your rating, widening in 3 s"


@pytest.mark.parametrize(
    ("rule", "text"),
    [
        (Latency(name="ping", limit=80), "your region has 4 of the 8 players needed, widening in 5 s"),
        (Equal(name="mode", attribute="game_mode"), "3 players with your game mode, less strict in 5 s"),
        (Overlap(name="maps", attribute="maps"), "3 players who share your maps, less strict in 5 s"),
        (Distance(name="lvl", attribute="level", limit=1), "3 players near your level, widening in 5 s"),
        (Distance(name="p", attribute="party_size", limit=1), "3 players in parties like yours, widening in 5 s"),
        (Avoid(name="a", what="recent"), "3 players you have not just played with, less strict in 5 s"),
        (Avoid(name="a", what="blocked"), "3 players you can be matched with, less strict in 5 s"),
    ],
)
def test_it_is_said_in_words_of_the_rule_that_excludes_most(rule: Rule, text: str):
    assert told(rule, next_s=5.0) == text


def test_without_a_rule_that_excludes_anybody_it_is_the_number_that_counts():
    assert told() == "4 of the 8 players needed wait"


def test_enough_for_a_match_of_fewer_wait_for_more_of_them():
    teams = (TeamSize(2, 8),)
    assert told(teams=teams) == "3 players fit you, more are waited for 3 s"
    assert told(teams=teams, waited_s=6.0) == "3 players fit you: a match of them is looked for"
    assert told(teams=teams, near=9) == "9 players fit you: a match of them is looked for"


def test_bots_are_announced():
    assert told(others=0, near=0, bots_after_s=20.0) == "nobody else waits, bots join in 18 s"
    assert told(others=0, near=0, bots_after_s=20.0, waited_s=21.0) == "nobody else waits, bots join now"


def test_what_was_counted_in_a_sample_is_said_to_be_about():
    assert told(RATING, near=5, sampled=True, next_s=1.0) == "about 5 players near your rating, widening in 1 s"


@pytest.mark.parametrize(("seconds", "text"), [(0.0, "1 s"), (7.01, "8 s"), (89.0, "89 s"), (90.5, "2 min")])
def test_durations_are_rounded_up(seconds: float, text: str):
    assert duration(seconds) == text
