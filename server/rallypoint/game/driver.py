"""Runs one game object for a session: the tables behind ``spawn``, ``emit`` and ``after``, and its state in channels.

Implements :class:`rallypoint.core.game_like.GameLike`.
"""

from __future__ import annotations

import functools
import inspect
from collections.abc import Mapping
from itertools import islice
from typing import Any, Final, TypeVar

from rallypoint.core.game_image import GameImage
from rallypoint.core.game_like import Answer, Ask, OptionsRefused
from rallypoint.core.match_teams import MatchInfo
from rallypoint_protocol.channels import Channel, Channels
from rallypoint_protocol.codec import encode
from rallypoint_protocol.ids import GAME_ID
from rallypoint_protocol.inputs import Input

from .arguments import kept_arguments
from .definition import Definition
from .entity import EVERYONE, Entity
from .errors import Refused
from .game import SessionStatus
from .inputs import Event, Hold
from .keeper import Keeper
from .kept_game import image_of, restore
from .meta import checked_meta
from .plain import plain_fields, plain_player
from .player import Player, PlayerState
from .result import Result
from .rewind import History
from .rng import SEED_MASK, SessionRandom
from .timers import Timers

__all__ = ["GameDriver"]

E = TypeVar("E", bound=Entity)

ASKS_OPEN_MAX: Final = 256
"""Calls of one session to the outside that have no answer yet. One more is the game's error."""


