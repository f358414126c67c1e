"""A disk that fails under a running server: nobody new, those who play go on, and operators are told."""

from __future__ import annotations

import asyncio
import errno
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from rallypoint.app import Server
from rallypoint.config import Settings
from rallypoint.console.status import Status
from rallypoint.storage.os_files import OsFile
from tests.server.live import SOON_S, Guest, Toy

Break = Callable[[bool], None]


@pytest.fixture
def disk_fails(monkeypatch: pytest.MonkeyPatch) -> Break:
    """Says whether the disk is full from now on."""
    write = OsFile.write

    def full(self: OsFile, data: bytes) -> None:
        raise OSError(errno.ENOSPC, "No space left on device")

    def set_full(is_full: bool) -> None:
        monkeypatch.setattr(OsFile, "write", full if is_full else write)

    return set_full


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return tmp_path / "data"


def settings(folder: Path, **own: Any) -> Settings:
    return Settings(port=0, ops_port=0, data_dir=folder, shutdown_s=2, **own)


async def until(true: Callable[[], bool]) -> None:
    async with asyncio.timeout(SOON_S):
        while not true():
            await asyncio.sleep(0.02)


async def test_with_a_full_disk_games_go_on_and_nobody_new_is_seated(folder: Path, disk_fails: Break):
    async with Server([Toy], settings(folder)) as server:
        ann = await Guest.sit(server, "Ann")
        disk_fails(True)
        await until(lambda: bool(server.journal.failure))
        assert not server.ready
        figures = Status(server).figures()
        assert figures["durability"] == "off"
        assert any("No space left" in problem for problem in figures["problems"])
        await ann.act("Say", text="still here")
        await ann.heard("still here")
        assert getattr(server.node.create("toy", 0.0), "error", None) == "node_full"
        disk_fails(False)
        await until(lambda: server.ready)
        assert Status(server).figures()["durability"] == "process"
        session = ann.seated.session
        await ann.passes(3)
    async with Server([Toy], settings(folder)) as server:
        assert list(server.node.hosts) == [session]


async def test_what_went_on_undurably_is_not_revived(folder: Path, disk_fails: Break):
    async with Server([Toy], settings(folder)) as server:
        ann = await Guest.sit(server, "Ann")
        await ann.passes(3)
        disk_fails(True)
        await until(lambda: bool(server.journal.failure))
        await ann.passes(3)
    disk_fails(False)
    async with Server([Toy], settings(folder)) as server:
        assert not server.node.hosts


async def test_by_setting_games_end_with_a_reason(folder: Path, disk_fails: Break):
    async with Server([Toy], settings(folder, journal_failure="end")) as server:
        ann = await Guest.sit(server, "Ann")
        disk_fails(True)
        await ann.until(lambda: ann.result is not None)
        await until(lambda: not server.node.hosts)
