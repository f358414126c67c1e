"""A running game as plain data: what the journal keeps of it, and from what its objects are built again.

A :class:`GameImage` is all of it, a :class:`GameChange` what one step has changed. An image that follows the changes of
all steps is, byte for byte, the image that the game itself would give after them; but for what ``save()`` gave, which
is in images only and may be older. A change that is applied to an image that has it already changes nothing.

Values are what MessagePack has: numbers, text, bytes, lists, maps. An entity is its id (0: one that is destroyed).
"""

from __future__ import annotations

from typing import Any, TypeAlias

import msgspec

from .kept_schema import Difference, KeptSchema, differences, named_state
from .match_teams import MatchInfo
from .past_image import PastImage

__all__ = [
    "AskImage",
    "Counters",
    "Difference",
    "EntityImage",
    "GameChange",
    "GameImage",
    "GameImageRefused",
    "GameStanding",
    "KeptSchema",
    "PastImage",
    "PlayerImage",
    "TimerImage",
    "differences",
    "named_state",
]

TimerImage: TypeAlias = tuple[int, int, str, list[Any]]
"""Session time in milliseconds, number, method, arguments."""
AskImage: TypeAlias = tuple[int, str, list[Any], float]
"""Number, method, arguments, timeout in seconds."""


class GameImageRefused(Exception):
    """This game cannot go on from that image: a sentence says why."""


class EntityImage(msgspec.Struct, array_like=True):
    """One spawned entity."""

    kind: int
    """The number of its class in the schema."""
    owner: int | None
    """A seat."""
    channel: str
    values: list[Any]
    """Of all fields of its class, in the schema's order."""


class PlayerImage(msgspec.Struct, array_like=True):
    """One player."""

    bot: bool
    subscriptions: list[str]
    values: list[Any]
    input_buffer_ticks: int = -1
    """How many ticks the player's inputs may wait; -1: as the game's option says."""
    team: int | None = None


class Counters(msgspec.Struct, array_like=True, frozen=True):
    """The last number that was given, of each kind: none is given twice."""

    entity: int
    timer: int
    ask: int


class GameStanding(msgspec.Struct, array_like=True, frozen=True):
    """What a game has said of its session."""

    finished: bool
    result: Any
    locked: bool
    meta: dict[str, Any]
    backfill: bool = False


class GameChange(msgspec.Struct, array_like=True):
    """What a step has changed. ``None``, or nothing in a list: that has not."""

    tick: int
    now_ms: int
    heads: list[int]
    """Ids and masks, in turn: which fields have changed, of the game (0), of players (-1 - seat), of entities."""
    values: list[Any]
    """Of these fields, in the same order."""
    random: int | None
    """State of the generator, if it was drawn from."""
    gone: list[int]
    """Ids of entities and players that are no more. Looked at first."""
    players: list[tuple[int, PlayerImage]]
    """Seats that are new, or have subscribed to something, whole."""
    entities: list[tuple[int, EntityImage]]
    """What is new, or has another owner or channel, whole."""
    timers: list[TimerImage]
    """That were set."""
    timers_gone: list[int]
    """That were cancelled, or have fired; of those that were set in this step as well."""
    asks: list[AskImage]
    asks_gone: list[int]
    counters: Counters | None
    standing: GameStanding | None

    @classmethod
    def decode(cls, data: bytes) -> GameChange:
        """Raises ``msgspec.DecodeError``."""
        return msgspec.msgpack.decode(data, type=GameChange)


class GameImage(msgspec.Struct, array_like=True):
    """All of a running game, between two steps."""

    schema: bytes
    """An encoded :class:`KeptSchema`: an image can be read where nothing else is."""
    tick: int
    now_ms: int
    """Session time of that step."""
    game: list[Any]
    """Values of the game's own fields."""
    players: dict[int, PlayerImage]
    """By seat, in the order of seats."""
    entities: dict[int, EntityImage]
    """By id, oldest first."""
    timers: list[TimerImage]
    """In the order in which they were set."""
    random: int
    asks: list[AskImage]
    """That have no answer yet."""
    last_id: int
    last_timer: int
    last_ask: int
    finished: bool
    result: Any
    locked: bool
    meta: dict[str, Any]
    saved: Any = None
    """What the game's ``save()`` gave."""
    saved_tick: int = -1
    """When; -1: never."""
    past: PastImage | None = None
    """Of a game with fields that are rewound: what they were. Changes do not have it: it follows from them."""
    backfill: bool = False
    match: MatchInfo | None = None
    """What the session was made for; it stays as it is."""

    @classmethod
    def decode(cls, data: bytes) -> GameImage:
        """Raises ``msgspec.DecodeError``."""
        return msgspec.msgpack.decode(data, type=GameImage)

    def encode(self) -> bytes:
        """Its bytes: the same for equal images."""
        return msgspec.msgpack.encode(self)

    def apply(self, change: GameChange) -> None:
        """Follows the game by one step."""
        self.tick, self.now_ms = change.tick, change.now_ms
        if change.random is not None:
            self.random = change.random
        for id_ in change.gone:
            if id_ > 0:
                self.entities.pop(id_, None)
                if self.past is not None:
                    self.past.trails.pop(id_, None)
            else:
                self.players.pop(-1 - id_, None)
        if change.players:
            self.players |= dict(change.players)
            self.players = {seat: self.players[seat] for seat in sorted(self.players)}
        self.entities.update(change.entities)
        self._apply_values(change)
        if self.past is not None:
            self.past.follow(change.tick, self.entities)
        self._apply_numbered(change)
        if change.counters is not None:
            self.last_id, self.last_timer, self.last_ask = (
                change.counters.entity,
                change.counters.timer,
                change.counters.ask,
            )
        if change.standing is not None:
            standing = change.standing
            self.finished, self.result, self.locked = standing.finished, standing.result, standing.locked
            self.meta, self.backfill = standing.meta, standing.backfill

    def _apply_values(self, change: GameChange) -> None:
        heads, place = iter(change.heads), 0
        new = change.values
        for id_, mask in zip(heads, heads, strict=True):
            values = self.game if id_ == 0 else self.entities[id_].values if id_ > 0 else self.players[-1 - id_].values
            while mask:
                bit = mask & -mask
                mask ^= bit
                values[bit.bit_length() - 1] = new[place]
                place += 1

    def _apply_numbered(self, change: GameChange) -> None:
        if change.timers:
            self.timers += [timer for timer in change.timers if timer[1] > self.last_timer]
        if change.timers_gone:
            gone = dict.fromkeys(change.timers_gone)
            self.timers = [timer for timer in self.timers if timer[1] not in gone]
        if change.asks:
            self.asks += [ask for ask in change.asks if ask[0] > self.last_ask]
        if change.asks_gone:
            gone = dict.fromkeys(change.asks_gone)
            self.asks = [ask for ask in self.asks if ask[0] not in gone]
