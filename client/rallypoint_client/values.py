"""From wire values to what a client's user sees: floats for ``fixed``, members for enums, tuples for arrays."""

from __future__ import annotations

import enum
from collections.abc import Callable
from typing import Any

from rallypoint_protocol.schema import Enumeration, OptionalOf, TupleOf, WireType, from_wire

__all__ = ["Convert", "Enums", "Namespace"]

Convert = Callable[[Any], Any]


class Namespace:
    """Names made from a schema, as attributes; a wrong one is answered with those that exist."""

    def __init__(self, what: str, game: str, names: dict[str, Any]) -> None:
        self.__dict__.update(names)
        self._what = what
        self._game = game
        self._names = tuple(names)

    def __getattr__(self, name: str) -> Any:
        if name.startswith("__"):  # copy and pickle look for these before there is anything to say
            raise AttributeError(name)
        has = ", ".join(self._names) or "none"
        raise AttributeError(f"{self._game} has no {self._what} {name!r}, but {has}", name=name, obj=self)

    def __dir__(self) -> list[str]:
        return list(self._names)

    def __repr__(self) -> str:
        return f"<{self._game}: {', '.join(self._names)}>"


class Enums:
    """The IntEnum classes of one schema: one for each enumeration, however many fields use it."""

    def __init__(self) -> None:
        self._made: dict[Enumeration, type[enum.IntEnum]] = {}

    def of(self, type_: Enumeration) -> type[enum.IntEnum]:
        """The class for an enumeration."""
        found = self._made.get(type_)
        if found is None:
            make: Any = enum.IntEnum  # as a function: checkers take it for the lookup of a member
            found = self._made[type_] = make(type_.name, list(type_.members))
        return found

    def by_name(self) -> dict[str, type[enum.IntEnum]]:
        """All classes made so far; of two with one name, the first."""
        names: dict[str, type[enum.IntEnum]] = {}
        for type_, made in self._made.items():
            names.setdefault(type_.name, made)
        return names

    def converter(self, type_: WireType) -> Convert | None:
        """A function from wire value to user's value; ``None`` where they are the same.

        A number that an enumeration does not have (a newer server's) stays a number.
        """
        match type_:
            case Enumeration():
                members: dict[Any, Any] = {int(member): member for member in self.of(type_)}
                return lambda number: members.get(number, number)
            case OptionalOf(inner):
                convert = self.converter(inner)
                return None if convert is None else lambda value: None if value is None else convert(value)
            case TupleOf(items, more):
                return _tuple([self.converter(item) for item in items], more)
            case _:
                return from_wire(type_)


def _tuple(converts: list[Convert | None], more: bool) -> Convert:
    if more:
        one = converts[0]
        return tuple if one is None else lambda values: tuple(map(one, values))
    pairs = [convert or _same for convert in converts]
    return lambda values: tuple(convert(value) for convert, value in zip(pairs, values, strict=True))


def _same(value: Any) -> Any:
    return value
