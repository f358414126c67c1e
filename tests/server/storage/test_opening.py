"""Which store the settings ask for."""

from __future__ import annotations

import subprocess
import sys

import pytest

from rallypoint.config import Settings
from rallypoint.ports import StoreUnusable
from rallypoint.storage.no_store import NoStore
from rallypoint.storage.opening import open_storage
from rallypoint.storage.store import SqlStore
from tests.server.storage.made import record, url_of

HOOK = "http://127.0.0.1:1/hooks"


async def test_without_a_folder_nothing_is_kept():
    store, sender = await open_storage(Settings())
    assert isinstance(store, NoStore)
    assert sender is None


async def test_a_folder_has_the_database(tmp_path):
    store, sender = await open_storage(Settings(data_dir=tmp_path / "data"))
    assert isinstance(store, SqlStore)
    assert sender is None
    store.started(record())
    await store.close()
    assert [file.name for file in (tmp_path / "data").iterdir()] == ["rallypoint.db"]


async def test_a_url_comes_before_the_folder(tmp_path):
    settings = Settings(data_dir=tmp_path / "unused", database_url=url_of(tmp_path / "other.db"))
    store, _ = await open_storage(settings)
    await store.close()
    assert [file.name for file in tmp_path.iterdir()] == ["other.db"]


async def test_with_webhooks_there_is_a_sender_and_events_are_kept(tmp_path):
    store, sender = await open_storage(Settings(data_dir=tmp_path, webhook_url=HOOK))
    assert sender is not None
    store.started(record())
    await store.close()
    store, _ = await open_storage(Settings(data_dir=tmp_path, webhook_url=HOOK))
    assert store.status().webhooks_pending == 1
    await store.close()


@pytest.mark.parametrize(
    ("settings", "sentence"),
    [
        ({"webhook_url": HOOK}, "set data_dir"),
        ({"webhook_url": "not://a.url/with/secret", "data_dir": "data"}, "webhook_url: it has to look like"),
    ],
)
async def test_settings_that_cannot_work_are_explained(settings, sentence, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)  # where a wrong one would make its folder
    with pytest.raises(StoreUnusable) as told:
        await open_storage(Settings(**settings))
    assert sentence in str(told.value)
    assert "secret" not in str(told.value)
    assert list(tmp_path.iterdir()) == []


def test_nothing_heavy_is_imported_before_a_store_is_opened():
    program = """
import sys
import rallypoint.storage.opening, rallypoint.storage.no_store, rallypoint.ports
found = {"sqlalchemy", "alembic", "aiosqlite", "httpx", "anyio"} & set(sys.modules)
assert not found, found
"""
    subprocess.run([sys.executable, "-c", program], check=True)
