"""Databases of both kinds, for tests that run on each."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.server.storage.made import url_of
from tests.server.storage.postgres import new_database, postgres_running


@pytest.fixture(scope="session")
def postgres() -> Iterator[Path]:
    """A PostgreSQL server: the folder of its socket."""
    with postgres_running() as folder:
        yield folder


@pytest.fixture(params=["sqlite", "postgresql"])
def url(request: pytest.FixtureRequest, tmp_path: Path) -> str:
    """An empty database."""
    if request.param == "sqlite":
        return url_of(tmp_path / "rallypoint.db")
    return new_database(request.getfixturevalue("postgres"))
