"""`rallypoint simulate` as it is called: what it prints, its exit codes, and that it leaves nothing behind."""

from __future__ import annotations

import json
import os
import re
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest
import typer
from typer.testing import CliRunner

from rallypoint_simulation.command import simulate
from rallypoint_simulation.presentation import KEPT_IN
from tests.simulation.developer_games import HERE

CLONE = Path(__file__).parents[2]
app = typer.Typer(pretty_exceptions_enable=False)
app.command()(simulate)


@pytest.fixture(autouse=True)
def elsewhere(tmp_path, monkeypatch):
    """What is written goes to a directory of the test's own."""
    monkeypatch.chdir(tmp_path)
    return tmp_path


def called(*args: object):
    return CliRunner().invoke(app, [str(arg) for arg in args], catch_exceptions=False)


def played(game: str, *args: object):
    """On a network where nothing goes wrong."""
    return called(f"{HERE}:{game}", "--jobs", 1, "--network", "good", *args)


# --- many -------------------------------------------------------------------------------------------------------------


def test_matches_that_all_end_are_a_table_and_exit_code_0():
    result = played("Fair", "--matches", 3)
    assert result.exit_code == 0
    assert f"{HERE}:Fair: 3 matches" in result.stdout
    assert re.search(r"ended +3 +100.0%", result.stdout)
    assert re.search(r"knocked out +3", result.stdout)
    assert result.stderr == ""  # no progress where there is no terminal


def test_everything_is_written_as_json(elsewhere):
    assert played("Fair", "--matches", 2, "--seed", 5, "--json", "figures.json").exit_code == 0
    everything = json.loads((elsewhere / "figures.json").read_text())
    assert [match["seed"] for match in everything["matches"]] == [5, 6]
    assert everything["summary"]["ended"] == 2


def test_the_same_seed_gives_the_same_outcomes_in_one_process_and_in_two(elsewhere):
    for jobs in (1, 2):
        assert called(f"{HERE}:Fair", "--matches", 4, "--jobs", jobs, "--json", f"{jobs}.json").exit_code == 0
    one, two = (json.loads((elsewhere / f"{jobs}.json").read_text())["matches"] for jobs in (1, 2))
    assert [match["digest"] for match in one] == [match["digest"] for match in two]
    assert [match["seats"] for match in one] == [match["seats"] for match in two]


def test_options_get_to_the_game_as_numbers():
    short, usual = (played("Fair", "--match", *args).stdout for args in ((), ("--option", "hits_to_win=1")))
    assert short != usual


def test_unfinished_matches_are_no_failure():
    result = played("Endless", "--matches", 2, "--minutes", 0.1)
    assert result.exit_code == 0
    assert re.search(r"unfinished +2 +100.0%", result.stdout)


# --- a match that breaks ----------------------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def generous(tmp_path_factory):
    """What is said of a game that breaks on bad networks."""
    former = Path.cwd()
    os.chdir(tmp_path_factory.mktemp("generous"))
    try:
        result = called(f"{HERE}:Generous", "--jobs", 1, "--network", "train", "--minutes", 5)
        result.where = Path.cwd()
        return result
    finally:
        os.chdir(former)


def test_a_match_that_breaks_is_exit_code_1_and_the_last_thing_said_is_why_and_how_to_see_it_again(generous):
    assert generous.exit_code == 1
    *_, why, again, smaller = (line for line in generous.stdout.splitlines() if not line.startswith("cut down"))
    assert re.fullmatch(r"seed \d+ broke: check\(\) fails after tick \d+: (Ann|Bob) has \d+", why)
    assert again.startswith(f"  again:    rallypoint simulate {HERE}:Generous --match --seed ")
    assert smaller.startswith(f"  smaller:  rallypoint simulate --scenario {KEPT_IN}/generous-")


def test_it_is_shown_with_the_developers_own_lines_the_fields_and_what_led_to_it(generous):
    assert 'developer_games.py", line' in generous.stdout
    assert "rallypoint_simulation/" not in generous.stdout
    assert re.search(r"  (Ann|Bob): health=1\d\d", generous.stdout)
    assert re.search(r"\*\*\* (reset|vanish|darken)", generous.stdout)


def test_it_is_cut_down_to_little_more_than_what_it_takes(generous):
    ((players, faults),) = re.findall(r"\((\d+) players?, (\d+) faults?, [\d.]+ s\)", generous.stdout)
    assert int(players) <= 2
    assert 1 <= int(faults) <= 3  # of several in each minute


@pytest.mark.parametrize("which", ["again", "smaller"])
def test_both_commands_break_in_the_same_way(generous, monkeypatch, which):
    monkeypatch.chdir(generous.where)
    command = re.findall(rf"{which}: +rallypoint simulate ([^(\n]*)", generous.stdout)[0].split()
    result = called(*command)
    assert result.exit_code == 1
    assert "AssertionError: " in result.stdout
    assert "health=1" in result.stdout


def test_the_command_that_plays_it_again_has_what_is_not_so_by_default():
    result = played("Fair", "--bot", f"{HERE}:Nervous", "--bot", f"{HERE}:Boxer", "--option", "hits_to_win=90")
    assert result.exit_code == 1
    assert (
        f"again:    rallypoint simulate {HERE}:Fair --match --seed 1 --bot {HERE}:Nervous --bot {HERE}:Boxer"
        " --network good --option hits_to_win=90\n"
    ) in result.stdout


