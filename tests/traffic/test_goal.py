"""Goals in words, and what they say of two sets of rules."""

from __future__ import annotations

import pytest

from rallypoint_simulation.traffic.goal import GOAL, GoalRefused, parse_goal


def figures(wait=30.0, spread=4.0, quality=0.7, gave_up=0.01):
    return {
        "wait_s": {"p95": wait, "p50": wait / 2, "mean": wait / 2},
        "rating_spread": {"mean": spread, "p95": None},
        "quality": {"mean": quality},
        "tickets": {"gave_up_share": gave_up},
    }


def verdict(goal, one, other):
    return parse_goal(goal).verdict([one, other], ["one", "other"])


@pytest.mark.parametrize(
    ("text", "means"),
    [
        ("p95 wait < 60 s, then quality", "p95 wait < 60.0 s, then most mean quality"),
        ("p95 wait under 30 s at the least rating spread", "p95 wait < 30.0 s, then least mean rating spread"),
        (
            "wait below 1 min and gave up < 2% then best quality",
            "p95 wait < 60.0 s, gave up < 2.00%, then most mean quality",
        ),
        ("least median wait", "least p50 wait"),
        ("quality", "most mean quality"),
        ("latency at most 90ms", "p95 latency < 90.0 ms"),
        ("quality is over 0.8", "mean quality > 0.800"),
        (GOAL, "p95 wait < 60.0 s, gave up < 2.00%, then most mean quality"),
    ],
)
def test_a_goal_is_read_as_it_is_meant(text, means):
    assert parse_goal(text).text == means


@pytest.mark.parametrize(
    "text",
    ["", "be nice", "wait < long", "p96 wait < 3 s", "wait < 3 ms", "p95 gave up < 2%", "wait < 3 s, then"],
)
def test_what_is_no_goal_is_refused_with_one_that_is(text):
    with pytest.raises(GoalRefused, match=r"write|is not in ms but in s"):
        parse_goal(text)


def test_a_share_of_more_than_everything_is_meant_as_percent():
    with pytest.raises(GoalRefused, match=r"`gave up < 2`: gave up is a share, .* write 2%"):
        parse_goal("gave up < 2, then quality")
    assert parse_goal("gave up < 0.02").text == "gave up < 2.00%"


def test_who_keeps_the_conditions_is_better():
    found = verdict("p95 wait < 60 s, then quality", figures(wait=70, quality=0.9), figures(wait=50, quality=0.5))
    assert found.better == 1
    assert found.text == "other is better: it keeps p95 wait < 60.0 s; with one, p95 wait is 70.0 s"


def test_if_both_keep_them_the_last_part_decides():
    assert verdict("p95 wait < 60 s, then quality", figures(quality=0.9), figures(quality=0.5)).better == 0
    assert verdict("wait < 60 s at the least rating spread", figures(spread=5), figures(spread=4)).better == 1
    assert verdict("p95 wait < 60 s", figures(), figures()).better is None
    assert verdict("quality", figures(), figures()).better is None


def test_if_neither_does_the_one_that_is_nearer():
    goal = "p95 wait < 60 s, gave up < 1%"
    found = verdict(goal, figures(wait=90, gave_up=0.01), figures(wait=66, gave_up=0.012))
    assert found.better == 1
    assert found.text.startswith("neither keeps the goal; other is nearer")
    assert verdict(goal, figures(wait=90), figures(wait=90)).better is None


def test_a_figure_that_is_not_there_keeps_no_condition():
    assert verdict("p95 spread < 3", figures(), figures()).better is None
