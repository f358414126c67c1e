"""The server under load: one of our own in a process of its own, or one that runs already."""

from __future__ import annotations

import asyncio
import contextlib
import os
import sys
import tempfile
from collections.abc import AsyncIterator
from dataclasses import dataclass
from typing import IO, Any, Final

import msgspec

__all__ = ["CouldNotRun", "Served", "announced", "own_server", "tail"]

START_S: Final = 30.0
STOP_S: Final = 12.0
"""A server gives its connections 10 s to end in order."""
_TAIL_BYTES: Final = 4000


class CouldNotRun(Exception):
    """The run is not possible, or came to nothing; the message says why, and may show a log."""


@dataclass(frozen=True, slots=True)
class Served:
    """Where the server is. ``ops_url`` is empty if it is not known."""

    lobby_url: str
    ops_url: str
    process: asyncio.subprocess.Process | None = None
    log: IO[bytes] | None = None

    async def died(self) -> None:
        """Waits for the end of our own server, and raises :class:`CouldNotRun` with its last words; else for ever."""
        if self.process is None:
            await asyncio.Event().wait()
        else:
            code = await self.process.wait()
            raise CouldNotRun(f"the server ended with exit code {code}{tail(self.log)}")


def tail(log: IO[bytes] | None) -> str:
    """The last lines of a log, ready to be appended to a sentence; empty if there are none."""
    if log is None:
        return ""
    # The position in the file is shared with whoever writes the log: this must not move it.
    size = os.fstat(log.fileno()).st_size
    text = os.pread(log.fileno(), _TAIL_BYTES, max(0, size - _TAIL_BYTES)).decode(errors="replace").strip()
    return f". Its last words:\n{text}" if text else ""


@contextlib.asynccontextmanager
async def own_server(game: str) -> AsyncIterator[Served]:
    """Serves ``game`` on free ports of this machine, without bots of its own. Raises :class:`CouldNotRun`.

    The server is ended with the block, by its warden also if this process is killed.
    """
    serve = [sys.executable, "-m", "rallypoint", "serve", game, "--port", "0", "--ops-port", "0", "--data", ""]
    serve += ["--announce", "json", "--no-bots"]
    with tempfile.TemporaryFile(prefix="rallypoint-load-") as log:
        process = await asyncio.create_subprocess_exec(
            *(sys.executable, "-m", "rallypoint_loadtest.warden", str(STOP_S), *serve),
            stdin=asyncio.subprocess.PIPE,
            stdout=asyncio.subprocess.PIPE,
            stderr=log,
            start_new_session=True,  # a Ctrl-C is for this process alone: it ends the others in order
        )
        try:
            lobby_url, ops_url = await announced(process, log)
            yield Served(lobby_url, ops_url, process, log)
        finally:
            assert process.stdin is not None
            process.stdin.close()
            await _ended(process)


async def announced(process: asyncio.subprocess.Process, log: IO[bytes]) -> tuple[str, str]:
    """Waits until it serves; gives where its lobby and its operations are. Raises :class:`CouldNotRun`."""
    assert process.stdout is not None
    try:
        async with asyncio.timeout(START_S):
            line = await process.stdout.readline()
    except TimeoutError:
        raise CouldNotRun(f"the server was not ready within {START_S:g} s{tail(log)}") from None
    if not line:
        raise CouldNotRun(f"the server did not start{tail(log)}")
    try:
        said: dict[str, Any] = msgspec.json.decode(line, type=dict)
        return str(said["lobby"]), str(said.get("ops") or "")
    except (msgspec.DecodeError, KeyError):
        raise CouldNotRun(f"the server announced itself with {line[:200]!r}, without where its lobby is") from None


async def _ended(process: asyncio.subprocess.Process) -> None:
    """Waits for the warden, which ends the server with a deadline of its own; never for longer than that."""
    try:
        async with asyncio.timeout(STOP_S + 3):
            await process.wait()
    except TimeoutError:
        process.kill()
        await process.wait()
