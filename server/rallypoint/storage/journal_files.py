"""The journal of a node in files: batches are written on the event loop, and all that takes longer happens off it.

With ``process`` a batch is committed as soon as it is written: the system has it then, whatever becomes of the
process. With ``disk`` it is committed once it is synced: one sync after the other, each for all that was written before
it began.

When a segment is full, the next one, made ahead, takes its place. Former ones are synced, closed, and deleted once
nothing that lives needs them: the deleting waits until a batch that says so is on the disk itself.

When the disk fails, what was written to the segment is not trusted any more. Nothing is written then; every few seconds
a new segment is tried. Once the disk has taken one, all that lives is written whole into it, in one batch, and nothing
before it is needed.
"""

from __future__ import annotations

import asyncio
import errno
from collections import deque
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any, Literal, Protocol, TypeVar

from rallypoint.core.pressure import PRESSURE_LIMITS, PressureGauge, PressureLimit, WritingDebt
from rallypoint.ports import Clock, Committed, Entry, EntryKind, JournalFile, JournalFiles, Pressure, Recovered, Timer

from .journal_note import NOTE_BYTES, Note
from .journal_reading import Position, read_journal
from .journal_retention import Retention
from .journal_segments import OpenSegments
from .segments import HEADER_BYTES, Header, encode_batch, encode_header

__all__ = ["FileJournal", "JournalLoop", "JournalSettings", "OffLoop"]

T = TypeVar("T")

_SLOW_WRITE_S = 0.001
"""A write that takes longer counts as slow. Ordinary ones take hundredths of that."""
_PRESSURES = tuple(Pressure)
_ALL = 1 << 64
"""No batch has such a number."""
_ASKED = -1
"""The batch that ends the failure is to be appended."""
_WHOLE, _GONE = EntryKind.WHOLE, EntryKind.GONE


class OffLoop(Protocol):
    """Where work is done that takes long: a thread, or a simulation's virtual time."""

    def run(self, work: Callable[[], T]) -> asyncio.Future[T]:
        """Calls it elsewhere; its result or exception comes back to the event loop. One at a time is asked for."""

    def close(self) -> None:
        """No more is asked for."""


class JournalLoop(Protocol):
    """What is used of an event loop."""

    def time(self) -> float:
        """Seconds on its clock."""

    def call_later(self, delay: float, callback: Callable[[], object], /) -> Timer:
        """Calls back in so many seconds."""

    def create_future(self) -> asyncio.Future[Any]:
        """A future."""

    def call_exception_handler(self, context: dict[str, Any]) -> None:
        """Takes what was raised where nobody could take it."""


@dataclass(frozen=True, slots=True)
class JournalSettings:
    """What may be chosen."""

    segment_bytes: int = 16 << 20
    """A segment that has more is followed by the next."""
    retain_bytes: int = 64 << 20
    """With more than this on the disk, and ..."""
    retain_ratio: float = 3.0
    """... this many times what lives, written whole, keys are asked for that keep old segments."""
    retry_s: float = 3.0
    """How long to wait, on a disk that fails, before trying it again."""
    hung_s: float = 30.0
    """A disk that has not answered for so long has failed: what waits for it has no other bound."""
    limits: tuple[PressureLimit, ...] = PRESSURE_LIMITS


