"""The whole of it: bots in processes of their own, against the real server, under faults."""

import json
import signal
import subprocess
import sys
import time
from pathlib import Path

import psutil
import pytest

ROOT = Path(__file__).parents[2]
COMMAND = [sys.executable, "-m", "rallypoint_loadtest"]
LOAD = [*COMMAND, "games.orbit"]


def load(*arguments, game="games.orbit", timeout_s=100):
    command = [*COMMAND, game, *arguments]
    return subprocess.run(command, cwd=ROOT, capture_output=True, text=True, timeout=timeout_s, check=False)


def test_bots_play_under_faults_and_nothing_is_lost(tmp_path):
    file = tmp_path / "figures.json"
    done = load(
        *(
            "--bots",
            "20",
            "--duration",
            "3",
            "--ramp",
            "40",
            "--processes",
            "2",
            "--drop",
            "20%/s",
            "--lobby-drop",
            "20%/s",
        ),
        *("--json", str(file), "--fail-if", "failed>0", "--fail-if", "bots<20"),
    )
    assert done.returncode == 0, done.stdout + done.stderr
    figures = json.loads(file.read_text())
    assert (figures["connected"], figures["matched"], figures["processes"]) == (20, 20, 2)
    assert figures["dropped"] == figures["resumed"] > 0
    assert figures["lobby_dropped"] == figures["lobby_resumed"] > 0
    assert figures["failed"] == figures["lobby_failed"] == figures["desyncs"] == figures["event_gaps"] == 0
    assert figures["actions_sent"] == figures["actions_applied"] + figures["actions_refused"] + figures["actions_open"]
    assert figures["input_samples"] > 100
    assert figures["in_bytes_per_s"] > 100
    assert {"input_p99_ms", "tick_late_p99_ms", "server_cpu_pct", "server_rss_bytes"} <= set(figures)
    for title in ("input to snapshot", "between snapshots", "server: tick lateness"):
        assert title in done.stdout


@pytest.mark.parametrize(
    ("game", "bot"), [("games.fourline", "games.fourline.bot:RandomBot"), ("games.cards", "games.cards.bot:CardsBot")]
)
def test_turn_based_games_are_played_under_faults_and_no_move_is_lost(game, bot, tmp_path):
    file = tmp_path / "figures.json"
    done = load(
        *(
            "--bots",
            "20",
            "--duration",
            "5",
            "--ramp",
            "40",
            "--think",
            "10ms..50ms",
            "--bot",
            bot,
            "--json",
            str(file),
        ),
        *("--drop", "40%/s", "--lobby-drop", "20%/s", "--fail-if", "played<bots", "--fail-if", "actions_open>0"),
        game=game,
    )
    assert done.returncode == 0, done.stdout + done.stderr
    figures = json.loads(file.read_text())
    assert figures["dropped"] == figures["resumed"] > 0
    assert figures["lobby_dropped"] == figures["lobby_resumed"] > 0
    assert figures["failed"] == figures["desyncs"] == figures["hash_mismatches"] == figures["event_gaps"] == 0
    decided = sum(figures[f"actions_{what}"] for what in ("applied", "refused", "late"))
    assert figures["actions_sent"] == decided > 20
    assert figures["hash_checks"] > 20
    assert figures["moves_per_s"] > 0
    assert not {"passes_missing_pct", "gap_p50_ms"} & set(figures)
    if game == "games.fourline":  # of cards, a round alone takes longer than this run
        assert figures["seats_ended"] > 0
        assert figures["seats"] > figures["matched"] == 20  # who is through asks for the next


def test_bots_can_stay_in_the_lobby(tmp_path):
    file = tmp_path / "figures.json"
    done = load(
        *("--bots", "20", "--duration", "2", "--lobby-only", "--lobby-drop", "50%/s", "--json", str(file)),
        *("--fail-if", "connected<bots", "--fail-if", "lobby_failed>0"),
    )
    assert done.returncode == 0, done.stdout + done.stderr
    figures = json.loads(file.read_text())
    assert figures["lobby_dropped"] == figures["lobby_resumed"] > 0
    assert "matched" not in figures


def test_a_condition_that_is_met_fails_with_exit_code_1_and_a_line_why():
    done = load(*("--bots", "4", "--duration", "0.5", "--fail-if", "bots>3", "--fail-if", "input_p99_9_ms>1000"))
    assert done.returncode == 1
    assert "bots>3: bots is 4" in done.stdout
    assert "samples" in done.stdout


def test_a_server_that_is_not_there_is_exit_code_2():
    done = load(*("--bots", "1", "--duration", "0.5", "--url", "ws://127.0.0.1:1"))
    assert done.returncode == 2
    assert "there is no server at ws://127.0.0.1:1" in done.stderr


@pytest.fixture
def running():
    """A load test in the middle of its play, and all of its processes."""
    process = subprocess.Popen(
        [*LOAD, "--bots", "6", "--duration", "60", "--processes", "2"],
        cwd=ROOT,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.PIPE,
        text=True,
    )
    assert process.stderr is not None
    for line in process.stderr:
        if line.startswith("playing"):
            break
    family = psutil.Process(process.pid).children(recursive=True)
    yield process, family
    process.kill()
    process.stderr.close()
    process.wait(10)
    for each in family:
        if each.is_running():
            each.kill()


def all_gone(family, within_s=20.0):
    deadline = time.monotonic() + within_s
    while time.monotonic() < deadline:
        if not any(each.is_running() and each.status() != psutil.STATUS_ZOMBIE for each in family):
            return True
        time.sleep(0.05)
    return False


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_an_interrupted_run_leaves_no_process_behind(running, number):
    process, family = running
    assert len(family) == 4  # a warden with its server, and two processes of bots
    process.send_signal(number)
    assert process.wait(20) == 130
    assert all_gone(family)


def test_a_run_that_is_killed_leaves_no_process_behind(running):
    process, family = running
    process.kill()
    assert all_gone(family)


def test_a_server_that_dies_ends_the_run_with_its_last_words(running):
    process, family = running
    server = next(each for each in family if each.ppid() != process.pid)  # its parent is the warden
    server.kill()
    assert process.wait(20) == 2
    assert "the server ended" in process.stderr.read()
    assert all_gone(family)


def test_a_process_of_bots_that_dies_ends_the_run(running):
    process, family = running
    worker = next(each for each in family if "rallypoint_loadtest.worker" in each.cmdline())
    worker.kill()
    assert process.wait(20) == 2
    assert "a process of bots ended" in process.stderr.read()
    assert all_gone(family)
