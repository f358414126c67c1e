"""Ends a server whose crash test was killed itself: ``python -m rallypoint_loadtest.crash_guard``.

Each line of standard input is the process id of the server that runs now, or 0 for none. When the input ends, that one
is killed: only the parent writes there, and it says 0 before it ends in good order.
"""

from __future__ import annotations

import contextlib
import os
import signal
import sys

__all__ = ["guard"]


def guard() -> None:
    """Until the input ends."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # a Ctrl-C is for the parent
    pid = 0
    for line in sys.stdin:
        pid = int(line)
    if pid:
        with contextlib.suppress(ProcessLookupError):
            os.kill(pid, signal.SIGKILL)


if __name__ == "__main__":
    guard()
