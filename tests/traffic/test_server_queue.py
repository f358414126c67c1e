"""A small day through the queue that a server has."""

from __future__ import annotations

from collections import Counter
from dataclasses import replace
from pathlib import Path

import pytest

from rallypoint.core.matchmaking.queue import MatchQueue
from rallypoint.core.matchmaking.rules import Equal, Overlap
from rallypoint.rules_file import load_rules
from rallypoint_simulation.traffic.figures import figures_of
from rallypoint_simulation.traffic.play import play
from rallypoint_simulation.traffic.record import Outcome
from rallypoint_simulation.traffic.settings import read_population
from tests.traffic.days import generated

DOCS = Path(__file__).parents[2] / "docs"
(DEFAULT,) = load_rules(DOCS / "matchmaking/default.toml")
(WIDER,) = load_rules(DOCS / "matchmaking/wider.toml")


def a_day(rules, span_s=120, **more):
    return play(rules, generated(rules, players=400, rate=3.0, span_s=span_s, **more), MatchQueue(rules, 10_000))


@pytest.fixture(scope="module")
def record():
    """Five minutes, the whole curve of a day in them."""
    return a_day(DEFAULT, span_s=300)


def test_each_ticket_ends_exactly_once(record):
    ended = Counter(Outcome(outcome) for outcome in record.tickets.outcome)
    assert sum(ended.values()) == len(record.tickets)
    assert ended[Outcome.SEATED] > 500
    assert ended[Outcome.REFUSED] == 0
    assert all(match.players == 8 for match in record.matches)
    assert min(record.tickets.wait) >= 0


def test_the_same_seed_gives_the_same_figures():
    assert figures_of(a_day(WIDER, seed=5)) == figures_of(a_day(WIDER, seed=5))


def test_matches_keep_the_limit_that_was_in_force(record):
    latency = [rule.name for rule in DEFAULT.rules].index("latency")
    for match in record.matches:
        assert match.latency_ms is not None
        assert match.latency_ms <= (80, 140, 1e9)[match.steps[latency]]


def test_who_waits_is_told_why(record):
    starving = figures_of(record)["starving"]
    assert starving["text"]
    assert {rule["rule"] for rule in starving["rules"]} == {"rating", "latency", "recent", "party_size"}


def test_people_of_other_rules_can_be_matched():
    """What is made up for an attribute goes with the rule that asks for it."""
    rules = replace(
        DEFAULT, rules=(Equal(name="mode", attribute="mode"), Overlap(name="maps", attribute="maps", limit=1))
    )
    record = a_day(rules)
    assert len(record.matches) > 20
    assert not record.refusals


def test_the_population_of_the_docs_can_be_read(tmp_path):
    guide = (DOCS / "matchmaking.md").read_text(encoding="utf-8")
    (block,) = [text for text in guide.split("```toml\n") if text.startswith("[population]")]
    file = tmp_path / "people.toml"
    file.write_text(block.partition("```")[0])
    assert list(read_population(file).regions) == ["eu", "us"]


def test_the_page_in_the_docs_is_whole_and_small():
    page = (DOCS / "matchmaking/day.html").read_text(encoding="utf-8")
    assert len(page) < 400_000
    assert "default and wider" in page
    assert "wider is better" in page.lower()
