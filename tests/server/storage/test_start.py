"""A start imports only what it needs: ratings and databases come when there is something for them to do."""

from __future__ import annotations

import subprocess
import sys

import pytest


@pytest.mark.parametrize(
    ("module", "absent"),
    [
        ("rallypoint.cli", ["sqlalchemy", "alembic", "openskill", "asyncpg", "fastapi", "rallypoint_simulation"]),
        ("rallypoint.app", ["sqlalchemy", "alembic", "openskill", "asyncpg", "fastapi"]),
        ("rallypoint.storage.store", ["openskill", "asyncpg"]),
    ],
)
def test_what_is_heavy_is_not_imported(module: str, absent: list[str]) -> None:
    code = f"import sys, {module}; found = set({absent!r}) & set(sys.modules); assert not found, found"
    subprocess.run([sys.executable, "-c", code], check=True)
