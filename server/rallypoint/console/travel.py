"""Time travel: the state of a recorded session at any of its ticks, looked up by processes beside the node.

A session has a process while somebody travels in it. What is read: its replay, if the server keeps replays (all ticks;
of a running one up to a second ago); else the journal (since the last checkpoint, and on from when it was first read).
"""

from __future__ import annotations

import asyncio
import base64
import re
import subprocess
import sys
import threading
import time
from collections.abc import Sequence
from pathlib import Path
from typing import Any, Final

import msgspec
import structlog

from rallypoint.core.orders import Denial
from rallypoint.ports import Clock
from rallypoint.runtime.node import Node
from rallypoint.runtime.replay_header import header_of
from rallypoint.storage.replay_file import PART
from rallypoint_protocol.codec import encode
from rallypoint_protocol.ids import SessionId

__all__ = ["IDLE_S", "TRAVELLED_MAX", "Travels"]

log: structlog.typing.FilteringBoundLogger = structlog.get_logger("rallypoint.console")

TRAVELLED_MAX: Final = 4
"""Sessions at once: a process each, of up to a few hundred megabytes. One more takes the place of the oldest."""
IDLE_S: Final = 60.0
ANSWER_S: Final = 20.0
_ID: Final = re.compile(r"[A-Za-z0-9_-]{1,128}")
_UNKNOWN: Final = Denial("unknown", "there is no such session, and no replay of one")
_NOT_KEPT: Final = Denial(
    "not_kept", "nothing is kept of that session to travel in: start the server with --replays, or with a journal"
)


class _Travelled:
    """One session's process. Its methods wait: they are called in a thread, one at a time."""

    def __init__(self, arguments: Sequence[str], first_line: bytes) -> None:
        self._arguments = arguments
        self._first_line = first_line
        self._process: subprocess.Popen[bytes] | None = None
        self._lock = threading.Lock()
        self._gone = False
        self.used_at = 0.0

    def ask(self, tick: int | None) -> bytes:
        """The process's answer; empty if it died, or took too long."""
        with self._lock:
            if self._gone:
                return b""
            process = self._process
            if process is None:
                process = self._process = self._begin()
            assert process.stdin is not None
            assert process.stdout is not None
            timer = threading.Timer(ANSWER_S, process.kill)
            timer.start()
            try:
                process.stdin.write(msgspec.json.encode(tick) + b"\n")
                process.stdin.flush()
                return process.stdout.readline()
            except OSError:
                return b""
            finally:
                timer.cancel()

    def _begin(self) -> subprocess.Popen[bytes]:
        command = [sys.executable, "-P", "-m", "rallypoint.console.travel_worker", *self._arguments]
        process = subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE)  # noqa: S603  # our own program
        assert process.stdin is not None
        if self._first_line:
            process.stdin.write(self._first_line + b"\n")
        return process

    def end(self) -> None:
        """Ends the process; whoever waits for it gets nothing."""
        process = self._process
        if process is not None:
            process.kill()
        with self._lock:
            self._gone = True
            if self._process is not None:
                self._process.kill()
                self._process.communicate()


class Travels:
    """All sessions in which somebody travels. ``replays``, ``journal``: the folders; ``None``: not kept."""

    def __init__(self, node: Node, replays: Path | None, journal: Path | None, clock: Clock = time.monotonic) -> None:
        self._node = node
        self._replays = replays
        self._journal = journal
        self._clock = clock
        self._travelled: dict[str, _Travelled] = {}
        self._ending: set[asyncio.Task[None]] = set()
        self._timer: asyncio.TimerHandle | None = None

    async def ticks(self, session: str) -> dict[str, Any] | Denial:
        """Which ticks there are: ``first``, ``last``, ``gaps``, ``complete``, ``duration_ms``, ``tick_hz``, ``source``
        (``replay``, ``journal``), ``running``. Denied: ``unknown``, ``not_kept``, ``invalid``."""
        found = await self._ask(session, None)
        if isinstance(found, Denial):
            return found
        running = SessionId(session) in self._node.hosts
        return {**found, "source": self._source(session)[0], "running": running}

    async def tick(self, session: str, tick: int) -> dict[str, Any] | Denial:
        """One of them: :func:`rallypoint.travel_told.moment_told`. Denied: likewise."""
        return await self._ask(session, tick)

    async def close(self) -> None:
        """Ends all."""
        if self._timer is not None:
            self._timer.cancel()
        for session in list(self._travelled):
            self._end(session)
        await asyncio.gather(*self._ending)

    async def _ask(self, session: str, tick: int | None) -> dict[str, Any] | Denial:
        travelled = self._of(session)
        if isinstance(travelled, Denial):
            return travelled
        travelled.used_at = self._clock()
        line = await asyncio.to_thread(travelled.ask, tick)
        if not line:
            if self._travelled.get(session) is travelled:
                self._end(session)
            return Denial("failed", "the session's record could not be read in time: try again")
        answer: dict[str, Any] = msgspec.json.decode(line)
        return Denial("invalid", answer["bad"]) if "bad" in answer else answer

    def _of(self, session: str) -> _Travelled | Denial:
        if session in self._travelled:
            return self._travelled[session]
        source, arguments, first_line = self._source(session)
        if not source:
            return _UNKNOWN if self._node.find(SessionId(session)) is None else _NOT_KEPT
        if len(self._travelled) >= TRAVELLED_MAX:
            self._end(min(self._travelled, key=lambda one: self._travelled[one].used_at))
        found = self._travelled[session] = _Travelled(arguments, first_line)
        self._sweep_later()
        return found

    def _source(self, session: str) -> tuple[str, list[str], bytes]:
        """What there is of it, for the process: what kind, its arguments, and its first line."""
        if not _ID.fullmatch(session):
            return "", [], b""
        host = self._node.hosts.get(SessionId(session))
        if host is not None and host.entries is None:
            return "", [], b""
        if self._replays is not None:
            path = self._replays / (session + PART)  # of a new session, its first second is not written yet
            if host is not None or path.exists() or path.with_suffix("").exists():
                return "replay", ["replay", str(path)], b""
        if host is None or host.entries is None or self._journal is None:
            return "", [], b""
        header = header_of(host.definition, host.entries.kept, host.core.id, host.core.order)
        return "journal", ["journal", str(self._journal), session], base64.b64encode(encode(header))

    def _end(self, session: str) -> None:
        travelled = self._travelled.pop(session)
        task = asyncio.get_running_loop().create_task(asyncio.to_thread(travelled.end), name="end of a time travel")
        self._ending.add(task)
        task.add_done_callback(self._ending.discard)

    def _sweep_later(self) -> None:
        if self._timer is None:
            self._timer = asyncio.get_running_loop().call_later(IDLE_S / 2, self._sweep)

    def _sweep(self) -> None:
        self._timer = None
        for session, travelled in list(self._travelled.items()):
            if self._clock() - travelled.used_at >= IDLE_S:
                self._end(session)
        if self._travelled:
            self._sweep_later()
