"""``rallypoint operators``, on the database of a server that runs or not."""

from __future__ import annotations

import asyncio
import json
import sys
from collections.abc import Iterator
from pathlib import Path

import httpx
import pytest
import structlog
from typer.testing import CliRunner

from rallypoint import logs
from rallypoint.app import Server
from rallypoint.config import Settings
from rallypoint.operators_command import operators
from tests.server.live import Toy


def call(folder: Path, *arguments: str, code: int = 0) -> str:
    made = CliRunner().invoke(operators, [*arguments, "--data", str(folder)])
    assert made.exit_code == code, made.output
    return made.output


@pytest.fixture(autouse=True)
def no_logs(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """The command sets up the logs of its whole process, which is that of other tests here."""
    before = structlog.get_config()
    monkeypatch.setattr(logs, "set_up", lambda form, level: None)
    structlog.configure(logger_factory=structlog.ReturnLoggerFactory())
    yield
    structlog.configure(**before)


async def run(folder: Path, *arguments: str) -> str:
    """As a process of its own."""
    command = [sys.executable, "-m", "rallypoint", "operators", *arguments, "--data", str(folder)]
    process = await asyncio.create_subprocess_exec(*command, stdout=asyncio.subprocess.PIPE)
    said = (await process.communicate())[0].decode()
    assert process.returncode == 0
    return said


def test_operators_come_and_go(tmp_path):
    assert "ada (admin) can log in with the password" in call(tmp_path, "add", "ada", "--role", "admin")
    assert "there is an operator ada already" in call(tmp_path, "add", "ada", code=2)
    assert [one["role"] for one in json.loads(call(tmp_path, "list", "--json"))] == ["admin"]
    assert "ada" in call(tmp_path, "list")
    assert "has the password" in call(tmp_path, "password", "ada")
    call(tmp_path, "remove", "ada")
    assert "there is no operator ada" in call(tmp_path, "remove", "ada", code=2)
    assert json.loads(call(tmp_path, "list", "--json")) == []
    assert "--role is viewer or admin" in call(tmp_path, "add", "bob", "--role", "king", code=2)


def test_a_token_is_printed_once_and_can_be_revoked(tmp_path):
    token = call(tmp_path, "token", "ci", "--role", "admin", "--days", "2").splitlines()[0]
    assert token.startswith("rpo_")
    listed = call(tmp_path, "tokens", "--json")
    assert token not in listed
    call(tmp_path, "revoke", json.loads(listed)[0]["id"])
    assert call(tmp_path, "tokens") == ""
    assert "there is no token" in call(tmp_path, "revoke", "nothing", code=2)


async def test_what_is_done_while_a_server_runs_holds_at_once(tmp_path):
    async with Server([Toy], Settings(port=0, ops_port=0, data_dir=tmp_path)) as server:
        made = await run(tmp_path, "token", "ci")
        headers = {"Authorization": f"Bearer {made.splitlines()[0]}"}
        async with httpx.AsyncClient(base_url=f"{server.ops.url}/api/v1", timeout=20, headers=headers) as client:
            assert (await client.get("/me")).json()["name"] == "ci"
            listed = await run(tmp_path, "tokens", "--json")
            await run(tmp_path, "revoke", json.loads(listed)[0]["id"])
            while (await client.get("/me")).status_code != 401:
                pass  # within seconds
            me = {"Authorization": f"Bearer {(await run(tmp_path, 'token', 'audit')).strip()}"}
            rows = (await client.get("/audit", headers=me)).json()["rows"]
            assert [row["action"] for row in rows] == ["add_token", "revoke_token", "add_token"]
            assert {row["via"] for row in rows} == {"command"}


def test_a_database_that_cannot_be_opened_is_a_sentence(tmp_path):
    (tmp_path / "rallypoint.db").write_bytes(b"no database at all" * 100)
    assert "cannot open the database" in call(tmp_path, "list", code=2)


@pytest.mark.parametrize("days", ["0", "-1"])
def test_a_token_that_is_good_for_no_time_is_refused(tmp_path, days):
    assert "more than no time" in call(tmp_path, "token", "ci", "--days", days, code=2)
