"""A user's callbacks: one that fails is logged, and does no harm."""

from __future__ import annotations

import logging
from collections.abc import Callable
from typing import Any

__all__ = ["call"]

_log = logging.getLogger("rallypoint_client")


def call(callback: Callable[..., object] | None, *args: Any) -> None:
    """Calls it, if there is one."""
    if callback is None:
        return
    try:
        callback(*args)
    except Exception:
        _log.exception("a callback of the lobby failed")
