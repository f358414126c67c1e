"""What the audit log says of a request: the action, to what, and how it ended. Never a secret."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any, Final

import msgspec

__all__ = ["DETAIL_BYTES_MAX", "detail_of", "object_of"]

DETAIL_BYTES_MAX: Final = 2000
_SECRET: Final = ("password", "token", "secret", "old", "new", "key", "cookie", "authorization")
"""Fields whose names have one of these words in them are not told."""
_CAMEL: Final = re.compile(r"(?<=[a-z0-9])(?=[A-Z])")
_WORDS: Final = re.compile(r"[a-z]+")
_HIDDEN: Final = "(not shown)"


def object_of(parameters: Mapping[str, Any]) -> str:
    """What the path names, as ``7f3a/2``."""
    return "/".join(str(value) for value in parameters.values())[:200]


def detail_of(body: bytes) -> str:
    """What was sent, as JSON of at most ``DETAIL_BYTES_MAX`` bytes."""
    if not body:
        return "{}"
    try:
        sent = msgspec.json.decode(body)
    except (msgspec.MsgspecError, UnicodeDecodeError, RecursionError):
        return "{}"
    told = msgspec.json.encode(_without_secrets(sent) if isinstance(sent, dict) else {"body": sent})
    if len(told) > DETAIL_BYTES_MAX:
        told = msgspec.json.encode({"bytes": len(body)})
    return told.decode()


def _without_secrets(value: Any) -> Any:
    match value:
        case dict():
            return {name: _HIDDEN if _is_secret(name) else _without_secrets(each) for name, each in value.items()}
        case list():
            return [_without_secrets(each) for each in value]
        case _:
            return value


def _is_secret(name: str) -> bool:
    """Also ``apiToken`` and ``API-TOKEN``."""
    spaced = name if name.isupper() else _CAMEL.sub(" ", name)
    return any(word in _SECRET for word in _WORDS.findall(spaced.lower()))
