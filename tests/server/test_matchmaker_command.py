"""``rallypoint matchmaker``: what it says of rules, and how it ends."""

from __future__ import annotations

import json
import subprocess
import sys
import types
from pathlib import Path

import pytest
from typer.testing import CliRunner, Result

from rallypoint.matchmaker_command import commands

ROOT = Path(__file__).parents[2]
RULES = """\
[queue.ranked]
teams = "4v4"
ready_s = 12
[[queue.ranked.rule]]
distance = "rating"
limit = 3
expand = [{after_s = 10, limit = 6}]
[[queue.ranked.rule]]
balance = "rating"
"""


def run(*arguments: str) -> Result:
    return CliRunner().invoke(commands(arguments), list(arguments))


@pytest.fixture
def file(tmp_path: Path) -> Path:
    path = tmp_path / "rules.toml"
    path.write_text(RULES, encoding="utf-8")
    return path


def test_a_file_is_told_in_words(file: Path) -> None:
    result = run("check", str(file))
    assert result.exit_code == 0
    assert result.output.splitlines() == [
        "ranked: 4v4, parties of up to 4, 12 s to accept",
        "  rating: within 3, after 10 s within 6",
        "  balance: the teams' means of rating as close as can be",
    ]


def test_a_game_has_its_queues_with_it() -> None:
    result = run("check", "games.fourline")
    assert result.exit_code == 0
    assert result.output.startswith("ranked (fourline): 1v1,")


def test_a_game_without_queues_is_fine() -> None:
    result = run("check", "games.cards")
    assert (result.exit_code, result.output) == (
        0,
        "games.cards has no queues with rules, only that of its quick matches\n",
    )


def test_json_has_all_values_and_no_infinity(file: Path) -> None:
    def constant(name: str) -> None:
        pytest.fail(f"{name} is no JSON")

    told = json.loads(run("check", str(file), "--json").output, parse_constant=constant)
    assert told["ranked"]["ready_s"] == 12
    assert told["ranked"]["rules"][1]["limit"] is None


@pytest.mark.parametrize(
    ("name", "sentence"),
    [
        ("nothing.toml", "rallypoint: nothing.toml: No such file or directory"),
        ("games.nothing", "rallypoint: there is no module `games.nothing`"),
    ],
)
def test_what_is_not_there_ends_with_code_2(name: str, sentence: str) -> None:
    result = run("check", name)
    assert result.exit_code == 2
    assert sentence in result.stderr


def test_wrong_rules_end_with_code_2_and_their_line(file: Path) -> None:
    file.write_text(RULES.replace("= 6", "= 2"), encoding="utf-8")
    command = [sys.executable, "-m", "rallypoint", "matchmaker", "check", str(file)]
    done = subprocess.run(command, capture_output=True, text=True, check=False, timeout=60, cwd=ROOT)
    assert done.returncode == 2
    assert f"{file}:7: limit = 2. Write a larger number than 3" in done.stderr
    assert done.stdout == ""


def test_only_the_chosen_command_is_imported(monkeypatch: pytest.MonkeyPatch) -> None:
    def simulate(rules: str) -> None:
        """Stands for the real one."""
        print("simulated", rules)

    module = types.ModuleType("traffic")
    module.simulate = simulate  # type: ignore[attr-defined]  # made here
    monkeypatch.setitem(sys.modules, "rallypoint_simulation.traffic.command", module)
    assert run("simulate", "a.toml").output == "simulated a.toml\n"
    assert "simulate" in run("--help").output
    assert "export" in run("--help").output


def test_the_list_of_commands_names_it() -> None:
    done = subprocess.run(
        [sys.executable, "-m", "rallypoint", "--help"], capture_output=True, text=True, check=True, timeout=60
    )
    assert "matchmaker" in done.stdout
