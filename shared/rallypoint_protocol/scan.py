"""Finds what changed in an entity, with code generated for each class: this runs for every entity in every step.

A :class:`Record` is the presence of one entity in one channel: the fields that the channel carries, their wire values
as they were sent last, and the tick at which each last changed. ``scan`` compares the entity with its record, appends
what differs to the channel's list of changes (whole numbers as differences) and brings the record up to date.

Plain loops over fields cost about twice as much (``bench/delta.py``).
"""

from __future__ import annotations

import enum
from collections.abc import Callable, Sequence
from typing import Any, Final

from .limits import FLOAT_MAX, INT_MAX, INT_MIN
from .schema import (
    Bool,
    Bytes,
    Enumeration,
    FieldDef,
    Fixed,
    Float,
    Int,
    OptionalOf,
    Ref,
    Str,
    TupleOf,
    WireType,
)

__all__ = ["FIXED_STEPS_MAX", "FieldError", "Record", "Scan", "ToWire", "compile_scan", "compile_values", "wrap"]

FIXED_STEPS_MAX: Final = 2**53
"""A fixed field holds at most this many steps either way, so that a difference of two always fits 64 bits."""

Scan = Callable[[Any, "Record", int, list[Any]], None]
"""``scan(entity, record, tick, changes)``"""
ToWire = Callable[[Any], list[Any]]
"""``values(entity)``: all wire values of a facet. Raises FieldError."""


class FieldError(ValueError):
    """A field holds what its declaration does not allow. The game's fault: its session ends."""

    def __init__(self, entity: str, field: str, why: str) -> None:
        super().__init__(f"{entity}.{field}: {why}")
        self.entity = entity
        self.field = field
        self.why = why


class Record:
    """One entity in one channel."""

    __slots__ = ("changed", "class_index", "entered", "entity", "id", "mask", "owner", "ticks", "whole", "wire")

    def __init__(
        self,
        id: int,
        class_index: int,
        owner: int | None,
        mask: int,
        entity: Any,
        wire: list[Any],
        tick: int,
    ) -> None:
        self.id = id
        self.class_index = class_index
        self.owner = owner
        self.mask = mask
        self.entity = entity
        self.wire = wire
        self.ticks = [tick] * len(wire)
        """When each field last changed, or before ``whole``."""
        self.whole = tick
        """When all fields last changed at once."""
        self.entered = tick
        self.changed = tick


def wrap(value: int) -> int:
    """The signed 64-bit integer that is equal to ``value`` modulo 2^64: how a difference that overflows travels."""
    return ((value - INT_MIN) & (2**64 - 1)) + INT_MIN


def _int(value: object) -> int:
    if isinstance(value, bool) or not isinstance(value, int):
        raise TypeError(f"must be an int, not {_kind(value)}")
    if not INT_MIN <= value <= INT_MAX:
        raise ValueError("must fit 64 bits")
    return int(value)


def _bool(value: Any) -> bool:
    if not isinstance(value, bool):
        raise TypeError(f"must be a bool, not {_kind(value)}")
    return value


def _float(value: object) -> float:
    if isinstance(value, bool) or not isinstance(value, int | float):
        raise TypeError(f"must be a float, not {_kind(value)}")
    if not -FLOAT_MAX <= value <= FLOAT_MAX:
        raise ValueError(f"must be finite, not {_kind(value)}")
    return float(value)


def _str(value: object) -> str:
    if not isinstance(value, str):
        raise TypeError(f"must be a str, not {_kind(value)}")
    value.encode()  # a lone surrogate cannot be sent
    return str.__str__(value)  # not what a subclass prints: a member of a `str` enum would say its name


def _bytes(value: Any) -> bytes:
    if not isinstance(value, bytes | bytearray):
        raise TypeError(f"must be bytes, not {_kind(value)}")
    return bytes(value)


def _ref(value: Any) -> int:
    if value is None:
        return 0
    id_ = getattr(value, "id", None)
    if not isinstance(id_, int):
        raise TypeError(f"must be an entity or None, not {_kind(value)}")
    return id_


def _kind(value: Any) -> str:
    return f"{type(value).__name__} {value!r}"[:60]


