"""A journal's folder in memory, with a disk beneath it that forgets what was not synced, fails, fills up, is slow.

One :class:`SimulatedFiles` is one machine's folder: give the same one to the process that is started after a crash.

- The process dies: :meth:`SimulatedFiles.crash`. All that was written is there; files that were open take no more.
- The machine loses its power: :meth:`SimulatedFiles.lose_power`. What was synced is there, under its name. Of the rest,
  by dice: nothing, a part that ends anywhere, or all its length with pages of it missing.
- Faults: set :attr:`SimulatedFiles.room` (a full disk; the write that does not fit is made in part), or
  :attr:`SimulatedFiles.fault` (called before everything that is done, and may raise ``OSError``).
- What is slow: :class:`SimulatedOffLoop`, to be given to the journal. Work is done at the moment it is asked for, and
  its end is told later, in virtual time; if the power fails in between, some of what it was to make durable is not.

Writes themselves take no time: no callback of a loop in virtual time does.
"""

from __future__ import annotations

import asyncio
import errno
import os
from collections.abc import Callable
from random import Random
from typing import Any, Protocol, TypeVar

__all__ = ["SimulatedFiles", "SimulatedOffLoop"]

T = TypeVar("T")

_PAGE_BYTES = 512
"""What the disk keeps or loses as one. Real pages are larger, but then journals in tests would have one or two."""
_NOTE = "note"
_NOTE_BYTES = 64


class _Loop(Protocol):
    """What is used of the event loop."""

    def call_later(self, delay: float, callback: Callable[..., object], /, *args: Any) -> Any: ...

    def create_future(self) -> asyncio.Future[Any]: ...


class _Kept:
    """A file: what a process sees of it, and how much of that is on the disk for sure."""

    __slots__ = ("data", "named", "synced")

    def __init__(self) -> None:
        self.data = bytearray()
        self.synced = 0
        self.named = False


class SimulatedFile:
    """Implements :class:`rallypoint.ports.JournalFile`."""

    def __init__(self, files: SimulatedFiles, name: str, kept: _Kept) -> None:
        self._files = files
        self._name = name
        self._kept = kept
        self._life = files.life
        self._open = True

    def _check(self, doing: str) -> None:
        if self._life != self._files.life:
            raise RuntimeError(f"a process that has died wants to {doing} {self._name}")
        if not self._open:
            raise ValueError(f"{self._name} is closed")
        self._files.check(doing, self._name)

    def write(self, data: bytes) -> None:
        """See the port."""
        self._check("write")
        room = self._files.room
        if room is not None:
            fits = min(room, len(data))
            self._files.room = room - fits
            self._kept.data += data[:fits]
            if fits < len(data):
                raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))
        else:
            self._kept.data += data

    def sync(self) -> None:
        """See the port."""
        self._check("sync")
        self._files.durable(self._kept, len(self._kept.data))

    def close(self) -> None:
        """See the port."""
        self._open = False


