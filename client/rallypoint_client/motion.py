"""Which numbers of an entity move, and how: what predictions compare, blend and smooth.

They are the fields that the game declared ``linear`` or ``turn``; all others are taken as they come.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Final

from rallypoint_protocol.schema import EntityDef, Fixed, Float, Int, OptionalOf, WireType

__all__ = ["Motion", "Moving"]

_FLOAT_STEP: Final = 1e-6
_PLACE: Final = ("x", "y", "z")


@dataclass(frozen=True, slots=True)
class Moving:
    """A field that moves."""

    name: str
    turn: bool
    """It goes round a circle."""
    step: float
    """Two values as near as this are the same: the server sends no finer ones."""


class Motion:
    """Of one entity class. Entities are plain objects with its fields."""

    def __init__(self, moving: Sequence[Moving], place: Sequence[str] = ()) -> None:
        """``place``: the fields that say where it is; if none are named, those of x, y and z that move, or else all."""
        self.moving = tuple(moving)
        names = [each.name for each in moving]
        named = tuple(place) or tuple(name for name in _PLACE if name in names)
        self.place = tuple(index for index, name in enumerate(names) if not named or name in named)

    @staticmethod
    def of(definition: EntityDef, place: Sequence[str] = ()) -> Motion:
        """Raises ``ValueError`` for a ``place`` that does not move."""
        moving = [
            Moving(field.name, field.lerp == "turn", step)
            for field in definition.fields
            if field.lerp != "step" and (step := _step(field.type))
        ]
        wrong = [name for name in place if name not in [each.name for each in moving]]
        if wrong:
            has = ", ".join(each.name for each in moving) or "none"
            raise ValueError(f"{definition.name} has no field {wrong[0]!r} that moves, but {has}")
        return Motion(moving, place)

    def ways(self, old: Any, new: Any) -> list[float]:
        """From ``old`` to ``new``: the difference of each number that moves, the short way round a circle."""
        ways = []
        for each in self.moving:
            before, after = getattr(old, each.name), getattr(new, each.name)
            way = 0.0 if before is None or after is None else after - before
            ways.append((way + math.pi) % math.tau - math.pi if each.turn else way)
        return ways

    def distance(self, ways: Sequence[float]) -> float:
        """How far apart two places are with these differences."""
        return math.sqrt(sum(ways[index] * ways[index] for index in self.place))

    def add(self, entity: Any, ways: Sequence[float], part: float = 1.0) -> None:
        """Moves it by a part of these differences."""
        for each, way in zip(self.moving, ways, strict=True):
            value = getattr(entity, each.name)
            if way and value is not None:
                setattr(entity, each.name, value + way * part)

    def merge(self, state: Any, predicted: Any) -> bool:
        """Takes for each number of ``state`` the predicted one, if it is as near as two can be told apart.

        So what the server rounds does not put a right prediction wrong. True if all fields are as predicted.
        """
        for each, way in zip(self.moving, self.ways(state, predicted), strict=True):
            if abs(way) <= each.step and getattr(state, each.name) is not None:
                setattr(state, each.name, getattr(predicted, each.name))
        return all(value == getattr(predicted, name) for name, value in vars(state).items())

    def misses(self, ways: Sequence[float], steps: float) -> bool:
        """True if one of these differences is more than so many steps."""
        return any(abs(way) > each.step * steps for each, way in zip(self.moving, ways, strict=True))


def _step(type_: WireType) -> float:
    match type_:
        case Int():
            return 0.5
        case Fixed(step):
            return step
        case Float():
            return _FLOAT_STEP
        case OptionalOf(inner):
            return _step(inner)
        case _:
            return 0.0
