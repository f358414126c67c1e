"""Plain values: what options, metadata and conditions are made of. Checked here, before the server would close us."""

from __future__ import annotations

import math
from collections.abc import Mapping
from typing import Any, Final

from rallypoint_protocol.limits import BAG_KEYS_MAX, INT_MAX, INT_MIN, KEY_CHARS_MAX, VALUE_CHARS_MAX

from .errors import InvalidInput

__all__ = ["checked_bag", "why_not_plain"]

_TYPES: Final = "None, True, False, a number or a text"


def why_not_plain(value: object) -> str | None:
    """What is wrong with a value, as the end of a sentence; ``None`` if nothing is."""
    match value:
        case None | bool():
            return None
        case int():
            return None if INT_MIN <= value <= INT_MAX else "does not fit 64 bits"
        case float():
            return None if math.isfinite(value) else "is not a finite number"
        case str():
            return None if len(value) <= VALUE_CHARS_MAX else f"is longer than {VALUE_CHARS_MAX} characters"
        case _:
            return f"is neither {_TYPES}, but a {type(value).__name__}"


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
