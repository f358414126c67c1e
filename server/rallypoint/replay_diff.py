"""Where two replays part: the first stimulus that is another, and the first field."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from rallypoint.core.game_image import KeptSchema, differences
from rallypoint.core.replay import Stage, StageKind, stages
from rallypoint.core.replay_format import BadReplay, Record
from rallypoint.core.replay_items import Item, Items
from rallypoint.replay_text import brief, clock, item_json, item_line, plain_json
from rallypoint.storage.replay_file import ReplayFile
from rallypoint_protocol.codec import encode
from rallypoint_protocol.schema import decode_schema

__all__ = ["Parting", "parting"]


@dataclass(slots=True)
class Parting:
    """What was found. ``None``: no such difference before the state was another, or one of them ended."""

    last_tick: int = 0
    """Up to there they were compared."""
    stimulus_tick: int | None = None
    stimuli: list[list[Item]] = field(default_factory=lambda: [[], []])
    """Of that tick, in A and in B: what the other has not."""
    names: list[dict[int, str]] = field(default_factory=lambda: [{}, {}])
    state_tick: int | None = None
    now_ms: int = 0
    where: str = ""
    values: tuple[Any, Any] = (None, None)
    others: int = 0
    """So many other fields are different in that tick."""
    ends: tuple[int, int] = (0, 0)
    """Their last ticks; if the state differs, that one."""

    @property
    def same(self) -> bool:
        """No difference at all."""
        return self.stimulus_tick is None and self.state_tick is None and self.ends[0] == self.ends[1]

    def _told(self, tell: Callable[[Item, Mapping[int, str]], Any]) -> list[list[Any]]:
        return [[tell(item, names) for item in items] for items, names in zip(self.stimuli, self.names, strict=True)]

    def to_json(self) -> dict[str, Any]:
        """For programs."""
        told: dict[str, Any] = {"same": self.same, "last_tick": self.last_tick}
        if self.stimulus_tick is not None:
            told["stimuli"] = {"tick": self.stimulus_tick, **dict(zip("ab", self._told(item_json), strict=True))}
        if self.state_tick is not None:
            told["state"] = {
                "tick": self.state_tick,
                "field": self.where,
                "a": plain_json(self.values[0]),
                "b": plain_json(self.values[1]),
                "others": self.others,
            }
        return told

    def lines(self, one: str, other: str) -> Iterator[str]:
        """For people."""
        if self.same:
            yield f"The two are the same, to the last tick {self.last_tick}."
            return
        if self.stimulus_tick is not None:
            yield f"The first stimuli that differ are those of tick {self.stimulus_tick}:"
            for name, told in zip("AB", self._told(item_line), strict=True):
                yield from (f"  {name} {line}" for line in told or ["  nothing"])
        if self.state_tick is not None:
            yield f"The state differs first at tick {self.state_tick} ({clock(self.now_ms)}): {self.where}"
            yield f"  A {brief(self.values[0])}   ({one})"
            yield f"  B {brief(self.values[1])}   ({other})"
            if self.others:
                yield f"  and {self.others} other field{'s' * (self.others > 1)} in that tick"
            if self.stimulus_tick is None or self.stimulus_tick > self.state_tick:
                yield "Nothing from outside was different before: the game itself has done something else."
        elif self.ends[0] != self.ends[1]:
            yield f"As far as both go, the state is the same; A ends at tick {self.ends[0]}, B at tick {self.ends[1]}."
        else:
            yield "The state is the same all the same."


def parting(one: ReplayFile, other: ReplayFile) -> Parting:
    """Compares them tick by tick, to the first whose state differs. Raises :class:`BadReplay`."""
    if one.header.game != other.header.game:
        raise BadReplay(f"one is a replay of {one.header.game}, the other of {other.header.game}")
    if one.header.schema != other.header.schema:
        raise BadReplay("the two are of different versions of the game: their fields are not the same")
    schema = KeptSchema.decode(one.header.schema)
    found = Parting()
    sides = (_Side(one), _Side(other))
    steps = [side.steps() for side in sides]
    for first, second in _together(*steps):
        if first is None or second is None:
            break
        tick = first.image.tick
        if tick != second.image.tick:
            raise BadReplay(f"one begins at tick {tick}, the other at tick {second.image.tick}")
        found.last_tick, found.now_ms = tick, first.image.now_ms
        if found.stimulus_tick is None and _stimuli(first) != _stimuli(second):
            found.stimulus_tick = tick
            lists = [side.items.stimuli(stage) for side, stage in zip(sides, (first, second), strict=True)]
            found.stimuli = [_apart(*lists), _apart(*reversed(lists))]
            if not any(found.stimuli):  # the same, in another order
                found.stimuli = lists
            found.names = [dict(side.items.names) for side in sides]
        if _differ(found, first, second, schema):
            break
    if found.state_tick is None:
        for side in steps:  # to its end
            for _ in side:
                pass
    found.ends = sides[0].tick, sides[1].tick
    return found


class _Side:
    """One of the two, and how far it was read."""

    def __init__(self, replay: ReplayFile) -> None:
        self.items = Items(decode_schema(replay.header.wire))
        self.tick = 0
        self._records: list[Record] = replay.records

    def steps(self) -> Iterator[Stage]:
        """The states that can be compared: of the beginning, and after each step or gap."""
        for stage in stages(self._records):
            self.items.meet(stage.image)
            self.tick = stage.image.tick
            if stage.kind in (StageKind.BEGIN, StageKind.STEP, StageKind.GAP):
                yield stage


def _together(one: Iterator[Stage], other: Iterator[Stage]) -> Iterator[tuple[Stage | None, Stage | None]]:
    """Pairs of the same tick; where one has a gap, the other goes on to its end."""
    while True:
        first, second = next(one, None), next(other, None)
        while first is not None and second is not None and first.image.tick != second.image.tick:
            if first.kind is StageKind.GAP and second.image.tick < first.image.tick:
                second = next(other, None)
            elif second.kind is StageKind.GAP and first.image.tick < second.image.tick:
                first = next(one, None)
            else:
                break
        yield first, second
        if first is None or second is None:
            return


def _stimuli(stage: Stage) -> list[Any]:
    """What reached the game, without what only the network decides: how inputs are numbered, and what was seen."""
    if stage.part is None:
        return []
    return [[op[0], op[1][0], *op[1][3:]] if isinstance(op[0], int) else op for op in stage.part.ops]


def _apart(one: list[Item], other: list[Item]) -> list[Item]:
    """What of ``one`` is not in the other."""
    left = list(other)
    apart = []
    for item in one:
        if item in left:
            left.remove(item)
        else:
            apart.append(item)
    return apart


def _differ(found: Parting, first: Stage, second: Stage, schema: KeptSchema) -> bool:
    one, other = first.image.game, second.image.game
    both = first.part, second.part
    if found.state_tick is None and both[0] is not None and both[1] is not None:
        if encode(both[0].game) == encode(both[1].game):
            return False  # they were the same before, and have changed alike
    elif encode(one) == encode(other):
        return False
    all_ = differences(schema, one, other)
    if not all_:
        return False
    found.state_tick = first.image.tick
    found.where, found.values = all_[0].where, (all_[0].one, all_[0].other)
    found.others = len(all_) - 1
    return True
