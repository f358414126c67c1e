"""Real processes: none may outlive the one that it was started for."""

import signal
import subprocess
import sys
import time

import psutil
import pytest

WARDEN = [sys.executable, "-m", "rallypoint_loadtest.warden"]
SLEEPS = "import os, time; print(os.getpid(), flush=True); time.sleep(60)"
DEAF = "import os, signal, time; signal.signal(15, signal.SIG_IGN); print(os.getpid(), flush=True); time.sleep(60)"


def gone(pid, within_s=10.0):
    """True once the process has ended; false if it has not after a while."""
    deadline = time.monotonic() + within_s
    while time.monotonic() < deadline:
        if not psutil.pid_exists(pid) or psutil.Process(pid).status() == psutil.STATUS_ZOMBIE:
            return True
        time.sleep(0.02)
    return False


@pytest.fixture
def keep():
    """Starts a warden with a child; gives both, and ends what a test has left."""
    started: list[subprocess.Popen[bytes]] = []

    def start(source, deadline_s=5.0):
        command = [*WARDEN, str(deadline_s), sys.executable, "-c", source]
        warden = subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE)
        started.append(warden)
        assert warden.stdout is not None
        return warden, int(warden.stdout.readline())

    yield start
    for warden in started:
        with warden:  # closes its pipes and waits
            pass


def test_the_child_ends_when_nobody_holds_the_pipe_any_more(keep):
    warden, child = keep(SLEEPS)
    warden.stdin.close()
    assert warden.wait(10) == 128 + signal.SIGTERM
    assert gone(child)


def test_a_child_that_does_not_listen_is_killed_after_the_deadline(keep):
    warden, child = keep(DEAF, deadline_s=0.2)
    warden.stdin.close()
    assert warden.wait(10) == 128 + signal.SIGKILL
    assert gone(child)


def test_a_warden_that_is_told_to_end_takes_its_child_along(keep):
    warden, child = keep(SLEEPS)
    warden.terminate()
    warden.wait(10)
    assert gone(child)


def test_an_interrupt_for_all_leaves_the_child_to_the_parent(keep):
    warden, child = keep(SLEEPS)
    warden.send_signal(signal.SIGINT)
    time.sleep(0.1)
    assert warden.poll() is None
    assert psutil.pid_exists(child)


def test_the_childs_exit_code_is_the_wardens():
    with subprocess.Popen([*WARDEN, "5", sys.executable, "-c", "raise SystemExit(7)"], stdin=subprocess.PIPE) as warden:
        assert warden.wait(30) == 7
