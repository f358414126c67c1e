"""Rewinding: what some fields of entities were after each of the last steps, so that a player's action can be judged by
what that player has seen.

    class Ship(Entity):
        x: float = fixed(0.01, rewind=True)

    past = self.rewind(ship, action.tick)

After each step, the values of these fields are noted, in full precision. They are kept as long as the entity is in the
session, ``rewind_ticks`` steps at most, and with the rest of the game's state: after a recovery they are the same.
"""

from __future__ import annotations

from bisect import bisect_right
from collections import deque
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from rallypoint.core.past_image import PastImage

from .entity import Entity
from .past_class import Note, PastClass

if TYPE_CHECKING:
    from .driver import GameDriver

__all__ = ["History", "history_of"]


class History:
    """Of one game, bounded by ``rewind_ticks``."""

    def __init__(self, classes: dict[type, PastClass], ticks_max: int) -> None:
        self._classes = classes
        self._ticks: deque[int] = deque(maxlen=ticks_max)
        self._ticks_max = ticks_max
        self._trails: dict[int, tuple[deque[Sequence[Any]], Note, Entity]] = {}
        """What was noted of each entity in the session, the last of it after the last of the steps."""

    def note(self, tick: int, fresh: dict[int, Entity], gone: Sequence[tuple[int, Any]]) -> None:
        """The step ends. ``fresh``: all that is new since the last, and maybe more; ``gone``: what is no more.

        Raises:
            FieldError: a field holds what could not be kept.
        """
        trails = self._trails
        for id_, _ in gone:
            trails.pop(id_, None)
        for id_, entity in fresh.items():
            if id_ not in trails:
                self._meet(id_, entity)
        self._ticks.append(tick)
        for trail, note, entity in trails.values():
            trail.append(note(entity))

    def _meet(self, id_: int, entity: Entity) -> None:
        kind = self._classes.get(type(entity))
        if kind is not None:
            self._trails[id_] = deque(maxlen=self._ticks_max), kind.note, entity

    def rewind(self, entity: Entity, tick: int) -> Any:
        """As ``Game.rewind`` says."""
        kind = self._classes.get(type(entity))
        if kind is None:
            raise _not_rewound(type(entity))
        if isinstance(tick, bool) or not isinstance(tick, int):
            raise TypeError(f"rewind(..., {tick!r}): give a tick, as in rewind(ship, action.tick)")
        if entity.id == 0:
            return None
        ticks = self._ticks
        if tick < 0 or not ticks or tick > ticks[-1]:
            return kind.show(kind.note(entity))
        back = len(ticks) - max(bisect_right(ticks, tick) - 1, 0)
        found = self._trails.get(entity.id)
        if found is None or back > len(found[0]):
            return None
        return kind.show(found[0][-back])

    def since(self, tick: int) -> list[int]:
        """As ``Game.ticks_since`` says."""
        return [] if tick < 0 else [kept for kept in self._ticks if kept > tick]

    # --- for the journal ----------------------------------------------------------------------------------------

    def image(self) -> PastImage:
        """All of it."""
        fields = {kind.index: kind.places for kind in self._classes.values()}
        trails = {id_: [list(noted) for noted in trail] for id_, (trail, _, _) in self._trails.items() if trail}
        return PastImage(self._ticks_max, fields, list(self._ticks), trails)

    def restore(self, image: PastImage | None, entities: dict[int, Entity]) -> None:
        """Goes on from there. A history of other fields, or none, is of no use: then it begins anew."""
        for id_, entity in entities.items():
            self._meet(id_, entity)
        if image is None or image.fields != self.image().fields:
            return
        self._ticks.extend(image.ticks)
        for id_, noted in image.trails.items():
            self._trails[id_][0].extend(map(tuple, noted))


def _not_rewound(kind: type) -> LookupError:
    return LookupError(
        f"rewind: no field of {kind.__name__} is kept for it. Declare those that are to be, as in"
        " `x: float = fixed(0.01, rewind=True)`"
    )


def history_of(driver: GameDriver, kind: type | None = None) -> History:
    """The history of a game that has one. Raises LookupError."""
    if driver.history is None:
        raise _not_rewound(kind or driver.definition.game)
    return driver.history
