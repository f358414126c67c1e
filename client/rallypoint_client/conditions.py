"""Conditions on a list of sessions, as people write them.

    "free > 0"    'meta.name has "x y"'    "meta.map = desert"    ("meta.level", ">=", 3)

A value is a number, ``true``, ``false``, ``null``, a text in quotes or, without quotes, the text itself. In a tuple it
is what it is. Values of different types are never equal, and neither is less than the other.
"""

from __future__ import annotations

import json
import re
from collections.abc import Sequence
from typing import Any, Final, Literal, cast

from rallypoint_protocol.bags import why_not_plain
from rallypoint_protocol.limits import CONDITIONS_MAX, KEY_CHARS_MAX
from rallypoint_protocol.messages import Condition

__all__ = ["Where", "parse_conditions"]

Where = Sequence[str | tuple[str, str, Any] | Condition]
"""Conditions, all of which must hold."""

Op = Literal["=", "!=", "<", "<=", ">", ">=", "has"]
_FIELDS: Final = ("game", "state", "players", "seats", "free", "spectators", "leader")
_OPS: Final = ("=", "!=", "<", "<=", ">", ">=", "has")
_HOW: Final = """write it as 'free > 0', 'meta.map = desert' or 'meta.name has "x y"'"""
_SHAPE: Final = re.compile(r"\s*([^\s=!<>]+)(?:\s*([=!<>]+)\s*|\s+(has)\s+)(.*?)\s*", re.DOTALL)
_INT: Final = re.compile(r"[+-]?[0-9]+")
_FLOAT: Final = re.compile(r"[+-]?([0-9]+\.[0-9]*|\.[0-9]+|[0-9]+(?=[eE]))([eE][+-]?[0-9]+)?")
# Python's own spelling too: that is what an f-string makes of them.
_WORDS: Final[dict[str, bool | None]] = {
    "true": True,
    "True": True,
    "false": False,
    "False": False,
    "null": None,
    "None": None,
}


def parse_conditions(where: Where) -> list[Condition]:
    """What is sent for them.

    Raises:
        ValueError: one cannot be understood, or they are too many; it says what to write.
    """
    if isinstance(where, str):
        raise ValueError(f"where is a list of conditions: [{where!r}]")
    if len(where) > CONDITIONS_MAX:
        raise ValueError(f"at most {CONDITIONS_MAX} conditions, not {len(where)}")
    return [_condition(one) for one in where]


def _condition(one: object) -> Condition:
    match one:
        case str():
            shape = _SHAPE.fullmatch(one)
            if shape is None:
                raise ValueError(f"{one!r} is not a condition: {_HOW}")
            field, sign, word, text = shape.groups()
            return _checked(one, field, sign or word, _value(one, text, is_text=word is not None))
        case Condition(field, op, value) | (str(field), str(op), value):
            return _checked(one, field, op, value)
        case _:
            raise ValueError(f"{one!r} is not a condition: {_HOW}, or as a tuple: ('free', '>', 0)")


def _checked(one: object, field: str, op: str, value: Any) -> Condition:
    key = field.removeprefix("meta.")
    if key == field and field not in _FIELDS:
        known = ", ".join(_FIELDS)
        raise ValueError(f"{one!r}: a session has no {field!r}, but {known}; metadata is named meta.{field}")
    if not 0 < len(key) <= KEY_CHARS_MAX:
        raise ValueError(f"{one!r}: a name in metadata has 1 to {KEY_CHARS_MAX} characters")
    if op not in _OPS:
        raise ValueError(f"{one!r}: there is no {op!r}, but {' '.join(_OPS)}")
    why = why_not_plain(value)
    if why is not None:
        raise ValueError(f"{one!r}: the value {why}")
    if op == "has" and not isinstance(value, str):
        raise ValueError(f"{one!r}: 'has' looks for a text")
    return Condition(field, cast(Op, op), value)


def _value(one: str, text: str, *, is_text: bool) -> Any:
    if not text:
        raise ValueError(f'{one!r} lacks a value; an empty text is ""')
    if text[0] in "\"'":
        return _quoted(one, text)
    if is_text:
        return text
    if text in _WORDS:
        return _WORDS[text]
    if _INT.fullmatch(text):
        return int(text) if len(text) < 30 else float("inf")  # far too large either way, and int() has a limit
    return float(text) if _FLOAT.fullmatch(text) else text


def _quoted(one: str, text: str) -> str:
    quote = text[0]
    try:
        if quote == '"':
            return str(json.loads(text))
    except ValueError:
        pass
    else:
        if len(text) > 1 and text.endswith(quote) and quote not in text[1:-1]:
            return text[1:-1]
    raise ValueError(f"{one!r}: a text in {quote} ends with {quote}" + (', and has \\" within' if quote == '"' else ""))
