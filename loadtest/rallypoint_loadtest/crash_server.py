"""The server of ``make crash``: started, killed with ``kill -9`` by its own process id, and started again."""

from __future__ import annotations

import asyncio
import contextlib
import os
import signal
import sys
import time
from collections.abc import AsyncIterator, Iterator
from pathlib import Path

import psutil

from .server import CouldNotRun, announced, tail

__all__ = ["CrashServer", "crash_server"]


class CrashServer:
    """One server after another, with the same folder and the same ports."""

    def __init__(self, game: str, folder: Path, durability: str, guard: asyncio.subprocess.Process) -> None:
        self.lobby_url = self.ops_url = ""
        """Where it is, once it was there."""
        self.start_s = self.start_cpu_s = 0.0
        """From the last start to its announcement, and the processor time that it took: what is left of the former on
        a machine with nothing else to do."""
        self._game = game
        self._folder = folder
        self._durability = durability
        self._guard = guard
        self._log = (folder / "server.log").open("w+b")
        self._process: asyncio.subprocess.Process | None = None
        self._began = 0.0

    async def begin(self) -> None:
        """Starts the process, and does not wait for it."""
        ports = [url.rpartition(":")[2] or "0" for url in (self.lobby_url, self.ops_url)]
        command = [
            sys.executable,
            "-m",
            "rallypoint",
            "serve",
            self._game,
            "--port",
            ports[0],
            "--ops-port",
            ports[1],
            "--no-web",
        ]
        command += ["--data", str(self._folder / "data"), "--durability", self._durability]
        command += ["--announce", "json", "--no-bots", "--log-level", "info"]
        self._began = time.monotonic()
        with _on_its_core():
            self._process = await asyncio.create_subprocess_exec(
                *command,
                stdin=asyncio.subprocess.DEVNULL,
                stdout=asyncio.subprocess.PIPE,
                stderr=self._log,
                start_new_session=True,
                env=os.environ | {"PYTHONUNBUFFERED": "1"},
            )
        self._tell_guard(self._process.pid)

    async def announced(self) -> None:
        """Waits until it serves. Raises :class:`CouldNotRun` with its last words if it does not."""
        urls = await announced(self._running(), self._log)
        self.start_s, self.start_cpu_s = time.monotonic() - self._began, self.cpu_s()
        self.lobby_url, self.ops_url = urls

    async def kill(self) -> None:
        """``kill -9``, this process and no other. Raises :class:`CouldNotRun` if it had ended by itself."""
        process = self._running()
        self.check()
        process.send_signal(signal.SIGKILL)
        await process.wait()
        self._tell_guard(0)

    def check(self) -> None:
        """Raises :class:`CouldNotRun` with its last words if it has ended by itself."""
        process = self._running()
        if process.returncode is not None:
            raise CouldNotRun(f"the server ended by itself with exit code {process.returncode}{tail(self._log)}")

    def cpu_s(self) -> float:
        """Processor time it has used since it was started."""
        used = psutil.Process(self._running().pid).cpu_times()
        return float(used.user + used.system)

    def last_words(self) -> str:
        """The end of its log."""
        return tail(self._log)

    async def close(self) -> None:
        """Ends it, however it is."""
        process = self._process
        if process is not None and process.returncode is None:
            with contextlib.suppress(ProcessLookupError):
                process.kill()
            await process.wait()
        self._tell_guard(0)
        self._log.close()

    def _running(self) -> asyncio.subprocess.Process:
        if self._process is None:
            raise RuntimeError("the server was not started")
        return self._process

    def _tell_guard(self, pid: int) -> None:
        assert self._guard.stdin is not None
        self._guard.stdin.write(b"%d\n" % pid)


@contextlib.asynccontextmanager
async def crash_server(game: str, folder: Path, durability: str) -> AsyncIterator[CrashServer]:
    """A server that serves; it has ended with the block, also if this process is killed."""
    guard = await asyncio.create_subprocess_exec(
        *(sys.executable, "-m", "rallypoint_loadtest.crash_guard"),
        stdin=asyncio.subprocess.PIPE,
        start_new_session=True,
    )
    server = CrashServer(game, folder, durability, guard)
    try:
        await server.begin()
        await server.announced()
        yield server
    finally:
        await server.close()
        assert guard.stdin is not None
        guard.stdin.close()
        await guard.wait()


@contextlib.contextmanager
def _on_its_core() -> Iterator[None]:
    """What is started here has the first core to itself, and this process the others, if there are several."""
    if not hasattr(os, "sched_setaffinity"):  # Linux alone has it
        yield
        return
    cores = sorted(_CORES or os.sched_getaffinity(0))
    _CORES[:] = cores
    if len(cores) > 1:
        os.sched_setaffinity(0, cores[:1])
    try:
        yield
    finally:
        os.sched_setaffinity(0, cores[1:] or cores)


_CORES: list[int] = []
"""Those that this process had at first."""
