"""What the server says of itself: ``/status.json`` of its operations port, as flat figures.

Only what is there is taken: a server of another version may say more or less.
"""

from __future__ import annotations

import asyncio
import time
import urllib.request
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final

import msgspec

__all__ = ["Status", "flatten", "read_status"]

_BYTES_MAX: Final = 4 * 2**20


@dataclass(frozen=True, slots=True)
class Status:
    """One reading. ``at`` is ``time.monotonic()``, ``figures`` are numbers by name."""

    at: float
    figures: Mapping[str, float]


def flatten(status: Mapping[str, Any]) -> dict[str, float]:
    """Its numbers by name: of ``{"tick_late_ms": {"p99": 3, "count": 9}}``, ``tick_late_p99_ms`` and
    ``tick_late_samples``."""
    flat: dict[str, float] = {}
    for key, value in status.items():
        for part, number in value.items() if isinstance(value, dict) else [("", value)]:
            if isinstance(number, int | float) and not isinstance(number, bool):
                flat[_name(key, str(part))] = number
    return flat


def _name(key: str, part: str) -> str:
    if not part:
        return key
    if not key.endswith("_ms"):
        return f"{key}_{part}"
    base = key.removesuffix("_ms")
    return f"{base}_samples" if part == "count" else f"{base}_{part.replace('.', '_')}_ms"


async def read_status(ops_url: str, timeout_s: float = 3.0) -> Status | None:
    """Asks the server; ``None`` if it does not answer with what we can read."""
    return await asyncio.to_thread(_read, ops_url.rstrip("/") + "/status.json", timeout_s)


def _read(url: str, timeout_s: float) -> Status | None:
    try:
        # The scheme was checked where the URL came in, and a proxy has no business between two processes of a machine.
        opener = urllib.request.build_opener(urllib.request.ProxyHandler({}))
        with opener.open(url, timeout=timeout_s) as answer:
            status = msgspec.json.decode(answer.read(_BYTES_MAX))
    except (OSError, ValueError, msgspec.DecodeError):
        return None
    return Status(time.monotonic(), flatten(status)) if isinstance(status, dict) else None
