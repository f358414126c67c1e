"""On PostgreSQL: guests, results and events for backends are kept as in a file; its restarts are waited for."""

from __future__ import annotations

from pathlib import Path

import pytest
from sqlalchemy import text
from sqlalchemy.ext.asyncio import create_async_engine

from rallypoint.core.tokens import token_hash
from rallypoint.ports import Settlement
from rallypoint_protocol.ids import PlayerId, SessionId
from tests.server.storage.made import CREATED_AT, fetched, record, store_on, until, written
from tests.server.storage.postgres import new_database

ADA, SECRET = PlayerId("ada"), bytes(range(32))


@pytest.fixture
def url(postgres: Path) -> str:
    return new_database(postgres)


async def hang_up(url: str) -> None:
    """As a server that restarts: all other connections are gone."""
    engine = create_async_engine(url)
    async with engine.begin() as connection:
        query = "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE pid <> pg_backend_pid() AND datname = "
        await connection.execute(text(query + "current_database()"))
    await engine.dispose()


async def test_what_is_stored_is_read_by_another_server(url):
    session = record(result={"winners": [0], "scores": {0: 3.5}, "reason": "Größe \x00 \ud800", "data": {"a": [1]}})
    async with store_on(url, wall=lambda: CREATED_AT) as store:
        assert store.status().kind == "postgresql"
        store.new_guest(ADA, "Ada \x00 Zoë", token_hash(SECRET))
        store.ended(session)
        await written(store)
    async with store_on(url) as other:
        guest = await other.find_guest(ADA, SECRET)
        assert guest is not None
        assert guest.name.endswith("Zoë")
        assert await other.find_guest(ADA, bytes(32)) is None
        found = await other.result(SessionId("s1"))
        assert found is not None
        assert found.seats == session.seats
        assert found.result is not None
        assert found.result["scores"] == {0: 3.5}
        assert await other.results_of(ADA) == [found]


async def test_events_are_told_once_and_swept(url):
    now = CREATED_AT + 100
    async with store_on(url, webhooks=True, wall=lambda: now) as store:
        for _ in range(2):
            store.started(record("s1", ended_at=None, outcome="", result=None))
            store.ended(record("s1"))
        await written(store)
        told = []
        while True:
            events, _ = await store.outbox.due(now, 10, [])
            if not events:
                break
            told += [event.kind for event in events]
            await store.outbox.settle([Settlement(event, "delivered", now) for event in events])
        assert told == ["session.started", "session.ended", "session.result"]
        await store.outbox.sweep(now + 30 * 86_400)
    assert await fetched(url, "SELECT count(*) FROM outbox") == [(0,)]


async def test_a_connection_that_was_lost_is_made_anew_and_nothing_is(url):
    async with store_on(url) as store:
        store.ended(record("s1"))
        await written(store)
        await hang_up(url)
        assert await store.result(SessionId("s1")) == record("s1")
        await hang_up(url)
        store.ended(record("s2"))
        await written(store)
        assert store.status().refused == store.status().lost == 0
    assert await fetched(url, "SELECT session FROM results ORDER BY session") == [("s1",), ("s2",)]


async def test_a_table_that_is_away_is_waited_for(url):
    async with store_on(url) as store:
        engine = create_async_engine(url)
        async with engine.begin() as connection:
            await connection.execute(text("ALTER TABLE result_seats RENAME TO away"))
        store.ended(record("s1"))
        await until(lambda: "result_seats" in store.status().error)
        assert await fetched(url, "SELECT * FROM results") == []
        async with engine.begin() as connection:
            await connection.execute(text("ALTER TABLE away RENAME TO result_seats"))
        await engine.dispose()
        await written(store)
        assert await store.result(SessionId("s1")) == record("s1")
