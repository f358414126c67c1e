"""Text for a database out of whatever a game gave, and never an error: see :mod:`rallypoint.game.plain`."""

from __future__ import annotations

import json
from typing import Any

from rallypoint.game.plain import plain

__all__ = ["clean_text", "storable", "to_json"]


def to_json(value: Any) -> str:
    """The value as JSON, in ASCII."""
    return json.dumps(plain(value), allow_nan=False, separators=(",", ":"))


def clean_text(value: object, chars_max: int) -> str:
    """Text that any database takes: without NUL and halves of surrogate pairs, and cut to a length."""
    return str(value)[:chars_max].replace("\x00", "").encode("utf-8", "replace").decode("utf-8")


def storable(text: str) -> bool:
    """Whether any database takes it as it is. If not, nothing there is called so."""
    return clean_text(text, len(text)) == text
