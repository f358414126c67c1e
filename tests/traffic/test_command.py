"""`rallypoint matchmaker simulate` as it is called, with the simple queue in the place of the server's."""

from __future__ import annotations

import json

import pytest
import typer
from typer.testing import CliRunner

from rallypoint_simulation.traffic import command
from tests.traffic.simple_queue import SimpleQueue

app = typer.Typer(pretty_exceptions_enable=False)
app.command()(command.simulate)
RULES = """
[queue.ranked]
teams = "2v2"
ready_s = {ready}
[[queue.ranked.rule]]
distance = "rating"
limit = 3
expand = [{{after_s = 10, limit = 6}}]
"""
SMALL = ("--players", 100, "--arrivals", "1/s", "--hours", 0.2)


@pytest.fixture(autouse=True)
def here(tmp_path, monkeypatch):
    """Files go to a directory of the test's own; a day of the real queue is not what is asked about."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr(command, "_server_queue", SimpleQueue)
    (tmp_path / "default.toml").write_text(RULES.format(ready=12))
    (tmp_path / "other.toml").write_text(RULES.format(ready=3))
    (tmp_path / "both.toml").write_text(RULES.format(ready=12) + '[queue.casual]\nteams = "1v1"\n')
    return tmp_path


def called(*args):
    return CliRunner().invoke(app, [str(arg) for arg in args], catch_exceptions=False)


def test_a_day_is_a_table():
    result = called("default.toml", *SMALL)
    assert result.exit_code == 0
    assert "wait, p95" in result.stdout
    assert "by party size" in result.stdout
    assert "default: matches by the limit of rating" in result.stdout
    assert "default: " in result.stderr


def test_the_same_command_prints_the_same_bytes(here):
    first, second = (called("default.toml", *SMALL, "--json", "--html", "day.html") for _ in range(2))
    assert first.stdout == second.stdout
    page = (here / "day.html").read_bytes()
    called("default.toml", *SMALL, "--html", "day.html")
    assert (here / "day.html").read_bytes() == page


def test_json_has_all_figures_and_the_command_that_plays_it_again():
    whole = json.loads(called("default.toml", *SMALL, "--seed", 3, "--json").stdout)
    assert whole["command"] == (
        "rallypoint matchmaker simulate default.toml --players 100 --arrivals 1/s --hours 0.2 --seed 3"
    )
    (run,) = whole["runs"]
    assert (run["name"], run["queue"], run["hours"]) == ("default", "ranked", 0.2)


def test_two_sets_of_rules_stand_side_by_side_with_a_verdict(here):
    result = called("default.toml", *SMALL, "--compare", "other.toml", "--html", "day.html", "--goal", "least p50 wait")
    assert result.exit_code == 0
    assert "Goal: least p50 wait: " in result.stdout
    assert "difference" in result.stdout
    page = (here / "day.html").read_text()
    assert "default and other" in page
    assert 'class="verdict"' in page


def test_rules_compared_with_themselves_do_not_differ():
    whole = json.loads(called("default.toml", *SMALL, "--compare", "default.toml", "--json").stdout)
    first, second = whole["runs"]
    assert first.pop("name") != second.pop("name")
    assert first == second
    assert whole["better"] is None


def test_recorded_tickets_are_played(here):
    lines = [{"at": at, "players": [{"id": f"p{at}"}], "queues": ["ranked"]} for at in range(100)]
    (here / "tickets.jsonl").write_text("\n".join(map(json.dumps, lines)))
    whole = json.loads(called("default.toml", "--tickets", "tickets.jsonl", "--json").stdout)
    assert whole["runs"][0]["tickets"]["came"] == 100
    assert whole["command"].endswith("default.toml --tickets tickets.jsonl --seed 7")


def test_one_queue_of_several_is_chosen():
    whole = json.loads(called("both.toml", *SMALL, "--queue", "casual", "--json").stdout)
    assert whole["runs"][0]["queue"] == "casual"


@pytest.mark.parametrize(
    ("args", "says"),
    [
        ((), "name a file of rules, as arena.toml; or a game, as games.arena:Arena"),
        (("none.toml",), "none.toml: No such file or directory"),
        (("nowhere.at_all:Arena",), "there is no module `nowhere.at_all`"),
        (("tests.traffic.plain_game:Plain",), "tests.traffic.plain_game:Plain has no queues with rules"),
        (("both.toml",), "choose one, with --queue ranked"),
        (("default.toml", "--queue", "casual"), "choose one of ranked, with --queue"),
        (("default.toml", "--arrivals", "many"), "give tickets a time, as 20/s, 90/min or 500/h"),
        (("default.toml", "--arrivals", "0/s"), "give tickets a time"),
        (("default.toml", "--arrivals", "20000/s"), "tickets: give fewer"),
        (("default.toml", "--hours", "0"), "--hours 0: give a number of hours"),
        (("default.toml", "--hours", "nan"), "--hours nan: give a number of hours"),
        (("default.toml", "--players", "3"), "give a number from 4 (a match)"),
        (("default.toml", "--goal", "be nice"), "--goal: `be nice` is no figure: write conditions"),
        (("default.toml", "--population", "none.toml"), "none.toml: cannot be read: No such file"),
        (("default.toml", "--tickets", "none.jsonl"), "none.jsonl: No such file"),
        (("default.toml", "--tickets", "none.jsonl", "--hours", "3"), "leave out --hours"),
        (("default.toml", "--html", "no/where.html"), "there is no directory no"),
        (("default.toml", "--compare", "none.toml"), "none.toml: No such file"),
    ],
)
def test_what_cannot_be_played_says_what_to_write(args, says):
    result = called(*args)
    assert result.exit_code == 2
    assert says in " ".join(result.stderr.split())
    assert result.stderr.startswith("rallypoint: ")
