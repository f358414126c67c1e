"""Players and results in a real file."""

from __future__ import annotations

import asyncio
import stat
from dataclasses import replace
from pathlib import Path

import pytest

from rallypoint.core.tokens import token_hash
from rallypoint.ports import Guest, SeatRecord, StoreUnusable
from rallypoint.storage.no_store import NoStore
from rallypoint.storage.session_rows import RESULT_BYTES_MAX
from rallypoint.storage.store import SEEN_EVERY_S, SqlStore
from rallypoint_protocol.ids import PlayerId, SessionId
from tests.server.storage.made import (
    CREATED_AT,
    count,
    events,
    locked,
    looking_into,
    record,
    rows,
    store_at,
    url_of,
    written,
)

ADA = PlayerId("ada")
SECRET = bytes(range(32))


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "rallypoint.db"


# --- guests ---------------------------------------------------------------------------------------------------------


async def test_a_guest_is_known_again_tomorrow(path):
    async with store_at(path, wall=lambda: CREATED_AT) as store:
        store.new_guest(ADA, "Ada", token_hash(SECRET))
    async with store_at(path) as store:
        assert await store.find_guest(ADA, SECRET) == Guest(ADA, "Ada", CREATED_AT)


async def test_whoever_told_of_a_guest_is_told_when_it_is_written_also_if_it_was_there_already(path):
    told: list[str] = []
    async with store_at(path, wall=lambda: CREATED_AT) as store:
        store.new_guest(ADA, "Ada", token_hash(SECRET), lambda: told.append("first"))
        assert told == []
        await written(store)
        assert told == ["first"]
    async with store_at(path) as store:
        store.new_guest(ADA, "Eve", token_hash(b"another"), lambda: told.append("again"))
        await written(store)
        assert told == ["first", "again"]
        assert await store.find_guest(ADA, SECRET) == Guest(ADA, "Ada", CREATED_AT)


async def test_a_wrong_secret_and_a_stranger_are_answered_alike(path):
    async with store_at(path) as store:
        store.new_guest(ADA, "Ada", token_hash(SECRET))
        assert await store.find_guest(ADA, b"wrong") is None  # it waits
        await written(store)
        assert await store.find_guest(ADA, b"wrong") is None
        assert await store.find_guest(ADA, b"") is None
        assert await store.find_guest(PlayerId("eve"), SECRET) is None
        assert await store.find_guest(PlayerId("eve"), b"") is None


async def test_a_guest_is_found_before_the_database_has_it(path):
    async with store_at(path) as store, locked(path):
        store.new_guest(ADA, "Ada", token_hash(SECRET))
        found = await store.find_guest(ADA, SECRET)
        assert found is not None
        assert found.name == "Ada"
        assert store.status().pending == 1


async def test_only_a_hash_of_the_secret_is_in_the_file(path):
    async with store_at(path) as store:
        store.new_guest(ADA, "Ada", token_hash(SECRET))
    assert SECRET not in path.read_bytes()
    assert rows(path, "SELECT secret_hash FROM players") == [(token_hash(SECRET),)]


async def test_a_guest_is_noted_as_seen_at_most_once_an_hour(path):
    now = CREATED_AT
    async with store_at(path, wall=lambda: now) as store:
        store.new_guest(ADA, "Ada", token_hash(SECRET))
        await written(store)
        for later_s in (10, SEEN_EVERY_S + 1, SEEN_EVERY_S + 10):
            now = CREATED_AT + later_s
            await store.find_guest(ADA, SECRET)
            await written(store)
        assert store.status().written == 2
    assert rows(path, "SELECT seen_at FROM players") == [(CREATED_AT + SEEN_EVERY_S + 1,)]


# --- results --------------------------------------------------------------------------------------------------------


async def test_a_result_is_read_as_it_was_written(path):
    async with store_at(path) as store:
        store.ended(record())
        await written(store)
        assert await store.result(SessionId("s1")) == record()
        assert await store.result(SessionId("other")) is None


async def test_a_result_is_found_before_the_database_has_it(path):
    async with store_at(path) as store, locked(path):
        store.ended(record())
        assert await store.result(SessionId("s1")) == record()
        assert await store.results_of(ADA) == [record()]


async def test_a_session_without_a_result_is_stored_too(path):
    cancelled = record(started_at=None, duration_ms=0, outcome="cancelled", seats=(), result=None, meta={})
    async with store_at(path, webhooks=True) as store:
        store.ended(cancelled)
        await written(store)
        assert await store.result(SessionId("s1")) == cancelled
    assert events(path) == [("s1", "session.ended")]