class FileJournal:
    """Implements :class:`rallypoint.ports.Journal`. Nothing is written or deleted before the first batch."""

    keeps = True

    def __init__(
        self,
        files: JournalFiles,
        durability: Literal["process", "disk"],
        loop: JournalLoop,
        off_loop: OffLoop,
        wall: Clock,
        position: Position,
        settings: JournalSettings,
    ) -> None:
        self.durability = durability
        self.failed: Callable[[str], None] = lambda why: None
        self.mended: Callable[[], None] = lambda: None
        self.flushed: Callable[[float], None] = lambda seconds: None
        self.failure = ""
        self._files = files
        self._disk = durability == "disk"
        self._loop = loop
        self._off_loop = off_loop
        self._wall = wall
        self._settings = settings
        self._journal = position.journal
        self._seq = position.seq
        self._synced = position.synced
        self._oldest = position.oldest
        self._oldest_synced = self._removed_before = position.oldest
        self._segments = OpenSegments(files, list(position.segments), position.chain)
        self._retention = Retention(settings.retain_bytes, settings.retain_ratio)
        self._retention.recovered(position.wholes, position.segments)
        self._size = 0
        self._note = Note(bytearray(NOTE_BYTES))  # until the first batch is written, the file says what it said
        self._noted = False
        self._waiting: deque[tuple[int, int, float, Committed]] = deque()
        self._waiting_bytes = 0
        self._committing = False
        self._gauge = PressureGauge(settings.limits)
        self._debt = WritingDebt(loop.time())
        self._busy: asyncio.Future[Any] | None = None
        self._idle: asyncio.Future[None] | None = None
        self._sync_due = False
        self._retry: Timer | None = None
        self._retry_due = False
        self._life = 0  # one more with each failure: what was begun before it does not count
        self._mending = 0  # the number of the batch that ends the failure, or _ASKED
        self._before = (0, 0)  # that batch and what it made unneeded, if the failure goes on
        self._closed = self._finished = False

    @classmethod
    def open(
        cls,
        files: JournalFiles,
        durability: Literal["process", "disk"],
        loop: JournalLoop,
        off_loop: OffLoop,
        wall: Clock,
        settings: JournalSettings | None = None,
    ) -> tuple[FileJournal, Recovered]:
        """Reads what is there. Raises :class:`rallypoint.ports.JournalUnusable`, and ``OSError``."""
        recovered, position = read_journal(files)
        return cls(files, durability, loop, off_loop, wall, position, settings or JournalSettings()), recovered

    # --- what the port promises -------------------------------------------------------------------------------------

    @property
    def pressure(self) -> Pressure:
        """See the port."""
        if self.failure and not self._mending:
            return Pressure.NONE  # nothing waits for the disk
        now = self._loop.time()
        lag_s = now - self._waiting[0][2] if self._waiting else 0.0
        return _PRESSURES[self._gauge.update(max(lag_s, self._debt.lag_s(now)), self._waiting_bytes)]

    def on_disk(self) -> tuple[int, int]:
        """See the port."""
        segments = self._retention.segments
        return len(segments), sum(segments.values())

    def append(self, entries: Sequence[Entry], now: float, committed: Committed) -> None:
        """See the port."""
        if self._closed or (self.failure and not self._mending):
            self._commit_undurably(committed)
            return
        began, wall = self._loop.time(), self._wall()  # the loop's own clock may be rounded to milliseconds
        if self._waiting and began - self._waiting[0][2] >= self._settings.hung_s:
            self._fail(TimeoutError(errno.ETIMEDOUT, f"the disk has not answered for {self._settings.hung_s:g} s"))
            self._commit_undurably(committed)
            return
        try:
            size = self._write(entries, now)
        except OSError as error:
            self._waiting.append((self._seq + 1, 0, began, committed))
            self._fail(error)
            return
        took_s = self._loop.time() - began
        if took_s > _SLOW_WRITE_S:
            self._debt.wrote(began + took_s, took_s)
        if not self._disk:
            self.flushed(self._wall() - wall)
        if self._disk:
            self._waiting.append((self._seq, size, began, committed))
            self._waiting_bytes += size
            self._sync_due = True
        if self._busy is None and (self._sync_due or not self._segments.has_ahead):
            self._work()
        if not self._disk:
            if self._mending:
                self._end_failure()
            if self._committing:
                self._waiting.append((self._seq, 0, began, committed))
            else:
                committed()

    def stepping(self, key: str) -> None:
        """See the port."""
        self._note.stepping(key)

    def stepped(self) -> None:
        """See the port."""
        self._note.stepped()

    def stale(self, most: int) -> list[str]:
        """See the port."""
        return [] if self.failure else self._retention.stale(most, self._segments.number)

    async def close(self) -> None:
        """See the port. If nothing was appended, nothing was changed."""
        if self._closed:
            return
        self._closed = True
        if self._retry is not None:
            self._retry.cancel()
        while self._busy is not None:
            self._idle = self._loop.create_future()
            await self._idle
        try:
            if self._segments.file is not None and (not self.failure or self._mending > 0):
                await self._off_loop.run(self._segments.syncing()[0])
                self._end_failure()
        except Exception as error:
            self._fail(error)
        self._finished = True
        self._commit(_ALL)
        try:
            await self._off_loop.run(self._segments.closing())
        finally:
            self._off_loop.close()
            self._files.close()

    # --- writing ----------------------------------------------------------------------------------------------------

    def _write(self, entries: Sequence[Entry], now: float) -> int:
        """One batch, to where it belongs; gives its size. Raises ``OSError``."""
        segments, unix, header = self._segments, self._wall(), b""
        if segments.file is None:
            segments.begin()
            self._oldest = self._oldest or segments.number
            self._journal = self._journal or max(1, int(unix * 1e6))
            header = self._header(segments.number, unix)
        elif self._size >= self._settings.segment_bytes and segments.has_ahead:
            segments.change()
            header = self._header(segments.number, unix)
            self._sync_due = True
        number = segments.number
        if self._mending == _ASKED:
            self._retention.start_over()
        for entry in entries:
            kind = entry.kind
            if kind == _WHOLE:
                self._retention.whole(entry.key, number, len(entry.data))
            elif kind == _GONE:
                self._retention.gone(entry.key)
                self._note.forget(entry.key)
        oldest = self._retention.oldest(number)
        seq = self._seq + 1
        data = encode_batch(entries, self._journal, number, seq, self._synced, oldest, now, unix)
        assert segments.file is not None
        if header:
            data = header + data
            self._size = 0
        self._size += len(data)
        self._retention.segments[number] = self._size
        segments.file.write(data)
        if not self._noted:
            self._take_note()
            self._sync_due = True  # also of what the process before has written
        self._seq = seq
        if oldest > self._oldest:
            self._oldest = oldest
            self._sync_due = True
        if self._mending == _ASKED:
            self._mending = seq
        return len(data)

    def _header(self, number: int, unix: float) -> bytes:
        return encode_header(Header(self._journal, number, self._oldest, self._seq + 1, self._synced, unix))

    def _take_note(self) -> None:
        """The first batch is written, or could not be: from now on the note is this process's."""
        self._note.move(self._files.note())
        self._noted = True

    # --- committing -------------------------------------------------------------------------------------------------

    def _commit(self, up_to: int) -> None:
        """Says so of all batches up to that one, in order, once each."""
        waiting = self._waiting
        if self._committing:
            return  # whoever is called back has appended: the loop below goes on to that
        self._committing = True
        while waiting and waiting[0][0] <= up_to:
            _, size, _, committed = waiting.popleft()
            self._waiting_bytes -= size
            try:
                committed()
            except Exception as error:  # the others are committed all the same
                self._loop.call_exception_handler({"message": "a committed batch was not received", "exception": error})
        self._committing = False

    def _commit_undurably(self, committed: Committed) -> None:
        self._waiting.append((self._seq, 0, self._loop.time(), committed))
        if not self._closed or self._finished:
            self._commit(_ALL)

    # --- off the loop -----------------------------------------------------------------------------------------------

    def _work(self) -> None:
        """Begins what is due, if nothing is under way."""
        if self._busy is not None or self._closed:
            return
        segments = self._segments
        if segments.file is None:
            if self._retry_due:
                self._retry_due = False
                self._reopen()
        elif not segments.has_ahead and (not self._sync_due or self._size * 4 > self._settings.segment_bytes):
            number, make, made = segments.making_ahead()
            self._retention.segments[number] = 0
            self._run(make, made, segments.abandon)
        elif self._sync_due:
            self._sync()
        elif self._oldest_synced > self._removed_before:
            self._removed_before = self._oldest_synced
            unneeded = self._retention.unneeded(self._oldest_synced)
            if unneeded:
                self._run(segments.removing(unneeded), self._removed)

    def _run(
        self, work: Callable[[], T], then: Callable[[T], None], late: Callable[[T], None] = lambda result: None
    ) -> None:
        """``late`` gets the result if the journal has failed meanwhile."""
        life = self._life

        def done(future: asyncio.Future[T]) -> None:
            self._busy = None
            if self._idle is not None and not self._idle.done():
                self._idle.set_result(None)
            if future.cancelled():
                return
            error = future.exception()
            if life != self._life:
                if error is None:
                    late(future.result())
            elif error is None:
                then(future.result())
            else:
                self._fail(error)
            self._work()

        self._busy = future = self._off_loop.run(work)
        future.add_done_callback(done)

    def _sync(self) -> None:
        seq, oldest, began = self._seq, self._oldest, self._wall()
        work, done = self._segments.syncing()
        self._sync_due = False

        def synced(_: None) -> None:
            done()
            if self._disk:
                self.flushed(self._wall() - began)
            self._synced, self._oldest_synced = seq, oldest
            if self._mending and self._mending <= seq:
                self._end_failure()
            self._commit(seq)

        self._run(work, synced)

    def _removed(self, numbers: list[int]) -> None:
        for number in numbers:
            self._retention.segments.pop(number, None)

    # --- failing, and going on --------------------------------------------------------------------------------------

    def _fail(self, error: BaseException) -> None:
        """Nothing is durable any more, and nobody waits for it."""
        why = error.strerror if isinstance(error, OSError) and error.strerror else str(error) or type(error).__name__
        first = not self.failure
        self.failure = f"the journal cannot be written: {why}"
        if self._mending > 0:  # its segment is going to be deleted
            self._seq, self._oldest = self._before
        self._mending = 0
        self._life += 1
        self._sync_due = False
        self._segments.abandon()
        self._note.undurable(error.errno if isinstance(error, OSError) else None)
        if not self._noted:
            try:
                self._take_note()
            except OSError:  # there is no other place to say it
                pass
        if first:
            self.failed(self.failure)
        if not self._closed or self._finished:
            self._commit(_ALL)
        if not self._closed:
            if self._retry is not None:
                self._retry.cancel()
            self._retry = self._loop.call_later(self._settings.retry_s, self._try_again)

    def _try_again(self) -> None:
        self._retry = None
        self._retry_due = True
        self._work()

    def _reopen(self) -> None:
        """Tries a new segment. It says that all goes on after the last batch that was written whole."""
        unix, note = self._wall(), self._note
        self._journal = self._journal or max(1, int(unix * 1e6))
        number, work, made = self._segments.reopening(lambda number: self._header(number, unix))
        self._retention.segments[number] = 0

        def reopen() -> tuple[JournalFile, Any]:
            note.flush()
            return work(), self._files.note()

        def reopened(found: tuple[JournalFile, Any]) -> None:
            made(found[0])
            note.move(found[1])
            self._noted = True
            if self._closed:
                return
            self._size = HEADER_BYTES
            self._mending = _ASKED
            self._before = self._seq, self._oldest
            life = self._life
            self.mended()
            if self._mending == _ASKED and life == self._life:
                self._fail(RuntimeError("what lives was not written again"))

        self._run(reopen, reopened)

    def _end_failure(self) -> None:
        """All that lives is where it is safe."""
        if self._mending > 0:
            self.failure = ""
            self._mending = 0
            self._segments.mended()
            self._note.durable()
            self._sync_due = True
