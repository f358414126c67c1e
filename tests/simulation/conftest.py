"""A world that a test throws away in the middle leaves nothing behind in the process."""

from __future__ import annotations

import logging
from collections.abc import Iterator

import pytest
import structlog

from rallypoint.game.entity import check_assignments


@pytest.fixture(autouse=True)
def as_it_was() -> Iterator[None]:
    """The log, and what a server switches off, are for the next test as they were for this one."""
    former, client = structlog.get_config(), logging.getLogger("rallypoint_client")
    disabled = client.disabled
    yield
    structlog.configure(**former)
    client.disabled = disabled
    check_assignments(True)
