"""What there is to see in a session, read off the game's own objects: who may see what, and in which wire values."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from functools import lru_cache
from typing import TYPE_CHECKING, Any

from rallypoint.game.definition import Definition
from rallypoint.game.player import Player
from rallypoint_protocol.schema import Fixed, OptionalOf, Ref, TupleOf, WireType

from .told import Row

if TYPE_CHECKING:
    from rallypoint.runtime.session_host import SessionHost

__all__ = ["EVERYBODY", "Truth", "channels_of", "difference", "may_see"]

EVERYBODY = "everyone"
Read = tuple[int, str, Callable[[Any], Any] | None]


def _wire(type_: WireType) -> Callable[[Any], Any] | None:
    """How a value of that type travels; ``None``: as it is."""
    match type_:
        case Fixed(step):
            inverse = round(1 / step)
            exact = abs(inverse * step - 1) < 1e-9
            return lambda value: round(value * inverse) if exact else round(value / step)
        case Ref():
            return lambda value: 0 if value is None else value.id
        case OptionalOf(inner):
            one = _wire(inner)
            return None if one is None else lambda value: None if value is None else one(value)
        case TupleOf(items, more):
            each = [_wire(item) for item in items]
            if more:
                first = each[0]
                return lambda values: list(values) if first is None else [first(value) for value in values]
            return lambda values: [v if one is None else one(v) for v, one in zip(values, each, strict=True)]
        case _:
            return None


@lru_cache(maxsize=256)
def _audiences(definition: Definition, cls: type) -> tuple[tuple[str, int, tuple[Read, ...]], ...]:
    """Of a class: each audience, the mask of its fields, and how to read these. The entity's own channel is first."""
    reads: dict[str, list[Read]] = {"": []}
    for bit, item in enumerate(definition.entities[cls].definition.fields):
        reads.setdefault(item.to, []).append((bit, item.name, _wire(item.type)))
    return tuple((to, sum(1 << bit for bit, *_ in fields), tuple(fields)) for to, fields in reads.items())


def _channel(entity: Any, audience: str) -> str | None:
    """The channel that shows an entity's fields to that audience; ``None``: they are shown to nobody."""
    if audience == "":
        return getattr(entity, "channel", EVERYBODY)  # the game itself has none of its own
    if audience == "owner":
        owner = entity if isinstance(entity, Player) else getattr(entity, "owner", None)
        return None if owner is None else f"owner:{owner.seat}"
    return audience


def channels_of(player: Player) -> tuple[str, ...]:
    """The channels that a player sees."""
    return (EVERYBODY, f"owner:{player.seat}", *player._subscribed)  # there is no other way to ask


def may_see(definition: Definition, entity: Any, channels: tuple[str, ...]) -> int:
    """The mask of the fields of an entity that are shown in these channels."""
    seen = 0
    for audience, mask, _ in _audiences(definition, entity.__class__):
        if _channel(entity, audience) in channels:
            seen |= mask
    return seen


def _entities(host: SessionHost) -> Iterator[tuple[int, Any]]:
    game: Any = host.core.game.game  # type: ignore[attr-defined]  # a GameDriver's
    definition = host.definition
    yield 0, game
    for player in game.players:
        yield player.id, player
    for cls in definition.entities:
        if cls not in (definition.game, definition.player):
            for entity in game.all(cls):
                if entity.__class__ is cls:  # and of no subclass
                    yield entity.id, entity  # type: ignore[attr-defined]  # an Entity's


class Truth:
    """The state of a session after its last step, by channel name and entity id. ``only``: no other channels."""

    def __init__(self, host: SessionHost, only: tuple[str, ...] | None = None) -> None:
        definition = host.definition
        self.tick = host.core.tick
        self.facets: dict[str, dict[int, Row]] = {}
        for id_, entity in _entities(host):
            index = definition.entities[type(entity)].index
            owner = getattr(entity, "owner", None)
            for audience, _, fields in _audiences(definition, entity.__class__):
                name = _channel(entity, audience)
                if name is None or (not fields and audience) or (only is not None and name not in only):
                    continue
                values = {}
                for bit, field, wire in fields:
                    value = getattr(entity, field)
                    values[bit] = value if wire is None else wire(value)
                known = self.facets.setdefault(name, {}).get(id_)
                if known is None:
                    self.facets[name][id_] = Row(index, None if owner is None else owner.seat, values)
                else:
                    known.values.update(values)

    def seen_in(self, channels: tuple[str, ...]) -> dict[int, Row]:
        """What one sees who sees these."""
        rows: dict[int, Row] = {}
        for name in channels:
            for id_, row in self.facets.get(name, {}).items():
                known = rows.get(id_)
                rows[id_] = row if known is None else Row(row.kind, row.owner, known.values | row.values)
        return rows


def difference(truth: dict[int, Row], told: dict[int, Row], name_of: Callable[[int, int], str]) -> str:
    """The first thing in which they differ, in words; empty if they do not. ``name_of`` a class's field."""
    if truth == told:
        return ""
    for id_ in [*truth, *(id_ for id_ in told if id_ not in truth)]:
        true, seen = truth.get(id_), told.get(id_)
        if true == seen:
            continue
        if true is None:
            return f"entity {id_} is shown, and should not be"
        if seen is None:
            return f"entity {id_} is not shown"
        if (true.kind, true.owner) != (seen.kind, seen.owner):
            return f"entity {id_} is of class {true.kind} and seat {true.owner}, shown of {seen.kind} and {seen.owner}"
        for bit in sorted(true.values.keys() | seen.values.keys()):
            name = name_of(true.kind, bit)
            if bit not in true.values:
                return f"{name} of entity {id_} is shown, and is hidden from this seat"
            if bit not in seen.values:
                return f"{name} of entity {id_} is not shown"
            value, shown = true.values[bit], seen.values[bit]
            if value != shown:
                return f"{name} of entity {id_} is {value!r}, shown {shown!r}"
    return ""
