"""docs/training.md works as it stands there: its bot learns, and then plays on a real server."""

from __future__ import annotations

import asyncio
import re
import sys
import types
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from rallypoint.app import Server
from rallypoint.config import Settings
from rallypoint.pettingzoo import SessionEnv
from rallypoint_client import connect

ROOT = Path(__file__).parents[3]
TEXT = (ROOT / "docs/training.md").read_text(encoding="utf-8")
GAME, LOOP, ENCODING, LEARNING, BOT, TURNS = re.findall(r"```python\n(.*?)```", TEXT, re.DOTALL)


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    """Where a reader has typed all of it, up to the bot, and let it learn."""
    folder = tmp_path_factory.mktemp("dash")
    with pytest.MonkeyPatch.context() as patch:
        patch.chdir(folder)
        run(GAME, patch, "dash")
        run(ENCODING, patch, "dash_encoding")
        run(LEARNING, patch, "learning")
        run(BOT, patch, "dash_bot")
        yield folder


def run(source: str, patch: pytest.MonkeyPatch, name: str) -> Any:
    """Runs a block as a part of that module."""
    module = sys.modules.get(name) or types.ModuleType(name)
    patch.setitem(sys.modules, name, module)
    exec(compile(source, "docs/training.md", "exec"), module.__dict__)  # our own document
    return module


def test_the_loop_plays_to_the_end(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    played = run(LOOP, monkeypatch, "loop")
    assert played.terminations == {"player_0": True, "player_1": True}
    assert sorted(played.rewards.values()) in ([-1.0, 1.0], [1.0, 1.0])


def test_every_argument_is_listed_with_its_default() -> None:
    rows = dict(re.findall(r"^\| `(\w+)` \| (.*?) \|", TEXT, re.MULTILINE))
    names: Any = SessionEnv.__init__.__kwdefaults__
    assert list(rows) == list(names)
    shown = {None: "none", "players": "the game's least"}
    for name, default in names.items():
        said = getattr(default, "__name__", default)
        assert rows[name].strip("`") == str(shown.get(name, shown.get(said, said))), name


def test_the_derived_encoding_of_the_guide_says_what_its_numbers_are(folder: Path) -> None:
    derived = sys.modules["dash_encoding"].Named(sys.modules["dash"].Dash)
    assert {"Apple[0].x", "Runner[1].x", "Player[0].score"} <= set(derived.observations.names)
    assert "Apple[1].x" not in derived.observations.names
    assert [[tuple(done) for done in doing] for doing in derived.choices] == [
        [("Move", {"dx": dx})] for dx in (-1, 0, 1)
    ]


def test_what_was_learned_is_better_than_chance(folder: Path) -> None:
    learning = sys.modules["learning"]
    by_chance = [learning.play(learning.dice.normal(size=3), seed=2) for _ in range(10)]
    assert learning.play(learning.best, seed=2) > 2 * sorted(by_chance)[5]
    assert learning.play(learning.best, seed=2) > 20


async def test_the_trained_bot_fills_a_seat_of_a_real_server_and_plays(folder: Path) -> None:
    async with (
        asyncio.timeout(30),
        Server([sys.modules["dash"].Dash], Settings(port=0, ops_port=0)) as server,
        connect(server.lobby_url, name="Ann") as ann,
        await ann.quick_match("dash") as seat,
    ):
        async for update in seat:
            other = update.view.player(1 - seat.index)
            if other is not None and other.score >= 3:
                break
        else:
            raise AssertionError("the session ended before the bot had three apples")


def test_the_masked_game_is_played_without_a_refusal(monkeypatch: pytest.MonkeyPatch) -> None:
    played = run(TURNS, monkeypatch, "turns")
    assert played.terminations == {"player_0": True, "player_1": True}
    match = played.env.match
    assert match.events(0, "refused") == match.events(1, "refused") == []
    assert match.result["reason"] in ("four in a line", "the board is full")


def test_what_the_page_links_to_exists() -> None:
    for target in re.findall(r"\]\(([\w./-]+)(?:#[\w-]+)?\)", TEXT):  # files; not `https:`
        assert (ROOT / "docs" / target).exists(), target
