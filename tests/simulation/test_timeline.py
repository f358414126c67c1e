"""Timelines: what happened, in order, in words; small talk in one line; no token ever."""

from __future__ import annotations

import re

import pytest

from rallypoint_protocol.messages import Ack, Answer, Head, Hello, Pass, Push, Resume, Seated, TakeSeat, Welcome
from rallypoint_simulation.observer import Observer
from rallypoint_simulation.run import Outcome, run
from rallypoint_simulation.scenario import Act, Fault, PlayerPlan, Scenario
from rallypoint_simulation.words import is_chatter, words

TOKEN = bytes(range(32))


class Ends(Observer):
    def look(self) -> None:
        if self.world.elapsed_s > 9.0:
            self.violate("nothing lasts", "over")


@pytest.fixture(scope="module")
def outcome() -> Outcome:
    plan = PlayerPlan(
        "ann",
        acts=(Act(0.0, "quick_match", {"game": "books"}), Act(3.0, "cut"), Act(5.0, "close_app"), Act(6.0, "open_app")),
    )
    faults = (Fault("darken", 4.0, "ann", args={"seconds": 0.5}), Fault("crash_server", 8.0, args={"down_s": 0.5}))
    scenario = Scenario(3, ("tests.simulation.games.ledgers:Books",), 20.0, players=(plan,), faults=faults)
    return run(scenario, [Ends], timeline_s=20.0)


def test_a_timeline_tells_acts_faults_messages_and_the_server_in_order(outcome):
    text = "\n".join(outcome.timeline)
    story = (
        "server1 listens",
        "--- quick_match game=books",
        "→ hello 'ann'",
        "← welcome new",
        "← push 1 matched",
        "→ takeseat|→ take_seat",
        "← seated fresh seat 0",
        "--- cut",
        "→ resume",
        "← seated resumed",
        r"\*\*\* darken seconds=0.5",
        "--- open_app",
        r"\*\*\* crash_server",
        "crashed",
        "server2 listens",
        ">>> nothing lasts: over",
    )
    at = 0
    for each in story:
        found = re.compile(each).search(text, at)
        assert found, f"no {each!r} after:\n{text[:at][-500:]}"
        at = found.end()


def test_the_newest_is_last(outcome):
    times = [float(line.split()[0]) for line in outcome.timeline]
    assert times == sorted(times)


def test_small_talk_is_one_line_for_many(outcome):
    assert any(re.search(r"← pass 1:\d+\.\.\.1:\d+ x\d\d", line) for line in outcome.timeline)
    assert len(outcome.timeline) < 200 < outcome.messages


def test_only_the_last_seconds_are_told():
    plan = PlayerPlan("ann", acts=(Act(0.0, "quick_match", {"game": "books"}),))
    scenario = Scenario(3, ("tests.simulation.games.ledgers:Books",), 20.0, players=(plan,))
    lines = run(scenario, [Ends], timeline_s=2.0).timeline
    assert all(float(line.split()[0]) > 7.0 for line in lines)


@pytest.mark.parametrize(
    "message",
    [
        Hello(1, "Ann", "", "player", TOKEN),
        Resume(1, "abc", TOKEN, 1, 2, 3),
        TakeSeat(1, "abc", TOKEN),
        Welcome("lobby", TOKEN, "player", "Ann", [], False, 0, 5.0, TOKEN),
        Seated("abc", TOKEN, 0, "player", 1, "fresh", 0, 0, 0, TOKEN, TOKEN),
        Push(1, "matched", {"session": "abc", "token": TOKEN, "nested": {"token": TOKEN}, "more": [TOKEN]}),
        Answer(1, {"token": TOKEN}),
    ],
)
def test_no_token_is_in_any_words(message):
    text = words(message)
    assert "\\x" not in text
    assert TOKEN.hex()[:8] not in text


def test_words_are_short_and_say_what_matters():
    head = Head(1, 312, 5000, 0)
    assert words(Pass(None, head, [])) == "pass 1:312"
    assert words(Ack(1, 312, 4)) == "ack 1:312 event 4"
    assert words(Answer(5, None, "full", "no room")) == "answer 5 no: full"
    assert words([64, 7, 300, "x"]) == "input 7 at tick 300"
    assert words(b"\xc1") == "1 bytes that are no message"
    assert is_chatter(Pass(None, head, []))
    assert not is_chatter(Hello(1, "Ann"))
