"""Runs :mod:`.replay_worker` as a process of its own, without the event loop feeling it."""

from __future__ import annotations

import asyncio
import subprocess
import sys
from collections.abc import Sequence
from typing import Final

__all__ = ["WORK_S_MAX", "work"]

WORK_S_MAX: Final = 120.0


async def work(arguments: Sequence[str], *, whole: bool = True) -> bytes:
    """What the process says. Raises ``OSError``; ``TimeoutError``, unless ``whole`` is false: then what it has said.

    All of it in threads: an event loop starts processes with a fork, which copies the page tables of the whole node
    (30 ms for 600 MB); the standard library's own way does without, and waits for the new program a millisecond.
    """
    begun = asyncio.ensure_future(asyncio.to_thread(_begin, arguments))
    heard = False
    try:
        process = await asyncio.shield(begun)
        heard = True
        return await asyncio.to_thread(_hear, process, whole)
    except asyncio.CancelledError:
        process = await begun
        process.kill()
        if not heard:  # it was just being started, and nobody else waits for its end
            await asyncio.to_thread(process.communicate)
        raise


def _begin(arguments: Sequence[str]) -> subprocess.Popen[bytes]:
    # -P: a project's own random.py, in the folder that the server was started in, is not what the reader looks for.
    command = [sys.executable, "-P", "-m", "rallypoint.web.replay_worker", *arguments]
    return subprocess.Popen(command, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE)  # noqa: S603  # our own program


def _hear(process: subprocess.Popen[bytes], whole: bool) -> bytes:
    try:
        return process.communicate(timeout=WORK_S_MAX)[0]
    except subprocess.TimeoutExpired:
        process.kill()
        said = process.communicate()[0]
        if whole:
            raise TimeoutError(f"it took longer than {WORK_S_MAX:g} s") from None
        return said[: said.rfind(b"\n") + 1]
