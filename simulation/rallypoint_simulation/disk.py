"""The server's disk, as one process uses it: a process that has died writes nothing more, wherever it died."""

from __future__ import annotations

from collections.abc import Callable
from mmap import mmap
from random import Random
from typing import TYPE_CHECKING

from rallypoint.ports import JournalFile, JournalFiles

if TYPE_CHECKING:
    from .host import Host
    from .scenario import WriteTrigger

__all__ = ["Died", "Disk"]

End = Callable[[], None]


class Died(BaseException):
    """The process ends here. Nothing in it may catch this: it is raised where no code of a real one would run on."""


class Disk:
    """Implements :class:`rallypoint.ports.JournalFiles` for the process on ``host``."""

    def __init__(self, files: JournalFiles, host: Host, dice: Random) -> None:
        self._files = files
        self._host = host
        self._dice = dice
        self._awaited: list[tuple[int, str, End]] = []
        self.writes = 0
        """So many were begun."""
        self.written = 0
        """So many were done."""

    @property
    def is_used(self) -> bool:
        """Its process lives."""
        return self._host.alive

    def await_write(self, trigger: WriteTrigger, end: End) -> None:
        """``end`` has to end the process; it does so at that write, counted from now."""
        self._awaited.append((self.writes + trigger.nth, trigger.when, end))

    def forget(self) -> None:
        """It ends at no write."""
        self._awaited.clear()

    def names(self) -> list[str]:
        """See the port, as for all others."""
        self.live()
        return self._files.names()

    def read(self, name: str) -> bytes:
        self.live()
        return self._files.read(name)

    def create(self, name: str) -> JournalFile:
        self.live()
        return _File(self, self._files.create(name))

    def sync(self, name: str) -> None:
        self.live()
        self._files.sync(name)

    def remove(self, name: str) -> None:
        self.live()
        self._files.remove(name)

    def note(self) -> bytearray | mmap:
        self.live()
        return self._files.note()

    def live(self) -> None:
        if not self._host.alive:
            raise Died

    def write(self, file: JournalFile, data: bytes) -> None:
        """All of it, or as much as there is time for."""
        self.live()
        self.writes += 1
        ends = {when: end for nth, when, end in self._awaited if nth <= self.writes}
        if ends:
            self._awaited = [each for each in self._awaited if each[0] > self.writes]
        if "within" in ends:
            file.write(data[: self._dice.randrange(len(data) + 1)])
        elif "before" not in ends:
            file.write(data)
            self.written += 1
        for end in ends.values():
            end()
            self.live()

    def close(self) -> None:
        self._files.close()


class _File:
    def __init__(self, disk: Disk, file: JournalFile) -> None:
        self._disk = disk
        self._file = file

    def write(self, data: bytes) -> None:
        self._disk.write(self._file, data)

    def sync(self) -> None:
        self._disk.live()
        self._file.sync()

    def close(self) -> None:
        self._file.close()
