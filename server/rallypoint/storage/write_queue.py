"""What waits to be written, in order and bounded, and which of it is tried next. Pure: it neither waits nor writes.

A *batch* is written in one transaction. If that fails, the *plan* of the round finds out whether the database is to
blame or one of the writes, so that one that can never be written holds no other one up:

- Something in a write itself is wrong: each is tried alone, and the wrong one is dropped.
- The database is to blame: one write is tried alone, each round another. If it fails too, the database is down: all
  of them wait. If it goes well, something in the batch is odd: each is tried alone, and what has failed three times
  while others went well is dropped.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Generator, Sequence
from dataclasses import dataclass, field
from typing import Final, Generic, Protocol, TypeVar

from .faults import Outcome

__all__ = ["BATCH_MAX", "ENTRIES_MAX", "Entry", "Plan", "Round", "WriteQueue", "plan"]

ENTRIES_MAX: Final = 10_000
BATCH_MAX: Final = 100
"""Building the statements of so many holds the event loop up for some milliseconds: not more."""
STRIKES_MAX: Final = 3
_FAILURES_TO_BE_SURE: Final = 3
"""Of writes alone, none of which went well: it is the database after all."""


class Keyed(Protocol):
    """A write, as far as its order is concerned."""

    @property
    def key(self) -> str:
        """Whose it is."""


W = TypeVar("W", bound=Keyed)


@dataclass(slots=True, eq=False)
class Entry(Generic[W]):
    """A write that waits."""

    write: W
    probes: int = 0
    """How often it alone was to show whether the database is down."""
    strikes: int = 0
    """How often it failed while others went well."""


@dataclass(slots=True)
class Round(Generic[W]):
    """What became of one batch."""

    written: list[Entry[W]] = field(default_factory=list)
    dropped: list[Entry[W]] = field(default_factory=list)
    left: bool = False
    """Something is to be tried again, after a pause."""


class WriteQueue(Generic[W]):
    """The queue. At most ``entries_max`` wait; then the oldest goes, and is counted."""

    def __init__(self, entries_max: int = ENTRIES_MAX) -> None:
        self._entries_max = entries_max
        self._waiting: deque[Entry[W]] = deque()
        self._taken: list[Entry[W]] = []
        self.written = 0
        self.lost = 0
        self.refused = 0

    def __len__(self) -> int:
        """Those that wait and those that are being written."""
        return len(self._waiting) + len(self._taken)

    def add(self, write: W) -> W | None:
        """Takes a write, and gives the one that had to go for it."""
        self._waiting.append(Entry(write))
        if len(self) <= self._entries_max:
            return None
        self.lost += 1
        return self._waiting.popleft().write

    def take(self, count: int = BATCH_MAX) -> list[Entry[W]]:
        """The oldest ones, to be written now. :meth:`settle` has to be called next."""
        assert not self._taken
        self._taken = [self._waiting.popleft() for _ in range(min(count, len(self._waiting)))]
        return self._taken

    def settle(self, done: Round[W]) -> None:
        """Notes what became of those that were taken: what is left waits again, before all others."""
        gone = {id(entry) for entry in (*done.written, *done.dropped)}
        self._waiting.extendleft(entry for entry in reversed(self._taken) if id(entry) not in gone)
        self._taken = []
        self.written += len(done.written)
        self.refused += len(done.dropped)


Plan = Generator[Sequence[Entry[W]], Outcome, Round[W]]
"""Yields what is to be tried in one transaction, is sent how that went, and returns what became of all."""


def plan(batch: Sequence[Entry[W]]) -> Plan[W]:
    """The plan of one round, as it is told above."""
    outcome = yield batch
    if outcome is Outcome.WRITTEN:
        return Round(written=list(batch))
    if len(batch) == 1:
        return Round(dropped=list(batch)) if outcome is Outcome.WRITE else Round(left=True)
    done: Round[W] = Round()
    if outcome is Outcome.DATABASE:
        firsts = {entry.write.key: entry for entry in reversed(batch)}.values()  # the oldest of each key
        probe = min(firsts, key=lambda entry: entry.probes)
        probe.probes += 1
        outcome = yield [probe]
        if outcome is Outcome.DATABASE:
            return Round(left=True)
        (done.written if outcome is Outcome.WRITTEN else done.dropped).append(probe)
    rest = [entry for entry in batch if entry not in done.written and entry not in done.dropped]
    yield from _one_by_one(rest, done)
    done.left = len(done.written) + len(done.dropped) < len(batch)
    return done


def _one_by_one(entries: Sequence[Entry[W]], done: Round[W]) -> Generator[Sequence[Entry[W]], Outcome, None]:
    failed: dict[str, Entry[W]] = {}
    for entry in entries:
        if entry.write.key in failed:  # never before an older one of its key
            continue
        outcome = yield [entry]
        match outcome:
            case Outcome.WRITTEN:
                done.written.append(entry)
            case Outcome.WRITE:
                done.dropped.append(entry)
            case Outcome.DATABASE:
                failed[entry.write.key] = entry
                if not done.written and len(failed) >= _FAILURES_TO_BE_SURE:
                    break
    if done.written:
        for entry in failed.values():
            entry.strikes += 1
            if entry.strikes >= STRIKES_MAX:
                done.dropped.append(entry)
