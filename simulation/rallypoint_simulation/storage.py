"""The disk of the server's machine, and the journal on it: what of it outlives the server, and how it fails."""

from __future__ import annotations

import enum
import errno
import os
from collections.abc import Callable
from random import Random
from typing import Final

from rallypoint.ports import Clock, Journal, Recovered
from rallypoint.storage.journal_files import FileJournal, JournalSettings
from rallypoint.storage.journal_off import JournalOff

from .disk import Disk
from .files import SimulatedFiles, SimulatedOffLoop
from .host import Host
from .loop import SimulatedLoop
from .scenario import ServerPlan, WriteTrigger

__all__ = ["EXPECTED_ERRORS", "Keeps", "Storage"]

EXPECTED_ERRORS: Final = ("journal failed", "the sessions of the last run went on undurably, and are lost")
"""What a server logs because of its disk, and rightly so."""
_SYNC_MIN_S: Final = 0.0005
_WORKS: Final = 4
"""Pieces of work beside the event loop, one after the other, until a batch is committed that was just written."""
_SETTLED_S: Final = 2.0
"""So long after the disk has taken all again, a sync has come to its end, unless it is slow."""


class Keeps(enum.Enum):
    """What of all that a server has told is to be there again when it is gone."""

    NOTHING = "nothing"
    SOME = "some"
    """All up to some moment."""
    ALL = "all"


class Storage:
    """Everything below the journal. Faults act here."""

    def __init__(self, loop: SimulatedLoop, dice: Random, plan: ServerPlan, wall: Clock) -> None:
        self.files = SimulatedFiles()
        self.slow_s = 0.0
        """So much longer takes everything that is done beside the event loop."""
        self._slowest_s = 0.0
        self.faults = 0
        """Full, or failing: how many of these there were."""
        self._loop = loop
        self._dice = dice
        self._plan = plan
        self._wall = wall
        self._journal: Journal | None = None
        self._disk: Disk | None = None
        self._awaited: list[tuple[WriteTrigger, Callable[[], None]]] = []
        self._trouble_at = -_SETTLED_S

    def open(self, host: Host) -> tuple[Journal, Recovered | None]:
        """For the server that starts on ``host``. Raises ``OSError`` and ``JournalUnusable``."""
        durability = self._plan.durability
        if durability == "off":
            return JournalOff(), None
        self._journal = None
        disk = self._disk = Disk(self.files, host, self._dice)
        for trigger, end in self._awaited:
            disk.await_write(trigger, end)
        self._awaited.clear()
        off_loop = SimulatedOffLoop(self._loop, self.files, self._takes_s)
        settings = JournalSettings(segment_bytes=self._plan.segment_bytes)
        self._journal, recovered = FileJournal.open(disk, durability, self._loop, off_loop, self._wall, settings)
        return self._journal, recovered

    def _takes_s(self) -> float:
        return max(_SYNC_MIN_S, self._plan.journal_s * self._dice.random()) + self.slow_s

    def await_write(self, trigger: WriteTrigger, end: Callable[[], None]) -> None:
        """``end`` ends the server at that write: of the one that runs, or of the next."""
        if self._disk is not None and self._disk.is_used:
            self._disk.await_write(trigger, end)
        else:
            self._awaited.append((trigger, end))

    # --- what goes wrong --------------------------------------------------------------------------------------------

    @property
    def is_faulty(self) -> bool:
        """The disk is full, or fails."""
        return self.files.room is not None or self.files.fault is not None

    @property
    def commits_s(self) -> float:
        """A batch is committed so soon, at the latest: after what is under way, and its own sync."""
        if self._plan.durability != "disk":
            return 0.0
        return _WORKS * (max(_SYNC_MIN_S, self._plan.journal_s) + self._slowest_s) + 0.001

    def slow(self, sync_s: float) -> None:
        """Everything that is done beside the event loop takes so much longer."""
        self.slow_s = sync_s
        self._slowest_s = max(self._slowest_s, sync_s)

    def fill(self, room: int) -> None:
        """The disk takes so many bytes more."""
        self.faults += 1
        self.files.room = room

    def fail(self, doing: str) -> None:
        """The disk does not do that any more: ``write``, ``sync``, ``create``, or anything, if it is empty."""
        self.faults += 1

        def fault(what: str, name: str) -> None:
            if doing in ("", what):
                raise OSError(errno.EIO, os.strerror(errno.EIO))

        self.files.fault = fault

    def mend(self) -> None:
        """The disk has room, and does what it is asked for, in time."""
        self.files.room = self.files.fault = None
        self.slow_s = 0.0

    def calm(self) -> None:
        """Nothing goes wrong any more."""
        self.mend()
        self._awaited.clear()
        if self._disk is not None:
            self._disk.forget()

    def look(self) -> None:
        """Some time has passed."""
        if self._journal is not None and self._journal.failure:
            self._trouble_at = self._loop.now

    # --- the server is gone -----------------------------------------------------------------------------------------

    def keeps(self, *, power: bool) -> Keeps:
        """If the server is gone now; ``power``: with its machine."""
        if self._plan.durability == "off":
            return Keeps.NOTHING
        journal, disk = self._journal, self._disk
        if journal is not None and journal.failure:
            # What the disk has refused, it has. That all since then is lost, is noted: but not on the disk for sure.
            return Keeps.SOME if power or disk is None or not disk.written else Keeps.NOTHING
        if not power:
            return Keeps.ALL
        settled = self._loop.now - self._trouble_at > _SETTLED_S + self._plan.journal_s + self.slow_s
        return Keeps.ALL if self._plan.durability == "disk" and settled else Keeps.SOME

    def crash(self, *, power: bool) -> None:
        """The server is gone."""
        if power:
            self.files.lose_power(self._dice)
        else:
            self.files.crash()
        self._journal = None

    async def close(self) -> None:
        """The server has stopped."""
        if self._journal is not None:
            await self._journal.close()
