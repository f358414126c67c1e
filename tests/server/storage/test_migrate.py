"""From every version of the database to the newest, with what is in it."""

from __future__ import annotations

import asyncio
import re
import sqlite3
import sys
import textwrap
from pathlib import Path

import pytest
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import Connection, create_engine

from rallypoint.core.tokens import token_hash
from rallypoint.ports import StoreUnusable
from rallypoint.storage import database as database_file, migrate, store as store_file
from rallypoint.storage.migrate import HEAD, config, upgrade
from rallypoint.storage.store import SqlStore
from rallypoint.storage.tables import metadata
from rallypoint_protocol.ids import PlayerId, SessionId
from tests.server.storage.made import count, looking_into, record, rows, store_at, url_of, written

SECRET = bytes(range(32))
STEPS = ScriptDirectory.from_config(config())

DATA_OF_0001 = f"""
    INSERT INTO players VALUES ('ada', 'Ada', x'{token_hash(SECRET).hex()}', 1800000000.0, 1800000001.0);
    INSERT INTO results VALUES ('s1', 'toy', 1800000000.0, 1800000001.5, 1800000061.5, 60000, 'ended', '',
        '{{"winners":[0],"scores":{{"0":3.5,"1":1}},"reason":"enough","data":{{"moves":[1,2]}}}}', '{{"map":"delta"}}');
    INSERT INTO result_seats VALUES ('s1', 0, 0, 'ada', 'Ada', 0, 'played', 1800000061.5);
    INSERT INTO result_seats VALUES ('s1', 1, 1, 'b-1', 'Robot', 1, 'left', 1800000061.5);
    INSERT INTO outbox VALUES (7, 's1', 1, 'session.ended', 's1/session.ended', '{{}}', 'pending', 3, 1.0, 2.0,
        NULL, 'no answer');
"""
"""What a store of the first version wrote, as it stood in the file."""


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "rallypoint.db"


def at_version(path: Path, revision: str) -> None:
    """A file of that version."""
    engine = create_engine(f"sqlite:///{path}")
    with engine.begin() as connection:
        upgrade(connection, revision)
    engine.dispose()


def test_the_newest_step_is_the_one_that_the_code_expects():
    assert STEPS.get_heads() == [HEAD]


def test_the_steps_lead_to_the_tables_that_the_code_uses(path):
    at_version(path, "head")
    engine = create_engine(f"sqlite:///{path}")
    with engine.connect() as connection:
        assert compare_metadata(MigrationContext.configure(connection), metadata) == []
    engine.dispose()


@pytest.mark.parametrize("version", [step.revision for step in STEPS.walk_revisions()])
async def test_a_file_of_every_version_is_brought_to_the_newest_with_what_is_in_it(path, version):
    at_version(path, "0001")
    with looking_into(path) as connection:
        connection.executescript(DATA_OF_0001)
    at_version(path, version)
    async with store_at(path, webhooks=True) as store:
        assert rows(path, "SELECT version_num FROM alembic_version") == [(HEAD,)]
        assert await store.result(SessionId("s1")) == record()
        assert await store.results_of(PlayerId("ada")) == [record()]
        guest = await store.find_guest(PlayerId("ada"), SECRET)
        assert guest is not None
        assert (guest.name, guest.created_at) == ("Ada", 1_800_000_000.0)
        (event,), _ = await store.outbox.due(10.0, 5, [])
        assert (event.session, event.kind, event.attempts) == ("s1", "session.ended", 3)
        assert store.status().webhooks_pending == 1
        store.ended(record("new"))
        await written(store)
    assert count(path, "results") == 2


NEXT_STEP = """
    import sqlalchemy as sa
    from alembic import op

    revision = "0002test"
    down_revision = "{head}"
    branch_labels = depends_on = None


    def upgrade():
        with op.batch_alter_table("players") as players:
            players.add_column(sa.Column("colour", sa.Text, nullable=False, server_default="red"))
            players.drop_column("seen_at")
        op.execute("UPDATE players SET name = upper(name)")
        {then}
"""


@pytest.fixture
def next_release(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    """A release with one more step, which ends with the given line."""

    def release(then: str = "") -> None:
        versions = tmp_path / "versions"
        versions.mkdir(exist_ok=True)
        (versions / "v0002.py").write_text(textwrap.dedent(NEXT_STEP).format(head=HEAD, then=then))

        def with_next(connection: Connection | None = None):
            made = config(connection)
            own = Path(migrate.__file__).parent / "migrations" / "versions"
            made.set_main_option("path_separator", "newline")
            made.set_main_option("version_locations", f"{own}\n{versions}")
            return made

        monkeypatch.setattr(migrate, "config", with_next)
        monkeypatch.setattr(migrate, "HEAD", "0002test")

    return release


async def test_a_later_step_changes_a_table_and_keeps_what_is_in_it(path, next_release):
    at_version(path, "0001")
    with looking_into(path) as connection:
        connection.executescript(DATA_OF_0001)
    next_release()
    database = await database_file.Database.open(url_of(path))
    await database.close()
    assert rows(path, "SELECT id, name, colour FROM players") == [("ada", "ADA", "red")]
    assert rows(path, "SELECT version_num FROM alembic_version") == [("0002test",)]


async def test_a_step_that_fails_leaves_the_file_as_it_was(path, next_release):
    at_version(path, "0001")
    with looking_into(path) as connection:
        connection.executescript(DATA_OF_0001)
        before = list(connection.iterdump())
    next_release("op.execute('INSERT INTO nowhere VALUES (1)')")
    with pytest.raises(StoreUnusable, match="nowhere"):
        await database_file.Database.open(url_of(path))
    with looking_into(path) as connection:
        assert list(connection.iterdump()) == before


async def test_a_file_of_a_newer_release_is_refused_and_left_alone(path):
    at_version(path, "head")
    with looking_into(path) as connection:
        connection.execute("UPDATE alembic_version SET version_num = '0099'")
    with pytest.raises(StoreUnusable) as told:
        await SqlStore.open(url_of(path))
    assert re.search(r"version 0099.*newer Rallypoint.*backup", str(told.value))
    assert rows(path, "SELECT version_num FROM alembic_version") == [("0099",)]


async def test_two_processes_that_start_on_a_new_file_at_once_make_one_database(path):
    program = f"""
        import asyncio
        from rallypoint.storage.store import SqlStore
        async def main():
            store = await SqlStore.open({url_of(path)!r})
            await store.close()
        asyncio.run(main())
    """
    command = [sys.executable, "-c", textwrap.dedent(program)]
    both = [await asyncio.create_subprocess_exec(*command) for _ in range(2)]
    assert [await process.wait() for process in both] == [0, 0]
    assert rows(path, "SELECT version_num FROM alembic_version") == [(HEAD,)]


async def test_a_new_file_in_which_another_process_makes_its_first_step_is_waited_for(path):
    other = sqlite3.connect(path, isolation_level=None)
    other.execute("BEGIN IMMEDIATE")  # now SQLite refuses a switch to WAL at once, whatever the timeout
    asyncio.get_running_loop().call_later(0.2, other.close)
    async with store_at(path):
        assert rows(path, "SELECT version_num FROM alembic_version") == [(HEAD,)]


async def test_two_stores_open_at_once_in_one_process(tmp_path):
    stores = await asyncio.gather(*(store_file.SqlStore.open(url_of(tmp_path / f"{n}.db")) for n in range(3)))
    for store in stores:
        await store.close()
