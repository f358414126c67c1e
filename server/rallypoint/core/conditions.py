"""What a session row must be like to fit a filter: conditions of the wire, made into functions.

A condition names a field of the row, or ``meta.<key>``. Metadata that a row does not have is nil; a field that no row
has (``meta`` alone, ``id``, anything else) fits nobody, whatever the operator. Nil, booleans, numbers and text are
four types, and values of different types differ: ``!=`` is true between them, everything else is false. Numbers and
texts have an order (texts by code points); ``has`` is for texts alone, and ignores case.
"""

from __future__ import annotations

import operator
from collections.abc import Callable, Sequence
from typing import Any, Final

from rallypoint_protocol.limits import VALUE_CHARS_MAX
from rallypoint_protocol.messages import Condition, SessionRow

from .names import normalised_text

__all__ = ["FilterKey", "Test", "compiled", "filter_key", "plain_conditions"]

Test = Callable[[SessionRow], bool]
FilterKey = tuple[str, tuple[tuple[str, str, str, Any], ...]]
"""A filter as a key: equal for filters that are the same, letter by letter."""

_NUMBERS: Final = (int, float)
_TYPES: Final[dict[type, tuple[type, ...]]] = {
    str: (str,),
    int: _NUMBERS,
    float: _NUMBERS,
    bool: (bool,),
    type(None): (type(None),),
}
"""By the type of what is compared with: the types that it can be compared with. Of classes, this is looked at often."""
_ORDERED: Final = (str, int, float)
_META: Final = "meta."
_FIELDS: Final[dict[str, Callable[[SessionRow], Any]]] = {
    name: operator.attrgetter(name) for name in ("game", "state", "players", "seats", "free", "spectators", "leader")
}
_ORDERS: Final[dict[str, Callable[[Any, Any], bool]]] = {
    "<": operator.lt,
    "<=": operator.le,
    ">": operator.gt,
    ">=": operator.ge,
}


def plain_conditions(where: Sequence[Condition]) -> list[Condition]:
    """Texts to compare with, normalised as metadata is: what is looked for may be written in another form."""
    return [
        Condition(condition.field, condition.op, normalised_text(condition.value, VALUE_CHARS_MAX))
        if isinstance(condition.value, str)
        else condition
        for condition in where
    ]


def filter_key(game: str, where: Sequence[Condition]) -> FilterKey:
    """Of a filter. Types are part of it: to Python, ``1``, ``1.0`` and ``True`` are equal."""
    return game, tuple((test.field, test.op, type(test.value).__name__, test.value) for test in where)


def compiled(condition: Condition) -> Test:
    """The condition as a function of a row. It raises nothing, whatever is in the row."""
    value_of = _reader(condition.field)
    if value_of is None:
        return _nobody
    value = condition.value
    like = _TYPES[type(value)]
    match condition.op:
        case "=":
            return lambda row: (found := value_of(row)).__class__ in like and found == value
        case "!=":
            return lambda row: (found := value_of(row)).__class__ not in like or found != value
        case "has":
            return _has(value_of, value.casefold()) if isinstance(value, str) else _nobody
        case order:
            if type(value) not in _ORDERED:
                return _nobody
            compare = _ORDERS[order]
            return lambda row: (found := value_of(row)).__class__ in like and compare(found, value)


def _has(value_of: Callable[[SessionRow], Any], wanted: str) -> Test:
    def has(row: SessionRow) -> bool:
        found = value_of(row)
        return isinstance(found, str) and wanted in found.casefold()

    return has


def _nobody(_: SessionRow) -> bool:
    return False


def _reader(field: str) -> Callable[[SessionRow], Any] | None:
    if field.startswith(_META):
        key = field.removeprefix(_META)
        return lambda row: row.meta.get(key)
    return _FIELDS.get(field)
