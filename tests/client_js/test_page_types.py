"""The check of the games' pages (``tsconfig.pages.json``) covers every page, and finds what it is there to find."""

from __future__ import annotations

import json
from pathlib import Path

from .test_types import run, tsc

__all__ = ["tsc"]

PAGES = Path(__file__).parent / "tsconfig.pages.json"
WRONG = """
import { statusTxt } from "/sdk/rallypoint.js";
import { shell } from "/sdk/kit/shell.js";

shell({ game: 3, title: statusTxt });
"""


def test_the_pages_of_all_games_are_checked(tsc: str) -> None:
    found = run(tsc, "-p", str(PAGES), "--listFilesOnly")
    for game in ("cards", "fourline", "orbit"):
        assert f"games/{game}/web/{game}.js" in found


def test_a_page_that_uses_what_the_client_does_not_have_is_found(tsc: str, tmp_path: Path) -> None:
    (tmp_path / "page.js").write_text(WRONG, encoding="utf-8")
    told = {"extends": str(PAGES), "include": [str(tmp_path / "page.js")]}
    (tmp_path / "tsconfig.json").write_text(json.dumps(told), encoding="utf-8")
    found = run(tsc, "-p", str(tmp_path / "tsconfig.json"))
    assert "has no exported member named 'statusTxt'" in found
    assert "Type 'number' is not assignable to type 'string'" in found
