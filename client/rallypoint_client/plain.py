"""Plain values: what options, metadata and conditions are made of. Checked here, before the server would close us."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from rallypoint_protocol.bags import why_not_plain
from rallypoint_protocol.limits import BAG_KEYS_MAX, KEY_CHARS_MAX

from .errors import InvalidInput

__all__ = ["checked_bag"]


def checked_bag(what: str, bag: Mapping[str, Any] | None) -> dict[str, Any]:
    """Options or metadata as they are sent. Raises :class:`InvalidInput` for what the server would not take."""
    values: dict[Any, Any] = dict(bag or {})  # a caller without a type checker may name things by anything
    if len(values) > BAG_KEYS_MAX:
        raise InvalidInput(what, f"at most {BAG_KEYS_MAX} of them, not {len(values)}")
    for key, value in values.items():
        if not isinstance(key, str) or not 0 < len(key) <= KEY_CHARS_MAX:
            raise InvalidInput(what, f"a name is a text of 1 to {KEY_CHARS_MAX} characters, not {key!r}")
        why = why_not_plain(value)
        if why is not None:
            raise InvalidInput(what, f"{key} {why}")
    return values