async def test_results_of_a_player_are_the_newest_newest_first(path):
    async with store_at(path) as store:
        for number in (3, 1, 5, 2, 4):
            store.ended(record(f"s{number}", ended_at=CREATED_AT + number))
        store.ended(record("other", seats=(SeatRecord(0, PlayerId("bob"), "Bob", False, "played"),)))
        await written(store)
        found = await store.results_of(ADA, limit=3)
        assert [r.session for r in found] == ["s5", "s4", "s3"]
        assert found[0].seats == record().seats
        assert await store.results_of(PlayerId("nobody")) == []
        assert await store.results_of(ADA, limit=0) == []


async def test_who_sat_twice_in_a_session_has_its_result_once(path):
    seat = record().seats[0]
    async with store_at(path) as store:
        store.ended(record(seats=(replace(seat, outcome="left"), seat, replace(seat, seat=1))))
        await written(store)
        found = await store.results_of(ADA)
    assert [len(r.seats) for r in found] == [3]


async def test_an_end_that_is_told_again_changes_nothing(path):
    async with store_at(path, webhooks=True) as store:
        store.started(record(ended_at=None, result=None))
        store.ended(record())
        await written(store)
        again = record(reason="another", seats=record().seats[1:], result={"winners": [1]})
        for _ in range(3):
            store.started(again)
            store.ended(again)
        await written(store)
        assert await store.result(SessionId("s1")) == record()
        assert (store.status().webhooks_pending, store.status().refused) == (3, 0)
    assert (count(path, "results"), count(path, "result_seats")) == (1, 2)
    assert events(path) == [("s1", "session.started"), ("s1", "session.ended"), ("s1", "session.result")]


async def test_an_end_that_is_told_again_after_its_webhooks_were_swept_makes_no_new_ones(path):
    async with store_at(path, webhooks=True) as store:
        store.ended(record())
        await written(store)
        with looking_into(path) as other:
            other.execute("DELETE FROM outbox")
        store.started(record())
        store.ended(record())
        await written(store)
    assert count(path, "outbox") == 0


async def test_an_end_told_again_while_the_first_waits_is_stored_once(path):
    async with store_at(path) as store:
        store.ended(record())
        store.ended(record(reason="another"))
        await written(store)
        assert await store.result(SessionId("s1")) == record()
    assert count(path, "results") == 1


async def test_without_webhooks_nothing_is_put_into_the_outbox(path):
    async with store_at(path) as store:
        store.started(record())
        store.ended(record())
    assert (count(path, "results"), count(path, "outbox")) == (1, 0)


async def test_a_result_with_odd_values_is_stored_all_the_same(path):
    data = {"key": b"\x01\xff", "nan": float("nan"), "big": 1 << 70, "deep": {"a": (1, 2)}, "text": "\x00\ud800"}
    odd = record(result={"winners": [], "scores": {}, "reason": "\x00", "data": data}, reason="a\x00\ud800b")
    async with store_at(path, webhooks=True) as store:
        store.ended(odd)
        await written(store)
        found = await store.result(SessionId("s1"))
    assert found is not None
    assert found.result is not None
    assert found.result["data"]["key"] == "01ff"
    assert found.result["data"]["nan"] is None
    assert found.result["data"]["big"] is None
    assert found.result["data"]["deep"] == {"a": [1, 2]}
    assert found.reason == "a?b"


async def test_of_a_result_that_is_too_large_the_data_are_left_out(path):
    huge = record(result={"winners": [1], "scores": {0: 2.0}, "reason": "r" * 5000, "data": "x" * RESULT_BYTES_MAX})
    async with store_at(path, webhooks=True) as store:
        store.ended(huge)
        await written(store)
        found = await store.result(SessionId("s1"))
    assert found is not None
    expected = {"winners": [1], "scores": {0: 2.0}, "reason": "r" * 1000, "data": {}, "data_left_out": True}
    assert found.result == expected
    assert rows(path, "SELECT max(length(body)) FROM outbox")[0][0] < 5000


async def test_a_record_that_cannot_be_told_of_harms_nobody(path):
    async with store_at(path, webhooks=True) as store:
        store.started(record("bad", created_at="yesterday"))
        store.ended(record("bad", seats=None))
        store.ended(record("good"))
        await written(store)
        assert await store.result(SessionId("good")) == record("good")
    assert count(path, "results") == 1


