"""What one player sees, as one row of numbers.

First who it is (a 1 at its seat), then the game's own fields, then the players from one's own seat on, then the other
classes of the game: so many rows of each, one's own entities first. What is not there is zeros, as is what this player
may not see.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from rallypoint_client import View
from rallypoint_protocol.replica import Item
from rallypoint_protocol.schema import EntityDef, Schema

from .state_fields import LimitsOf, Numbers, Scene, Write, numbers_of

__all__ = ["ROWS_MIN", "Observations"]

ROWS_MIN: Final = 8
"""Of each class of entities, if nothing else is said: as many rows as the game has seats, but at least so many."""
_GAME, _PLAYER = 0, 1


class _Kind:
    """The rows of one class."""

    def __init__(self, definition: EntityDef, index: int, rows: int, limits_of: LimitsOf) -> None:
        self.rows = rows
        self.left_out: list[str] = []
        self.names: list[str] = []
        self.low: list[float] = []
        self.high: list[float] = []
        self._fields: list[tuple[int, Write, list[float]]] = []
        if index != _GAME:
            self._flag("is there")
        if index > _PLAYER:
            self._flag("is mine")
            self._flag("owner")
        for number, field in enumerate(definition.fields):
            numbers = numbers_of(field, limits_of(definition.name, field.name))
            if numbers is None:
                self.left_out.append(f"{definition.name}.{field.name}")
            else:
                self._add(number, numbers)
        self.nothing = [0.0] * len(self.names)

    def _flag(self, name: str) -> None:
        self.names.append(name)
        self.low.append(0.0)
        self.high.append(1.0)

    def _add(self, index: int, numbers: Numbers) -> None:
        self.names += numbers.names
        self.low += numbers.low
        self.high += numbers.high
        self._fields.append((index, numbers.write, [0.0] * len(numbers.names)))

    def write(self, item: Item, scene: Scene, out: list[float]) -> None:
        wire = item.wire
        for index, write, zeros in self._fields:
            value = wire[index]
            if value is None:
                out += zeros
            else:
                write(value, scene, out)


class Observations:
    """Makes them. ``names``, ``low`` and ``high`` have an entry for each number."""

    def __init__(self, schema: Schema, rows: Mapping[str, int], limits_of: LimitsOf) -> None:
        self._seats = seats = schema.seats_max
        self.names = [f"in seat {seat}" for seat in range(seats)]
        self.low, self.high = [0.0] * seats, [1.0] * seats
        self.left_out: list[str] = []
        """Fields without a fixed length, of which no encoding said how much of them counts."""
        self._kinds: list[_Kind] = []
        for index, definition in enumerate(schema.entities):
            usual = {_GAME: 1, _PLAYER: seats}.get(index, max(ROWS_MIN, seats))
            kind = _Kind(definition, index, rows.get(definition.name, usual), limits_of)
            self._kinds.append(kind)
            self.left_out += kind.left_out
            for row in range(kind.rows):
                place = definition.name if index == _GAME else f"{definition.name}[{row}]"
                self.names += (f"{place}.{name}" for name in kind.names)
            self.low += kind.low * kind.rows
            self.high += kind.high * kind.rows

    def observe(self, view: View, seat: int) -> NDArray[np.float32]:
        """The state that ``view`` shows, to the player in ``seat``."""
        items = view.state.items
        scene = Scene(seat, items)
        groups: list[list[Item]] = [[] for _ in self._kinds]
        for item in items.values():
            groups[item.class_index].append(item)
        out = [0.0] * self._seats
        out[seat] = 1.0
        for item in groups[_GAME]:
            self._kinds[_GAME].write(item, scene, out)
        if not groups[_GAME]:  # before the first pass
            out += self._kinds[_GAME].nothing
        self._write_players(groups[_PLAYER], scene, out)
        for kind, group in zip(self._kinds[2:], groups[2:], strict=True):
            self._write_entities(kind, group, scene, out)
        return np.array(out, dtype=np.float32)

    def _write_players(self, group: list[Item], scene: Scene, out: list[float]) -> None:
        """Row 0 is oneself, row 1 whoever has the next seat, and so on: an empty seat's row stays empty."""
        kind = self._kinds[_PLAYER]
        by_row: dict[int, Item] = {(-1 - item.id - scene.seat) % self._seats: item for item in group}
        for row in range(kind.rows):
            item = by_row.get(row)
            if item is None:
                out += kind.nothing
            else:
                out.append(1.0)
                kind.write(item, scene, out)

    def _write_entities(self, kind: _Kind, group: list[Item], scene: Scene, out: list[float]) -> None:
        """One's own, then those of the next seats in turn, then nobody's; of each, the oldest first."""
        seats, seat = self._seats, scene.seat

        def place(item: Item) -> tuple[int, int]:
            return (seats if item.owner is None else (item.owner - seat) % seats), item.id

        shown: Any = sorted(group, key=place)[: kind.rows]
        for item in shown:
            owner = 0.0 if item.owner is None else ((item.owner - seat) % seats + 1) / seats
            out += (1.0, float(item.owner == seat), owner)
            kind.write(item, scene, out)
        for _ in range(kind.rows - len(shown)):
            out += kind.nothing
