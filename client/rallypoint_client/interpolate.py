"""States between two passes, for renderers.

A server makes 20 states a second, a screen shows 60. A renderer therefore shows the state of a little while ago (how
little, :mod:`.delay` says), for which the passes before and after are known: fields that the game declared ``linear``
move straight between the two, ``turn`` the short way round the circle; everything else, and which entities there are,
changes when its time comes.

:class:`History` keeps the last few states; it exists only for those who ask for such views. Pure: the time to show is
given. After Valve's "Source Multiplayer Networking".
"""

from __future__ import annotations

import math
from collections import deque
from typing import Final

from rallypoint_protocol.replica import Item
from rallypoint_protocol.scan import fixed_scale
from rallypoint_protocol.schema import EntityDef, Fixed, Float, Int, OptionalOf, Schema, WireType

from .view import State

__all__ = ["SNAPSHOTS_MAX", "Frame", "History"]

SNAPSHOTS_MAX: Final = 32

Plan = tuple[tuple[int, float], ...]
"""For one entity class, the fields that move: index, and the full turn in wire units (0: straight)."""


class Frame:
    """A state at ``now_ms``; its items are not to be changed."""

    __slots__ = ("epoch", "items", "now_ms", "tick")

    def __init__(self, epoch: int, tick: int, now_ms: float, items: dict[int, Item]) -> None:
        self.epoch = epoch
        self.tick = tick
        self.now_ms = now_ms
        self.items = items


class History:
    """The last states of one seat, at most :data:`SNAPSHOTS_MAX`, oldest first; the oldest go."""

    __slots__ = ("_kept", "_plans", "unread")

    def __init__(self, schema: Schema) -> None:
        self._kept: deque[Frame] = deque(maxlen=SNAPSHOTS_MAX)
        self._plans = [_plan(definition) for definition in schema.entities]
        self.unread = 0
        """States kept since somebody last asked for one."""

    def push(self, state: State) -> None:
        """Keeps a copy of ``state``. One of another epoch, or of an earlier time, ends what was before."""
        kept = self._kept
        if kept and (state.epoch != kept[-1].epoch or state.now_ms <= kept[-1].now_ms):
            kept.clear()
        kept.append(Frame(state.epoch, state.tick, state.now_ms, {i: _copy(item) for i, item in state.items.items()}))
        self.unread += 1

    @property
    def newest_ms(self) -> float:
        """Session time of the newest state kept; nothing is known beyond it."""
        return self._kept[-1].now_ms if self._kept else math.inf

    def frame(self, at_ms: float) -> Frame | None:
        """The state at that session time: between two that are kept, or the nearest one; ``None`` if there is none."""
        self.unread = 0
        kept = self._kept
        while len(kept) > 1 and kept[1].now_ms <= at_ms:
            kept.popleft()  # time does not run backwards: what is older is not asked for again
        if not kept:
            return None
        before = kept[0]
        if len(kept) == 1 or at_ms <= before.now_ms:
            return before
        after = kept[1]
        part = (at_ms - before.now_ms) / (after.now_ms - before.now_ms)
        items = {id_: self._between(item, after.items.get(id_), part) for id_, item in before.items.items()}
        return Frame(before.epoch, before.tick, at_ms, items)

    def _between(self, item: Item, after: Item | None, part: float) -> Item:
        plan = self._plans[item.class_index]
        if after is None or not plan:
            return item
        moved = _copy(item)
        wire = moved.wire
        for index, turn in plan:
            old, new = wire[index], after.wire[index]
            if old is None or new is None:
                continue
            way = new - old
            if turn:
                way = (way + turn / 2) % turn - turn / 2
            wire[index] = old + way * part
        return moved


def _copy(item: Item) -> Item:
    copied = Item(item.id, item.class_index, item.owner, 0)
    copied.mask = item.mask
    copied.wire = item.wire.copy()
    return copied


def _plan(definition: EntityDef) -> Plan:
    plan = []
    for index, field in enumerate(definition.fields):
        units = _units(field.type)
        if field.lerp != "step" and units:
            plan.append((index, 2 * math.pi * units if field.lerp == "turn" else 0.0))
    return tuple(plan)


def _units(type_: WireType) -> float:
    """Wire units per unit of a number; 0 for what is none."""
    match type_:
        case Int() | Float():
            return 1.0
        case Fixed(step):
            return fixed_scale(step)
        case OptionalOf(inner):
            return _units(inner)
        case _:
            return 0.0