def test_the_first_that_breaks_ends_it_unless_it_is_to_go_on():
    first = played("Fair", "--matches", 6, "--bot", f"{HERE}:Nervous", "--shrink", 0)
    all_of_them = played("Fair", "--matches", 6, "--bot", f"{HERE}:Nervous", "--shrink", 0, "--keep-going")
    assert first.stdout.count("bot raises") == 2  # when it is found, and at the end
    assert all_of_them.stdout.count("bot raises") == 7


def test_what_depends_on_earlier_matches_is_said_to_do_so():
    result = played("Remembers", "--matches", 9)
    assert result.exit_code == 1
    assert "seed 3 broke: check() fails" in result.stdout
    assert "something is not decided by the seed" in result.stdout


def test_a_process_that_dies_is_a_match_that_broke():
    result = called(f"{HERE}:Dies", "--jobs", 2, "--matches", 2)
    assert result.exit_code == 1
    assert "the process that played it died, with exit code 3" in result.stdout


def test_one_match_is_shown_with_its_last_seconds_also_if_nothing_breaks():
    result = played("Solo", "--match", "--seed", 4)
    assert result.exit_code == 0
    assert "ended (there at" in result.stdout
    assert re.search(r"Ann \(seat 0\): .*:Puncher, good, played, won, score 89", result.stdout)


# --- what cannot be done ----------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("args", "said"),
    [
        ([], "name a game, as games.orbit:Orbit; or a file, with --scenario"),
        (["tests.nowhere:Game"], "there is no module `tests.nowhere` here"),
        ([f"{HERE}:Nothing"], "has no game class `Nothing`"),
        ([f"{HERE}:Lonely"], 'lonely has no bot: name one with --bot module:Class, or in the game, with bot="'),
        ([f"{HERE}:Fair", "--bot", f"{HERE}:Nobody"], "Nobody'. Name one as module:Class"),
        ([f"{HERE}:Fair", "--bot", f"{HERE}:Solo"], "Solo is no bot: that is a subclass of rallypoint_client.Bot"),
        ([f"{HERE}:Fair", "--network", "5g"], "no network `5g`: choose good, home, mobile, train or mixed"),
        ([f"{HERE}:Fair", "--players", "3"], "fair is for 2 players: --players 3 does not fit"),
        ([f"{HERE}:Endless", "--players", "3..2"], "endless is for 1 to 3 players: --players 3..2 does not fit"),
        ([f"{HERE}:Fair", "--players", "two"], "--players two: give a number, as 4, or two, as 2..8"),
        ([f"{HERE}:Fair", "--option", "rounds"], "--option rounds: give name=value, as rounds_max=3"),
        ([f"{HERE}:Fair", "--option", "rounds=3"], "does not take these options: the only option is hits_to_win"),
        ([f"{HERE}:Fair", "--json", "no/where.json"], "--json no/where.json: there is no directory no"),
    ],
)
def test_what_cannot_be_done_is_exit_code_2_and_a_sentence(args, said):
    result = called(*args, *(["--jobs", "1"] if args else []))
    assert result.exit_code == 2
    assert said in result.stderr
    assert result.stdout == ""


@pytest.mark.parametrize("text", ["{", "{}", '{"seed": 1, "games": ["a:B"], "duration_s": 1}'])
def test_a_file_that_is_no_scenario_is_exit_code_2(elsewhere, text):
    (elsewhere / "file.json").write_text(text)
    result = called("--scenario", "file.json")
    assert result.exit_code == 2
    assert result.stderr.startswith("rallypoint: ")


# --- being stopped ----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("jobs", [1, 2])
@pytest.mark.parametrize(("number", "code"), [(signal.SIGINT, 130), (signal.SIGTERM, 143)])
def test_whoever_stops_it_sees_what_there_is_and_no_process_is_left(elsewhere, jobs, number, code):
    roots = ("server", "client", "shared", "simulation", ".")
    command = ["simulate", f"{HERE}:Fair", "--matches", "100000", "--jobs", str(jobs), "--keep-going"]
    process = subprocess.Popen(
        [sys.executable, "-c", "from rallypoint.cli import main; main()", *command],
        env={**os.environ, "PYTHONPATH": os.pathsep.join(str(CLONE / root) for root in roots)},
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        start_new_session=True,
        preexec_fn=lambda: signal.signal(signal.SIGINT, signal.default_int_handler),  # noqa: PLW1509  # as a shell has it
    )
    try:
        time.sleep(3.0)  # it is at work by then; if it is not, there is nothing to see, and the rest holds
        process.send_signal(number)
        out, err = process.communicate(timeout=20)
    finally:
        if process.poll() is None:
            process.kill()
    assert process.returncode == code
    assert err == ""
    assert not out or "matches" in out or "1 match" in out
    _is_gone(process.pid)


def _is_gone(group: int) -> None:
    """All processes of a group are: the interpreter's own tracker of resources ends when it sees that."""
    until = time.monotonic() + 10.0
    while time.monotonic() < until:
        try:
            os.killpg(group, 0)
        except ProcessLookupError:
            return
        time.sleep(0.02)
    raise AssertionError("a process is left")