class SimulatedFiles:
    """Implements :class:`rallypoint.ports.JournalFiles`."""

    def __init__(self) -> None:
        self.life = 0
        """One more with each process that has died here."""
        self.room: int | None = None
        """Bytes that can still be written before the disk is full; ``None``: no end. Deleting gives some back."""
        self.fault: Callable[[str, str], None] | None = None
        """Called with what is about to be done (``create``, ``write``, ``sync``, ``remove``, ``note``) and a name."""
        self._files: dict[str, _Kept] = {}
        self._removed: dict[str, _Kept] = {}
        self._note: bytearray | None = None
        self._work: list[list[tuple[str, Callable[[], None]]]] = []
        self._effects: list[tuple[str, Callable[[], None]]] | None = None

    # --- the port ---------------------------------------------------------------------------------------------------

    def names(self) -> list[str]:
        """See the port."""
        return sorted([*self._files, *([_NOTE] if self._note is not None else [])])

    def read(self, name: str) -> bytes:
        """See the port."""
        if name == _NOTE and self._note is not None:
            return bytes(self._note)
        return bytes(self._kept(name).data)

    def create(self, name: str) -> SimulatedFile:
        """See the port."""
        self.check("create", name)
        if name in self._files:
            raise FileExistsError(errno.EEXIST, os.strerror(errno.EEXIST), name)
        kept = self._files[name] = _Kept()
        return SimulatedFile(self, name, kept)

    def sync(self, name: str) -> None:
        """See the port."""
        self.check("sync", name)
        kept = self._kept(name)
        self.durable(kept, len(kept.data))

    def remove(self, name: str) -> None:
        """See the port."""
        self.check("remove", name)
        kept = self._kept(name)
        del self._files[name]
        if self.room is not None:
            self.room += len(kept.data)
        self._removed[name] = kept

        def effect() -> None:
            self._removed.pop(name, None)

        self._effect("remove", effect)

    def note(self) -> bytearray:
        """See the port."""
        self.check("note", _NOTE)
        if self._note is None:
            self._note = bytearray(_NOTE_BYTES)
        return self._note

    def close(self) -> None:
        """See the port."""

    # --- what files and work tell -----------------------------------------------------------------------------------

    def check(self, doing: str, name: str) -> None:
        """Before anything is done."""
        if self.fault is not None:
            self.fault(doing, name)

    def durable(self, kept: _Kept, length: int) -> None:
        """So much of a file is on the disk, with its name, as soon as the work that asked for it is done."""

        def effect() -> None:
            kept.synced = max(kept.synced, length)
            kept.named = True

        self._effect("sync", effect)

    def _effect(self, kind: str, effect: Callable[[], None]) -> None:
        if self._effects is None:
            effect()
        else:
            self._effects.append((kind, effect))

    def begin(self, work: Callable[[], T]) -> tuple[Callable[[], None], T | None, Exception | None]:
        """Does a piece of work; what it makes durable is so once the function that this gives is called."""
        effects: list[tuple[str, Callable[[], None]]] = []
        self._effects = effects
        result: T | None = None
        failure: Exception | None = None
        try:
            result = work()
        except Exception as error:
            failure = error
        finally:
            self._effects = None
        self._work.append(effects)

        def end() -> None:
            if any(one is effects for one in self._work):
                self._work = [one for one in self._work if one is not effects]
                for _, effect in effects:
                    effect()

        return end, result, failure

    def _kept(self, name: str) -> _Kept:
        try:
            return self._files[name]
        except KeyError:
            raise FileNotFoundError(errno.ENOENT, os.strerror(errno.ENOENT), name) from None

    # --- what happens to the machine --------------------------------------------------------------------------------

    def crash(self) -> None:
        """The process dies. The system goes on: it has all that was written, and syncs what it likes."""
        self.life += 1
        for effects in self._work:
            for kind, effect in effects:
                if kind == "remove":
                    effect()
        self._work.clear()
        if self._note is not None:
            self._note = bytearray(self._note)  # who has died writes no more

    def lose_power(self, dice: Random) -> None:
        """The machine stops: of what was not synced, the dice decide. Then it is started again, without faults."""
        for effects in self._work:
            for _, effect in effects[: dice.randint(0, len(effects))]:
                effect()
        self._work.clear()
        self.crash()
        for name, kept in self._removed.items():
            if name not in self._files and dice.random() < 0.5:
                self._files[name] = kept
        self._removed.clear()
        for name in sorted(self._files):
            kept = self._files[name]
            if not kept.named and dice.random() < 0.5:
                del self._files[name]
                continue
            _lose(kept, dice)
            kept.named, kept.synced = True, len(kept.data)
        if self._note is not None and dice.random() < 0.5:
            self._note = bytearray(_NOTE_BYTES)
        self.fault = self.room = None


def _lose(kept: _Kept, dice: Random) -> None:
    """What was not synced of a file: all kept, cut anywhere, or with pages in it that never got there."""
    how = dice.randrange(4)
    if how == 0:
        return
    if how == 1:
        del kept.data[dice.randint(kept.synced, len(kept.data)) :]
        return
    if how == 2:
        del kept.data[kept.synced :]
        return
    for begin in range(kept.synced - kept.synced % _PAGE_BYTES, len(kept.data), _PAGE_BYTES):
        if dice.random() < 0.3:
            end = min(begin + _PAGE_BYTES, len(kept.data))
            begin = max(begin, kept.synced)
            kept.data[begin:end] = bytes(end - begin)


class SimulatedOffLoop:
    """Work beside the event loop, in virtual time. Implements :class:`rallypoint.storage.journal_files.OffLoop`.

    ``takes_s`` gives how long the next piece of work takes: a slow disk is a large number.
    """

    def __init__(self, loop: _Loop, files: SimulatedFiles, takes_s: Callable[[], float]) -> None:
        self._loop = loop
        self._files = files
        self._takes_s = takes_s

    def run(self, work: Callable[[], T]) -> asyncio.Future[T]:
        """Does it now, and tells later."""
        future: asyncio.Future[T] = self._loop.create_future()
        end, result, failure = self._files.begin(work)

        def told() -> None:
            end()
            if future.done():
                return
            if failure is not None:
                future.set_exception(failure)
            else:
                future.set_result(result)  # type: ignore[arg-type]  # without a failure it is what the work gave

        self._loop.call_later(self._takes_s(), told)
        return future

    def close(self) -> None:
        """Nothing is left."""
