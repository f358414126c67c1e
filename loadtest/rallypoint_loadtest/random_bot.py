"""A bot for any game: it knows the game's inputs by their schema, and not what they are good for.

A schema does not say which numbers a game accepts, so this stays where most do: numbers from 0 to 1. A game that wants
others has to bring a bot of its own (``class Orbit(Game, bot="games.orbit.bot:OrbitBot")``).
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from random import Random
from typing import Any, assert_never

from rallypoint_client import Bot, View
from rallypoint_protocol.inputs import Input
from rallypoint_protocol.schema import (
    Bool,
    Bytes,
    Enumeration,
    Fixed,
    Float,
    InputDef,
    Int,
    OptionalOf,
    Ref,
    Schema,
    Str,
    TupleOf,
    WireType,
)

__all__ = ["RandomBot", "random_value"]

_CHANGE_CHANCE = 0.1
"""A tick: holds are kept for half a second or so, as a player would."""
_ACT_CHANCE = 0.05


class RandomBot(Bot):
    """Holds this and that, and acts now and then. Its seat must know the game's schema."""

    def __init__(self, seat: Any, random: Random) -> None:
        super().__init__(seat, random)
        schema: Schema = seat.schema
        self._holds: list[tuple[InputDef, Callable[..., Input]]] = []
        self._actions: list[tuple[InputDef, Callable[..., Input]]] = []
        for definition in schema.inputs:
            made = getattr(seat.inputs, definition.name)
            (self._holds if definition.hold else self._actions).append((definition, made))
        self._held = [self._input(*hold) for hold in self._holds]

    def tick(self, view: View) -> Iterable[Input] | None:
        """All holds, each changed now and then, and sometimes an action."""
        for index, hold in enumerate(self._holds):
            if self.random.random() < _CHANGE_CHANCE:
                self._held[index] = self._input(*hold)
        inputs = list(self._held)
        # A game without holds needs something to be measured by.
        if self._actions and (not inputs or self.random.random() < _ACT_CHANCE):
            inputs.append(self._input(*self.random.choice(self._actions)))
        return inputs

    def _input(self, definition: InputDef, made: Callable[..., Input]) -> Input:
        return made(**{field.name: random_value(field.type, self.random) for field in definition.fields})


def random_value(type_: WireType, random: Random) -> Any:
    """A value that a field of that type can have, and that a game is likely to accept."""
    match type_:
        case Int():
            return random.randint(0, 1)
        case Bool():
            return random.random() < 0.5
        case Float() | Fixed():
            return random.random()
        case Str():
            return random.choice(("", "a", "hello"))
        case Bytes():
            return b""
        case Enumeration(_, members):
            return random.choice(members)[1]
        case Ref():
            return 0
        case OptionalOf(inner):
            return None if random.random() < 0.5 else random_value(inner, random)
        case TupleOf(items, more):
            types = [items[0]] * random.randint(0, 2) if more else list(items)
            return tuple(random_value(item, random) for item in types)
        case _:
            assert_never(type_)
