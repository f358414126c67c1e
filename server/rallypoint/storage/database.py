"""Connections to the database, and transactions on them. All that is different between databases is here."""

from __future__ import annotations

import asyncio
import sqlite3
from collections.abc import Awaitable, Callable, Coroutine
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final, Self, TypeVar

import structlog
from sqlalchemy import URL, Table, event, exc, func, make_url, select
from sqlalchemy.dialects import sqlite
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine, create_async_engine

from rallypoint.ports import StoreDown, StoreUnusable

from .faults import DatabaseGone, Outcome, outcome_of, why
from .migrate import HEAD, to_head
from .sqlite_file import BUSY_S, Identity, SqliteFile

if TYPE_CHECKING:
    from sqlalchemy.dialects import postgresql

__all__ = ["CLOSE_S", "READ_S", "Database", "checked_url"]

log: structlog.typing.FilteringBoundLogger = structlog.get_logger("rallypoint.storage")
T = TypeVar("T")

READ_S: Final = 3.0
"""Who reads is answered within that."""
CLOSE_S: Final = BUSY_S + 1.0
_READERS: Final = 3
_AGAIN_S: Final = 0.02
_MIGRATING: Final = 0x72616C6C79
"""The number of a lock of PostgreSQL's that only this program takes in its database."""
_DRIVERS: Final = {"sqlite": "sqlite+aiosqlite:///rallypoint.db", "postgresql": "postgresql+asyncpg://user@host/name"}


class Database:
    """One database, migrated and open."""

    def __init__(self, engine: AsyncEngine, file: SqliteFile | None) -> None:
        self.kind = engine.dialect.name
        """``sqlite`` or ``postgresql``."""
        self._engine = engine
        self._writing = engine.execution_options(rallypoint_writes=True)
        self._file = file
        self._identity: Identity = None
        self._wal: Identity = None
        self._readers = asyncio.Semaphore(_READERS)
        self._open = asyncio.Event()
        self._open.set()
        self._checking = asyncio.Lock()
        self._tasks: set[asyncio.Task[Any]] = set()
        self._checks: set[asyncio.Task[Any]] = set()

    @classmethod
    async def open(cls, url: str | URL) -> Self:
        """Opens the database and brings it to the newest version; a SQLite file is made if there is none.

        Raises:
            StoreUnusable: why not, and what to do.
        """
        parsed = checked_url(url)
        file = SqliteFile(Path(parsed.database or "")) if parsed.get_backend_name() == "sqlite" else None
        shown = str(file.path) if file is not None else parsed.render_as_string(hide_password=True)
        try:
            if file is not None:
                await asyncio.to_thread(file.prepare)
            database = cls(_engine(parsed, file), file)
            await database._migrate_first()
        except StoreUnusable as error:
            raise StoreUnusable(f"{shown}: {error}") from None
        except ModuleNotFoundError as error:
            raise StoreUnusable(f"{shown}: the driver {error.name} is not installed") from None
        except (exc.SQLAlchemyError, OSError) as error:
            raise StoreUnusable(
                f"cannot open the database {shown}: {why(error)}. Check that it is there, that it is a database, and"
                " that this process may write to it; or choose another folder (--data)"
            ) from error
        return database

    async def _migrate_first(self) -> None:
        """As :meth:`migrate`. Another process may be making the same file: SQLite does not wait for one that is in the
        midst of its first step, although it waits for all others, but refuses at once to switch to WAL."""
        until = asyncio.get_running_loop().time() + BUSY_S
        while True:
            try:
                return await self.migrate()
            except exc.OperationalError as error:
                code = getattr(error.orig, "sqlite_errorcode", None)
                if code != sqlite3.SQLITE_BUSY or asyncio.get_running_loop().time() >= until:
                    raise
            await asyncio.sleep(_AGAIN_S)

    async def check(self) -> None:
        """Makes sure that the file is still the one that was opened; one that was put in its place is migrated.

        Raises:
            DatabaseGone: there is none.
            Exception: the one that is there cannot be used.
        """
        if self._file is not None:
            await asyncio.shield(self._task(self._check(self._file), self._checks))

    async def _check(self, file: SqliteFile) -> None:
        async with self._checking:
            await self._check_alone(file)

    async def _check_alone(self, file: SqliteFile) -> None:
        found, wal = await asyncio.to_thread(file.identity)
        if found is None:
            raise DatabaseGone(f"the database file {file.path} is gone: put it back, or an empty file to begin anew")
        if found == self._identity:
            return
        await self._drop_connections()  # they still have the file that was there before
        if wal is not None and wal == self._wal:
            await asyncio.to_thread(file.set_wal_aside)
        self._identity = self._wal = None
        await self.migrate()
        log.warning("another database file is in place, and used from now on", path=str(file.path))

    async def _drop_connections(self) -> None:
        """Closes all connections; who wants one waits for it."""
        self._open.clear()
        try:
            if self._tasks:  # the pool would forget connections that are in use
                await asyncio.wait(self._tasks, timeout=CLOSE_S)
            await self._engine.dispose()
        finally:
            self._open.set()

    async def migrate(self) -> None:
        """Brings what is there now to the newest version. Closes its connections if that fails."""
        try:
            before = await self.write(self._to_head)
            if self._file is not None:
                self._identity, self._wal = await asyncio.to_thread(self._file.identity)
        except BaseException:
            await self._drop_connections()
            raise
        if before != HEAD:
            log.info("database brought to version", version=HEAD, before=before or "empty", kind=self.kind)

    async def _to_head(self, connection: AsyncConnection) -> str | None:
        """Servers that start at once make the steps one after the other. (SQLite's writers do so anyhow.)"""
        if self.kind == "postgresql":
            await connection.execute(select(func.pg_advisory_xact_lock(_MIGRATING)))
        return await to_head(connection)

    async def write(self, work: Callable[[AsyncConnection], Awaitable[T]]) -> T:
        """Does the work in one transaction: all of it, or nothing. Raises whatever the database does.

        Who is cancelled while waiting for it leaves it behind: it goes on.
        """

        async def whole() -> T:
            async with self._writing.begin() as connection:
                return await work(connection)

        await self._open.wait()
        return await asyncio.shield(self._task(whole(), self._tasks))

    async def read(self, work: Callable[[AsyncConnection], Awaitable[T]]) -> T:
        """Reads. Answers within ``READ_S``, also if the disk hangs.

        Raises:
            StoreDown: the database does not answer.
        """
        try:
            async with asyncio.timeout(READ_S):
                return await asyncio.shield(await self._begun(work))
        except TimeoutError:
            raise StoreDown(f"the database does not answer within {READ_S:g} s") from None
        except Exception as error:
            if outcome_of(error) is Outcome.DATABASE:
                raise StoreDown(why(error)) from error
            raise

    async def _begun(self, work: Callable[[AsyncConnection], Awaitable[T]]) -> asyncio.Task[T]:
        await self._readers.acquire()
        try:
            await self._open.wait()
        except BaseException:
            self._readers.release()
            raise
        reading = self._task(self._read(work), self._tasks)
        reading.add_done_callback(lambda _: self._readers.release())
        return reading

    async def _read(self, work: Callable[[AsyncConnection], Awaitable[T]]) -> T:
        async with self._engine.connect() as connection:
            return await work(connection)

    def _task(self, work: Coroutine[Any, Any, T], owner: set[asyncio.Task[Any]]) -> asyncio.Task[T]:
        """What talks to the database is never cancelled: its thread cannot be, and the driver might wait for ever."""
        task = asyncio.get_running_loop().create_task(work, name="statement of the database")
        owner.add(task)

        def done(task: asyncio.Task[T]) -> None:
            owner.discard(task)
            if not task.cancelled():
                task.exception()  # has been told, if somebody still waits for it

        task.add_done_callback(done)
        return task

    def keep_first(self, table: Table) -> sqlite.Insert | postgresql.Insert:
        """An insert that changes nothing where there is such a row already."""
        if self.kind == "postgresql":
            from sqlalchemy.dialects import postgresql  # its driver comes with it: 20 ms of a start

            return postgresql.insert(table).on_conflict_do_nothing()
        return sqlite.insert(table).on_conflict_do_nothing()

    async def close(self) -> None:
        """Closes the connections; those that hang are left."""
        closing = self._task(self._drop_connections(), self._checks)
        if not (await asyncio.wait({closing}, timeout=2 * CLOSE_S))[0]:
            log.warning("connections to the database do not close")


