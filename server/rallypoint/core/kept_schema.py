"""What a game keeps, as data: classes and fields with their types, so that an image can be read without the game.

It is stored beside every image. A server goes on with an image only if its own game's schema is the same.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Iterator
from functools import cached_property
from typing import TYPE_CHECKING, Any, Final, NamedTuple

import msgspec

from .past_image import named_past

if TYPE_CHECKING:
    from .game_image import GameImage

__all__ = ["Difference", "KeptClassDef", "KeptFieldDef", "KeptSchema", "differences", "named_state"]

GAME_CLASS: Final = 0
PLAYER_CLASS: Final = 1


class KeptFieldDef(msgspec.Struct, array_like=True, frozen=True):
    """One field."""

    name: str
    type: str
    """As text, with all that decides how it is kept: ``list[Move{x: int, y: int}]``, ``Side(LEFT=0, RIGHT=1)``."""
    public: bool


class KeptClassDef(msgspec.Struct, array_like=True, frozen=True):
    """An entity class, the player class, or the game."""

    name: str
    fields: tuple[KeptFieldDef, ...]


class KeptSchema(msgspec.Struct, array_like=True, frozen=True, dict=True):
    """All classes of a game. The first is the game itself, the second the players'."""

    game: str
    classes: tuple[KeptClassDef, ...]

    @cached_property
    def encoded(self) -> bytes:
        """Its bytes: the same for equal schemas."""
        return msgspec.msgpack.encode(self)

    @cached_property
    def hash(self) -> str:
        """64 bits of them, as hexadecimal text, for people and for logs."""
        return hashlib.sha256(self.encoded).hexdigest()[:16]

    @classmethod
    def decode(cls, data: bytes) -> KeptSchema:
        """Raises ``msgspec.DecodeError``."""
        return msgspec.msgpack.decode(data, type=KeptSchema)


class Difference(NamedTuple):
    """One thing in which two images differ. ``None`` for what one of them does not have."""

    what: str
    """``game``, ``player 0``, ``Ship 12``; ``random``, ``timers``..."""
    field: str
    """Empty if it is no field: then the values are whole things."""
    one: Any
    other: Any

    @property
    def where(self) -> str:
        """``Ship 12.x``"""
        return f"{self.what}.{self.field}" if self.field else self.what


def named_state(schema: KeptSchema, image: GameImage) -> dict[str, Any]:
    """The state with names, as plain data: ``{"game": {...}, "players": [...], "entities": {class: [...]}}``.

    Players have ``seat``, ``bot`` and ``subscriptions`` besides their fields, entities ``id``, ``owner`` (a seat) and
    ``channel``. Enumerations are numbers and references are ids; 0 is a thing that is destroyed.
    """
    entities: dict[str, list[dict[str, Any]]] = {}
    for id_, entity in image.entities.items():
        named = _fields(schema, entity.kind, entity.values)
        about = {"id": id_, "owner": entity.owner, "channel": entity.channel}
        entities.setdefault(schema.classes[entity.kind].name, []).append({**about, **named})
    players = [
        {
            "seat": seat,
            "bot": player.bot,
            "subscriptions": list(player.subscriptions),
            **_fields(schema, PLAYER_CLASS, player.values),
        }
        for seat, player in image.players.items()
    ]
    return {"game": _fields(schema, GAME_CLASS, image.game), "players": players, "entities": entities}


def _fields(schema: KeptSchema, kind: int, values: list[Any]) -> dict[str, Any]:
    return {item.name: value for item, value in zip(schema.classes[kind].fields, values, strict=True)}


def differences(schema: KeptSchema, one: GameImage, other: GameImage) -> list[Difference]:
    """Everything in which two images of the same schema differ: fields first, in the order of the schema."""
    return list(_differences(schema, one, other))


def _differences(schema: KeptSchema, one: GameImage, other: GameImage) -> Iterator[Difference]:
    first, second = named_state(schema, one), named_state(schema, other)
    yield from _apart("game", first["game"], second["game"])
    yield from _each("player", "seat", first["players"], second["players"])
    for item in schema.classes:
        pair = first["entities"].get(item.name, ()), second["entities"].get(item.name, ())
        yield from _each(item.name, "id", *pair)
    yield from _pasts_apart(schema, one, other)
    for name in _BESIDES:
        pair = getattr(one, name), getattr(other, name)
        if not _same(*pair):
            yield Difference(name, "", *pair)


_BESIDES: Final = (
    "tick",
    "now_ms",
    "random",
    "timers",
    "asks",
    "last_id",
    "last_timer",
    "last_ask",
    "finished",
    "result",
    "locked",
    "backfill",
    "match",
    "meta",
    "saved",
)


def _pasts_apart(schema: KeptSchema, one: GameImage, other: GameImage) -> Iterator[Difference]:
    if _same(one.past, other.past):
        return
    first, second = (named_past(schema, image.past, image.entities) for image in (one, other))
    for tick in sorted({*first, *second}):
        yield from _each(
            f"after tick {tick}:",
            "what",
            *([{"what": what, **fields} for what, fields in past.get(tick, {}).items()] for past in (first, second)),
        )
    if first == second:
        yield Difference(
            "past", "", *(None if it is None else [it.ticks_max, it.fields] for it in (one.past, other.past))
        )


def _each(
    name: str, key: str, ones: Iterable[dict[str, Any]], others: Iterable[dict[str, Any]]
) -> Iterator[Difference]:
    first = {item[key]: item for item in ones}
    second = {item[key]: item for item in others}
    for number in [*first, *(number for number in second if number not in first)]:
        yield from _apart(f"{name} {number}", first.get(number), second.get(number))


def _apart(what: str, one: dict[str, Any] | None, other: dict[str, Any] | None) -> Iterator[Difference]:
    if one is None or other is None:
        yield Difference(what, "", one, other)
        return
    for name, value in one.items():
        if not _same(value, other[name]):
            yield Difference(what, name, value, other[name])


def _same(one: Any, other: Any) -> bool:
    """By their bytes: 0.0 is not -0.0, and 1 is not 1.0."""
    return one is other or msgspec.msgpack.encode(one) == msgspec.msgpack.encode(other)
