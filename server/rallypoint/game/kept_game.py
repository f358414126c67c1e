"""A running game as an image, and a running game of an image."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import msgspec

from rallypoint.core.game_image import EntityImage, GameImage, GameImageRefused, PlayerImage
from rallypoint.core.game_like import Ask
from rallypoint_protocol.scan import FieldError

from .keeper import random_state
from .kept_fields import encode_kept
from .migration import migrated

if TYPE_CHECKING:
    from .driver import GameDriver

__all__ = ["image_of", "restore"]

_encode = msgspec.msgpack.encode


def image_of(driver: GameDriver) -> GameImage:
    """All of it as it is now. Shares nothing with the game. Raises FieldError, and what the game's ``save`` raises."""
    saved, saved_tick = _saved(driver)
    classes = {item.cls: item for item in driver.definition.kept}
    find = driver.get
    own = GameImage(
        driver.definition.kept_schema.encoded,
        driver.tick,
        driver.now_ms,
        classes[driver.definition.game].values(driver.game, find),
        {
            player.seat: PlayerImage(
                player.bot,
                list(player._subscribed),
                classes[type(player)].values(player, find),
                player._buffer_ticks,
                player._team,
            )
            for player in driver.player_list
        },
        {
            id_: EntityImage(
                classes[type(entity)].index,
                None if entity.owner is None else entity.owner.seat,
                entity.channel,
                classes[type(entity)].values(entity, find),
            )
            for id_, entity in driver.entities.items()
        },
        driver.timers.image(),
        random_state(driver),
        [(ask.id, ask.method, list(ask.args), ask.timeout_s) for ask in driver.open_asks],
        driver.last_id,
        driver.timers.last,
        driver.last_ask,
        driver.finished,
        driver.result,
        driver.locked,
        driver.meta,
        saved,
        saved_tick,
        None if driver.history is None else driver.history.image(),
        driver.backfill,
        driver.match,
    )
    return GameImage.decode(_encode(own))


def _saved(driver: GameDriver) -> tuple[Any, int]:
    """What ``save()`` gives. Asked once in a step: what it gave stands until the next."""
    from .game import Game

    game = driver.game
    if type(game).save is Game.save or driver.saved_for == driver.tick:
        return driver.saved, driver.saved_tick
    saved = game.save()
    try:
        driver.saved = msgspec.msgpack.decode(encode_kept(saved))
    except (TypeError, ValueError, OverflowError, RecursionError) as error:
        raise TypeError(f"{type(game).__name__}.save() gave what cannot be kept: {error}") from None
    driver.saved_tick = driver.saved_for = driver.tick
    return driver.saved, driver.saved_tick


def restore(driver: GameDriver, image: GameImage) -> None:
    """Makes a fresh driver what the image says. Raises as ``GameLike.restore`` says."""
    definition = driver.definition
    if image.schema != definition.kept_schema.encoded:
        image = migrated(definition, image)
        try:
            _build(driver, image)
        except FieldError as error:
            raise GameImageRefused(f"what {definition.game.__name__}.migrate has given: {error}") from None
    else:
        image = GameImage.decode(_encode(image))  # whoever gave it may go on with it
        _build(driver, image)
    _load(driver, image)


def _build(driver: GameDriver, image: GameImage) -> None:
    definition = driver.definition
    game = definition.game.__name__
    for _, _, method, _ in image.timers:
        if not callable(getattr(driver.game, method, None)):
            raise GameImageRefused(f"a timer calls {method!r}, and {game} has no such method any more")
    driver.tick, driver.now_ms = image.tick, image.now_ms
    driver.seed = image.random
    driver.last_id, driver.last_ask = image.last_id, image.last_ask
    driver.finished, driver.result = image.finished, image.result
    driver.locked, driver.meta = image.locked, image.meta
    driver.backfill, driver.match = image.backfill, image.match
    driver.timers.restore(image.timers, image.last_timer)
    driver.asked = {ask[0]: Ask(ask[0], ask[1], tuple(ask[2]), ask[3]) for ask in image.asks}
    kinds = definition.kept
    players = [driver.seat_again(seat, item.bot, tuple(item.subscriptions)) for seat, item in image.players.items()]
    entities = [
        driver.spawn_again(kinds[item.kind].cls, id_, item.owner, item.channel) for id_, item in image.entities.items()
    ]
    find = driver.get
    kinds[0].fill(driver.game, image.game, find)  # first everything is there, then it can refer to each other
    for player, player_image in zip(players, image.players.values(), strict=True):
        kinds[1].fill(player, player_image.values, find)
        player._buffer_ticks, player._team = player_image.input_buffer_ticks, player_image.team
    for entity, entity_image in zip(entities, image.entities.values(), strict=True):
        kinds[entity_image.kind].fill(entity, entity_image.values, find)
    if driver.history is not None:
        driver.history.restore(image.past, driver.entities)


def _load(driver: GameDriver, image: GameImage) -> None:
    driver.saved, driver.saved_tick, driver.saved_for = image.saved, image.saved_tick, image.tick
    if image.saved_tick >= 0:
        driver.game.load(msgspec.msgpack.decode(_encode(image.saved)))
