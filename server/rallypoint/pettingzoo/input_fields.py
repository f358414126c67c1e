"""The values that an input's field may be given, as steps to choose from."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any, Final, NamedTuple

import msgspec.inspect as inspect

from rallypoint_protocol.inputs import Input
from rallypoint_protocol.limits import FLOAT_MAX, INT_MAX, INT_MIN

from .state_fields import Bounds, Limits

__all__ = ["STEPS_MAX", "Steps", "Taken", "steps_of"]

STEPS_MAX: Final = 1024
"""A whole number with more possible values than that is treated as a continuous one."""


class Steps(NamedTuple):
    """One number of an action. ``size`` values, from 0 on; with size 0 it is continuous, from -1 to 1."""

    name: str
    size: int

    def of_unit(self, number: float) -> float:
        """From a number between -1 and 1 to one of the values, if it is not continuous."""
        number = min(1.0, max(-1.0, number))
        return number if self.size == 0 else min(self.size - 1, int((number + 1.0) / 2.0 * self.size))


class Taken(NamedTuple):
    """The numbers that a field takes, and how they are read."""

    steps: tuple[Steps, ...]
    read: Callable[[Sequence[Any]], Any]


def steps_of(cls: type[Input], name: str, limits: Limits) -> Taken:
    """The numbers of a field. Raises ``ValueError`` if it has no bounds, or none can be given."""
    info = inspect.type_info(cls)
    assert isinstance(info, inspect.StructType)
    type_ = next(field.type for field in info.fields if field.name == name)
    return _steps(type_, limits.bounds, f"{cls.__name__}.{name}")


def _steps(type_: inspect.Type, given: Bounds | None, where: str) -> Taken:
    match type_:
        case inspect.BoolType():
            return Taken((Steps("", 2),), lambda numbers: numbers[0] >= 1)
        case inspect.EnumType(cls):
            values = [int(member.value) for member in cls]
            return Taken((Steps("", len(values)),), lambda numbers: values[int(numbers[0])])
        case inspect.IntType():
            return _whole(_bounds(type_, given, where))
        case inspect.FloatType():
            return _continuous(_bounds(type_, given, where), whole=False)
        case inspect.UnionType(types):
            inner = _steps(next(item for item in types if not isinstance(item, inspect.NoneType)), given, where)
            steps = (Steps(" is given", 2), *inner.steps)
            return Taken(steps, lambda numbers: inner.read(numbers[1:]) if numbers[0] >= 1 else None)
        case inspect.TupleType(types):
            return _tuple([_steps(item, given, where) for item in types])
        case _:
            raise ValueError(f"{where} can be anything: write make_action_space() and act() of an Encoding yourself")


def _bounds(type_: inspect.IntType | inspect.FloatType, given: Bounds | None, where: str) -> Bounds:
    """The bounds that were given, as far as the input allows them; without these, its own."""
    low, high = type_.ge, type_.le
    assert low is not None  # a number of an input always has both
    assert high is not None
    if given is not None:
        narrow = max(low, given[0]), min(high, given[1])
        if narrow[0] > narrow[1]:
            raise ValueError(f"{where} is from {low} to {high}, and an Encoding says from {given[0]} to {given[1]}")
        return narrow
    if (low, high) in ((INT_MIN, INT_MAX), (-FLOAT_MAX, FLOAT_MAX)):
        raise ValueError(
            f"{where} has no bounds: declare it as Annotated[int, Meta(ge=0, le=9)],"
            f' or give them in an Encoding, as in `bounds = {{"{where}": (0, 9)}}`'
        )
    return low, high


def _whole(bounds: Bounds) -> Taken:
    low, high = int(bounds[0]), int(bounds[1])
    count = high - low + 1
    if count > STEPS_MAX:
        return _continuous(bounds, whole=True)
    return Taken((Steps("", count),), lambda numbers: low + int(numbers[0]))


def _continuous(bounds: Bounds, *, whole: bool) -> Taken:
    low, high = bounds
    half, middle = (high - low) / 2, (high + low) / 2

    def read(numbers: Sequence[Any]) -> float:
        value = min(high, max(low, middle + half * float(numbers[0])))
        return round(value) if whole else value

    return Taken((Steps("", 0),), read)


def _tuple(items: Sequence[Taken]) -> Taken:
    steps = tuple(Steps(f"[{i}]{step.name}", step.size) for i, item in enumerate(items) for step in item.steps)

    def read(numbers: Sequence[Any]) -> tuple[Any, ...]:
        values, place = [], 0
        for item in items:
            values.append(item.read(numbers[place : place + len(item.steps)]))
            place += len(item.steps)
        return tuple(values)

    return Taken(steps, read)
