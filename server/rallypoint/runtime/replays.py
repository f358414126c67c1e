"""Keeps replays of the sessions of a running server: what the journal was given of them, once it is committed.

It never holds a session up. Records are collected, and written once a second outside of the event loop; if the disk is
too far behind, or fails, the replay of that session is given up and the log says so.
"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Collection, Iterable, Sequence
from dataclasses import dataclass, field
from typing import Final, Protocol

import structlog

from rallypoint.core.replay_format import RecordKind, ReplayHeader
from rallypoint.ports import Clock, Entry, EntryKind
from rallypoint.runtime.journal_keys import SESSION
from rallypoint_protocol.codec import encode

__all__ = ["Folder", "Replays", "Runner"]

log: structlog.typing.FilteringBoundLogger = structlog.get_logger("rallypoint.replays")

WRITE_EVERY_S: Final = 1.0
TIDY_EVERY_S: Final = 60.0
SESSION_BYTES_MAX: Final = 8 * 1024 * 1024
"""So much of one session may wait to be written; then its replay is given up."""
ALL_BYTES_MAX: Final = 128 * 1024 * 1024
"""And so much of all together."""
_RECORD_BYTES: Final = 64
"""What a record takes besides its data."""

Runner = Callable[[Callable[[], None]], Awaitable[None]]
"""Does some work outside of the event loop."""


class Folder(Protocol):
    """Where replays are kept: :class:`rallypoint.storage.replay_file.ReplayFolder`. All of it raises ``OSError``."""

    def begin(self, header: ReplayHeader) -> int:
        """A new replay; gives its checksum."""

    def go_on(self, header: ReplayHeader, entries: Sequence[bytes]) -> int | None:
        """Continues one after a recovery, with what it does not have of these; ``None``: it is finished already."""

    def append(self, session: str, records: Sequence[tuple[int, bytes]], checksum: int) -> int:
        """More records."""

    def finish(self, session: str) -> None:
        """The session is over."""

    def settle(self, living: Collection[str]) -> None:
        """What is left of other sessions than these is finished as it is."""

    def tidy(self, now_unix: float, keep_days: float, bytes_max: int) -> int:
        """Deletes what is too old or too much."""


@dataclass(eq=False)
class _Kept:
    """One session's replay."""

    header: ReplayHeader
    recovered: Sequence[bytes] | None = None
    """What the journal had of it, if this server has recovered it and the file has not been looked at yet."""
    waiting: list[tuple[int, bytes]] = field(default_factory=list)
    bytes_waiting: int = 0
    checksum: int | None = None
    """``None``: the file was not begun yet."""
    error: str = ""


