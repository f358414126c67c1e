"""A world that a test throws away in the middle leaves nothing behind in the process."""

from __future__ import annotations

import logging
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import structlog

from rallypoint.game.entity import check_assignments
from rallypoint_simulation.world import World


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Worlds collect garbage when they end. What tests before these have left, on real sockets, is not theirs.

    (In about every second run of all tests one of them leaves a connection, which is found here; alone, none does.)
    """
    here = Path(__file__).parent
    for item in items:
        if here in item.path.parents and not item.path.name.startswith("test_network"):  # those have real ones, too
            item.add_marker(pytest.mark.filterwarnings("ignore:unclosed:ResourceWarning"))


@pytest.fixture(autouse=True)
def as_it_was(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """Worlds are closed; the log, and what a server switches off, are for the next test as they were for this one."""
    worlds: list[World] = []
    make = World.__init__

    def made(self: World, *args: Any, **options: Any) -> None:
        worlds.append(self)
        make(self, *args, **options)

    monkeypatch.setattr(World, "__init__", made)
    former, client = structlog.get_config(), logging.getLogger("rallypoint_client")
    disabled = client.disabled
    yield
    for world in worlds:
        if hasattr(world, "log"):  # else it was not even made
            world.close()
    structlog.configure(**former)
    client.disabled = disabled
    check_assignments(True)
