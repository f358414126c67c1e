"""Collects what a running game has changed in a step, for the journal: one more who looks for changes.

It has a *mirror* of everything that was kept last: of entities and players here, of timers and asks as a log of what
became of them. Without a keeper nothing is collected.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from rallypoint.core.game_image import AskImage
from rallypoint_protocol.codec import encode
from rallypoint_protocol.ids import GAME_ID

from .kept_fields import Collect
from .player import Player

if TYPE_CHECKING:
    from rallypoint.core.game_like import Ask

    from .driver import GameDriver
    from .entity import Entity

__all__ = ["Keeper", "random_state"]


class _Kept:
    """An entity, player or game, and how it was kept last."""

    __slots__ = ("collect", "entity", "mirror", "place")

    def __init__(self, entity: Any, collect: Collect, mirror: list[Any]) -> None:
        self.entity = entity
        self.collect = collect
        self.mirror = mirror
        self.place: tuple[Any, ...] = ()
        """Besides its fields: owner and channel, or subscriptions and what else is a player's."""


class Keeper:
    """Of one game. What it has now is known to whoever keeps it: only what changes from here on is told."""

    def __init__(self, driver: GameDriver) -> None:
        self._driver = driver
        self._classes = {item.cls: item for item in driver.definition.kept}
        self._kept: dict[int, _Kept] = {GAME_ID: self._meet(GAME_ID, driver.game)}
        for thing in (*driver.player_list, *driver.entities.values()):
            self._kept[thing.id] = self._meet(thing.id, thing)
        self._calls = [(item.collect, id_, item.entity, item.mirror) for id_, item in self._kept.items()]
        """What is done in each step: not looked up in each."""
        self._change: bytes | None = None
        driver.timers.log = [], []
        self.asks: list[AskImage] = []
        """That were made since the last step was closed."""
        self.asks_gone: list[int] = []
        self._counters = self._count()
        self._standing: tuple[Any, ...] = _standing(driver)
        self._random = random_state(driver)

    def _meet(self, id_: int, thing: Any) -> _Kept:
        """Looks at all of it. Raises FieldError."""
        kind = self._classes[type(thing)]
        kept = _Kept(thing, kind.collect, kind.mirror())
        kind.collect(id_, thing, kept.mirror, [], [], self._driver.get)
        kept.place = _place(thing)
        return kept

    def _count(self) -> tuple[int, int, int]:
        driver = self._driver
        return driver.last_id, driver.timers.last, driver.last_ask

    def opened(self, ask: Ask) -> None:
        """The game has asked the outside."""
        self.asks.append((ask.id, ask.method, list(ask.args), ask.timeout_s))

    def answered(self, id_: int) -> None:
        """The outside has answered."""
        self.asks_gone.append(id_)

    def take(self) -> bytes:
        """The change that was collected last."""
        assert self._change is not None, "no step was closed since the last change was taken"
        change, self._change = self._change, None
        return change

    def collect(self, fresh: dict[int, Entity], gone: list[tuple[int, tuple[str, ...]]]) -> None:
        """The step ends. ``fresh``: what was spawned, given or moved, or has joined since the last; ``gone``: ids.

        Raises:
            FieldError: a field holds what could not be built again.
        """
        assert self._change is None, "the change of the last step was not taken"
        driver, kept = self._driver, self._kept
        random = random_state(driver)
        drawn = None if random == self._random else random
        self._random = random
        removed = [id_ for id_, _ in gone if kept.pop(id_, None) is not None] if gone else gone
        entities, players = self._rows(fresh)
        heads: list[int] = []
        values: list[Any] = []
        find = driver.get
        if fresh or removed:
            self._calls = [(item.collect, id_, item.entity, item.mirror) for id_, item in kept.items()]
        for collect, id_, entity, mirror in self._calls:
            collect(id_, entity, mirror, heads, values, find)
        timers, timers_gone = driver.timers.log or ((), ())
        counters = self._count()
        standing = _standing(driver)
        self._change = encode(
            (
                driver.tick,
                driver.now_ms,
                heads,
                values,
                drawn,
                removed,
                players,
                entities,
                timers,
                timers_gone,
                self.asks,
                self.asks_gone,
                None if counters == self._counters else counters,
                None if _same(standing, self._standing) else standing,
            )
        )
        if counters != self._counters or timers_gone or self.asks_gone:
            self._counters = counters
            driver.timers.log = [], []
            self.asks, self.asks_gone = [], []
        self._standing = standing

    def _rows(self, fresh: dict[int, Entity]) -> tuple[list[Any], list[Any]]:
        """What is to be kept whole: entities and players."""
        entities: list[Any] = []
        players: list[Any] = []
        for id_, entity in fresh.items():
            item = self._kept.get(id_)
            if item is not None and item.entity is entity and item.place == _place(entity):
                continue
            kind = self._classes[type(entity)]
            item = self._kept[id_] = _Kept(entity, kind.collect, kind.mirror())
            item.place = _place(entity)
            values: list[Any] = []
            kind.collect(id_, entity, item.mirror, [], values, self._driver.get)
            if isinstance(entity, Player):
                players.append((entity.seat, _row(entity, values)))
            else:
                entities.append((id_, (kind.index, *item.place, values)))
        for player in self._driver.player_list if self._driver.subscribing else ():
            item = self._kept[player.id]
            if item.place != _place(player):
                item.place = _place(player)
                values = self._classes[type(player)].values(player, self._driver.get)
                players.append((player.seat, _row(player, values)))
        self._driver.subscribing = False
        return entities, players


def _row(player: Player, values: list[Any]) -> tuple[Any, ...]:
    """A player whole, as a ``PlayerImage``."""
    return player.bot, player._subscribed, values, player._buffer_ticks, player._team


def _place(thing: Any) -> tuple[Any, ...]:
    if isinstance(thing, Player):
        return thing._subscribed, thing._buffer_ticks
    owner = getattr(thing, "owner", None)
    return (None if owner is None else owner.seat, getattr(thing, "channel", ""))


def _standing(driver: GameDriver) -> tuple[Any, ...]:
    return driver.finished, driver.result, driver.locked, driver.meta, driver.backfill


def _same(one: tuple[Any, ...], other: tuple[Any, ...]) -> bool:
    """Metadata and the result are replaced as a whole."""
    return (
        one[0] is other[0] and one[1] is other[1] and one[2] is other[2] and one[3] is other[3] and one[4] is other[4]
    )


def random_state(driver: GameDriver) -> int:
    """Of the session's random numbers, also if they were never asked for."""
    made = driver.__dict__.get("random")
    state: int = driver.seed if made is None else made.state
    return state