def _fixed(step: float) -> Callable[[Any], int]:
    scale = fixed_scale(step)

    def to_steps(value: Any) -> int:
        if isinstance(value, bool) or not isinstance(value, int | float):
            raise TypeError(f"must be a number, not {_kind(value)}")
        if not -FLOAT_MAX <= value <= FLOAT_MAX:
            raise ValueError(f"must be finite, not {_kind(value)}")
        steps = value * scale
        if not -FIXED_STEPS_MAX <= steps <= FIXED_STEPS_MAX:
            raise ValueError(f"{_kind(value)} is out of range for steps of {step}")
        return round(steps)

    return to_steps


def fixed_scale(step: float) -> float:
    """Steps per unit: exact where ``1 / step`` is a whole number."""
    inverse = round(1 / step)
    return float(inverse) if inverse and abs(inverse * step - 1) < 1e-9 else 1 / step


def _enum(members: Sequence[tuple[str, int]]) -> Callable[[Any], int]:
    allowed = {number for _, number in members}

    def to_number(value: Any) -> int:
        number = value.value if isinstance(value, enum.Enum) else value
        if isinstance(number, bool) or not isinstance(number, int) or number not in allowed:
            raise TypeError(f"must be one of {', '.join(name for name, _ in members)}, not {_kind(value)}")
        return int(number)

    return to_number


def to_wire(type_: WireType) -> Callable[[Any], Any]:
    """A function that checks one value and turns it into its wire value; raises TypeError or ValueError."""
    match type_:
        case Int():
            return _int
        case Bool():
            return _bool
        case Float():
            return _float
        case Fixed(step):
            return _fixed(step)
        case Str():
            return _str
        case Bytes():
            return _bytes
        case Ref():
            return _ref
        case Enumeration(_, members):
            return _enum(members)
        case OptionalOf(inner):
            convert = to_wire(inner)
            return lambda value: None if value is None else convert(value)
        case TupleOf(items, more):
            return _tuple([to_wire(item) for item in items], more)


def _tuple(converts: list[Callable[[Any], Any]], more: bool) -> Callable[[Any], list[Any]]:
    def to_list(value: Any) -> list[Any]:
        if not isinstance(value, tuple):
            raise TypeError(f"must be a tuple, not {_kind(value)}: it is replaced whole, never changed in place")
        if more:
            return [converts[0](item) for item in value]
        if len(value) != len(converts):
            raise ValueError(f"must have {len(converts)} items, not {len(value)}")
        return [convert(item) for convert, item in zip(converts, value, strict=True)]

    return to_list


def compile_values(entity: str, fields: Sequence[FieldDef]) -> ToWire:
    """A function that gives all wire values of an entity's ``fields``, each checked. Names the field it refuses."""
    converts = [(field.name, to_wire(field.type)) for field in fields]

    def values(item: Any) -> list[Any]:
        wire = []
        for name, convert in converts:
            try:
                wire.append(convert(getattr(item, name)))
            except (TypeError, ValueError, AttributeError) as error:
                raise FieldError(entity, name, str(error)) from None
        return wire

    return values


def compile_scan(entity: str, fields: Sequence[tuple[int, FieldDef]]) -> Scan:
    """Generates ``scan`` for the facet of an entity class that consists of ``fields``: ``(bit in the mask, field)``.

    Three ways through it: nothing has changed; all has changed, as in what moves, and is sent at one go; or each field
    is looked at on its own. Only the last of them may meet a value that has to be converted.
    """
    names: dict[str, Any] = {"wrap": wrap, "values": compile_values(entity, [field for _, field in fields])}
    names |= {f"c{i}": to_wire(field.type) for i, (_, field) in enumerate(fields)}
    count = range(len(fields))
    each: list[str] = []
    for i, (bit, field) in enumerate(fields):
        check, send = _checked(i, field)
        each += [f"if v{i} != a{i}:", *(f" {line}" for line in check)]
        each += [f" m += {1 << bit}; w[{i}] = v{i}; k[{i}] = t", f" add({send})"]
    source = "\n".join(
        [
            "def scan(e, r, t, out):",
            " try:",
            "  w = r.wire",
            f"  {', '.join(f'a{i}' for i in count)}{',' if len(fields) == 1 else ''} = w",
            *(f"  v{i} = {_read(i, field)}" for i, (_, field) in enumerate(fields)),
            f"  if {' and '.join(f'v{i} == a{i}' for i in count)}: return",
            *(f"  {line}" for line in _at_one_go(fields)),
            "  add = out.append",
            "  add(r.id)",
            "  at = len(out); add(0)",
            "  m = 0",
            "  k = r.ticks",
            "  r.changed = t",
            *(f"  {line}" for line in each),
            "  out[at] = m",
            " except (TypeError, ValueError, OverflowError, AttributeError):",
            "  values(e)",  # names the field that is at fault
            "  raise",
        ]
    )
    exec(compile(source, f"<scan of {entity}>", "exec"), names)  # noqa: S102  # of numbers and identifiers alone
    scan: Scan = names["scan"]
    return scan


