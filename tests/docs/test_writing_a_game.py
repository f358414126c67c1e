"""docs/writing-a-game.md leaves nothing out: every option, hook and method of a game is in it, defaults as they are."""

from __future__ import annotations

import re
from dataclasses import MISSING, fields
from pathlib import Path

from rallypoint import Game
from rallypoint.game.options import Options

TEXT = (Path(__file__).parents[2] / "docs/writing-a-game.md").read_text(encoding="utf-8")
ROWS = dict(re.findall(r"^\| `(\w+)` \| (.*?) \|", TEXT, re.MULTILINE))
HOOKS = {
    *(
        "created",
        "started",
        "joined",
        "dropped",
        "returned",
        "left",
        "tick",
        "answered",
        "signalled",
        "time_up",
        "check",
    ),
    "restored",
    "save",
    "load",
}


def test_every_option_is_listed_with_its_default() -> None:
    for option in fields(Options):
        name = "seats" if option.name.startswith("seats_") else option.name
        assert name in ROWS, name
        if option.default is not MISSING and name != "grace_budget_s":  # it follows from another
            default = "none" if option.default in (None, ()) else f"{option.default:g}"
            shown = str(option.default) if isinstance(option.default, bool) else default
            assert ROWS[name] == shown, name


def test_every_hook_is_listed() -> None:
    table = TEXT[TEXT.index("## Hooks") : TEXT.index("## Fields")]
    listed = set(re.findall(r"`(\w+)\([\w, ]*\)`", table))
    assert listed - {"transient"} == HOOKS
    assert all(callable(getattr(Game, hook)) for hook in HOOKS)


def test_everything_that_a_game_can_do_is_listed() -> None:
    section = TEXT[TEXT.index("## What a game can do") : TEXT.index("## Bots")]
    for name in vars(Game):
        if not name.startswith("_") and name not in HOOKS | {"uses", "definition", "status", "players"}:
            assert f"self.{name}" in section, name


def test_what_the_page_links_to_exists() -> None:
    for target in re.findall(r"\]\(([\w./-]+)(?:#[\w-]+)?\)", TEXT):
        assert (Path(__file__).parents[2] / "docs" / target).exists(), target
