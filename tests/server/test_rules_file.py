"""Rules are read as they are meant; what is not as it should be is refused with its line and what to write instead."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import pytest

from rallypoint.core.matchmaking.rules import (
    Avoid,
    Balance,
    Distance,
    Equal,
    Expansion,
    Latency,
    Overlap,
    QueueRules,
    TeamSize,
)
from rallypoint.rules.words import describe, shape
from rallypoint.rules_file import GameFacts, RulesError, class_option, load_rules, name_conflict, read_rules

ARENA = GameFacts("arena", 1, 100, has_bot=True)
WHOLE = """\
[queue.ranked]
teams = "4v4"
ready_s = 12
rated = true
age = "newest"
priority = ["parties", "oldest"]
party_max = 3
backfill = false
bots_after_s = 90
options = {minutes = 3, map = "ice", fast = true}

[[queue.ranked.rule]]
distance = "rating"
limit = 3
uncertainty = 1.5
party = "max"
weight = 2
expand = [
    {after_s = 10, limit = 6},
    {after_s = 30, limit = 12.5},
]
optional_after_s = 60

[[queue.ranked.rule]]
name = "about my level"
distance = "level"
limit = 5
default = 1

[[queue.ranked.rule]]
equal = "mode"
default = "normal"

[[queue.ranked.rule]]
overlap = "map"
limit = 2
default = ["ice", "dune", "ice"]
expand = [{after_s = 20, limit = 1}]

[[queue.ranked.rule]]
latency = 80
default = {eu = 60}
expand = [{after_s = 20, limit = 150}]

[[queue.ranked.rule]]
avoid = "recent"
matches = 2

[[queue.ranked.rule]]
avoid = "dodgers"
limit = 4

[[queue.ranked.rule]]
balance = "rating"