def _at_one_go(fields: Sequence[tuple[int, FieldDef]]) -> list[str]:
    """Generated code for the case that all fields have changed, and none needs more than a look at its value."""
    if len(fields) < 2 or not all(isinstance(field.type, Int | Fixed | Float | Bool) for _, field in fields):
        return []
    conditions = [f"v{i} != a{i}" for i in range(len(fields))]
    sends = []
    for i, (_, field) in enumerate(fields):
        value, send = f"v{i}", f"v{i}"
        near = "-{0} <= {1} <= {0}".format  # within it, no difference needs to be wrapped
        match field.type:
            case Fixed():
                conditions.append(near(FIXED_STEPS_MAX, value))
                send = f"v{i} - a{i}"
            case Int():
                send = f"d{i}"
                conditions += [
                    f"v{i}.__class__ is int",
                    near(FIXED_STEPS_MAX, value),
                    near(FIXED_STEPS_MAX, f"(d{i} := v{i} - a{i})"),
                ]
            case Float():
                conditions += [f"v{i}.__class__ is float", f"v{i} - v{i} == 0.0"]
            case _:
                conditions.append(f"v{i}.__class__ is bool")
        sends.append(send)
    mask = sum(1 << bit for bit, _ in fields)
    return [
        f"if {' and '.join(conditions)}:",
        f" r.wire = [{', '.join(f'v{i}' for i in range(len(fields)))}]",
        " r.whole = r.changed = t",
        f" out += (r.id, {mask}, {', '.join(sends)})",
        " return",
    ]


def _read(i: int, field: FieldDef) -> str:
    """Generated expression that reads field ``i``: comparable with its wire value, for most types not yet checked."""
    value = f"e.{field.name}"
    match field.type:
        case Fixed(step):
            return f"({value} * {fixed_scale(step)!r}).__round__()"  # half the price of round()
        case Int() | Float() | Bool() | Str() | Bytes() | Enumeration():  # an IntEnum's member equals its number
            return value
        case _:
            return f"c{i}({value})"


def _checked(i: int, field: FieldDef) -> tuple[list[str], str]:
    """Generated code for field ``i`` that has changed: check it, and the expression that is sent."""
    match field.type:
        case Int():
            return [
                f"if v{i}.__class__ is not int or not {INT_MIN} <= v{i} <= {INT_MAX}: v{i} = c{i}(v{i})",
                f"d = v{i} - a{i}",
                f"if not {INT_MIN} <= d <= {INT_MAX}: d = wrap(d)",
            ], "d"
        case Fixed():
            check = f"if not -{FIXED_STEPS_MAX} <= v{i} <= {FIXED_STEPS_MAX}: c{i}(e.{field.name})"
            return [check], f"v{i} - a{i}"
        case Float():
            # x - x is 0 for finite numbers only
            return [f"if v{i}.__class__ is not float or v{i} - v{i} != 0.0: v{i} = c{i}(v{i})"], f"v{i}"
        case Bool():
            return [f"if v{i}.__class__ is not bool: v{i} = c{i}(v{i})"], f"v{i}"
        case Str() | Bytes() | Enumeration():
            return [f"v{i} = c{i}(v{i})"], f"v{i}"
        case _:
            return [], f"v{i}"
