"""Files of rules, queue by queue."""

from __future__ import annotations

import tomllib

import pytest

from rallypoint.commands.queue_rows import NoRules, rules_by_queue

ONE = '[queue.ranked]\nteams = "1v1"\n'
TWO = """\
# for both
[queue.ranked]
teams = "1v1"
[[queue.ranked.rule]]
distance = "rating"
limit = 3

[queue."team play"]
teams = "2v2"
[[ queue.'team play'.rule ]]
avoid = "blocked"
"""


def test_a_file_of_one_queue_is_sent_as_it_is() -> None:
    assert rules_by_queue(ONE) == {"ranked": ONE}


def test_of_several_each_gets_its_own_lines_where_they_were() -> None:
    parts = rules_by_queue(TWO)
    assert list(parts) == ["ranked", "team play"]
    whole = tomllib.loads(TWO)["queue"]
    assert {name: tomllib.loads(part)["queue"] for name, part in parts.items()} == {
        name: {name: whole[name]} for name in whole
    }
    assert parts["team play"].splitlines()[8] == 'teams = "2v2"'


@pytest.mark.parametrize(
    ("text", "sentence"),
    [
        ("", "it has no queue"),
        ("queue = 3", "it has no queue"),
        ("[queue.a", "that is no TOML"),
        ("[queue]\na = {teams = '1v1'}\nb = {teams = '1v1'}\n", "its own file"),
        ("[queue.a]\nnote = '''\n[queue.b]\n'''\n[queue.b]\n", "its own file"),
    ],
)
def test_what_cannot_be_told_apart_is_refused(text: str, sentence: str) -> None:
    with pytest.raises(NoRules, match=sentence):
        rules_by_queue(text)
