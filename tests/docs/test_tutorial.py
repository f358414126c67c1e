"""docs/tutorial.md is done here, step by step, as a reader would: the code in it is what is run.

A comment before a code block says what to do with it: ``<!-- before FILE: LINE -->``, ``after``, ``replace`` (one line,
by its text) and ``append FILE``.
"""

from __future__ import annotations

import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from rallypoint.new_project import new_project

ROOT = Path(__file__).parents[2]
TEXT = (ROOT / "docs/tutorial.md").read_text(encoding="utf-8")
STEP = re.compile(r"<!-- (before|after|replace|append) ([^\s:]+)(?:: (.*?))? -->\n```\w+\n(.*?)```", re.DOTALL)


def _do(folder: Path, what: str, file: str, line: str, code: str) -> None:
    path = folder / file
    text = path.read_text(encoding="utf-8")
    if what == "append":
        path.write_text(text + code, encoding="utf-8")
        return
    lines = text.splitlines(keepends=True)
    places = [number for number, there in enumerate(lines) if there.strip() == line.strip()]
    assert len(places) == 1, f"{file} has {len(places)} times the line: {line}"
    at = places[0]
    lines[at : at + 1] = {"before": [code, lines[at]], "after": [lines[at], code], "replace": [code]}[what]
    path.write_text("".join(lines), encoding="utf-8")


@pytest.fixture(scope="module")
def coins(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The tutorial's project, done to its end."""
    folder = new_project("coins", tmp_path_factory.mktemp("tutorial"))
    steps = STEP.findall(TEXT)
    assert len(steps) == TEXT.count("\n```") // 2, "a block of code that no comment says what to do with"
    for step in steps:
        _do(folder, *step)
    return folder


def _run(folder: Path, *command: str) -> str:
    ran = subprocess.run(command, check=False, cwd=folder, capture_output=True, text=True, timeout=100)
    assert ran.returncode == 0, ran.stdout + ran.stderr
    return ran.stdout


def test_the_tests_of_the_project_pass_those_of_the_tutorial_among_them(coins: Path) -> None:
    out = _run(coins, sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider", "-W", "ignore")
    assert "5 passed" in out or "4 passed, 1 skipped" in out


def test_its_bots_play_on_bad_networks(coins: Path) -> None:
    command = "-m", "rallypoint", "simulate", "coins", "--matches", "3", "--option", "round_s=5"
    _run(coins, sys.executable, *command)


@pytest.mark.skipif(shutil.which("node") is None, reason="needs Node.js, to read the page's JavaScript")
def test_its_page_is_proper_javascript(coins: Path) -> None:
    for file in sorted((coins / "coins/web").glob("*.js")):
        shutil.copy(file, coins / "checked.mjs")
        _run(coins, "node", "--check", "checked.mjs")


def test_its_code_is_in_the_projects_own_style(coins: Path) -> None:
    files = ["coins", "tests"]
    _run(coins, sys.executable, "-m", "ruff", "check", "--isolated", "--line-length=120", *files)
    _run(coins, sys.executable, "-m", "ruff", "format", "--isolated", "--line-length=120", "--check", *files)


def test_every_command_of_ours_in_it_exists() -> None:
    for command in re.findall(r"^ {4}(?:.*\\\n +)?rallypoint (\w+)", TEXT, re.MULTILINE):
        assert command in {"new", "serve", "simulate", "load"}
