"""Images that another version of the game has left: the game's own ``migrate`` says what becomes of them."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

import msgspec

from rallypoint.core.game_image import EntityImage, GameImage, GameImageRefused, KeptSchema, PlayerImage, named_state

from .fields import MISSING
from .kept_fields import KeptClass, encode_kept

if TYPE_CHECKING:
    from .definition import Definition

__all__ = ["migrated"]


def migrated(definition: Definition, image: GameImage) -> GameImage:
    """The same for this version. Raises ``GameImageRefused``, and what ``migrate`` raises."""
    game = definition.game.__name__
    migrate = getattr(definition.game, "migrate", None)
    try:
        schema = KeptSchema.decode(image.schema)
    except msgspec.DecodeError:
        raise GameImageRefused(f"nobody knows what the fields of this image of {game} are called") from None
    if migrate is None:
        raise GameImageRefused(
            f"{game} was another version ({_apart(schema, definition.kept_schema)}), and has no `migrate`"
        )
    given = migrate(named_state(schema, image))
    try:
        state = msgspec.convert(msgspec.msgpack.decode(encode_kept(given)), _State)
    except (TypeError, ValueError, OverflowError) as error:
        raise GameImageRefused(f"{game}.migrate gave something else than a state: {error}") from None
    kinds = {item.name: item for item in definition.kept[2:]}
    entities: dict[int, EntityImage] = {}
    for name, listed in state.entities.items():
        kind = kinds.get(name)
        if kind is None:
            raise GameImageRefused(f"{game}.migrate gave entities of a class {name}: there is none")
        for item in listed:
            owner, channel = item.pop("owner", None), item.pop("channel", "everyone")
            id_ = item.pop("id", None)
            entities[_id(game, name, id_, image)] = EntityImage(kind.index, owner, channel, _values(game, kind, item))
    players: dict[int, PlayerImage] = {}
    for item in state.players:
        seat, bot, names = item.pop("seat", None), item.pop("bot", False), item.pop("subscriptions", [])
        was = image.players.get(seat)
        buffer_ticks, team = (-1, None) if was is None else (was.input_buffer_ticks, was.team)
        players[seat] = PlayerImage(bot, names, _values(game, definition.kept[1], item), buffer_ticks, team)
    if list(players) != list(image.players):
        raise GameImageRefused(f"{game}.migrate gave players in the seats {list(players)}, not {list(image.players)}")
    for id_, entity in entities.items():
        if entity.owner is not None and entity.owner not in players:
            raise GameImageRefused(f"{game}.migrate gave entity {id_} to seat {entity.owner}, which nobody has")
    return msgspec.structs.replace(
        image,
        schema=definition.kept_schema.encoded,
        game=_values(game, definition.kept[0], state.game),
        players=players,
        entities=dict(sorted(entities.items())),
        past=None,  # it was of the old version's fields
    )


class _State(msgspec.Struct, forbid_unknown_fields=True):
    """What ``migrate`` has to give."""

    game: dict[str, Any]
    players: list[dict[str, Any]]
    entities: dict[str, list[dict[str, Any]]]


def _id(game: str, name: str, id_: Any, image: GameImage) -> int:
    if not isinstance(id_, int) or not 0 < id_ <= image.last_id:
        raise GameImageRefused(f"{game}.migrate gave a {name} with the id {id_!r}: keep the ids, new ones are refused")
    return id_


def _values(game: str, kind: KeptClass, given: Mapping[str, Any]) -> list[Any]:
    values = []
    left = dict(given)
    for item in kind.fields:
        if item.name in left:
            values.append(left.pop(item.name))
            continue
        spec = kind.cls.__fields__[item.name]
        if spec.default is MISSING:
            raise GameImageRefused(f"{game}.migrate gave no {kind.name}.{item.name}, which has no first value")
        values.append(msgspec.msgpack.decode(encode_kept(spec.make_default())))
    if left:
        raise GameImageRefused(f"{game}.migrate gave {kind.name}.{', '.join(left)}: {game} has no such field")
    return values


def _apart(old: KeptSchema, new: KeptSchema) -> str:
    """In which the two differ, in a few words."""
    pairs = [{(k.name, f.name): f.type for k in schema.classes for f in k.fields} for schema in (old, new)]
    gone, came = ([f"{k}.{f}" for k, f in one if (k, f) not in other] for one, other in (pairs, pairs[::-1]))
    changed = [f"{k}.{f}" for k, f in pairs[0] if pairs[1].get((k, f), pairs[0][k, f]) != pairs[0][k, f]]
    told = [("without", came), ("with", gone), ("another type of", changed)]
    return "; ".join(f"{word} {', '.join(names[:5])}" for word, names in told if names) or "classes in another order"
