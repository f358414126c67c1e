"""What the HTTP API has answered, over a disk that fails and a server that starts again: in a real server."""

from __future__ import annotations

import asyncio
import errno
from pathlib import Path

import httpx
import pytest
from pydantic import SecretStr

from rallypoint.app import Server
from rallypoint.config import Settings
from rallypoint.storage.os_files import OsFile
from tests.server.live import SOON_S, Toy

TOKEN = "a-token-of-some-length"


def server(folder: Path) -> Server:
    return Server([Toy], Settings(port=0, ops_port=0, data_dir=folder, shutdown_s=2, api_token=SecretStr(TOKEN)))


async def post(running: Server, key: str) -> httpx.Response:
    headers = {"Authorization": f"Bearer {TOKEN}", "Idempotency-Key": key}
    async with httpx.AsyncClient(base_url=running.ops.url, headers=headers, timeout=SOON_S) as api:
        return await api.post("/api/v1/sessions", json={"game": "toy"})


async def until_failed(running: Server, failed: bool) -> None:
    async with asyncio.timeout(SOON_S):
        while bool(running.journal.failure) is not failed:
            await asyncio.sleep(0.02)


@pytest.mark.parametrize("mended", [True, False])
async def test_what_was_answered_before_a_disk_failed_is_answered_so_after_it(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, mended: bool
) -> None:
    def full(self: OsFile, data: bytes) -> None:
        raise OSError(errno.ENOSPC, "No space left on device")

    async with server(tmp_path) as running:
        first = await post(running, "k")
        with monkeypatch.context() as patch:
            patch.setattr(OsFile, "write", full)
            await until_failed(running, True)
            if not mended:
                await running.journal.close()
        if mended:
            await until_failed(running, False)
    async with server(tmp_path) as running:
        again = await post(running, "k")
        assert again.content == first.content
        assert again.headers["idempotent-replayed"] == "true"
        # What went on undurably is not revived: the same answer is right all the same.
        assert list(running.node.hosts) == ([first.json()["session"]["id"]] if mended else [])


async def test_an_answer_stays_in_the_journal_however_often_the_server_starts(tmp_path: Path) -> None:
    answers: list[bytes] = []
    for _ in range(4):
        async with server(tmp_path) as running:
            answers.append((await post(running, "k")).content)
    assert len(set(answers)) == 1
