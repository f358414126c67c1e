"""MessagePack values as JSON, and back: what ``shared/vectors/README.md`` says of its notation."""

from __future__ import annotations

import json
from typing import Any, Final

import msgpack

__all__ = ["dumps", "from_json", "packed", "to_json", "unpacked"]

EXACT_MAX: Final = 2**53 - 1
"""Beyond this, JSON numbers are not exact everywhere."""


def to_json(value: Any) -> Any:
    """``value`` in the notation: bytes, large whole numbers and maps with other keys than text are marked."""
    match value:
        case bytes():
            return {"$bytes": value.hex()}
        case bool() | None | str() | float():
            return value
        case int():
            return value if -EXACT_MAX <= value <= EXACT_MAX else {"$int": str(value)}
        case list() | tuple():
            return [to_json(item) for item in value]
        case dict():
            if all(isinstance(key, str) and not key.startswith("$") for key in value):
                return {key: to_json(item) for key, item in value.items()}
            return {"$map": [[to_json(key), to_json(item)] for key, item in value.items()]}
    raise TypeError(f"{value!r} is nothing that MessagePack holds")


def from_json(value: Any) -> Any:
    """The way back."""
    match value:
        case {"$bytes": digits}:
            return bytes.fromhex(digits)
        case {"$int": digits}:
            return int(digits)
        case {"$map": pairs}:
            return {from_json(key): from_json(item) for key, item in pairs}
        case dict():
            return {key: from_json(item) for key, item in value.items()}
        case list():
            return [from_json(item) for item in value]
    return value


def unpacked(data: bytes) -> Any:
    """What ``data`` says, read by the library that is not ours."""
    return msgpack.unpackb(data, strict_map_key=False)


def packed(value: Any) -> bytes:
    """``value`` as MessagePack, written by the library that is not ours: the smallest form, floats in 64 bits."""
    data: bytes = msgpack.packb(value)
    return data


def dumps(value: Any) -> str:
    """JSON for people: what fits on a line is on one, everything else is an item a line."""
    return _text(value, "", 0) + "\n"


_WIDTH: Final = 120


def _text(value: Any, indent: str, column: int) -> str:
    line = json.dumps(value, ensure_ascii=False)
    if len(indent) + column + len(line) <= _WIDTH or not isinstance(value, dict | list) or not value:
        return line
    inner = indent + "  "
    if isinstance(value, dict):
        items = []
        for key, item in value.items():
            head = f"{json.dumps(key, ensure_ascii=False)}: "
            items.append(f"{inner}{head}{_text(item, inner, len(head))}")
        return "{\n" + ",\n".join(items) + f"\n{indent}}}"
    return "[\n" + ",\n".join(f"{inner}{_text(item, inner, 0)}" for item in value) + f"\n{indent}]"
