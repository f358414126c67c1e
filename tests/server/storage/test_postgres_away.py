"""A PostgreSQL that takes no connections for a while loses nobody's results, and who asks is told so."""

from __future__ import annotations

from pathlib import Path

import asyncpg
import pytest

from rallypoint.ports import StoreDown
from rallypoint_protocol.ids import PlayerId
from tests.server.storage.made import store_on, until, written
from tests.server.storage.postgres import new_database
from tests.server.storage.rating_house import check_chains, played


@pytest.fixture
def url(postgres: Path) -> str:
    return new_database(postgres)


async def execute(folder: Path, *statements: str) -> None:
    """As somebody else, in another database of that server."""
    connection = await asyncpg.connect(host=str(folder), user="postgres", database="postgres")
    try:
        for statement in statements:
            await connection.execute(statement)
    finally:
        await connection.close()


async def test_what_waits_meanwhile_is_written_once_it_takes_them_again(postgres: Path, url: str) -> None:
    name = url.partition("@/")[2].partition("?")[0]
    ends = [played(f"s{n}", "ada", "bob", minutes=n) for n in range(3)]
    async with store_on(url) as store:
        store.ended(ends[0])
        await written(store)
        end_all = f"SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = '{name}'"
        await execute(postgres, f"ALTER DATABASE {name} ALLOW_CONNECTIONS false", end_all)
        for end in ends[1:]:
            store.ended(end)
        await until(lambda: store.status().error != "")
        with pytest.raises(StoreDown):
            await store.ratings_of(PlayerId("ada"))
        assert store.status().refused == 0
        await execute(postgres, f"ALTER DATABASE {name} ALLOW_CONNECTIONS true")
        await written(store)
        assert store.status().refused == store.status().lost == 0
    await check_chains(url, ends)
