"""The history of a game whose fields are rewound, as plain data: what these fields were after each of its last steps.

It is no part of a step's change: it follows from what the image has after the step. So an image that follows all steps
has the history that the game itself has.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

import msgspec

if TYPE_CHECKING:
    from .game_image import EntityImage
    from .kept_schema import KeptSchema

__all__ = ["PastImage", "named_past"]


class PastImage(msgspec.Struct, array_like=True):
    """The last steps of a game, oldest first."""

    ticks_max: int
    """So many steps are kept."""
    fields: dict[int, list[int]]
    """Number of an entity class to the places of its rewound fields among its values, in the schema's order."""
    ticks: list[int]
    """After which steps."""
    trails: dict[int, list[list[Any]]]
    """Id to the values of these fields after each of these steps; fewer, of the last ones, if it is younger."""

    def follow(self, tick: int, entities: Mapping[int, EntityImage]) -> None:
        """That step has been made, and this is what there is now. A second time, it changes nothing."""
        if self.ticks and self.ticks[-1] >= tick:
            return
        self.ticks.append(tick)
        del self.ticks[: -self.ticks_max]
        for id_, entity in entities.items():
            places = self.fields.get(entity.kind)
            if places is not None:
                trail = self.trails.setdefault(id_, [])
                trail.append([entity.values[place] for place in places])
                del trail[: -self.ticks_max]


def named_past(
    schema: KeptSchema, past: PastImage | None, entities: Mapping[int, EntityImage]
) -> dict[int, dict[str, dict[str, Any]]]:
    """By tick, with names: ``{40: {"Ship 12": {"x": 1.0}}}``."""
    if past is None:
        return {}
    told: dict[int, dict[str, dict[str, Any]]] = {tick: {} for tick in past.ticks}
    for id_, trail in past.trails.items():
        kind = entities[id_].kind
        definition = schema.classes[kind]
        names = [definition.fields[place].name for place in past.fields[kind]]
        for tick, values in zip(past.ticks[-len(trail) :], trail, strict=True):
            told[tick][f"{definition.name} {id_}"] = dict(zip(names, values, strict=True))
    return told