class GameDriver:
    """One running game. ``seed`` decides all its random numbers."""

    def __init__(self, definition: Definition, seed: int) -> None:
        self.definition = definition
        self.channels = Channels()
        self.finished = False
        self.result: dict[str, Any] | None = None
        self.locked = False
        self.backfill = False
        self.match: MatchInfo | None = None
        self.resubscribed: list[int] = []
        self.subscribing = False
        """Somebody has other channels since the last step."""
        self.seed = seed & SEED_MASK
        self.timers = Timers()
        hz = definition.options.tick_hz
        self.dt = 1.0 / hz if hz else 0.0
        self.meta: dict[str, Any] = {}
        self.kicked: list[int] = []
        self.now_ms = 0
        self.tick = 0
        self.player_list: list[Player] = []
        self.game = definition.game(self)
        self._players: dict[int, Player] = {}
        self._everyone: Channel = self.channels.channel(EVERYONE)
        self.entities: dict[int, Entity] = {}
        self._by_class: dict[type, dict[int, Entity]] = {}
        self.last_id = 0
        self._fresh: dict[int, Entity] = {}
        """Entities whose facets are to be entered at the end of this step."""
        self._gone: list[tuple[int, tuple[str, ...]]] = []
        """Ids of what was taken away, and the channels that are to be told at the end of this step."""
        self._events: list[tuple[int, int, list[Any]]] = []
        self._asks: list[Ask] = []
        self.last_ask = 0
        self.asked: dict[int, Ask] = {}
        """What has no answer yet, by number."""
        self.keeper: Keeper | None = None
        self.history = History(definition.past, definition.options.rewind_ticks) if definition.past else None
        self.saved: Any = None
        self.saved_tick = self.saved_for = -1
        """What ``save()`` gave, when, and until which tick that is the answer."""
        self._applies = {wire: self._how(wire) for wire in definition.wire_inputs}
        self._enter_game = True

    def _how(self, wire: type[Input]) -> tuple[type[Any], str | None]:
        """For a wire input class: the developer's class, and its handler's name (holds have none)."""
        own: Any = wire.__mro__[1]
        return own, None if issubclass(own, Hold) else self.definition.game.__handlers__[own]

    @functools.cached_property
    def random(self) -> SessionRandom:
        """The session's random numbers. Made when first asked for: the standard class brings 2.5 KB of its own."""
        return SessionRandom(self.seed)

    # --- GameLike -----------------------------------------------------------------------------------------------

    def create(self, options: dict[str, Any]) -> None:
        try:
            self.game.created(options)
        except Refused as refused:
            raise OptionsRefused(refused.reason) from None

    def open(self, tick: int, now_ms: int) -> None:
        self.tick = tick
        self.now_ms = now_ms
        self.channels.open_tick()

    def join(self, seat: int, player_id: str, name: str, bot: bool, team: int | None = None) -> None:
        kind: Any = self.definition.player  # its other fields have defaults, which type checkers do not see
        player: Player = kind(name=name)
        player._sit(self.game, seat, player_id, bot, team)
        self._players[seat] = player
        self._list_players()
        self._fresh[player.id] = player
        self.game.joined(player)

    def start(self) -> None:
        self.game.status = SessionStatus.RUNNING
        self.game.started()

    def drop(self, seat: int, away_until_ms: int) -> None:
        player = self._players[seat]
        player.state = PlayerState.AWAY
        player.away_until_ms = away_until_ms
        player._held = {}
        self.game.dropped(player)

    def let_go(self, seat: int) -> None:
        self._players[seat]._held = {}

    def away_until(self, seat: int, away_until_ms: int) -> None:
        self._players[seat].away_until_ms = away_until_ms

    def come_back(self, seat: int) -> None:
        player = self._players[seat]
        player.state = PlayerState.CONNECTED
        player.away_until_ms = 0
        self.game.returned(player)

    def leave(self, seat: int, reason: str) -> None:
        player = self._players[seat]
        self.game.left(player, reason)
        for entity in [entity for entity in self.entities.values() if entity.owner is player]:
            self.destroy(entity)
        del self._players[seat]
        self._list_players()
        self._withdraw(player)
        player._game = None

    def input(self, seat: int, message: Input) -> str | None:
        own, handler = self._applies[type(message)]
        player = self._players[seat]
        if handler is None:
            player._held[own] = message  # type: ignore[assignment]  # a hold: it has no handler
            return None
        if self.finished:
            return "the game is over"
        if self.game.status is not SessionStatus.RUNNING:
            return "the game has not started"
        try:
            getattr(self.game, handler)(player, message)
        except Refused as refused:
            return refused.reason
        return None

    def is_hold(self, message: Input) -> bool:
        return self._applies[type(message)][1] is None

    def input_buffer_ticks(self, seat: int) -> int:
        return self._players[seat].input_buffer_ticks

    def answer(self, answer: Answer) -> None:
        if self.asked.pop(answer.id, None) is not None and self.keeper is not None:
            self.keeper.answered(answer.id)
        self.game.answered(answer)

    def signal(self, name: str, data: Any) -> None:
        self.game.signalled(name, data)

    def time_up(self) -> None:
        self.game.time_up()

    @property
    def next_timer_ms(self) -> int | None:
        return self.timers.next_ms

    def advance(self, run_tick: bool) -> None:
        for method, args in self.timers.due(self.now_ms):
            getattr(self.game, method)(*args)
            if self.finished:
                return
        if run_tick and not self.finished:
            self.game.tick()

    def close(self) -> None:
        if self.finished:
            self.game.status = SessionStatus.ENDED
        fresh, gone = self._fresh, self._gone
        self.show()
        if self.history is not None:
            self.history.note(self.tick, fresh, gone)
        if self.keeper is not None:
            self.keeper.collect(fresh, gone)

    def show(self) -> None:
        tick, fresh, gone = self.tick, self._fresh, self._gone
        if self._enter_game:
            self._enter_game = False
            entity_class = self.definition.entities[self.definition.game]
            masks: dict[str, int] = {}
            for audience, mask in entity_class.masks.items():
                masks[audience or EVERYONE] = masks.get(audience or EVERYONE, 0) | mask
            for name, mask in masks.items():
                values, scan = entity_class.code(mask)
                channel = self.channels.channel(name)
                self.channels.enter(channel, GAME_ID, 0, None, mask, self.game, values(self.game), scan, tick)
        if gone:
            self._gone = []
            for id_, names in gone:
                for name in names:
                    self.channels.leave(self.channels.channel(name), id_, tick)
        if fresh:
            self._fresh = {}
            for entity in fresh.values():
                self._enter(entity, tick)
        self.channels.close_tick(tick)

    def subscriptions(self, seat: int) -> tuple[int, ...]:
        player = self._players[seat]
        names = player._subscribed
        if self.definition.has_owner_fields:
            names = (f"owner:{seat}", *names)
        return (self._everyone.id, *(self.channels.channel(name).id for name in names))

    def take_events(self) -> list[tuple[int, int, list[Any]]]:
        events = self._events
        if events:
            self._events = []
        return events

    def take_kicked(self) -> list[int]:
        kicked = self.kicked
        if kicked:
            self.kicked = []
        return kicked

    def take_asks(self) -> list[Ask]:
        asks = self._asks
        if asks:
            self._asks = []
        return asks

    def state(self) -> dict[str, Any]:
        return self.some_state(len(self.entities))[0]

    def some_state(self, entities_max: int) -> tuple[dict[str, Any], int]:
        entities: dict[str, list[dict[str, Any]]] = {}
        for entity in islice(self.entities.values(), entities_max):
            owner = None if entity.owner is None else entity.owner.seat
            entities.setdefault(type(entity).__name__, []).append(
                {"id": entity.id, "owner": owner, **plain_fields(entity)}
            )
        players = [plain_player(player) for player in self.player_list]
        state = {"game": plain_fields(self.game), "players": players, "entities": entities}
        return state, max(0, len(self.entities) - entities_max)

    # --- what Game offers to its developer ----------------------------------------------------------------------

    def spawn(self, kind: type[E], owner: Player | None, channel: str, fields: dict[str, Any]) -> E:
        if kind not in self.definition.entities or issubclass(kind, Player):
            raise LookupError(
                f"{kind.__name__} is no entity class of {self.definition.game.__name__}:"
                " import it into the game's module, or list it in `uses`"
            )
        if owner is not None:
            owner._require_game()  # who has left owns nothing: the seat may be another's by now
        entity = kind(**fields)
        self.last_id += 1
        self._put(entity, self.last_id, owner, channel)
        return entity

    def _put(self, entity: Entity, id: int, owner: Player | None, channel: str) -> None:
        entity.id = id
        entity.owner = owner
        entity._channel = channel
        self.entities[id] = entity
        for cls in _entity_classes(type(entity)):
            self._by_class.setdefault(cls, {})[id] = entity
        self._fresh[id] = entity

    def destroy(self, entity: Entity) -> None:
        if self.entities.pop(entity.id, None) is None:
            return
        for cls in _entity_classes(type(entity)):
            del self._by_class[cls][entity.id]
        self._withdraw(entity)

    def give(self, entity: Entity, owner: Player | None) -> None:
        if owner is not None:
            owner._require_game()
        self._enter_again(entity)
        entity.owner = owner

    def set_channel(self, entity: Entity, channel: str) -> None:
        self._enter_again(entity)
        entity._channel = channel

    def _enter_again(self, entity: Entity) -> None:
        if entity.id == 0:
            raise LookupError(f"{entity!r} is not in the session: it was never spawned, or is destroyed")
        self._fresh[entity.id] = entity

    def all(self, kind: type[E]) -> list[E]:
        found = self._by_class.get(kind)
        return [] if found is None else list(found.values())  # type: ignore[arg-type]  # the table is by class

    def get(self, id: int) -> Entity | None:
        return self.entities.get(id) if id > 0 else self._players.get(-1 - id)

    def emit(self, player: Player, event: Event) -> None:
        found = self.definition.events.get(type(event))
        if found is None:
            raise LookupError(
                f"{type(event).__name__} is no event class of {self.definition.game.__name__}:"
                " import it into the game's module, or list it in `uses`"
            )
        kind, values = found
        if player._game is not None:  # one who is gone gets nothing, least of all in the name of who has the seat now
            self._events.append((player.seat, kind, values(event)))

    @property
    def teams(self) -> tuple[tuple[Player, ...], ...]:
        teams: list[list[Player]] = [[] for _ in (() if self.match is None else self.match.sizes)]
        for player in self.player_list:
            if player._team is not None:
                teams[player._team].append(player)
        return tuple(map(tuple, teams))

    def kick(self, player: Player) -> None:
        player._require_game()
        self.kicked.append(player.seat)

    def set_meta(self, meta: Mapping[str, Any]) -> None:
        self.meta = checked_meta(meta)

    def after(self, seconds: float, method: str, args: tuple[Any, ...]) -> int:
        found = getattr(self.game, method, None)
        if not callable(found):
            raise LookupError(f"after(..., {method!r}): {type(self.game).__name__} has no such method")
        if inspect.iscoroutinefunction(found):
            raise TypeError(f"after(..., {method!r}): it runs within a step and cannot be async")
        if not 0 <= seconds < 10**9:
            raise ValueError(f"after({seconds!r}, ...): give a number of seconds, zero or more")
        kept = kept_arguments(f"after(..., {method!r})", args)
        return self.timers.add(self.now_ms + round(seconds * 1000), method, kept)

    def ask(self, method: str, args: tuple[Any, ...], timeout_s: float) -> int:
        outside = inspect.getattr_static(type(self.game), method, None)
        if not isinstance(outside, staticmethod) or not inspect.iscoroutinefunction(outside.__func__):
            raise LookupError(
                f"ask({method!r}): write it as an async static method of {type(self.game).__name__}:"
                f" `@staticmethod` `async def {method}(...)`. It cannot see the session, so that it cannot change it"
            )
        if len(self.asked) >= ASKS_OPEN_MAX:
            raise RuntimeError(f"ask({method!r}): {ASKS_OPEN_MAX} calls have no answer yet; wait for some")
        self.last_ask += 1
        ask = self.asked[self.last_ask] = Ask(
            self.last_ask, method, kept_arguments(f"ask({method!r})", args), float(timeout_s)
        )
        self._asks.append(ask)
        if self.keeper is not None:
            self.keeper.opened(ask)
        return self.last_ask

    def finish(self, result: Result | None) -> None:
        if self.finished:
            return
        wire = (result or Result()).to_wire()
        try:
            encode(wire)
        except (TypeError, OverflowError, ValueError) as error:
            raise TypeError(f"finish(...): the result holds what cannot be sent: {error}") from None
        self.result = wire
        self.finished = True

    # --- channels -----------------------------------------------------------------------------------------------

    def _enter(self, entity: Entity, tick: int) -> None:
        """Puts each audience's fields of an entity into its channel, whole; takes it out of where it no longer is."""
        entity_class = self.definition.entities[type(entity)]
        masks: dict[str, int] = {}
        for audience, mask in entity_class.masks.items():
            if audience == "":
                name = entity._channel
            elif audience == "owner":
                owner = entity if isinstance(entity, Player) else entity.owner
                if owner is None:
                    continue
                name = f"owner:{owner.seat}"
            else:
                name = audience
            masks[name] = masks.get(name, 0) | mask
        for name in entity._entered:
            if name not in masks:
                self.channels.leave(self.channels.channel(name), entity.id, tick)
        owner_seat = None if entity.owner is None else entity.owner.seat
        for name, mask in masks.items():
            values, scan = entity_class.code(mask)
            channel = self.channels.channel(name)
            self.channels.enter(
                channel, entity.id, entity_class.index, owner_seat, mask, entity, values(entity), scan, tick
            )
        entity._entered = tuple(masks)

    def _withdraw(self, entity: Entity) -> None:
        """Takes an entity out of all channels, and its id away: whoever refers to it still now refers to nothing."""
        self._fresh.pop(entity.id, None)
        self._gone.append((entity.id, entity._entered))
        entity._entered = ()
        entity.id = 0

    # --- for the journal ----------------------------------------------------------------------------------------

    @property
    def open_asks(self) -> list[Ask]:
        return list(self.asked.values())

    def keep(self) -> None:
        self.keeper = Keeper(self)

    def take_change(self) -> bytes:
        assert self.keeper is not None, "nothing is kept"
        return self.keeper.take()

    def image(self) -> GameImage:
        return image_of(self)

    def restore(self, image: GameImage) -> None:
        restore(self, image)

    def revive(self) -> None:
        self.saved_for = -1
        self.game.restored()

    def seat_again(self, seat: int, bot: bool, subscriptions: tuple[str, ...]) -> Player:
        """A player of an image; its fields are not filled in yet."""
        player = self.definition.player.__new__(self.definition.player)
        player.set_up()
        player._sit(self.game, seat, "", bot)
        player._subscribed = subscriptions
        self._players[seat] = player
        self._list_players()
        self._fresh[player.id] = player
        return player

    def spawn_again(self, kind: type[Entity], id: int, owner: int | None, channel: str) -> Entity:
        """An entity of an image; its fields are not filled in yet."""
        entity = kind.__new__(kind)
        entity.set_up()
        self._put(entity, id, None if owner is None else self._players[owner], channel)
        return entity

    def _list_players(self) -> None:
        self.player_list = [self._players[seat] for seat in sorted(self._players)]


def _entity_classes(kind: type) -> list[type]:
    return [cls for cls in kind.__mro__ if cls is not Entity and issubclass(cls, Entity)]
