"""What others see of a session in lists: a few names and plain values."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from rallypoint_protocol.bags import why_not_plain
from rallypoint_protocol.limits import BAG_KEYS_MAX, KEY_CHARS_MAX

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
        why = why_not_plain(value)
        if why is not None:
            raise ValueError(f"metadata {name}={value!r} {why}")
    return kept
