"""What ``docs/webhooks.md`` and ``docs/storage.md`` show works as it stands there."""

from __future__ import annotations

import json
import re
import shutil
import subprocess
from pathlib import Path
from typing import Any

import pytest

from rallypoint.ports import SeatRecord
from rallypoint.runtime.webhook_request import signature
from rallypoint.storage.outbox_rows import ended_rows
from rallypoint_protocol.ids import PlayerId
from tests.server.storage.made import count, looking_into, meanwhile, record, rows, store_at, written

DOCS = Path(__file__).parents[3] / "docs"
WEBHOOKS = (DOCS / "webhooks.md").read_text(encoding="utf-8")
STORAGE = (DOCS / "storage.md").read_text(encoding="utf-8")


def block(document: str, language: str) -> str:
    found = re.findall(rf"```{language}\n(.*?)```", document, re.DOTALL)
    assert len(found) == 1
    return str(found[0])


def test_the_receiver_s_check_knows_what_is_genuine():
    module: dict[str, Any] = {}
    exec(block(WEBHOOKS, "python"), module)  # our own document
    is_genuine = module["is_genuine"]
    header = signature("secret", 1000, b"{}")
    assert is_genuine("secret", header, b"{}", now=1200)
    assert not is_genuine("secret", header, b"{ }", now=1200)
    assert not is_genuine("other", header, b"{}", now=1200)
    assert not is_genuine("secret", header, b"{}", now=1301)
    assert not is_genuine("secret", header.replace("t=1000", "t=1200"), b"{}", now=1200)
    assert not is_genuine("secret", "nonsense", b"{}", now=1200)


def test_the_body_that_is_shown_is_what_is_sent():
    shown = json.loads(block(WEBHOOKS, "json"))
    told = record(
        "3d73251496ee7b21",
        game="arena",
        seats=(
            SeatRecord(0, PlayerId("user-1042"), "Ada", False, "played"),
            SeatRecord(1, PlayerId("5cc1d7e2a0b94f38"), "Robot", True, "left"),
        ),
        result={"winners": [0], "scores": {0: 3.5, 1: 1}, "reason": "enough", "data": {"moves": 21}},
    )
    assert json.loads(ended_rows(told, 0.0)[-1]["body"]) == shown


async def test_what_was_given_up_can_be_sent_again(tmp_path):
    path = tmp_path / "rallypoint.db"
    async with store_at(path, webhooks=True) as store:
        store.ended(record())
        await written(store)
        await meanwhile(path, "UPDATE outbox SET state = 'failed', attempts = 33, due_at = 9e9")
        assert await store.outbox.due(2e9, 5, []) == ([], None)
        (statement,) = re.findall(r'"(UPDATE .*?)"', WEBHOOKS)
        await meanwhile(path, statement)
        (event,), _ = await store.outbox.due(2e9, 5, [])
        assert event.attempts == 0


async def test_old_results_can_be_removed_with_their_seats(tmp_path):
    path = tmp_path / "rallypoint.db"
    async with store_at(path) as store:
        store.ended(record("old", ended_at=1_000_000_000.0))
        store.ended(record("new", ended_at=9_000_000_000.0))
        await written(store)
    with looking_into(path) as connection:
        connection.executescript(block(STORAGE, "sql"))
    assert rows(path, "SELECT DISTINCT session FROM result_seats") == [("new",)]


@pytest.mark.skipif(shutil.which("sqlite3") is None, reason="the sqlite3 command is not installed")
async def test_a_backup_of_a_running_server_has_everything(tmp_path):
    path = tmp_path / "rallypoint-data" / "rallypoint.db"
    async with store_at(path) as store:
        store.ended(record())
        await written(store)
        command = next(part for part in re.findall(r"```sh\n(.*?)```", STORAGE, re.DOTALL) if ".backup" in part)
        subprocess.run(["sh", "-c", command], cwd=tmp_path, check=True)  # noqa: ASYNC221  # nothing else goes on
    assert count(tmp_path / "backup.db", "results") == 1
