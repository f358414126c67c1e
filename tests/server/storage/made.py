"""Sessions that ended, stores on real files, and other things that the tests of storage need."""

from __future__ import annotations

import asyncio
import contextlib
import sqlite3
from collections.abc import AsyncIterator, Callable, Iterator
from pathlib import Path
from typing import Any

from sqlalchemy import text
from sqlalchemy.ext.asyncio import create_async_engine

from rallypoint.core.backoff import Backoff
from rallypoint.ports import SeatRecord, SessionRecord
from rallypoint.storage.store import SqlStore
from rallypoint_protocol.ids import PlayerId, SessionId

SOON_S = 15.0
"""Whatever is awaited comes long before; it is what a test that hangs fails with."""

QUICK = Backoff(first_s=0.01, most_s=0.05)

CREATED_AT = 1_800_000_000.0


def record(session: str = "s1", **changes: Any) -> SessionRecord:
    """A session of two that Ada won."""
    values: dict[str, Any] = {
        "game": "toy",
        "created_at": CREATED_AT,
        "started_at": CREATED_AT + 1.5,
        "ended_at": CREATED_AT + 61.5,
        "duration_ms": 60_000,
        "outcome": "ended",
        "reason": "",
        "seats": (
            SeatRecord(0, PlayerId("ada"), "Ada", False, "played"),
            SeatRecord(1, PlayerId("b-1"), "Robot", True, "left"),
        ),
        "result": {"winners": [0], "scores": {0: 3.5, 1: 1}, "reason": "enough", "data": {"moves": [1, 2]}},
        "meta": {"map": "delta"},
    }
    return SessionRecord(SessionId(session), **values | changes)


def url_of(path: Path) -> str:
    return f"sqlite+aiosqlite:///{path}"


@contextlib.asynccontextmanager
async def store_on(url: str, **options: Any) -> AsyncIterator[SqlStore]:
    """A store on that database, with short pauses."""
    store = await SqlStore.open(url, **{"pauses": QUICK, "dice": lambda: 0.5} | options)
    try:
        yield store
    finally:
        await store.close()


def store_at(path: Path, **options: Any) -> contextlib.AbstractAsyncContextManager[SqlStore]:
    """A store on that file, with short pauses."""
    return store_on(url_of(path), **options)


async def fetched(url: str, query: str) -> list[tuple[Any, ...]]:
    """What is in a database of any kind, as another process sees it."""
    engine = create_async_engine(url)
    try:
        async with engine.connect() as connection:
            return [tuple(row) for row in await connection.execute(text(query))]
    finally:
        await engine.dispose()


async def until(condition: Callable[[], bool]) -> None:
    """Waits until it is so."""
    async with asyncio.timeout(SOON_S):
        while not condition():
            await asyncio.sleep(0.005)


async def written(store: SqlStore) -> None:
    """Waits until nothing waits."""
    await until(lambda: store.status().pending == 0)


@contextlib.contextmanager
def looking_into(path: Path) -> Iterator[sqlite3.Connection]:
    """Another connection to the file, as another process has one: every statement is a transaction."""
    connection = sqlite3.connect(path, isolation_level=None, timeout=5.0)
    try:
        yield connection
    finally:
        connection.close()


@contextlib.asynccontextmanager
async def locked(path: Path) -> AsyncIterator[None]:
    """Another process has the database for itself, as soon as the store lets it go."""
    connection = sqlite3.connect(path, isolation_level=None, timeout=SOON_S, check_same_thread=False)
    try:
        await asyncio.to_thread(connection.execute, "BEGIN EXCLUSIVE")
        yield
    finally:
        connection.close()


async def meanwhile(path: Path, statement: str) -> None:
    """Another process changes something while the store works: it may have to wait for the store."""

    def work() -> None:
        with looking_into(path) as connection:
            connection.execute(statement)

    await asyncio.to_thread(work)


def rows(path: Path, query: str) -> list[tuple[Any, ...]]:
    with looking_into(path) as connection:
        return connection.execute(query).fetchall()


def count(path: Path, table: str) -> int:
    return int(rows(path, f"SELECT count(*) FROM {table}")[0][0])


def events(path: Path) -> list[tuple[str, str]]:
    """(session, kind) of the outbox, in the order in which they are sent."""
    return rows(path, "SELECT session, kind FROM outbox ORDER BY session, rank")
