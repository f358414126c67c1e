"""``messages.json``: what clients say, and what servers say."""

from __future__ import annotations

from typing import Any

from tests.vectors.from_client import BUFFERED, FROM_CLIENT
from tests.vectors.from_server import FROM_SERVER

__all__ = ["messages"]


def messages() -> dict[str, Any]:
    """``messages.json``."""
    return {
        "from_client": [case.to_json() for case in FROM_CLIENT],
        "from_client_buffered": [case.to_json() for case in BUFFERED],
        "from_server": [case.to_json() for case in FROM_SERVER],
    }
