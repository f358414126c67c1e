"""What the documents show, works: their Python is run as it stands there."""

from __future__ import annotations

import re
import sys
import types
from collections.abc import Iterator
from pathlib import Path

import pytest

from rallypoint.app import Server
from rallypoint.config import Settings

ROOT = Path(__file__).parents[2]


def blocks(document: str) -> list[str]:
    """The Python blocks of a document, in order."""
    return re.findall(r"```python\n(.*?)```", (ROOT / document).read_text(encoding="utf-8"), re.DOTALL)


@pytest.fixture
def module() -> Iterator[types.ModuleType]:
    """An empty module that can be imported, for the blocks of one document to fill."""
    made = types.ModuleType("blobs")
    sys.modules["blobs"] = made
    yield made
    del sys.modules["blobs"]


def run(source: str, module: types.ModuleType) -> None:
    """Runs a block as a part of the module."""
    exec(compile(source, "<document>", "exec"), module.__dict__)  # our own documents


def test_the_game_of_the_guide_is_played_by_its_test_and_its_bot(module: types.ModuleType) -> None:
    game, test, recovery, _, bot, *_ = blocks("docs/writing-a-game.md")
    for source in (game, test, recovery, bot):
        run(source, module)
    module.test_a_blob_goes_where_it_is_steered()
    module.test_a_blob_is_where_it_was()
    match = module.Match(module.Blobs, players=1)
    match.bot(0, module.BlobBot)
    match.step(60)
    assert match.player(0).one(module.Blob).x != 50.0


def test_the_migration_of_the_guide_gives_a_state(module: types.ModuleType) -> None:
    game, _, _, migration, *_ = blocks("docs/writing-a-game.md")
    for source in (game, migration):
        run(source, module)
    state = module.Blobs.migrate({"game": {}, "players": [], "entities": {"Blob": [{"id": 1, "eaten": 3}]}})
    assert state["entities"] == {"Blob": [{"id": 1, "mass": 1.5}]}


def test_the_turn_based_game_of_the_guide_is_played_by_its_test_and_its_bot(module: types.ModuleType) -> None:
    for source in blocks("docs/writing-a-game.md")[5:]:
        run(source, module)
    module.test_who_takes_too_long_has_lost()
    match = module.Match(module.Nim, players=2)
    for seat in (0, 1):
        match.bot(seat, module.NimBot)
    match.step()
    assert match.result["winners"] == [0]  # 21 stones: who begins and takes one wins
    assert match.events(0, "refused") == match.events(1, "refused") == []


async def test_the_game_and_the_client_of_the_readme_play_together(
    module: types.ModuleType, capsys: pytest.CaptureFixture[str]
) -> None:
    game, client = blocks("README.md")
    run(game, module)
    async with Server([module.Blobs], Settings(port=0, ops_port=0)) as server:
        run(client.replace("ws://127.0.0.1:8000", server.lobby_url).replace("asyncio.run(main())", ""), module)
        await module.main()
    lines = capsys.readouterr().out.splitlines()
    xs = [float(line.split()[-1]) for line in lines if line.startswith("my blob")]
    assert len(xs) > 5
    assert xs == sorted(xs)
    assert xs[-1] > xs[0]
