"""On PostgreSQL: the same steps lead to the same tables, from every version, with what is in them."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import Any

import pytest
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from sqlalchemy import Connection, TextClause, text
from sqlalchemy.ext.asyncio import AsyncConnection, create_async_engine

from rallypoint.ports import StoreUnusable
from rallypoint.storage.database import Database
from rallypoint.storage.migrate import HEAD, upgrade
from rallypoint.storage.store import SqlStore
from rallypoint.storage.tables import metadata
from rallypoint_protocol.ids import PlayerId, SessionId
from tests.server.storage.made import SOON_S, fetched, record, store_on, written
from tests.server.storage.postgres import new_database
from tests.server.storage.test_migrate import DATA_OF_0001, SECRET, STEPS


@pytest.fixture
def url(postgres: Path) -> str:
    return new_database(postgres)


async def work_in(url: str, work: Callable[[Connection], Any]) -> Any:
    engine = create_async_engine(url)
    async with engine.begin() as connection:
        found = await connection.run_sync(work)
    await engine.dispose()
    return found


async def at_version(url: str, revision: str) -> None:
    await work_in(url, lambda connection: upgrade(connection, revision))


async def fill(url: str) -> None:
    """With what a store of the first version wrote: as the file of SQLite had it, but for what is spelt otherwise."""
    secret = DATA_OF_0001.partition("x'")[2].partition("'")[0]
    data = DATA_OF_0001.replace(f"x'{secret}'", f"decode('{secret}', 'hex')")
    for ordinal, bot in ((0, 0), (1, 1)):
        player = ("'ada', 'Ada'", "'b-1', 'Robot'")[ordinal]
        data = data.replace(f"{player}, {bot},", f"{player}, {bool(bot)},")
    for statement in data.split(";\n"):
        if statement.strip():
            await work_in(url, partial(_execute, text(statement.replace(":", r"\:"))))


def _execute(statement: TextClause, connection: Connection) -> None:
    connection.execute(statement)


async def test_the_steps_lead_to_the_tables_that_the_code_uses(url):
    await at_version(url, "head")
    compared = await work_in(url, lambda to: compare_metadata(MigrationContext.configure(to), metadata))
    assert compared == []


@pytest.mark.parametrize("version", [step.revision for step in STEPS.walk_revisions()])
async def test_a_database_of_every_version_is_brought_to_the_newest_with_what_is_in_it(url, version):
    await at_version(url, "0001")
    await fill(url)
    await at_version(url, version)
    async with store_on(url, webhooks=True) as store:
        assert await fetched(url, "SELECT version_num FROM alembic_version") == [(HEAD,)]
        assert await store.result(SessionId("s1")) == record()
        assert await store.results_of(PlayerId("ada")) == [record()]
        guest = await store.find_guest(PlayerId("ada"), SECRET)
        assert guest is not None
        assert (guest.name, guest.created_at) == ("Ada", 1_800_000_000.0)
        (event,), _ = await store.outbox.due(10.0, 5, [])
        assert (event.session, event.kind, event.attempts) == ("s1", "session.ended", 3)
        store.ended(record("new"))
        await written(store)
    assert await fetched(url, "SELECT count(*) FROM results") == [(2,)]


async def test_a_server_that_starts_while_another_one_makes_the_tables_waits_for_it(url):
    database = Database(create_async_engine(url), None)
    steps_made, may_commit = asyncio.Event(), asyncio.Event()

    async def slowly(connection: AsyncConnection) -> None:
        assert await database._to_head(connection) is None
        steps_made.set()
        await may_commit.wait()

    first = asyncio.create_task(database.write(slowly))
    await steps_made.wait()
    second = asyncio.create_task(SqlStore.open(url))
    await wait_for_a_lock(url)
    may_commit.set()
    await first
    await (await second).close()
    await database.close()
    assert await fetched(url, "SELECT version_num FROM alembic_version") == [(HEAD,)]


async def wait_for_a_lock(url: str) -> None:
    async with asyncio.timeout(SOON_S):
        while not await fetched(url, "SELECT 1 FROM pg_locks WHERE NOT granted"):
            await asyncio.sleep(0.01)


async def test_a_server_that_is_not_there_is_told_of_without_its_password(tmp_path):
    with pytest.raises(StoreUnusable) as told:
        async with store_on(f"postgresql+asyncpg://postgres:hunter2@/nowhere?host={tmp_path}"):
            pass
    assert "cannot open the database postgresql+asyncpg://postgres:***@/nowhere" in str(told.value)
    assert "hunter2" not in str(told.value)
