"""What the command refuses before it starts anything."""

import subprocess
import sys
from pathlib import Path

import pytest
import typer
from typer.testing import CliRunner

from rallypoint_loadtest.command import load

ROOT = Path(__file__).parents[2]


@pytest.fixture
def invoke(monkeypatch):
    monkeypatch.chdir(ROOT)
    app = typer.Typer(add_completion=False, rich_markup_mode=None)
    app.command()(load)
    return lambda *arguments: CliRunner().invoke(app, arguments)


@pytest.mark.parametrize(
    ("arguments", "sentence"),
    [
        (["games.nothing"], "there is no module"),
        (["games.orbit", "--drop", "5"], "as in 5%/s"),
        (["games.orbit", "--lobby-drop", "200%/s"], "at most 100%"),
        (["games.orbit", "--url", "ws://192.0.2.1:8000"], "is not this machine"),
        (["games.orbit", "--url", "ws://127.0.0.1:8000", "--ops-url", "http://192.0.2.1:1"], "is not this machine"),
        (["games.orbit", "--fail-if", "input_p99_ms=75"], "is no condition"),
        (["games.orbit", "--fail-if", "latency>75"], "there is no figure"),
        (["games.orbit", "--think", "1s"], "for turn-based games"),
        (["games.fourline", "--think", "a while"], "as in 0.2s..1s"),
        (["games.fourline", "--fail-if", "gap_p99_ms>75"], "says nothing in a turn-based game"),
        (["games.orbit", "--lobby-only", "--drop", "5%/s"], "use --lobby-drop"),
        (["games.orbit", "--bot", "games.orbit.bot:NoBot"], "NoBot"),
        (["games.orbit", "--bots", "0"], "--bots"),
        (["games.orbit", "--duration", "0"], "--duration"),
        ([], "Missing argument"),
    ],
)
def test_what_cannot_be_done_is_refused_with_exit_code_2_and_a_sentence(invoke, arguments, sentence):
    result = invoke(*arguments)
    assert result.exit_code == 2
    assert sentence in result.output
    assert "Traceback" not in result.output


def test_help_shows_an_example(invoke):
    result = invoke("--help")
    assert result.exit_code == 0
    assert "rallypoint load games.orbit --bots 1000" in result.output


def test_the_command_can_be_had_without_its_heavy_parts():
    heavy = "{'rallypoint_client', 'uvloop', 'rich.live', 'psutil', 'websockets'}"
    source = f"import sys, rallypoint_loadtest.command; print(sorted({heavy} & set(sys.modules)))"
    done = subprocess.run([sys.executable, "-c", source], capture_output=True, text=True, timeout=60, check=True)
    assert done.stdout.strip() == "[]"
