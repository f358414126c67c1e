"""Fields of a game's state as a learner's numbers: how many each takes, their limits, and how they are written."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping, Sequence
from typing import Any, Final, NamedTuple

from rallypoint_protocol.replica import Item
from rallypoint_protocol.schema import (
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

__all__ = ["LOG_MAX", "Bounds", "Limits", "LimitsOf", "Numbers", "Scene", "Write", "numbers_of", "symmetric_log"]

LOG_MAX: Final = 50.0
"""The most that a number without bounds becomes; reached at 5e21."""
_ASCII_MAX: Final = 127

Bounds = tuple[float, float]


class Limits(NamedTuple):
    """What an encoding says of a field: its bounds, and how many items are looked at of what has no fixed length."""

    bounds: Bounds | None = None
    length: int | None = None


LimitsOf = Callable[[str, str], Limits]
"""By class and field."""


class Scene(NamedTuple):
    """What a field may have to be seen in: by whom, and among what."""

    seat: int
    items: Mapping[int, Item]


Write = Callable[[Any, Scene, list[float]], None]
"""Appends the numbers of a wire value that is not ``None``."""


class Numbers(NamedTuple):
    """Some numbers of an observation. Zero, which stands where nothing is, is within the limits of each."""

    names: tuple[str, ...]
    low: tuple[float, ...]
    high: tuple[float, ...]
    write: Write


def symmetric_log(value: float) -> float:
    """The logarithm for numbers of unknown size: 0 stays 0, signs stay, ten times as much is 2.3 more."""
    return min(math.log1p(value), LOG_MAX) if value >= 0 else max(-math.log1p(-value), -LOG_MAX)


def numbers_of(field: FieldDef, limits: Limits) -> Numbers | None:
    """The numbers of a field; ``None`` for what has no fixed length, and none was given."""
    return _numbers(field.name, field.type, field.lerp == "turn", limits)


def _numbers(name: str, type_: WireType, turn: bool, limits: Limits) -> Numbers | None:
    match type_:
        case Bool():
            return Numbers((name,), (0.0,), (1.0,), lambda value, _, out: out.append(float(value)))
        case Int() | Float():
            return _angle(name, 1.0) if turn else _number(name, 1.0, limits.bounds)
        case Fixed(step):
            return _angle(name, step) if turn else _number(name, step, limits.bounds)
        case Enumeration(_, members):
            return _one_of(name, members)
        case Ref():
            return Numbers((name,), (-1.0,), (1.0,), _write_reference)
        case OptionalOf(inner):
            found = _numbers(name, inner, turn, limits)
            return None if found is None else _optional(name, found)
        case TupleOf(items, more):
            if more:
                return _sequence(name, items[0], limits)
            return _row([_numbers(f"{name}[{index}]", item, turn, limits) for index, item in enumerate(items)])
        case Str():
            return _text(name, limits.length, _ASCII_MAX, ord)
        case Bytes():
            return _text(name, limits.length, 255, int)


def _number(name: str, step: float, bounds: Bounds | None) -> Numbers:
    if bounds is None:
        low, high = (-LOG_MAX,), (LOG_MAX,)
        return Numbers((name,), low, high, lambda value, _, out: out.append(symmetric_log(value * step)))
    least, most = bounds
    factor, shift = 2.0 * step / (most - least), -2.0 * least / (most - least) - 1.0

    def write(value: Any, _: Scene, out: list[float]) -> None:
        out.append(min(1.0, max(-1.0, value * factor + shift)))

    return Numbers((name,), (-1.0,), (1.0,), write)


def _angle(name: str, step: float) -> Numbers:
    """An angle goes round: nothing jumps where it begins anew."""

    def write(value: Any, _: Scene, out: list[float]) -> None:
        angle = value * step
        out += (math.sin(angle), math.cos(angle))

    return Numbers((f"sin {name}", f"cos {name}"), (-1.0, -1.0), (1.0, 1.0), write)


def _one_of(name: str, members: Sequence[tuple[str, int]]) -> Numbers:
    rows = {number: [float(number == other) for _, other in members] for _, number in members}
    unknown = [0.0] * len(members)

    def write(value: Any, _: Scene, out: list[float]) -> None:
        out += rows.get(value, unknown)

    names = tuple(f"{name}={member}" for member, _ in members)
    return Numbers(names, (0.0,) * len(members), (1.0,) * len(members), write)


def _write_reference(value: Any, scene: Scene, out: list[float]) -> None:
    """1: something of one's own; -1: something else; 0: nothing, or something that is not seen."""
    item = scene.items.get(value) if value else None
    out.append(0.0 if item is None else 1.0 if item.owner == scene.seat else -1.0)


def _optional(name: str, inner: Numbers) -> Numbers:
    """``None`` is written by whoever writes rows, as zeros: so it is 1 and the value, or nothing but zeros."""

    def write(value: Any, scene: Scene, out: list[float]) -> None:
        out.append(1.0)
        inner.write(value, scene, out)

    return Numbers((f"{name} is there", *inner.names), (0.0, *inner.low), (1.0, *inner.high), write)


def _sequence(name: str, item: WireType, limits: Limits) -> Numbers | None:
    length = limits.length or 0
    whole = _row([_numbers(f"{name}[{index}]", item, False, limits) for index in range(length)])
    if not length or whole is None:
        return None

    def write(value: Any, scene: Scene, out: list[float]) -> None:
        out.append(min(1.0, len(value) / length))
        whole.write([*value[:length], *[None] * (length - len(value))], scene, out)

    return Numbers((f"length of {name}", *whole.names), (0.0, *whole.low), (1.0, *whole.high), write)


def _row(parts: Sequence[Numbers | None]) -> Numbers | None:
    """The numbers of several values, one after the other; ``None`` if one of them has none."""
    known = [part for part in parts if part is not None]
    if len(known) < len(parts):
        return None

    def write(value: Any, scene: Scene, out: list[float]) -> None:
        for part, here in zip(known, value, strict=True):
            if here is None:
                out += [0.0] * len(part.names)
            else:
                part.write(here, scene, out)

    names = tuple(name for part in known for name in part.names)
    low = tuple(number for part in known for number in part.low)
    return Numbers(names, low, tuple(number for part in known for number in part.high), write)


def _text(name: str, length: int | None, most: int, code: Callable[[Any], int]) -> Numbers | None:
    if not length:
        return None

    def write(value: Any, _: Scene, out: list[float]) -> None:
        out += [min(code(sign), most) / most for sign in value[:length]]
        out += [0.0] * (length - len(value))

    names = tuple(f"{name}[{index}]" for index in range(length))
    return Numbers(names, (0.0,) * length, (1.0,) * length, write)