async def test_five_hundred_sessions_that_end_together_are_all_stored(path):
    async with store_at(path, webhooks=True) as store:
        for number in range(500):
            store.started(record(f"s{number}"))
            store.ended(record(f"s{number}"))
        await written(store)
        assert store.status().written == 1000
    assert (count(path, "results"), count(path, "result_seats"), count(path, "outbox")) == (500, 1000, 1500)


# --- opening and closing --------------------------------------------------------------------------------------------


async def test_what_waits_is_written_before_the_end(path):
    store = await SqlStore.open(url_of(path))
    for number in range(300):
        store.ended(record(f"s{number}"))
    await store.close()
    assert count(path, "results") == 300


async def test_a_new_file_can_be_read_by_its_owner_alone(tmp_path):
    path = tmp_path / "new" / "folder" / "rallypoint.db"
    async with store_at(path) as store:
        store.ended(record())
        await written(store)
        modes = {file.name: stat.S_IMODE(file.stat().st_mode) for file in path.parent.iterdir()}
    assert modes == {"rallypoint.db": 0o600, "rallypoint.db-wal": 0o600, "rallypoint.db-shm": 0o600}
    assert stat.S_IMODE(path.parent.stat().st_mode) == 0o700


async def test_a_file_whose_name_is_odd_is_opened_as_any_other(tmp_path):
    path = tmp_path / "a folder#1" / "50% & more?.db"
    from sqlalchemy import URL

    store = await SqlStore.open(URL.create("sqlite+aiosqlite", database=str(path)))
    store.ended(record())
    await store.close()
    assert count(path, "results") == 1
    assert [file.name for file in path.parent.iterdir()] == [path.name]


async def test_every_connection_flushes_and_checks_references(path):
    async with store_at(path) as store:

        async def pragmas(connection):
            names = ("journal_mode", "synchronous", "foreign_keys")
            return [(await connection.exec_driver_sql(f"PRAGMA {name}")).scalar() for name in names]

        assert await store._database.read(pragmas) == ["wal", 2, 1]
        assert await store._database.write(pragmas) == ["wal", 2, 1]


async def test_reads_do_not_wait_for_a_writer(path):
    async with store_at(path) as store:
        store.ended(record())
        await written(store)
        async with locked(path):
            async with asyncio.timeout(1.0):
                assert await store.result(SessionId("s1")) == record()


@pytest.mark.parametrize(
    ("url", "sentence"),
    [
        ("sqlite:///x.db", "sqlite+aiosqlite"),
        ("sqlite+aiosqlite://", "has to be a file"),
        ("sqlite+aiosqlite:///:memory:", "has to be a file"),
        ("mysql+aiomysql://root:hunter2@db/x", "not supported"),
        ("postgresql://ada:hunter2@db/x", "postgresql+asyncpg"),
        ("no url at all", "looks like"),
    ],
)
async def test_a_url_that_cannot_be_used_is_explained(url, sentence):
    with pytest.raises(StoreUnusable) as told:
        await SqlStore.open(url)
    assert sentence in str(told.value)
    assert "hunter2" not in str(told.value)


async def test_a_file_that_is_no_database_is_an_error_at_the_start_and_is_left_as_it_is(path):
    path.write_text("these are my notes, and no database\n" * 100)
    before = path.read_bytes()
    with pytest.raises(StoreUnusable, match="not a database"):
        await SqlStore.open(url_of(path))
    assert path.read_bytes() == before


async def test_a_folder_that_cannot_be_made_is_an_error_at_the_start(tmp_path):
    (tmp_path / "file").write_text("")
    with pytest.raises(StoreUnusable, match="cannot open the database"):
        await SqlStore.open(url_of(tmp_path / "file" / "rallypoint.db"))
    with pytest.raises(StoreUnusable, match="cannot open the database"):
        await SqlStore.open(url_of(tmp_path))


async def test_a_node_that_keeps_nothing_knows_nobody():
    store = NoStore()
    store.new_guest(ADA, "Ada", token_hash(SECRET))
    store.started(record())
    store.ended(record())
    assert not store.keeps_guests
    assert await store.find_guest(ADA, SECRET) is None
    assert await store.result(SessionId("s1")) is None
    assert await store.results_of(ADA) == []
    assert store.status().kind == "none"
    await store.close()