class Replays:
    """All replays that are being written. None of its methods raises, and none waits but :meth:`close`."""

    def __init__(
        self,
        folder: Folder,
        loop: asyncio.AbstractEventLoop,
        wall: Clock,
        *,
        run: Runner = asyncio.to_thread,
        keep_days: float = 30.0,
        bytes_max: int = 10 * 1024**3,
    ) -> None:
        """``wall`` is Unix time. Finished replays are deleted after ``keep_days``; above ``bytes_max``, the oldest."""
        self._folder = folder
        self._loop = loop
        self._wall = wall
        self._run = run
        self._keep_days = keep_days
        self._bytes_max = bytes_max
        self._kept: dict[str, _Kept] = {}
        self._news: dict[_Kept, None] = {}
        """Those with something to write."""
        self._bytes_waiting = 0
        self._timer: asyncio.TimerHandle | None = None
        self._writing: asyncio.Task[None] | None = None
        self._tidied_at: float | None = None
        self.given_up = 0
        """Replays that lack their end, because the disk was too slow or failed."""

    @property
    def writing(self) -> int:
        """How many sessions' replays are being written."""
        return len(self._kept)

    @property
    def bytes_waiting(self) -> int:
        """What is not on the disk yet."""
        return self._bytes_waiting

    # --- what happens to sessions -----------------------------------------------------------------------------------

    def open(self, living: Collection[str]) -> None:
        """At the start, after the recovery: replays of sessions that are no more are finished as they are."""
        there = tuple(living)
        self._later(lambda: self._folder.settle(there), "replays of former sessions cannot be put in order")

    def begin(self, header: ReplayHeader) -> None:
        """A new session, before its first entry."""
        self._add(_Kept(header))

    def go_on(self, header: ReplayHeader, entries: Sequence[bytes]) -> None:
        """A session was recovered from these entries: its last whole, and the parts after that."""
        self._add(_Kept(header, recovered=tuple(entries)))

    def take(self, session: str, kind: int, data: bytes) -> None:
        """An entry of the session that is committed. Sessions that were not begun, or given up, are ignored."""
        kept = self._kept.get(session)
        if kept is None:
            return
        size = len(data) + _RECORD_BYTES
        kept.waiting.append((kind, data))
        kept.bytes_waiting += size
        self._bytes_waiting += size
        if kept.bytes_waiting > SESSION_BYTES_MAX or self._bytes_waiting > ALL_BYTES_MAX:
            self._give_up(kept, "the disk is too far behind")
            return
        self._news[kept] = None
        if self._timer is None:
            self._arm()

    def watch(self, entries: Iterable[Entry]) -> None:
        """A batch that is committed."""
        for key, kind, data in entries:
            if key.startswith(SESSION) and kind is not EntryKind.GONE:
                self.take(key[len(SESSION) :], kind, data)

    def ended(self, session: str) -> None:
        """The session is over, and its last entry was taken."""
        kept = self._kept.get(session)
        if kept is not None:
            self.take(session, RecordKind.END, encode([self._wall()]))
            self._kept.pop(session, None)

    async def close(self) -> None:
        """Writes what waits. Replays of sessions that have not ended stay open, for the server that recovers them."""
        while self._writing is not None:
            await asyncio.wait([self._writing])
        if self._news:
            await self._write()
        if self._timer is not None:
            self._timer.cancel()
            self._timer = None

    # --- writing ----------------------------------------------------------------------------------------------------

    def _add(self, kept: _Kept) -> None:
        self._kept[kept.header.session] = kept
        self._news[kept] = None
        if self._timer is None:
            self._arm()

    def _arm(self) -> None:
        self._timer = self._loop.call_later(WRITE_EVERY_S, self._due)

    def _due(self) -> None:
        self._timer = None
        if self._writing is None and self._news:
            self._writing = self._loop.create_task(self._write(), name="replays")
            self._writing.add_done_callback(self._written)

    def _written(self, task: asyncio.Task[None]) -> None:
        self._writing = None
        if not task.cancelled() and task.exception() is not None:  # a mistake of ours: the sessions go on
            log.error("replays cannot be written", exc_info=task.exception())
        if self._news and self._timer is None:
            self._arm()

    async def _write(self) -> None:
        work = []
        for kept in self._news:
            records, kept.waiting = kept.waiting, []
            self._bytes_waiting -= kept.bytes_waiting
            kept.bytes_waiting = 0
            work.append((kept, records))
        self._news.clear()
        await self._run(lambda: self._write_all(work))
        for kept, _ in work:
            if kept.error:
                self._give_up(kept, kept.error)

    def _write_all(self, work: Sequence[tuple[_Kept, list[tuple[int, bytes]]]]) -> None:
        """Outside of the event loop: touches only what the loop does not look at meanwhile."""
        for kept, records in work:
            try:
                self._write_one(kept, records)
            except OSError as error:
                kept.error = error.strerror or str(error)
            except Exception as error:  # a mistake of ours costs this replay, and leaves no hole in it
                kept.error = repr(error)
        now = self._wall()
        if self._tidied_at is None or now - self._tidied_at >= TIDY_EVERY_S:
            self._tidied_at = now
            try:
                self._folder.tidy(now, self._keep_days, self._bytes_max)
            except OSError as error:
                log.warning("old replays cannot be deleted", why=error.strerror or str(error))

    def _write_one(self, kept: _Kept, records: Sequence[tuple[int, bytes]]) -> None:
        session = kept.header.session
        if kept.checksum is None:
            if kept.recovered is None:
                kept.checksum = self._folder.begin(kept.header)
            else:
                kept.checksum = self._folder.go_on(kept.header, kept.recovered)
                if kept.checksum is None:
                    return  # the session had ended before: what is told of it now is not in its story
                kept.recovered = None
        if records:
            kept.checksum = self._folder.append(session, records, kept.checksum)
            if records[-1][0] == RecordKind.END:
                self._folder.finish(session)

    def _give_up(self, kept: _Kept, why: str) -> None:
        """What was written of it stays, and can be read; it has no end."""
        session = kept.header.session
        self.given_up += 1
        if self._kept.get(session) is kept:
            del self._kept[session]
        self._news.pop(kept, None)
        self._bytes_waiting -= kept.bytes_waiting
        kept.waiting, kept.bytes_waiting = [], 0
        log.warning("replay given up", session=session, why=why)

    def _later(self, work: Callable[[], None], failed: str) -> None:
        def guarded() -> None:
            try:
                work()
            except OSError as error:
                log.warning(failed, why=error.strerror or str(error))

        async def do() -> None:
            await self._run(guarded)

        former = self._writing
        assert former is None, "open() comes before all else"
        self._writing = self._loop.create_task(do(), name="replays")
        self._writing.add_done_callback(self._written)
