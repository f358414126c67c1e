"""Text of strangers, as a terminal may have it: nothing in it moves the cursor, changes colours or hides anything."""

from __future__ import annotations

import json
import unicodedata
from typing import Any

__all__ = ["inert", "plain"]


def inert(text: str) -> str:
    """What is no visible character is written out, as ``\\x1b``: controls, line ends, bidi marks, unassigned ones."""
    if text.isascii() and text.isprintable():
        return text
    return "".join(char if _shows(char) else _written_out(char) for char in text)


def plain(value: Any) -> str:
    """A value of JSON on one line, inert: texts as they are, everything else as JSON has it."""
    return inert(value if isinstance(value, str) else json.dumps(value, ensure_ascii=False))


def _shows(char: str) -> bool:
    category = unicodedata.category(char)
    return char == " " or (category[0] != "C" and category[0] != "Z")


def _written_out(char: str) -> str:
    if unicodedata.category(char) == "Zs":
        return " "
    return char.encode("unicode_escape").decode("ascii")
