"""The servers that are compared: how each is started, and what the generator is to speak."""

from __future__ import annotations

import contextlib
import json
import os
import platform
import subprocess
import sys
import tempfile
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager
from dataclasses import dataclass
from pathlib import Path
from typing import IO, Any

from .install import HERE, install_colyseus, node_version
from .processes import Failed, free_port, pinned, tail, wait_until_listening
from .rules import HZ, SEATS

__all__ = ["Running", "Server", "colyseus", "limit", "rallypoint"]

CONNECTIONS_MAX = 16_000


@dataclass(frozen=True, slots=True)
class Running:
    """A server process that listens."""

    pid: int
    port: int


@dataclass(frozen=True, slots=True)
class Server:
    """One of the compared."""

    name: str
    title: str
    """With its version, as the table shows it."""
    warm_s: float
    """Played before anything is measured: a compiler that works while it runs needs longer."""
    connections: int
    """Of each client."""
    start: Callable[[int], AbstractContextManager[Running]]
    """On that core."""


def rallypoint() -> Server:
    """As ``rallypoint serve`` runs in production, with its database; more connections than its default allows."""

    @contextlib.contextmanager
    def start(core: int) -> Iterator[Running]:
        command = [sys.executable, "-m", "rallypoint", "serve", "bench.arena:Arena", "--port", "0", "--ops-port", "0"]
        command += ["--announce", "json", "--log-level", "warning"]
        with _scratch() as (folder, log):
            environment = {
                **os.environ,
                "RALLYPOINT_DATA_DIR": str(folder),
                "RALLYPOINT_LIMITS__CONNECTIONS_MAX": str(CONNECTIONS_MAX),
            }
            pipes: dict[str, Any] = {"stdout": subprocess.PIPE, "stderr": log}
            with pinned(core, command, env=environment, cwd=HERE.parents[1], **pipes) as process:
                assert process.stdout is not None
                line = process.stdout.readline()
                if not line:
                    raise Failed(f"rallypoint ended at once: {tail(Path(log.name))}")
                yield Running(process.pid, int(json.loads(line)["lobby"].rsplit(":", 1)[1]))

    return Server("rallypoint", f"Rallypoint, Python {platform.python_version()}", 3.0, 2, start)


def colyseus(folder: Path) -> Server:
    """Colyseus with its `ws` transport. Raises Failed if it cannot be installed."""
    node, home = install_colyseus(folder)
    title = f"Colyseus 0.18, ws, Node {node_version(node)}"
    environment = {**os.environ, "NODE_ENV": "production"}
    command = [str(node), "arena.js", "{port}", str(SEATS)]
    return Server("colyseus", title, 6.0, 1, lambda core: _simple(core, command, home, environment))


def limit(folder: Path) -> Server:
    """A program that copies bytes: the least that any server can do."""
    command = [str(folder / "limit_epoll"), "{port}", str(SEATS), str(HZ)]
    return Server("limit", "C on epoll: the limit, no game", 2.0, 1, lambda core: _simple(core, command, folder, None))


@contextlib.contextmanager
def _simple(core: int, command: list[str], home: Path, environment: dict[str, str] | None) -> Iterator[Running]:
    """A server that takes its port as an argument."""
    port = free_port()
    command = [str(port) if word == "{port}" else word for word in command]
    with (
        _scratch() as (_, log),
        pinned(core, command, env=environment, stdout=log, stderr=log, cwd=home) as process,
    ):
        wait_until_listening(process, port, Path(log.name))
        yield Running(process.pid, port)


@contextlib.contextmanager
def _scratch() -> Iterator[tuple[Path, IO[str]]]:
    """A folder, and in it a file for what the server says."""
    with (
        tempfile.TemporaryDirectory(prefix="peers-") as folder,
        open(Path(folder) / "log", "w+", encoding="utf-8") as log,
    ):
        yield Path(folder), log
