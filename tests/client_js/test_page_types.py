"""The pages of the games, checked against the SDK and the kit: a wrong name is found before a player finds it."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from .test_types import CLIENT, run, tsc

__all__ = ["tsc"]

GAMES = Path(__file__).parents[2] / "games"
PAGES = sorted(folder.parent.name for folder in GAMES.glob("*/web"))
WRONG = """
import { statusTxt } from "/sdk/rallypoint.js";
import { shell } from "/sdk/kit/shell.js";

shell({ game: 3, title: statusTxt });
"""


def config(folder: Path, include: str) -> Path:
    """Pages import from ``/sdk``, where the server has the client."""
    made = folder / "tsconfig.json"
    options = {"module": "ESNext", "moduleResolution": "Bundler", "paths": {"/sdk/*": [f"{CLIENT}/*"]}}
    told = {"extends": str(CLIENT / "tsconfig.json"), "compilerOptions": options, "include": [include]}
    made.write_text(json.dumps(told), encoding="utf-8")
    return made


def test_every_game_of_this_repository_has_a_page() -> None:
    assert {"cards", "fourline", "orbit"} <= set(PAGES)


@pytest.mark.parametrize("game", PAGES)
def test_the_code_of_a_page_fits_the_client_and_the_kit(tsc: str, tmp_path: Path, game: str) -> None:
    assert run(tsc, "-p", str(config(tmp_path, f"{GAMES}/{game}/web/*.js"))) == ""


def test_a_page_that_uses_what_is_not_there_is_found(tsc: str, tmp_path: Path) -> None:
    (tmp_path / "page.js").write_text(WRONG, encoding="utf-8")
    found = run(tsc, "-p", str(config(tmp_path, "page.js")))
    assert "has no exported member named 'statusTxt'" in found
    assert "Type 'number' is not assignable to type 'string'" in found
