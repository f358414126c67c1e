"""Writes, so that it can be sent: what has changed goes to the journal in one batch, and then what follows is done.

Sessions that were changed between two steps (a seat was reserved, taken, left; a backend has signalled) are *touched*:
what is new of them goes with the next batch, whoever makes it.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack, contextmanager
from typing import Protocol

import structlog

from rallypoint.ports import Clock, Entry, EntryKind, Journal, Pressure

__all__ = ["Kept", "Scribe"]

log: structlog.typing.FilteringBoundLogger = structlog.get_logger("rallypoint.journal")

Then = Callable[[], None]


class Kept(Protocol):
    """Something that the journal keeps: a session's host."""

    def take_entries(self) -> list[Entry]:
        """What is new of it since the last call."""


class Scribe:
    """The one who writes for a node. With a journal that keeps nothing, what follows is done at once."""

    def __init__(self, journal: Journal, clock: Clock) -> None:
        self.journal = journal
        self.keeps = journal.keeps
        self._clock = clock
        self._touched: dict[Kept, None] = {}
        self._open = 0
        self._together: list[tuple[list[Entry], Then]] | None = None
        self._later: list[Then] = []
        self.watch: Callable[[list[Entry]], None] | None = None
        """Told of the entries of each batch, once it is committed: for replays."""

    @property
    def pressure(self) -> Pressure:
        """How far the disk is behind."""
        return self.journal.pressure

    def touch(self, kept: Kept) -> None:
        """Something of it is new."""
        if self.keeps:
            self._touched[kept] = None

    def forget(self, kept: Kept) -> None:
        """There is nothing new of it, or no more of it."""
        self._touched.pop(kept, None)

    def later(self, then: Then) -> None:
        """``then`` is called once the next batch is committed, whoever makes it: what is done belongs to that."""
        if self.keeps:
            self._later.append(then)
        else:
            then()

    def commit(self, entries: list[Entry], then: Then) -> None:
        """Writes these, and what is new of all that was touched; ``then`` is called once all of it is committed.

        Calls come in order. Without anything new it is called at once, unless something older still waits.
        """
        if not self.keeps:
            then()
            return
        entries = self._new() + entries
        if entries or self._open or self._later:
            self._append(entries, then)
        else:
            then()

    @contextmanager
    def together(self) -> Iterator[None]:
        """What is committed in here goes into one batch at its end: all of it is kept, or nothing.

        For what is done without a pause: nobody else's batch is written meanwhile either.
        """
        if self._together is not None:
            yield
            return
        held = self._together = []
        try:
            yield
        finally:
            self._together = None
            if held:
                thens = ExitStack()  # calls the last one first, and all of them, whatever one raises
                for _, then in reversed(held):
                    thens.callback(then)
                self.journal.append([entry for entries, _ in held for entry in entries], self._clock(), thens.close)

    async def committed(self) -> None:
        """Waits until everything that has happened is committed."""
        done = asyncio.get_running_loop().create_future()
        self.commit([], lambda: None if done.done() else done.set_result(None))
        await done

    def beat(self, entries: Sequence[Entry] = ()) -> None:
        """A batch, whether or not there is anything: once a second a sign of life.

        Recovery knows by it how long nobody was there, and damage to what was promised before is found by it.
        """
        if self.keeps:
            self._append([*self._new(), *entries], _nothing)

    def gone(self, key: str) -> None:
        """What that key names is no more: goes with the next batch."""
        if self.keeps:
            self._touched[_Gone(key)] = None

    def _new(self) -> list[Entry]:
        if not self._touched:
            return []
        touched = list(self._touched)
        self._touched.clear()
        entries: list[Entry] = []
        for kept in touched:
            try:
                entries += kept.take_entries()
            except Exception:  # an error of ours: what others have to say is not lost with it
                log.exception("not kept")
        return entries

    def _append(self, entries: list[Entry], then: Then) -> None:
        later, self._later = self._later, []
        self._open += 1

        def committed() -> None:
            self._open -= 1
            if self.watch is not None and entries:
                self.watch(entries)
            for earlier in later:
                earlier()
            then()

        if self._together is None:
            self.journal.append(entries, self._clock(), committed)
        else:
            self._together.append((entries, committed))


class _Gone:
    """Stands for what is no more."""

    def __init__(self, key: str) -> None:
        self._key = key

    def take_entries(self) -> list[Entry]:
        return [Entry(self._key, EntryKind.GONE, b"")]


def _nothing() -> None:
    pass
