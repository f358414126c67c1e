"""A journal in virtual time, on a disk in memory, and an oracle of what it has to hold."""

from __future__ import annotations

from random import Random
from typing import Literal

from rallypoint.ports import Entry, EntryKind, Recovered
from rallypoint.storage.journal_files import FileJournal, JournalSettings
from rallypoint_simulation.files import SimulatedFiles, SimulatedOffLoop
from rallypoint_simulation.loop import SimulatedLoop

WHOLE, PART, GONE = EntryKind.WHOLE, EntryKind.PART, EntryKind.GONE

State = dict[str, list[bytes]]


def apply(state: State, entries: list[Entry]) -> State:
    """What a journal holds after one more batch: the oracle."""
    after = {key: list(parts) for key, parts in state.items()}
    for key, kind, data in entries:
        if kind is WHOLE:
            after[key] = [data]
        elif kind is PART:
            after[key].append(data)
        else:
            after.pop(key, None)
    return after


class Actor:
    """Makes batches as a node does: wholes first, then parts and now and then a whole, and an end."""

    def __init__(self, dice: Random, size: int = 40) -> None:
        self.dice = dice
        self.size = size
        self.state: State = {}
        self._count = 0

    def data(self) -> bytes:
        return self.dice.randbytes(self.dice.randint(0, self.size))

    def batch(self) -> list[Entry]:
        entries: list[Entry] = []
        alive = list(self.state)
        for key in self.dice.sample(alive, min(len(alive), self.dice.randint(0, 3))):
            kind = self.dice.choices((PART, WHOLE, GONE), (8, 2, 1))[0]
            entries.append(Entry(key, kind, b"" if kind is GONE else self.data()))
        if len(alive) < 2 or self.dice.random() < 0.1:
            self._count += 1
            entries.append(Entry(f"session/{self._count}", WHOLE, self.data()))
        self.state = apply(self.state, entries)
        return entries

    def everything(self) -> list[Entry]:
        entries = [Entry(key, WHOLE, b"".join(parts) + self.data()) for key, parts in self.state.items()]
        self.state = apply(self.state, entries)
        return entries


class House:
    """A machine with one journal."""

    def __init__(self, files: SimulatedFiles | None = None, seed: int = 0, takes_s: float = 0.004) -> None:
        self.loop = SimulatedLoop(Random(seed))  # type: ignore[abstract]  # what is not needed is not there
        self.files = files if files is not None else SimulatedFiles()
        self.takes_s = takes_s
        self.committed: list[int] = []
        self.failures: list[str] = []

    def open(
        self, durability: Literal["process", "disk"] = "process", **settings: float
    ) -> tuple[FileJournal, Recovered]:
        off_loop = SimulatedOffLoop(self.loop, self.files, lambda: self.takes_s)
        chosen = JournalSettings(**{"segment_bytes": 1000, **settings})  # type: ignore[arg-type]
        journal, recovered = FileJournal.open(
            self.files, durability, self.loop, off_loop, lambda: 1.7e9 + self.loop.time(), chosen
        )
        journal.failed = self.failures.append
        return journal, recovered

    def append(self, journal: FileJournal, entries: list[Entry], number: int) -> None:
        journal.append(entries, self.loop.time(), lambda: self.committed.append(number))

    def wait(self, seconds: float = 1.0) -> None:
        self.loop.run_for(seconds)
        assert not self.loop.failures, self.loop.failures

    def close(self, journal: FileJournal) -> None:
        self.loop.run_until_complete(journal.close())


def found(files: SimulatedFiles) -> Recovered:
    """What somebody who opens it now would get."""
    return House(files).open()[1]
