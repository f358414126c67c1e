"""A learner's actions as inputs of the game.

Where they are few, an action is one number, a choice. In a turn-based game 0 does nothing, and each other number is one
of the game's inputs, with one of the values that its fields can have. In a real-time game each number is a state of
all holds, with actions or without.

Otherwise an action is a row of numbers: for each ``Hold`` its fields; for each ``Action`` whether it is done, and its
fields. Where a field is continuous, all of the row is, from -1 to 1.
"""

from __future__ import annotations

import itertools
import math
from collections.abc import Mapping
from typing import Any, Final, NamedTuple

import gymnasium
import numpy as np

from rallypoint.game.definition import Definition

from .input_fields import Steps, Taken, steps_of
from .state_fields import LimitsOf

__all__ = ["COMBINATIONS_MAX", "TURNS_MAX", "Actions", "Doing"]

TURNS_MAX: Final = 4096
COMBINATIONS_MAX: Final = 64
"""A turn-based game, and a real-time one, with more choices than that has a row of numbers."""


class Doing(NamedTuple):
    """An input that an action sends: its name, and its fields."""

    input: str
    fields: Mapping[str, Any]


class _Input(NamedTuple):
    """An input's place in a row of numbers."""

    name: str
    hold: bool
    fields: Mapping[str, Taken]

    @property
    def steps(self) -> list[Steps]:
        own = [] if self.hold else [Steps("", 2)]
        return own + [
            step._replace(name=f".{name}{step.name}") for name, it in self.fields.items() for step in it.steps
        ]

    @property
    def is_counted(self) -> bool:
        """None of its fields is continuous."""
        return all(step.size for step in self.steps)

    @property
    def size(self) -> int:
        """In how many ways it can be sent."""
        return math.prod(step.size for taken in self.fields.values() for step in taken.steps)

    def ways(self) -> list[tuple[Doing, ...]]:
        """All of them."""
        each = [
            [taken.read(numbers) for numbers in itertools.product(*(range(step.size) for step in taken.steps))]
            for taken in self.fields.values()
        ]
        return [(Doing(self.name, dict(zip(self.fields, values, strict=True))),) for values in itertools.product(*each)]


class Actions:
    """Reads them. An action is one of ``choices``, or (if there are none) a row with these ``names``."""

    space: gymnasium.Space[Any]

    def __init__(self, definition: Definition, limits_of: LimitsOf) -> None:
        """Raises ``ValueError`` for a field that could be given any of infinitely many values."""
        self._inputs = []
        for cls, item in zip(definition.input_classes, definition.schema.inputs, strict=True):
            fields = {field.name: steps_of(cls, field.name, limits_of(item.name, field.name)) for field in item.fields}
            self._inputs.append(_Input(item.name, item.hold, fields))
        self.choices = self._choices(definition.options.turn_based)
        self._steps = [step for item in self._inputs for step in item.steps]
        self.names = [f"{item.name}{step.name}" for item in self._inputs for step in item.steps]
        if self.choices:
            self.space = gymnasium.spaces.Discrete(len(self.choices))
        elif all(step.size for step in self._steps):
            self.space = gymnasium.spaces.MultiDiscrete([step.size for step in self._steps])
        else:
            self.space = gymnasium.spaces.Box(-1.0, 1.0, (len(self._steps),), np.float32)

    def _choices(self, turn_based: bool) -> list[tuple[Doing, ...]]:
        """All that can be done; nothing if that is too much."""
        inputs = self._inputs
        if not all(item.is_counted for item in inputs):
            return []
        if turn_based:
            few = 1 + sum(item.size for item in inputs) <= TURNS_MAX
            return [(), *(way for item in inputs for way in item.ways())] if few else []
        if math.prod(item.size + (not item.hold) for item in inputs) > COMBINATIONS_MAX:
            return []
        each = [item.ways() if item.hold else [(), *item.ways()] for item in inputs]
        return [sum(ways, ()) for ways in itertools.product(*each)]

    def read(self, action: Any) -> tuple[Doing, ...]:
        """The inputs of an action. Raises ``ValueError`` for what is none."""
        if self.choices:
            index = int(action)
            if not 0 <= index < len(self.choices):
                raise ValueError(f"action {index}: there are {len(self.choices)} choices")
            return self.choices[index]
        row = np.asarray(action).tolist()
        if len(row) != len(self._steps):
            raise ValueError(f"an action of {len(row)} numbers: it has {len(self._steps)}")
        if isinstance(self.space, gymnasium.spaces.Box):
            row = [step.of_unit(number) for step, number in zip(self._steps, row, strict=True)]
        elif not all(0 <= number < step.size for step, number in zip(self._steps, row, strict=True)):
            raise ValueError(f"action {row}: its numbers are from 0 to less than {[step.size for step in self._steps]}")
        found, place = [], 0
        for name, hold, fields in self._inputs:
            done = hold or row[place] >= 1
            place += not hold
            values = {}
            for field, taken in fields.items():
                values[field] = taken.read(row[place : place + len(taken.steps)])
                place += len(taken.steps)
            if done:
                found.append(Doing(name, values))
        return tuple(found)
