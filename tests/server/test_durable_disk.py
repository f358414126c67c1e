"""A real server with ``durability = "disk"``: what is told waits for the disk, and survives the machine."""

from __future__ import annotations

import asyncio
import os
import shutil
import threading
from pathlib import Path
from typing import Any

import pytest

from rallypoint.app import Server
from rallypoint.config import Settings
from rallypoint.storage.os_files import OsFile
from rallypoint_protocol.ids import SessionId
from tests.server.live import SOON_S, Guest, Toy


class Disk:
    """Under all files of a journal: knows what was synced, and hangs if a test says so."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch) -> None:
        self.synced: dict[int, int] = {}
        """Bytes of each file, by its number on the disk."""
        self.turning = threading.Event()
        self.turning.set()
        sync = OsFile.sync

        def synced(file: OsFile) -> None:
            about = os.fstat(file._file)
            assert self.turning.wait(SOON_S)
            sync(file)
            self.synced[about.st_ino] = about.st_size

        monkeypatch.setattr(OsFile, "sync", synced)

    def after_power_loss(self, folder: Path, to: Path) -> Path:
        """A copy of what there is when the power comes back: of the journal nothing that was not synced."""
        synced = dict(self.synced)
        shutil.copytree(folder, to)
        for file in (folder / "journal").glob("*.rpj"):
            size = synced.get(file.stat().st_ino, 0)
            kept = to / "journal" / file.name
            kept.write_bytes(kept.read_bytes()[:size])
            if not size:
                kept.unlink()
        return to


@pytest.fixture
def disk(monkeypatch: pytest.MonkeyPatch) -> Disk:
    return Disk(monkeypatch)


def settings(folder: Path, **own: Any) -> Settings:
    return Settings(port=0, ops_port=0, data_dir=folder, durability="disk", **{"shutdown_s": 2, **own})


async def test_nothing_that_was_told_is_lost_with_the_power(tmp_path: Path, disk: Disk):
    async with Server([Toy], settings(tmp_path / "data")) as server:
        ann = await Guest.sit(server, "Ann")
        for number in range(5):
            await ann.act("Say", text=f"{number}")
        await ann.heard("4")
        session, token = SessionId(ann.seated.session), ann.token
        there = disk.after_power_loss(tmp_path / "data", tmp_path / "after")
        event = ann.event
    async with Server([Toy], settings(there)) as server:
        core = server.node.hosts[session].core
        seat = core.seats[0]
        assert seat is not None
        assert seat.applied == 5
        assert seat.events.last >= event
        assert core.seating.knows(token, 0.0)


async def test_a_disk_that_hangs_holds_back_what_is_told_and_nothing_else(tmp_path: Path, disk: Disk):
    async with Server([Toy], settings(tmp_path / "data")) as server:
        ann = await Guest.sit(server, "Ann")
        disk.turning.clear()
        await ann.act("Say", text="hello")
        await ann.until(lambda: ann.replica.tick - ann.replica.durable_tick > 15)
        assert ann.texts == []
        disk.turning.set()
        await ann.heard("hello")


async def test_a_result_is_told_and_stored_once_it_is_on_the_disk(tmp_path: Path, disk: Disk):
    async with Server([Toy], settings(tmp_path / "data")) as server:
        ann = await Guest.sit(server, "Ann")
        disk.turning.clear()
        await ann.act("Do", what="win")
        async with asyncio.timeout(SOON_S):
            while server.node.hosts[ann.seated.session].running:  # type: ignore[index]  # its id
                await asyncio.sleep(0.01)
        await asyncio.sleep(0)
        assert server.node.counts.sessions_ended == 0
        disk.turning.set()
        await ann.until(lambda: ann.result is not None)
        assert (await ann.session.closed())[0] == 4001


async def test_a_server_that_is_stopped_goes_on_where_it_was_and_so_does_one_that_nobody_came_back_to(
    tmp_path: Path, disk: Disk
):
    async with Server([Toy], settings(tmp_path / "data")) as server:
        ann = await Guest.sit(server, "Ann")
        await ann.act("Say", text="hello")
        await ann.heard("hello")
        session = ann.seated.session
    for _ in range(2):  # stopped again while it waits for its player
        async with Server([Toy], settings(tmp_path / "data")) as server:
            assert server.node.hosts[session].held_back  # type: ignore[index]  # its id
    async with Server([Toy], settings(tmp_path / "data")) as server:
        ann.url = server.lobby_url
        seated = await ann.resume()
        assert (seated.session, seated.outcome, seated.epoch) == (session, "resync", 4)
        await ann.next_pass()


async def test_a_server_can_be_stopped_though_its_disk_hangs(tmp_path: Path, disk: Disk):
    server = Server([Toy], settings(tmp_path / "data", shutdown_s=0.3))
    await server.start()
    ann = await Guest.sit(server, "Ann")
    disk.turning.clear()
    await ann.act("Say", text="hello")
    await ann.passes(3)
    try:
        async with asyncio.timeout(SOON_S):
            await server.stop()
    finally:
        disk.turning.set()
