"""What the client library shows, against what it was told: the types of docs/protocol.md, section 8."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

from .told import Row, Told

if TYPE_CHECKING:
    from rallypoint_client import View

__all__ = ["compare_view"]


def shown(type_: Any, wire: Any) -> Any:
    """A wire value as users are to see it. Members of an enum are equal to their numbers, references to ids."""
    match type_[0]:
        case "fixed":
            inverse = round(1 / type_[1])
            return wire / inverse if abs(inverse * type_[1] - 1) < 1e-9 else wire * type_[1]
        case "optional":
            return None if wire is None else shown(type_[1], wire)
        case "tuple" if type_[2]:
            return tuple(shown(type_[1][0], item) for item in wire)
        case "tuple":
            return tuple(shown(one, item) for one, item in zip(type_[1], wire, strict=True))
        case _:
            return wire


def compare_view(view: View, told: Told) -> str:
    """The first thing in which they differ, in words; empty if they do not."""
    rows = told.rows()
    seen = {entity.id: entity for entity in (view.game, *view.players, *view.entities)}
    if seen.keys() != rows.keys() | {0}:  # before there is anything, the game is shown blank
        return f"shows entities {sorted(seen)}, was told of {sorted(rows)}"
    return next((wrong for id_, row in rows.items() for wrong in _differences(seen[id_], id_, row, told)), "")


def _differences(entity: Any, id_: int, row: Row, told: Told) -> Iterator[str]:
    kind = told.kinds[row.kind]
    if entity.kind != kind.name or entity.owner != row.owner:
        yield f"entity {id_} is {kind.name} of seat {row.owner}, shown as {entity.kind} of {entity.owner}"
    for bit, name in enumerate(kind.fields):
        value = entity[name]
        true = shown(kind.types[bit], row.values[bit]) if bit in row.values else None
        if value != true:
            yield f"{kind.name}.{name} of entity {id_} is {true!r}, shown {value!r}"
