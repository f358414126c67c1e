"""``rallypoint new``: projects that run at once, whatever they are called."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import httpx
import pytest

from rallypoint.new_project import NameRefused, class_name, new_project

CLONE = Path(__file__).parents[2]
ROOTS = os.pathsep.join(str(CLONE / root) for root in ("server", "client", "shared"))
"""Of an editable install mypy sees nothing; of an installed wheel it does."""


@pytest.mark.parametrize(
    ("name", "why"),
    [
        ("Space", "lower-case"),
        ("space-race", "lower-case"),
        ("space race", "lower-case"),
        ("2fast", "lower-case"),
        ("class", "lower-case"),
        ("größe", "lower-case"),
        ("_hidden", "begins with a letter"),
        ("../up", "lower-case"),
        ("", "lower-case"),
        ("a" * 33, "at most 32"),
        ("json", "installed"),
        ("rallypoint", "installed"),
        ("none", "would be None"),
        ("true", "would be True"),
        ("coin", "would be Coin"),
        ("match", "would be Match"),
        ("game", "would be Game"),
        ("my_bot", "would be MyBot"),
        ("nul", "folder"),
        ("tests", "folder"),
    ],
)
def test_a_name_that_no_module_can_have_or_that_is_taken_is_refused_with_a_sentence(
    tmp_path: Path, name: str, why: str
) -> None:
    with pytest.raises(NameRefused, match=why):
        new_project(name, tmp_path)
    assert list(tmp_path.iterdir()) == []


def test_what_is_there_already_is_not_touched(tmp_path: Path) -> None:
    (tmp_path / "coins").mkdir()
    with pytest.raises(NameRefused, match="already"):
        new_project("coins", tmp_path)
    assert list((tmp_path / "coins").iterdir()) == []


def test_the_name_is_everywhere_where_it_belongs(tmp_path: Path) -> None:
    folder = new_project("space_race", tmp_path)
    files = {str(path.relative_to(folder)) for path in folder.rglob("*") if path.is_file()}
    assert {"space_race/game.py", "space_race/web/space_race.js", "tests/test_space_race.py", ".gitignore"} <= files
    for path in folder.rglob("*"):
        if path.is_file():
            assert "mygame" not in path.read_text(encoding="utf-8").lower().replace(" ", ""), path
    assert class_name("space_race") == "SpaceRace"


@pytest.mark.parametrize("name", ["z", "a_game_with_quite_a_long_name_12"])
def test_its_tests_pass_and_its_code_is_clean(tmp_path: Path, name: str) -> None:
    folder = new_project(name, tmp_path)
    for command in (
        ["pytest", "-q", "-p", "no:cacheprovider", "-W", "ignore"],
        ["ruff", "check", "--isolated", "--line-length=120", "."],
        ["ruff", "format", "--isolated", "--line-length=120", "--check", "."],
        ["mypy", "--strict", "--cache-dir", str(tmp_path / "cache"), name],
    ):
        ran = subprocess.run(
            [sys.executable, "-m", *command],
            check=False,
            cwd=folder,
            capture_output=True,
            text=True,
            timeout=110,
            env={**os.environ, "MYPYPATH": ROOTS},
        )
        assert ran.returncode == 0, ran.stdout + ran.stderr


def test_it_is_served_at_once_with_its_page_and_its_bots(tmp_path: Path) -> None:
    made = subprocess.run(
        [sys.executable, "-m", "rallypoint", "new", "space_race"],
        check=True,
        cwd=tmp_path,
        capture_output=True,
        text=True,
        timeout=60,
    )
    assert "rallypoint serve space_race" in made.stdout
    ports = ["--port", "0", "--web-port", "0", "--ops-port", "0"]
    command = [sys.executable, "-m", "rallypoint", "serve", "space_race", "--bots", "2", "--announce", "json", *ports]
    with subprocess.Popen(command, cwd=tmp_path / "space_race", stdout=subprocess.PIPE, text=True) as server:
        try:
            assert server.stdout is not None
            announced = json.loads(server.stdout.readline())
            page = httpx.get(f"{announced['web']}/play/space_race/")
            assert page.status_code == 200
            assert "space_race.js" in page.text
            script = httpx.get(f"{announced['web']}/play/space_race/space_race.js")
            assert script.headers["content-type"].startswith("text/javascript")
        finally:
            server.terminate()
            server.wait(timeout=20)
