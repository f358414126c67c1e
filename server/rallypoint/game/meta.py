"""What others see of a session in lists: a few names and plain values."""

from __future__ import annotations

import math
from collections.abc import Mapping
from typing import Any

from rallypoint_protocol.limits import BAG_KEYS_MAX, INT_MAX, INT_MIN, KEY_CHARS_MAX, VALUE_CHARS_MAX

__all__ = ["checked_meta"]


def checked_meta(meta: Mapping[str, Any]) -> dict[str, Any]:
    """The metadata without names whose value is ``None``.

    Raises:
        ValueError: what it cannot be, and why.
    """
    kept = {name: value for name, value in meta.items() if value is not None}
    if len(kept) > BAG_KEYS_MAX:
        raise ValueError(f"metadata has {len(kept)} names; {BAG_KEYS_MAX} are the most")
    for name, value in kept.items():
        if not 1 <= len(name) <= KEY_CHARS_MAX:
            raise ValueError(f"metadata {name!r}: a name is a text of up to {KEY_CHARS_MAX} characters")
        if not _fits(value):
            raise ValueError(
                f"metadata {name}={value!r}: give a bool, a 64-bit int, a finite float or a text of up to"
                f" {VALUE_CHARS_MAX} characters"
            )
    return kept


def _fits(value: Any) -> bool:
    match value:
        case bool():
            return True
        case int():
            return INT_MIN <= value <= INT_MAX
        case float():
            return math.isfinite(value)
        case str():
            return len(value) <= VALUE_CHARS_MAX
        case _:
            return False
