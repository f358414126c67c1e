"""What options and metadata are made of: the same check for who sends them, and for the game that sets them."""

from __future__ import annotations

import math
from typing import Final

from .limits import INT_MAX, INT_MIN, VALUE_CHARS_MAX

__all__ = ["why_not_plain"]

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
