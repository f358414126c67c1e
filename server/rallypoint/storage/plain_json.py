"""JSON out of whatever a game gave, and never an error: a game's result must not be lost for one odd value in it.

What JSON has not: bytes become lower-case hexadecimal text, as in the state that the HTTP API shows; enums their names;
NaN, infinities, ints beyond 64 bits and unknown objects become ``null``, as does what is nested deeper than 32 levels;
keys become text.
"""

from __future__ import annotations

import enum
import json
import math
from collections.abc import Mapping
from typing import Any, Final

from rallypoint_protocol.limits import INT_MAX, INT_MIN

__all__ = ["clean_text", "plain_json", "to_json"]

_DEPTH_MAX: Final = 32


def to_json(value: Any) -> str:
    """The value as JSON, in ASCII."""
    return json.dumps(plain_json(value), allow_nan=False, separators=(",", ":"))


def plain_json(value: Any, depth: int = 0) -> Any:
    """The value as what JSON has."""
    match value:
        case enum.Enum():
            return value.name
        case None | bool() | str():
            return value
        case int():
            return int(value) if INT_MIN <= value <= INT_MAX else None
        case float():
            return float(value) if math.isfinite(value) else None
        case bytes() | bytearray() | memoryview():
            return bytes(value).hex()
        case _ if depth >= _DEPTH_MAX:
            return None
        case Mapping():
            return {_key(key): plain_json(item, depth + 1) for key, item in value.items()}
        case list() | tuple() | set() | frozenset():
            return [plain_json(item, depth + 1) for item in value]
        case _:
            return None


def _key(key: Any) -> str:
    plain = plain_json(key)
    if isinstance(plain, str):
        return plain
    return json.dumps(plain) if isinstance(plain, bool | int | float) else type(key).__name__


def clean_text(value: object, chars_max: int) -> str:
    """Text that any database takes: without NUL and halves of surrogate pairs, and cut to a length."""
    return str(value)[:chars_max].replace("\x00", "").encode("utf-8", "replace").decode("utf-8")
