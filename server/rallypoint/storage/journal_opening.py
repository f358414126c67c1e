"""Opens the journal in a folder: real files, and a thread of its own for what takes long."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Literal, TypeVar

from rallypoint.ports import Clock, JournalUnusable, Recovered

from .journal_files import FileJournal, JournalSettings
from .os_files import FolderLocked, OsFiles

__all__ = ["WorkerThread", "open_journal"]

T = TypeVar("T")


class WorkerThread:
    """One thread: a disk that hangs holds up nothing but the journal. See :class:`.journal_files.OffLoop`."""

    def __init__(self, loop: asyncio.AbstractEventLoop) -> None:
        self._loop = loop
        self._thread = ThreadPoolExecutor(1, "journal")

    def run(self, work: Callable[[], T]) -> asyncio.Future[T]:
        """Calls it in the thread."""
        return self._loop.run_in_executor(self._thread, work)

    def close(self) -> None:
        """The thread ends."""
        self._thread.shutdown(wait=False)


def open_journal(
    folder: Path,
    durability: Literal["process", "disk"],
    loop: asyncio.AbstractEventLoop,
    *,
    settings: JournalSettings | None = None,
    wall: Clock = time.time,
) -> tuple[FileJournal, Recovered]:
    """The journal, and what was in it. Takes up to a tenth of a second for each 10 MB: before anybody is served.

    Nothing is written or deleted before the first batch is appended: whoever does not like what was found closes it.

    Raises:
        JournalUnusable: it cannot be opened or trusted; a sentence says what to do.
    """
    try:
        files = OsFiles(folder)
    except FolderLocked as error:
        raise JournalUnusable(f"{error.strerror}: end it, or set another data_dir") from None
    except OSError as error:
        raise JournalUnusable(f"the journal's folder {folder} cannot be used: {error.strerror or error}") from None
    thread = WorkerThread(loop)
    try:
        return FileJournal.open(files, durability, loop, thread, wall, settings)
    except BaseException as error:
        thread.close()
        files.close()
        if isinstance(error, OSError):
            raise JournalUnusable(
                f"the journal in {folder} cannot be read: {error.strerror or error}. Nothing was changed"
            ) from None
        if isinstance(error, JournalUnusable):
            raise JournalUnusable(f"the journal in {folder}: {error}") from None
        raise
