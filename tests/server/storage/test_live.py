"""A whole server with a database and a backend: what players see, what is stored, what is told."""

from __future__ import annotations

import asyncio
import time
from pathlib import Path

import pytest

from rallypoint.app import Server
from rallypoint.config import Settings
from rallypoint.storage import database as database_file, writer as writer_file
from rallypoint_protocol.ids import SessionId
from tests.server.live import Guest, Toy
from tests.server.storage.made import locked, rows, until
from tests.server.storage.receiver import hang, receiving

pytestmark = pytest.mark.usefixtures("quick")


@pytest.fixture
def quick(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("http_proxy", "https_proxy", "all_proxy", "HTTP_PROXY", "HTTPS_PROXY", "ALL_PROXY"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setattr(database_file, "BUSY_S", 0.05)
    monkeypatch.setattr(writer_file, "CHECK_S", 0.05)


async def won(server: Server, name: str) -> Guest:
    """Somebody plays a session and wins it."""
    guest = await Guest.sit(server, name)
    await guest.act("Do", what="win")
    await guest.until(lambda: guest.result is not None)
    await guest.go()
    return guest


async def test_a_session_is_stored_and_told_to_a_backend(tmp_path):
    async with receiving() as backend:
        settings = Settings(port=0, ops_port=0, data_dir=tmp_path, webhook_url=backend.url)
        async with Server([Toy], settings) as server:
            guest = await won(server, "Ada")
            await until(lambda: len(backend.requests) == 3)
            stored = await server.store.result(SessionId(guest.id))
    assert stored is not None
    assert stored.result == guest.result
    assert [seat.name for seat in stored.seats] == ["Ada"]
    assert [kind for _, kind in backend.told] == ["session.started", "session.ended", "session.result"]
    assert backend.requests[-1].body["result"]["reason"] == "enough"
    assert rows(tmp_path / "rallypoint.db", "SELECT game, outcome FROM results") == [("toy", "ended")]


async def test_games_go_on_while_the_database_is_locked_and_the_backend_hangs(tmp_path):
    async with receiving() as backend:
        backend.answer = hang
        settings = Settings(port=0, ops_port=0, data_dir=tmp_path, webhook_url=backend.url)
        async with Server([Toy], settings) as server:
            await won(server, "Before")
            await until(lambda: backend.under_way == 1)
            async with locked(tmp_path / "rallypoint.db"):
                first = await won(server, "Ada")
                await until(lambda: "locked" in server.store.status().error)
                began = time.monotonic()
                guest = await Guest.sit(server, "Bob")
                await guest.passes(30)  # half a second's worth
                assert time.monotonic() - began < 5.0
                assert server.store.status().pending > 0
            await until(lambda: server.store.status().pending == 0)
            assert await server.store.result(SessionId(first.id)) is not None
            await guest.go()
    names = rows(tmp_path / "rallypoint.db", "SELECT name FROM result_seats ORDER BY 1")
    assert {("Ada",), ("Before",)} <= set(names)


async def test_games_go_on_when_the_database_is_gone(tmp_path):
    folder = tmp_path / "data"
    # Without a journal: it is in the same folder, and with it nobody new is seated.
    async with Server([Toy], Settings(port=0, ops_port=0, data_dir=folder, durability="off")) as server:
        guest = await Guest.sit(server, "Ada")
        await asyncio.to_thread(_remove, folder)
        await until(lambda: "is gone" in server.store.status().error)
        await guest.passes(10)
        await guest.act("Do", what="win")
        await guest.until(lambda: guest.result is not None)
        await won(server, "Bob")
        await guest.go()


def _remove(folder: Path) -> None:
    for file in folder.iterdir():
        file.unlink()
    folder.rmdir()
