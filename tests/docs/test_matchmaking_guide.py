"""docs/matchmaking.md leaves no key of the rules out, with defaults as they are, and its examples can be read."""

from __future__ import annotations

import re
from dataclasses import fields
from pathlib import Path

import pytest

from rallypoint.core.matchmaking.rules import Avoid, Distance, Latency, Overlap, QueueRules
from rallypoint.rules.kinds import KINDS
from rallypoint.rules.words import describe
from rallypoint.rules_file import QUEUE_KEYS, load_rules

ROOT = Path(__file__).parents[2]
TEXT = (ROOT / "docs/matchmaking.md").read_text(encoding="utf-8")


def section(title: str) -> str:
    """From that heading to the next one."""
    found = re.search(rf"^#+ {title}.*?\n(.*?)(?=^#)", TEXT, re.MULTILINE | re.DOTALL)
    assert found is not None, title
    return found[1]


def rows(text: str) -> dict[str, str]:
    """Key and default of each row of its tables."""
    return dict(re.findall(r"^\| `(\w+)` \| (.*?) \|", text, re.MULTILINE))


def test_every_key_of_a_queue_is_listed_with_its_default() -> None:
    listed = rows(section("A queue"))
    assert set(listed) == set(QUEUE_KEYS)
    defaults = {item.name: item.default for item in fields(QueueRules)}
    assert listed["fill_after_s"] == f"{defaults['fill_after_s']:g}"
    assert listed["age"] == f'`"{defaults["age"]}"`'
    for key in ("backfill", "rated"):
        assert listed[key] == str(defaults[key]).lower()
    for key in ("ready_s", "bots_after_s"):
        assert (listed[key], defaults[key]) == ("none", None)


@pytest.mark.parametrize("kind", KINDS)
def test_every_key_of_a_rule_is_listed(kind: str) -> None:
    text = section(f"`{kind}`")
    also = re.search(r"^Also (.*?)\.", text, re.MULTILINE)
    assert also is not None
    assert sorted({*rows(text), *re.findall(r"`(\w+)`", also[1])}) == sorted({kind, *KINDS[kind][0]})
    assert set(re.findall(r"`(\w+)`", also[1])) <= set(rows(section("The rules")))


def test_the_defaults_of_rules_are_as_listed() -> None:
    def default(kind: type, key: str) -> str:
        value = next(item.default for item in fields(kind) if item.name == key)
        return f'`"{value}"`' if isinstance(value, str) else f"{value:g}"

    for kind, keys in ((Distance, ("uncertainty", "party")), (Overlap, ("limit",)), (Latency, ("party",))):
        for key in keys:
            assert rows(section(f"`{kind.__name__.lower()}`"))[key] == default(kind, key)
    for key in ("matches", "limit"):
        assert rows(section("`avoid`"))[key] == default(Avoid, key)


def test_the_example_can_be_read_and_is_told_as_shown(tmp_path: Path) -> None:
    source, *_ = re.findall(r"```toml\n(.*?)```", TEXT, re.DOTALL)
    path = tmp_path / "arena.toml"
    path.write_text(source, encoding="utf-8")
    (queue,) = load_rules(path)
    assert describe(queue) in TEXT.replace("\n    ", "\n")


def test_the_shapes_of_teams_are_taken(tmp_path: Path) -> None:
    path = tmp_path / "arena.toml"
    shapes = re.findall(r"^\| (`.*?`) \|", section("Teams"), re.MULTILINE)[1:]
    assert len(shapes) == 6
    for shape in re.findall(r"`(.*?)`", " ".join(shapes)):
        path.write_text(f"[queue.ranked]\nteams = {shape}\n", encoding="utf-8")
        assert load_rules(path)[0].teams


def test_what_the_page_links_to_exists() -> None:
    for target in re.findall(r"\]\(([\w./-]+)(?:#[\w-]+)?\)", TEXT):
        assert (ROOT / "docs" / target).exists(), target
