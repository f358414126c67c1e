"""A crash test, all of it: a real server, ``kill -9``, the same sessions; and what is said of a server that forgets."""

import json
import subprocess
import sys
from pathlib import Path

import psutil

ROOT = Path(__file__).parents[2]
COMMAND = [sys.executable, "-m", "rallypoint_loadtest.crash", "--sessions", "2", "--seed", "1"]


def crash(*arguments, timeout_s=100):
    return subprocess.run(
        [*COMMAND, *arguments], cwd=ROOT, capture_output=True, text=True, timeout=timeout_s, check=False
    )


def test_sessions_survive_the_death_of_their_server(tmp_path):
    file = tmp_path / "figures.json"
    done = crash("--rounds", "2", "--twice-every", "2", "--json", str(file))
    assert done.returncode == 0, done.stdout + done.stderr
    figures = json.loads(file.read_text())
    assert (figures["rounds"], figures["rounds_failed"], figures["sessions"]) == (2, 0, 2)
    assert figures["actions"] > 50
    assert figures["freeze_max_s"] > 0
    assert figures["freeze_twice_max_s"] > 0


def test_a_server_that_forgets_fails_and_it_is_said_why(tmp_path):
    file = tmp_path / "figures.json"
    done = crash("--rounds", "1", "--durability", "off", "--json", str(file), "--data", str(tmp_path / "data"))
    assert done.returncode == 1
    assert "FAILED: resumed 2, seats 16, lobbies 16" in done.stdout
    assert "the session is gone" in done.stdout
    assert json.loads(file.read_text())["failed_resumed"] == 2
    assert "round" not in (tmp_path / "data" / "server.log").read_text()
    ours = str(tmp_path)
    assert not [p.pid for p in psutil.process_iter(["cmdline"]) if ours in " ".join(p.info["cmdline"] or [])]
