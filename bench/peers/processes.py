"""Starting processes on a core of their own, and ending them, by their id, whatever happens."""

from __future__ import annotations

import contextlib
import os
import socket
import subprocess
import time
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

__all__ = ["Failed", "cores", "free_port", "pinned", "tail", "wait_until_listening"]


class Failed(Exception):
    """Something could not be measured; the text says why, for people."""


def cores() -> tuple[int, int] | None:
    """The cores of the server and of the generator; ``None`` where there are no two, or processes cannot be pinned."""
    if not hasattr(os, "sched_getaffinity"):  # Linux alone has it
        return None
    usable = sorted(os.sched_getaffinity(0))
    return (usable[0], usable[1]) if len(usable) > 1 else None


@contextlib.contextmanager
def pinned(core: int, command: Sequence[str], **options: Any) -> Iterator[subprocess.Popen[str]]:
    """Runs ``command`` on ``core`` until the end of the block; ``options`` are those of ``subprocess.Popen``."""
    before = os.sched_getaffinity(0)
    os.sched_setaffinity(0, {core})  # the child inherits it
    try:
        # A group of its own: Ctrl-C reaches us alone, and we end it.
        process = subprocess.Popen(command, text=True, process_group=0, **options)
    finally:
        os.sched_setaffinity(0, before)
    try:
        yield process
    finally:
        if process.poll() is None:
            process.terminate()
            try:
                process.wait(3)
            except subprocess.TimeoutExpired:
                process.kill()
                process.wait()
        for pipe in (process.stdout, process.stderr):
            if pipe is not None:
                pipe.close()


def free_port() -> int:
    """A port of this machine that nobody has at the moment."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


def wait_until_listening(process: subprocess.Popen[str], port: int, log: Path, within_s: float = 20.0) -> None:
    """Returns once the port answers.

    Raises:
        Failed: the process ended, or took too long; with the last of what it wrote to ``log``.
    """
    end = time.monotonic() + within_s
    while time.monotonic() < end and process.poll() is None:
        try:
            socket.create_connection(("127.0.0.1", port), 1).close()
        except OSError:
            time.sleep(0.05)
        else:
            return
    why = "ended at once" if process.poll() is not None else f"did not listen within {within_s:g} s"
    raise Failed(f"the server {why}: {tail(log)}")


def tail(log: Path) -> str:
    """The last of what a process wrote, on one line."""
    return " ".join(log.read_text(encoding="utf-8", errors="replace")[-400:].split())
