"""Rules are written as what they are read from, and what is different in them is said."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from rallypoint.core.matchmaking.rules import QueueRules
from rallypoint.rules.words import changes
from rallypoint.rules.written import written
from rallypoint.rules_file import GameFacts, load_rules, parse_rules

ROOT = Path(__file__).parents[2]
GAME = GameFacts("arena", 1, 100, has_bot=True)
ALL = """\
[queue.all]
teams = [{size = 1, name = "hunter \\"x\\""}, {size = [3, 4], name = "prey"}]
age = "newest"
priority = ["parties", "oldest"]
fill_after_s = 7.5
party_max = 2
ready_s = 12
backfill = false
bots_after_s = 40
rated = true
options = {minutes = 3, "a b" = "\\u007f\\\\", hard = true}

[[queue.all.rule]]
distance = "rating"
limit = 3.25
uncertainty = 0.5
weight = 2
expand = [{after_s = 10, limit = 6}, {after_s = 20, limit = 9.5}]
optional_after_s = 60

[[queue.all.rule]]
distance = "level"
limit = 10
party = "max"
default = 1

[[queue.all.rule]]
equal = "mode"
default = "fun"
name = "the mode"

[[queue.all.rule]]
overlap = "maps"
limit = 3
default = ["ice", "dune"]
expand = [{after_s = 10, limit = 2}]

[[queue.all.rule]]
latency = 80
default = {eu = 60}
party = "mean"

[[queue.all.rule]]
avoid = "recent"
matches = 5

[[queue.all.rule]]
avoid = "blocked"

[[queue.all.rule]]
avoid = "dodgers"
limit = 4

[[queue.all.rule]]
balance = "rating"
limit = 5

[[queue.all.rule]]
balance = "level"
default = 1
"""


def one(text: str) -> QueueRules:
    (queue,) = parse_rules(text, "rules", GAME)
    return queue


def test_whatever_can_be_said_is_read_as_it_was_written() -> None:
    assert one(written(one(ALL))) == one(ALL)


@pytest.mark.parametrize("teams", ['"4v4"', '"2-8"', '"3-4v3-4"', '"1v4"', "6", '"1v1v1"'])
def test_teams_are_written_as_people_write_them(teams: str) -> None:
    queue = one(f"[queue.q]\nteams = {teams}\n")
    assert one(written(queue)) == queue
    assert teams.strip('"') in written(queue)


@pytest.mark.parametrize(
    "path", ["docs/matchmaking/default.toml", "docs/matchmaking/wider.toml", "games/fourline/queues.toml"]
)
def test_the_examples_are_read_as_they_are_written(path: str) -> None:
    for queue in load_rules(ROOT / path):
        (again,) = parse_rules(written(queue), "rules")
        assert replace(again, game=queue.game) == queue


def test_what_is_the_same_is_not_said() -> None:
    assert changes(one(ALL), one(ALL)) == []


def test_what_is_different_is_said_by_rule() -> None:
    before = one('[queue.q]\nteams = "1v1"\nready_s = 9\n[[queue.q.rule]]\ndistance = "level"\nlimit = 3\n')
    after = one('[queue.q]\nteams = "2v2"\nready_s = 9\n[[queue.q.rule]]\nequal = "map"\n')
    assert changes(before, after) == [
        "q: 2v2, parties of up to 2 instead of 1v1, no parties",
        "level: no such rule any more (it was: within 3)",
        "map: a new rule: the same for all",
    ]
    wider = one('[queue.q]\nteams = "1v1"\nready_s = 9\n[[queue.q.rule]]\ndistance = "level"\nlimit = 4\n')
    assert changes(before, wider) == ["level: within 4 instead of within 3"]
    kept = one('[queue.q]\nteams = "1v1"\nready_s = 9\n[[queue.q.rule]]\ndistance = "level"\nlimit = 3\ndefault = 1\n')
    assert changes(before, kept) == ["level: another default, or of parties"]
    ranked = replace(before, rated=True, priority=("oldest",), options={"x": 1})
    assert changes(before, ranked) == [
        "q: now also rated",
        "priority: oldest instead of backfill, oldest",
        "options of the game are others",
    ]
    assert changes(ranked, replace(ranked, rated=False)) == ["q: no longer rated"]
