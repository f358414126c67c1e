"""Keeps a child process only as long as its parent lives: ``python -m rallypoint_loadtest.warden DEADLINE COMMAND...``

It starts the command and watches its own standard input, a pipe that only the parent holds. When that ends, the parent
is done or dead, however it died: the child gets SIGTERM and, after DEADLINE seconds, SIGKILL. When the child ends by
itself, so does this, with its exit code. The child's output goes where this one's goes.
"""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import threading
from collections.abc import Sequence

__all__ = ["keep"]


def keep(command: Sequence[str], deadline_s: float) -> int:
    """Runs ``command`` until it ends, or standard input does; gives its exit code, negative for a signal."""
    child = subprocess.Popen(command, stdin=subprocess.DEVNULL)

    def watch() -> None:
        while os.read(0, 4096):
            pass
        _end(child, deadline_s)

    try:
        threading.Thread(target=watch, name="watch the parent", daemon=True).start()
        return child.wait()
    finally:
        _end(child, deadline_s)


def _end(child: subprocess.Popen[bytes], deadline_s: float) -> None:
    if child.poll() is None:
        child.terminate()
        try:
            child.wait(deadline_s)
        except subprocess.TimeoutExpired:
            child.kill()
            child.wait()


def main() -> int:
    """The command line; see above."""
    # Whoever ends the parent ends this by the pipe: a Ctrl-C for all must not take the warden from its child.
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    signal.signal(signal.SIGTERM, lambda number, frame: sys.exit(128 + number))
    return keep(sys.argv[2:], float(sys.argv[1]))


if __name__ == "__main__":
    code = main()
    sys.exit(code if code >= 0 else 128 - code)
