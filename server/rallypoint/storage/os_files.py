"""The folder of a journal on a real disk. All of it raises ``OSError``."""

from __future__ import annotations

import errno
import fcntl
import mmap
import os
import time
from pathlib import Path

from .journal_note import NOTE_BYTES, NOTE_NAME

__all__ = ["FolderLocked", "OsFiles"]

_LOOK_S = 1.0
"""How often a file that is being written is asked whether it still has a name: nobody would find it otherwise."""


class FolderLocked(OSError):
    """Another process writes there."""


class OsFile:
    """Implements :class:`rallypoint.ports.JournalFile`."""

    def __init__(self, folder: Path, name: str) -> None:
        self._folder = folder
        flags = os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_APPEND | os.O_CLOEXEC
        self._file = os.open(folder / name, flags, 0o600)
        self._named = False
        self._looked = time.monotonic()

    def write(self, data: bytes) -> None:
        """See the port."""
        done = os.write(self._file, data)
        while done < len(data):
            done += os.write(self._file, memoryview(data)[done:])
        now = time.monotonic()
        if now - self._looked > _LOOK_S:
            self._looked = now
            self._look()

    def sync(self) -> None:
        """See the port."""
        os.fdatasync(self._file)
        self._look()
        if not self._named:
            _sync_folder(self._folder)
            self._named = True

    def _look(self) -> None:
        if not os.fstat(self._file).st_nlink:
            raise FileNotFoundError(errno.ENOENT, "the journal's file was deleted")

    def close(self) -> None:
        """See the port."""
        if self._file >= 0:
            file, self._file = self._file, -1
            os.close(file)


class OsFiles:
    """Implements :class:`rallypoint.ports.JournalFiles`. Makes the folder if there is none, and locks it.

    Raises :class:`FolderLocked` if another process has it.
    """

    def __init__(self, folder: Path) -> None:
        self._folder = folder.absolute()
        self._lock = -1
        self._hold()

    def _hold(self) -> None:
        """Locks the folder that has this name now: it may be another one than before."""
        self._folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        if self._lock >= 0 and os.path.samestat(os.fstat(self._lock), os.stat(self._folder)):
            return
        lock = os.open(self._folder, os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC)
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            os.close(lock)
            raise FolderLocked(errno.EWOULDBLOCK, f"another server writes its journal to {self._folder}") from None
        except BaseException:
            os.close(lock)
            raise
        self._let_go()
        self._lock = lock

    def names(self) -> list[str]:
        """See the port."""
        return sorted(os.listdir(self._folder))

    def read(self, name: str) -> bytes:
        """See the port."""
        return (self._folder / name).read_bytes()

    def create(self, name: str) -> OsFile:
        """See the port."""
        self._hold()
        return OsFile(self._folder, name)

    def sync(self, name: str) -> None:
        """See the port."""
        file = os.open(self._folder / name, os.O_RDONLY | os.O_CLOEXEC)
        try:
            os.fsync(file)
        finally:
            os.close(file)
        _sync_folder(self._folder)

    def remove(self, name: str) -> None:
        """See the port."""
        os.unlink(self._folder / name)
        _sync_folder(self._folder)

    def note(self) -> mmap.mmap:
        """See the port."""
        file = os.open(self._folder / NOTE_NAME, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
        try:
            if os.fstat(file).st_size != NOTE_BYTES:
                os.ftruncate(file, 0)
                os.write(file, bytes(NOTE_BYTES))  # its room on the disk is taken now, not when the disk is full
            return mmap.mmap(file, NOTE_BYTES)
        finally:
            os.close(file)

    def close(self) -> None:
        """See the port."""
        self._let_go()

    def _let_go(self) -> None:
        if self._lock >= 0:
            lock, self._lock = self._lock, -1
            os.close(lock)


def _sync_folder(folder: Path) -> None:
    file = os.open(folder, os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC)
    try:
        os.fsync(file)
    finally:
        os.close(file)
