"""A world that a test throws away in the middle leaves nothing behind in the process."""

from __future__ import annotations

import gc
import logging
import warnings
from collections.abc import Iterator
from typing import Any

import pytest
import structlog

from rallypoint.game.entity import check_assignments
from rallypoint_simulation.world import World


@pytest.fixture(autouse=True, scope="session")
def after_the_others() -> None:
    """Worlds collect garbage when they end. What tests before these have left, on real sockets, is not theirs.

    (About every second run of all tests on Python 3.13, one of them leaves a connection; alone, none of them does.)
    """
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", ResourceWarning)
        gc.collect()


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
