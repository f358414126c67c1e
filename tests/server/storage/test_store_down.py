"""A database that is locked, full, gone or broken while games go on."""

from __future__ import annotations

import asyncio
import os
import shutil
import sqlite3
import subprocess
import sys
import textwrap
import time
from pathlib import Path

import pytest
import structlog
from sqlalchemy import event, exc

from rallypoint.core.tokens import token_hash
from rallypoint.ports import StoreDown
from rallypoint.storage import database as database_file, store as store_file, writer as writer_file
from rallypoint.storage.writes import Transaction
from rallypoint_protocol.ids import PlayerId, SessionId
from tests.server.storage.made import (
    count,
    events,
    locked,
    meanwhile,
    record,
    rows,
    store_at,
    until,
    written,
)

ADA = PlayerId("ada")
SECRET = bytes(range(32))


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "data" / "rallypoint.db"


@pytest.fixture(autouse=True)
def _short_waits(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(database_file, "BUSY_S", 0.02)
    monkeypatch.setattr(writer_file, "CHECK_S", 0.02)


# --- locked ---------------------------------------------------------------------------------------------------------


async def test_a_locked_database_is_said_and_what_waited_is_written_when_it_is_free(path):
    with structlog.testing.capture_logs() as logs:
        async with store_at(path, webhooks=True) as store:
            async with locked(path):
                for number in range(20):
                    store.ended(record(f"s{number}"))
                await until(lambda: "locked" in store.status().error)
                await asyncio.sleep(0.2)  # several attempts
                assert store.status().pending == 20
            await written(store)
            assert store.status().error == ""
    assert (count(path, "results"), count(path, "outbox")) == (20, 40)
    told = [entry["event"] for entry in logs if entry["log_level"] in {"error", "warning"}]
    assert told == ["the database does not take writes; games go on", "the database takes writes again"]


async def test_a_store_on_a_locked_database_closes_within_seconds_and_says_what_is_lost(path, monkeypatch):
    monkeypatch.setattr(store_file, "CLOSE_S", 0.3)
    with structlog.testing.capture_logs() as logs:
        async with store_at(path) as store, locked(path):
            store.ended(record())
            began = time.monotonic()
            await store.close()
            assert time.monotonic() - began < 4.0
    assert [entry["writes"] for entry in logs if entry["event"] == "not written, and lost"] == [1]
    assert count(path, "results") == 0


# --- full -----------------------------------------------------------------------------------------------------------


async def test_a_full_disk_leaves_nothing_half_written_and_what_waited_is_written_when_there_is_room(path):
    async with store_at(path, webhooks=True) as store:
        store.ended(record("before"))
        await written(store)
        pages = rows(path, "PRAGMA page_count")[0][0]
        limit = [pages + 1]
        engine = store._database._engine.sync_engine

        def limited(connection, _record):
            connection.cursor().execute(f"PRAGMA max_page_count={limit[0]}")

        event.listen(engine, "connect", limited)
        await store._database._drop_connections()
        big = {"winners": [], "scores": {}, "reason": "", "data": {"text": "x" * 20_000}}
        store.ended(record("big", result=big))
        await until(lambda: "full" in store.status().error)
        store.ended(record("after"))
        await asyncio.sleep(0.2)
        assert rows(path, "SELECT session FROM results WHERE session = 'big'") == []
        assert rows(path, "SELECT session FROM result_seats WHERE session = 'big'") == []
        assert rows(path, "SELECT session FROM outbox WHERE session = 'big'") == []
        limit[0] = 1_000_000
        await store._database._drop_connections()
        await until(lambda: count(path, "results") == 3)
        assert store.status().refused == 0
    assert [kind for session, kind in events(path) if session == "big"] == ["session.ended", "session.result"]


# --- gone -----------------------------------------------------------------------------------------------------------


async def test_a_file_that_is_deleted_is_said_at_once_and_never_made_anew(path):
    async with store_at(path) as store:
        store.ended(record("before"))
        await written(store)
        for file in path.parent.iterdir():
            file.unlink()
        await until(lambda: "is gone" in store.status().error)  # also with nothing to write
        store.ended(record("after"))
        assert await store.result(SessionId("before")) == record("before")  # as long as the connections live
        assert await store.result(SessionId("after")) == record("after")  # it waits here
        assert list(path.parent.iterdir()) == []
        path.touch()
        await written(store)
        assert store.status().error == ""
    assert rows(path, "SELECT session FROM results") == [("after",)]


async def test_a_folder_that_was_moved_away_and_back_has_lost_nothing(path):
    aside = path.parent.with_name("aside")
    async with store_at(path, webhooks=True) as store:
        store.ended(record("before"))
        await written(store)
        path.parent.rename(aside)
        store.ended(record("meanwhile"))
        await until(lambda: "is gone" in store.status().error)
        path.parent.write_text("something else is here")
        await asyncio.sleep(0.05)
        path.parent.unlink()
        aside.rename(path.parent)
        await written(store)
        assert await store.result(SessionId("before")) == record("before")
    assert rows(path, "SELECT session FROM results ORDER BY 1") == [("before",), ("meanwhile",)]


async def test_a_backup_that_is_put_in_place_is_used_from_then_on(path, tmp_path):
    async with store_at(path) as store:
        store.ended(record("old"))
    shutil.copy(path, tmp_path / "backup.db")
    async with store_at(path) as store:
        store.ended(record("lost with the disk"))
        await written(store)
        path.unlink()  # and its WAL stays: it has the newest commit
        await until(lambda: "is gone" in store.status().error)
        shutil.copy(tmp_path / "backup.db", path)
        store.ended(record("new"))
        await written(store)
        assert await store.result(SessionId("old")) == record("old")
    assert rows(path, "SELECT session FROM results ORDER BY 1") == [("new",), ("old",)]
    assert rows(path, "PRAGMA integrity_check") == [("ok",)]
    assert path.with_name("rallypoint.db-wal.stale").exists()


async def test_a_file_that_is_replaced_by_something_else_is_said(path):
    async with store_at(path) as store:
        other = path.with_name("other")
        other.write_text("no database at all" * 100)
        os.replace(other, path)
        store.ended(record())
        await until(lambda: "not a database" in store.status().error)
        assert store.status().pending == 1
        with pytest.raises(StoreDown):
            await store.find_guest(ADA, SECRET)
        path.unlink()
        path.touch()
        await written(store)
    assert count(path, "results") == 1


# --- broken ---------------------------------------------------------------------------------------------------------


async def test_missing_tables_are_the_database_s_fault_and_cost_no_result(path):
    async with store_at(path) as store:
        await meanwhile(path, "ALTER TABLE results RENAME TO mislaid")
        store.ended(record())
        store.new_guest(ADA, "Ada", token_hash(SECRET))
        await until(lambda: count(path, "players") == 1)  # what can be written is written
        await meanwhile(path, "ALTER TABLE mislaid RENAME TO results")
        await written(store)
        assert store.status().refused == 0
    assert count(path, "results") == 1


async def test_a_write_that_can_never_be_made_is_dropped_and_said_and_the_others_are_written(path):
    with structlog.testing.capture_logs() as logs:
        async with store_at(path) as store:
            for number in range(10):
                store.ended(record(f"s{number}", duration_ms=1 << 80 if number == 4 else 1))
            await written(store)
            assert store.status().refused == 1
            assert await store.result(SessionId("s4")) is None  # it waits no more
    assert count(path, "results") == 9
    (told,) = [entry for entry in logs if entry["log_level"] == "error"]
    assert told["event"].startswith("a write was dropped")
    assert (told["what"], told["key"]) == ("Ended", "s4")
    assert "too large" in told["error"]


async def test_a_write_that_breaks_the_tables_rules_leaves_nothing_behind(path):
    async with store_at(path, webhooks=True) as store:
        store.ended(record("bad", outcome=None))
        store.ended(record("good"))
        await written(store)
    assert rows(path, "SELECT DISTINCT session FROM result_seats") == [("good",)]
    assert {session for session, _ in events(path)} == {"good"}


async def test_a_seat_that_cannot_be_stored_takes_its_result_and_events_with_it(path, monkeypatch):
    whole = Transaction.write

    async def broken(self, writes):
        await whole(self, writes)
        if any(write.key == "bad" for write in writes):
            raise exc.IntegrityError("INSERT", {}, sqlite3.IntegrityError("no"))

    monkeypatch.setattr(Transaction, "write", broken)
    async with store_at(path, webhooks=True) as store:
        store.ended(record("bad"))
        store.ended(record("good"))
        await written(store)
        assert store.status().webhooks_pending == 2
    assert rows(path, "SELECT session FROM results") == [("good",)]
    assert {session for session, _ in events(path)} == {"good"}


async def test_a_read_that_hangs_is_answered_all_the_same(path, monkeypatch):
    monkeypatch.setattr(database_file, "READ_S", 0.05)
    async with store_at(path) as store:
        free = asyncio.Event()

        async def hangs(_connection):
            await free.wait()

        for _ in range(10):  # more than there are connections
            with pytest.raises(StoreDown, match="does not answer"):
                await store._database.read(hangs)
        store.ended(record())
        await written(store)  # the writer has a connection of its own
        free.set()
        await asyncio.sleep(0)
        monkeypatch.undo()
        assert await store.result(SessionId("s1")) == record()


async def test_who_is_cancelled_in_a_write_leaves_it_behind_and_the_store_closes_in_good_order(path, monkeypatch):
    monkeypatch.setattr(database_file, "BUSY_S", 0.3)
    async with store_at(path) as store:
        async with locked(path):
            sweep = asyncio.create_task(store.outbox.sweep(0.0))
            await asyncio.sleep(0.05)  # it waits for the lock
            for _ in range(3):
                sweep.cancel()
                await asyncio.sleep(0)
            assert sweep.cancelled()  # at once
        store.ended(record())
        await written(store)
        began = time.monotonic()
    assert time.monotonic() - began < 2.0
    await until(lambda: len(asyncio.all_tasks()) == 1)  # nothing is stuck in the driver


async def test_a_write_that_hangs_is_said(path, monkeypatch):
    monkeypatch.setattr(writer_file, "ANSWER_S", 0.02)
    async with store_at(path) as store:
        free = asyncio.Event()
        write = store._database.write

        async def hangs(work):
            await free.wait()
            return await write(work)

        monkeypatch.setattr(store._database, "write", hangs)
        store.ended(record())
        await until(lambda: "not answered" in store.status().error)
        free.set()
        await written(store)
        assert store.status().error == ""


async def test_what_waits_has_a_bound_and_the_oldest_goes(path):
    with structlog.testing.capture_logs() as logs:
        async with store_at(path, entries_max=10) as store:
            async with locked(path):
                for number in range(25):
                    store.ended(record(f"s{number}"))
                assert store.status().pending == 10
                assert store.status().lost == 15
            await written(store)
            assert len(store._ended) == 0
    assert [entry["event"] for entry in logs].count("too many writes wait: the oldest are lost") == 1
    kept = {session for (session,) in rows(path, "SELECT session FROM results")}
    assert kept == {f"s{number}" for number in range(15, 25)}


# --- killed ---------------------------------------------------------------------------------------------------------

WRITES_FOR_EVER = """
    import asyncio, sys
    import structlog
    from tests.server.storage.made import record, store_at
    from pathlib import Path

    async def main():
        structlog.configure(logger_factory=structlog.ReturnLoggerFactory())  # standard output is for the numbers
        async with store_at(Path(sys.argv[1]), webhooks=True) as store:
            number = 0
            while True:
                store.started(record(f"s{number}"))
                store.ended(record(f"s{number}"))
                number += 1
                if number % 5 == 0:
                    await asyncio.sleep(0.01)
                    print(store.status().written, flush=True)

    asyncio.run(main())
"""


def written_when_killed(path: Path, lines: int) -> int:
    """Kills such a process after it said that often that more was written; gives how much it said last."""
    program = [sys.executable, "-c", textwrap.dedent(WRITES_FOR_EVER), str(path)]
    told = 0
    with subprocess.Popen(program, stdout=subprocess.PIPE, text=True, cwd=Path(__file__).parents[3]) as process:
        assert process.stdout is not None
        while lines:
            line = process.stdout.readline()
            assert line, "it ended by itself"
            lines -= int(line) > told
            told = int(line)
        process.kill()
    return told


@pytest.mark.parametrize("lines", [1, 3, 8])
async def test_a_process_that_is_killed_has_written_each_session_whole_or_not_at_all(path, lines):
    told = await asyncio.to_thread(written_when_killed, path, lines)
    assert rows(path, "PRAGMA integrity_check") == [("ok",)]
    async with store_at(path, webhooks=True) as store:
        assert store.status().webhooks_pending == count(path, "outbox")
        stored = count(path, "results")
        assert stored * 2 + 1 >= told
        assert rows(path, "SELECT DISTINCT n FROM (SELECT count(*) n FROM result_seats GROUP BY session)") == [(2,)]
        assert count(path, "result_seats") == 2 * stored
        query = "SELECT count(*) FROM outbox WHERE kind = '{}'"
        assert rows(path, query.format("session.ended"))[0][0] == stored
        assert rows(path, query.format("session.result"))[0][0] == stored
        store.ended(record("afterwards"))
        await written(store)
        assert await store.result(SessionId("afterwards")) == record("afterwards")