[[queue.ranked.rule]]
balance = "level"
limit = 2
default = 1
"""


@pytest.fixture
def load(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Any:
    """Reads a text as the file arena.toml."""
    monkeypatch.chdir(tmp_path)

    def load(text: str | bytes, game: GameFacts | None = ARENA) -> tuple[QueueRules, ...]:
        Path("arena.toml").write_bytes(text.encode() if isinstance(text, str) else text)
        return load_rules("arena.toml", game)

    return load


def queue(**keys: Any) -> QueueRules:
    """A queue of a dict, 4v4 unless said otherwise."""
    return read_rules({"ranked": {"teams": "4v4"} | keys}, ARENA, class_option("Arena"))[0]


def refused(sentence: str) -> Any:
    return pytest.raises(RulesError, match=re.escape(sentence))


# --- what there is ----------------------------------------------------------------------------------------------------


def test_every_key_is_read(load: Any) -> None:
    (ranked,) = load(WHOLE)
    assert ranked == QueueRules(
        name="ranked",
        game="arena",
        teams=(TeamSize(4, 4), TeamSize(4, 4)),
        age="newest",
        priority=("parties", "oldest"),
        party_max=3,
        ready_s=12.0,
        backfill=False,
        bots_after_s=90.0,
        rated=True,
        options={"minutes": 3, "map": "ice", "fast": True},
        rules=(
            Distance(
                name="rating",
                attribute="rating",
                limit=3.0,
                uncertainty=1.5,
                party="max",
                weight=2.0,
                expansions=(Expansion(10.0, 6.0), Expansion(30.0, 12.5)),
                optional_after_s=60.0,
            ),
            Distance(name="about my level", attribute="level", limit=5.0, default=1.0),
            Equal(name="mode", attribute="mode", default="normal"),
            Overlap(
                name="map", attribute="map", limit=2.0, default=("ice", "dune"), expansions=(Expansion(20.0, 1.0),)
            ),
            Latency(name="latency", limit=80.0, default={"eu": 60.0}, expansions=(Expansion(20.0, 150.0),)),
            Avoid(name="recent", what="recent", matches=2),
            Avoid(name="dodgers", what="dodgers", limit=4.0),
            Balance(name="balance"),
            Balance(name="balance of level", attribute="level", limit=2.0, default=1.0),
        ),
    )


def test_what_is_left_out_has_the_defaults_of_the_data() -> None:
    assert queue() == QueueRules(name="ranked", game="arena", teams=(TeamSize(4, 4), TeamSize(4, 4)))


@pytest.mark.parametrize("key", ["rule", "rules"])
def test_the_class_option_has_the_same_shape_as_the_file(key: str) -> None:
    rules = [{"distance": "rating", "limit": 3.0}, {"avoid": "blocked"}]
    assert [rule.name for rule in queue(**{key: rules}).rules] == ["rating", "blocked"]


def test_queues_keep_their_order_and_each_its_own_rules(load: Any) -> None:
    text = '[queue.zebra]\nteams = "1v1"\n[[queue.zebra.rule]]\navoid = "recent"\n[queue.ant]\nteams = "2-8"\n'
    zebra, ant = load(text)
    assert (zebra.name, len(zebra.rules), ant.name, len(ant.rules)) == ("zebra", 1, "ant", 0)


def test_without_a_game_a_file_may_be_about_several() -> None:
    found = read_rules({"a": {"teams": "1v1", "game": "chess"}, "b": {"teams": "1v1"}}, None, class_option("?"))
    assert [each.game for each in found] == ["chess", ""]


@pytest.mark.parametrize(
    ("teams", "sizes", "words"),
    [
        ("4v4", [(4, 4), (4, 4)], "4v4"),
        (" 1 vs 4 ", [(1, 1), (4, 4)], "1v4"),
        ("2v2v2", [(2, 2)] * 3, "2v2v2"),
        ("3-4v3-4", [(3, 4), (3, 4)], "3-4v3-4"),
        ([4, 4], [(4, 4), (4, 4)], "4v4"),
        ([1, "3-4"], [(1, 1), (3, 4)], "1v3-4"),
        ("2-8", [(2, 8)], "a free-for-all of 2 to 8"),
        ("8", [(8, 8)], "a free-for-all of 8"),
        (8, [(8, 8)], "a free-for-all of 8"),
        ([[2, 8]], [(2, 8)], "a free-for-all of 2 to 8"),
        ([{"size": 1, "name": "hunter"}, {"size": [3, 4]}], [(1, 1), (3, 4)], "1 hunter v 3-4"),
        ([{"size": [1, 1]}, {"size": "3-4"}], [(1, 1), (3, 4)], "1v3-4"),
    ],
)
def test_teams_are_written_in_several_ways(teams: Any, sizes: list[tuple[int, int]], words: str) -> None:
    found = queue(teams=teams).teams
    assert [(team.least, team.most) for team in found] == sizes
    assert shape(found) == words


def test_a_team_may_have_a_name() -> None:
    assert queue(teams=[{"size": 1, "name": "hunter"}, 4]).teams == (TeamSize(1, 1, "hunter"), TeamSize(4, 4))


@pytest.mark.parametrize(
    "teams",
    [
        "",
        "v4",
        "4v",
        "4v0",
        "8-2",
        "four",
        "4 4",
        [],
        [0],
        [-1, 4],
        [4.0, 4],
        True,
        None,
        [True, 4],
        "1001",
        [[1, 2, 3]],
    ],
)
def test_what_is_no_teams_is_refused_with_ways_to_write_them(teams: Any) -> None:
    with refused('Write "4v4", "1v4", "2-8" for a free-for-all, [4, 4]'):
        queue(teams=teams)


def test_a_pair_in_python_is_refused_since_seats_mean_something_else_by_it() -> None:
    with refused('teams = (2, 8) is not clear. Write [4, 4] for two teams, or "2-8" for a free-for-all'):
        queue(teams=(2, 8))


# --- where it says what -----------------------------------------------------------------------------------------------

REPLACED = [
    ("limit = 3\n", "limit = nan\n", 14, "limit = nan. Write a number from 0 to 1000000000"),
    ("limit = 3\n", "limit = -1\n", 14, "limit = -1. Write"),
    ("limit = 3\n", "limit = inf\n", 14, "limit = inf. Write"),
    ("limit = 3\n", f"limit = 1{'0' * 400}\n", 14, "limit = a number of more than 60 digits. Write"),
    ("limit = 3\n", "limit = true\n", 14, "limit = true. Write"),
    ("limit = 3\n", 'limit = "3"\n', 14, 'limit = "3". Write'),
    ("limit = 3\n", "", 12, "a rule `distance` needs limit. Write a number from 0 to 1000000000"),
    ("uncertainty", "uncertainly", 15, "has no key `uncertainly`. Did you mean `uncertainty`?"),
    ("party =", "colour =", 16, "a rule `distance` has no key `colour`. Its keys are distance, name, limit"),
    ('"max"', '"median"', 16, 'party = "median". Write "min" or "max" or "mean"'),
    ("limit = 6}", "limit = 2}", 19, "limit = 2. Write a larger number than 3: each expansion is wider"),
    ("limit = 12.5", "limit = 6", 20, "limit = 6. Write a larger number than 6: each expansion is wider"),
    ("{after_s = 30", "{after_s = 10", 20, "after_s = 10. Write a number of seconds that is later than 10"),
    ("{after_s = 10", "{after_s = 0", 19, "after_s = 0. Write a number of seconds that is more than 0"),
    ("{after_s = 30", "{then_s = 30", 20, "an expansion has no key `then_s`"),
    ("optional_after_s = 60", "optional_after_s = 30", 20, "this expansion never counts"),
    ("limit = 1}", "limit = 3}", 38, "limit = 3. Write a smaller number than 2: each expansion is fewer"),
    ("limit = 1}", "limit = 1.5}", 38, "Write a whole number from 1 to 32"),
    ('distance = "rating"', 'distanse = "rating"', 13, "Did you mean `distance`?"),
    ('distance = "rating"\n', "", 12, "a rule needs its kind: one of distance, equal, overlap"),
    ('distance = "rating"', 'distance = ""', 13, 'distance = "". Write the name of an attribute'),
    ('distance = "rating"', 'equal = "a"\ndistance = "rating"', 13, "this one has distance and equal. Write two rules"),
    ('"4v4"', '"4v4v"', 2, 'teams = "4v4v": "" is no size of a team'),
    ("ready_s = 12", "ready_s = 0", 3, "ready_s = 0. Write a number from 1 to 300"),
    ("rated = true", "rated = 1", 4, "rated = 1. Write true or false"),
    ("ready_s", "redy_s", 3, "a queue has no key `redy_s`. Did you mean `ready_s`?"),
    ('"newest"', '"old"', 5, 'age = "old". Write "oldest" or "newest"'),
    ('"parties", "oldest"', '"parties", "young"', 6, 'priority has "young"'),
    ('"parties", "oldest"', '"oldest", "oldest"', 6, 'priority has "oldest" twice'),
    ("minutes = 3", "minutes = [3]", 10, "minutes = [3]. Write a number, true, false, or a text"),
    ("minutes = 3", "minutes = nan", 10, "minutes = nan. Write a number"),
    ("matches = 2", "matches = 2.5", 47, "matches = 2.5. Write a whole number from 1 to 20"),
    ("matches = 2", "limit = 2", 47, 'limit belongs to `avoid = "dodgers"`. Leave it out'),
    ('"recent"', '"losing"', 46, 'avoid = "losing". Write "recent" or "blocked" or "dodgers"'),
    ('"ice", "dune", "ice"', '"ice", 7', 37, "default has 7. Write texts"),
    ("{eu = 60}", "{eu = -1}", 42, "eu = -1. Write a number from 0 to 10000"),
    ("{eu = 60}", "60", 42, "default = 60. Write a table"),
    ("[queue.ranked]", "[ranked]", 1, "a file of rules has queues, and no `ranked`. Write a queue as [queue.ranked]"),
    ("[queue.ranked]", "[qeue.ranked]", 1, "a file of rules has queues, and no `qeue`"),
    ("teams =", 'game = "chess"\nteams =', 2, 'game = "chess". Write "arena", whose rules these are'),
]


@pytest.mark.parametrize(("old", "new", "line", "sentence"), REPLACED, ids=lambda value: str(value)[:40])
def test_a_mistake_is_refused_with_its_line(load: Any, old: str, new: str, line: int, sentence: str) -> None:
    assert old in WHOLE
    with pytest.raises(RulesError) as error:
        load(WHOLE.replace(old, new, 1))
    assert str(error.value).startswith(f"arena.toml:{line}: ")
    assert sentence in str(error.value)


def test_a_name_that_cannot_be_is_refused_where_it_is(load: Any) -> None:
    with refused('arena.toml:2: queue "Top League": use up to 32 of a-z, 0-9, - and _ for its name, as in ranked'):
        load('\n[queue."Top League"]\nteams = "1v1"\n')


def test_the_queue_of_quick_matches_is_not_declared_again(load: Any) -> None:
    with refused("arena.toml:1: the queue arena has the name of the game, which is the queue of its quick matches"):
        load('[queue.arena]\nteams = "1v1"\n')


def test_errors_of_syntax_have_their_line_in_front(load: Any) -> None:
    with refused("arena.toml:2: Expected newline or end of document after a statement"):
        load("[queue.ranked]\nteams = 4v4\n")
    with refused("arena.toml:3: Cannot declare ('queue', 'ranked') twice"):
        load('[queue.ranked]\nteams = "1v1"\n[queue.ranked]\n')
    with pytest.raises(RulesError, match=r"^arena\.toml:2: "):
        load("[queue.ranked]\nteams = [4,")


@pytest.mark.parametrize(
    ("text", "sentence"),
    [
        (b"", "arena.toml: there are no queues. Write one as [queue.ranked]"),
        (b"queue = 3\n", "arena.toml:1: queue = 3. Write a table"),
        (b"[queue]\nranked = 3\n", "arena.toml:2: ranked = 3. Write a table"),
        (b"[queue.ranked]\nrule = [3]\nteams = 8", "arena.toml:2: rule has 3. Write a table"),
        (b"[queue.ranked]\nrule = 3\nteams = 8", "arena.toml:2: rule = 3. Write a list of tables"),
        (b"[queue.ranked]\n", "arena.toml:1: a queue needs teams."),
        (b"[queue.ranked]\n# \xff\n", "arena.toml:2: this is no UTF-8 text"),
        (b"#" * (1 << 20) + b"\n", "arena.toml is too long: a file of rules has at most 1048576 bytes"),
        (b"queue = " + b"[" * 100_000, "arena.toml: lists or tables within each other are too deep"),
    ],
)
def test_what_is_no_file_of_rules_is_refused(load: Any, text: bytes, sentence: str) -> None:
    with refused(sentence):
        load(text)


def test_a_file_that_is_not_there_is_refused(load: Any) -> None:
    with refused("nothing.toml: No such file or directory"):
        load_rules("nothing.toml")


def test_the_place_in_a_class_option_is_its_keys() -> None:
    with refused("Arena: queues['ranked']['rules'][0]['limit']: limit = -1. Write a number"):
        queue(rules=[{"distance": "rating", "limit": -1}])
    with refused("Arena: queues['ranked']['rules']: a queue has its rules in one list"):
        queue(rules=[], rule=[])
    with refused("Arena: queues[3]: queue 3: use up to 32 of a-z"):
        read_rules({3: {}}, ARENA, class_option("Arena"))  # type: ignore[dict-item]  # what a user may write


def test_there_is_a_bound_on_everything() -> None:
    with refused("rules has 33 tables. Write 32 at most"):
        queue(rules=[{"avoid": "recent"}] * 33)
    with refused("there are 33 queues"):
        read_rules({f"q{n}": {} for n in range(33)}, ARENA, class_option("Arena"))
    with refused("options has 17 keys. Write 16 at most"):
        queue(options={f"k{n}": n for n in range(17)})
    with refused("default has 17 regions. Write 1 to 16"):
        queue(rules=[{"latency": 80, "default": {f"r{n}": 1 for n in range(17)}}])


# --- names on a server, and words -------------------------------------------------------------------------------------


def test_names_of_queues_are_unique_among_the_games_of_a_server() -> None:
    ranked, casual = read_rules({"ranked": {"teams": 8}, "casual": {"teams": 8}}, None, class_option("?"))
    assert name_conflict({"chess": (ranked,), "arena": (casual,)}) == ""
    assert name_conflict({"chess": (ranked,), "arena": (ranked,)}) == (
        "chess and arena both have a queue ranked: players ask for queues by name, so call one of them arena-ranked"
    )
    assert "has the name of a game" in name_conflict({"chess": (ranked,), "ranked": ()})


def test_a_queue_is_told_in_words(load: Any) -> None:
    (ranked,) = load(WHOLE)
    told = describe(ranked).replace(", after", ",\n    after").splitlines()  # or it is too long for a line here
    assert told == [
        "ranked (arena): 4v4, parties of up to 3, 12 s to accept, rated, no backfill, bots after 90 s, newest wait",
        "  rating: within 3 plus 1.5 times the uncertainty,",
        "    after 10 s within 6,",
        "    after 30 s within 12.5,",
        "    after 60 s optional (weight 2)",
        "  about my level: level within 5",
        "  mode: the same for all",
        "  map: 2 in common,",
        "    after 20 s 1",
        "  latency: a region within 80 ms for all,",
        "    after 20 s within 150",
        "  recent: nobody of the last 2 matches",
        "  dodgers: who declined 4 ready checks within an hour meets only others like that",
        "  balance: the teams' means of rating as close as can be",
        "  balance of level: the teams' means of level within 2",
    ]