def checked_url(url: str | URL) -> URL:
    """The URL of a database that can be used here. Raises :class:`.StoreUnusable`, without the URL in it."""
    try:
        parsed = make_url(url)
    except exc.ArgumentError:
        raise StoreUnusable("the database URL is none: it looks like " + " or ".join(_DRIVERS.values())) from None
    backend = parsed.get_backend_name()
    if backend not in _DRIVERS:
        raise StoreUnusable(f"{backend} databases are not supported: use " + " or ".join(_DRIVERS))
    if parsed.get_driver_name() != make_url(_DRIVERS[backend]).get_driver_name():
        raise StoreUnusable(f"{parsed.drivername} is no driver that can be used here: write {_DRIVERS[backend]}")
    if backend == "sqlite" and (parsed.database or ":memory:").startswith((":memory:", "file:")):
        raise StoreUnusable("a SQLite database has to be a file: write " + _DRIVERS["sqlite"])
    return parsed


def _engine(url: URL, file: SqliteFile | None) -> AsyncEngine:
    """Two connections for writes (the store's, the outbox's) and as many as there are readers."""
    size = 2 + _READERS
    if file is None:
        return create_async_engine(url, pool_size=size, max_overflow=0, pool_pre_ping=True, hide_parameters=True)
    engine = create_async_engine(
        file.url,
        pool_size=size,
        max_overflow=0,
        hide_parameters=True,  # secrets' hashes and names are nothing for logs
        connect_args={"timeout": BUSY_S, "isolation_level": None},  # None: the driver opens no transactions of its own
    )
    event.listen(engine.sync_engine, "connect", file.connected)
    event.listen(engine.sync_engine, "begin", file.begin)
    return engine
