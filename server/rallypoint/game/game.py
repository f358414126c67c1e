"""The class that a game developer writes.

    class Orbit(Game, seats=(2, 8), tick_hz=20, grace_s=30):
        def joined(self, player): self.spawn(Ship, owner=player)
        def tick(self):
            for player in self.players:
                fly(player.one(Ship), player.held(Steer), self.dt)
        @on(Fire)
        def fire(self, player, _): ...

Hooks, all optional: ``created(options)`` once; ``started()`` when enough players are there; ``joined(player)``,
``dropped(player)``, ``returned(player)``, ``left(player, reason)``; ``tick()`` once a step after the start;
``answered(answer)`` for ``ask``; ``signalled(name, data)`` for a backend's signal; ``time_up()`` when the maximum
duration is over; ``restored()`` after a recovery, to rebuild what is ``transient()``, with ``save()`` and
``load(saved)`` for what cannot be declared. ``check()`` is called after each step of a test or a simulation, never by a
server: it raises if something is as it must never be. A new version of a game whose fields are others says in
``@staticmethod migrate(state)`` what becomes of sessions that the old one has left.
"""

from __future__ import annotations

import enum
import typing
from collections.abc import Iterable, Mapping
from types import MappingProxyType
from typing import TYPE_CHECKING, Any, ClassVar, Generic, cast, overload

from typing_extensions import TypeVar

from .definition import Definition
from .entity import Entity, advice, check_fields, collect_fields, kept_annotations
from .errors import DefinitionError
from .fields import MISSING, FieldSpec, field
from .hooks import check_methods
from .inputs import Action, Event
from .options import Options, read_options
from .player import Player
from .result import Result
from .rewind import history_of

if TYPE_CHECKING:
    import random

    from rallypoint.core.match_teams import MatchInfo
    from rallypoint_protocol.schema import FieldDef

    from .driver import GameDriver

__all__ = ["Game", "SessionStatus"]

P = TypeVar("P", bound=Player, default=Player)
E = TypeVar("E", bound=Entity)


class SessionStatus(enum.IntEnum):
    """Where a session is in its life; clients see it as ``game.status``."""

    WAITING = 0
    """Not enough players yet: steps are made, but ``tick()`` is not called."""
    RUNNING = 1
    ENDED = 2


class Game(Generic[P]):
    """Base class of games. Options are given as class arguments:

    Args of the class statement:
        seats: ``(least, most)`` players, or one number for both; at most 1000.
        tick_hz: steps a second, 1 to 60 (20). 0: a turn-based game, whose steps are made when there is something to
            do: one for each thing that a player does, one for each timer.
        grace_s: how long the seat of a lost connection is kept (30), with ``grace_budget_s`` per player for the whole
            session (four times that).
        start_after_s: how long a session waits for its least number of players before bots fill it, or it is
            cancelled (15); ``room_wait_s`` for one that a player or a backend created (600).
        max_duration_s: how long it may last after its start, in session time (no limit): then ``time_up()``.
        dispose_when_empty: it ends when the last player has gone (True). False: an endless world.
        replayable: it promises that the same stimuli always lead to the same state, so that a replay of it can be run
            again and compared (False).
        exclusive: who has a seat here has none in another exclusive session (True).
        spectators: how many may watch (100), and ``spectate_delay_s`` later than it happens (0, at most 300).
        input_buffer_ticks: how many ticks an input may wait for the one that it is meant for (0, at most 30), with
            clients that say so in ``at``: what arrives unevenly is applied evenly. Not for turn-based games.
        rewind_ticks: how many ticks back ``rewind`` can look at fields with ``rewind=True`` (10, at most 64).
        name: what players and URLs call the game (the class name in lower case).
        bot: ``"module:Class"`` of a :class:`rallypoint_client.Bot` that may fill seats, after ``bots_after_s`` (5) of
            waiting.
        queues: further queues that players may wait in, with rules of who plays with whom: a dict, or the name of a
            TOML file beside the game's module (none; docs/matchmaking.md). A subclass has none of its base's.
    """

    uses: ClassVar[Iterable[type]]
    """The game's entity, input and event classes, if they are not all known to the game's module."""
    __options__: ClassVar[Options]
    __fields__: ClassVar[dict[str, FieldSpec]] = {}
    __public__: ClassVar[dict[str, FieldDef]] = {}
    __kept__: ClassVar[dict[str, Any]] = {}
    __handlers__: ClassVar[dict[type[Action], str]] = {}
    __player__: ClassVar[type[Player]] = Player
    _definition: ClassVar[Definition | None] = None
    _driver: GameDriver

    if TYPE_CHECKING:
        status: SessionStatus

    def __init_subclass__(cls, **options: Any) -> None:
        super().__init_subclass__()
        name = cls.__name__
        cls.__player__ = _player_class(cls)
        base = getattr(cls, "__options__", None)
        if base is None or options:
            cls.__options__ = read_options(name, options, base, cls.__module__)
        own = collect_fields(name, _body(cls))
        if "__init__" in vars(cls):
            raise DefinitionError(f"{name}.__init__: the server creates games. Write `def created(self, options)`")
        for field_name, (spec, _) in own.items():
            if hasattr(Game, field_name) or field_name in (*Game.__fields__, "_driver"):
                raise DefinitionError(f"{name}.{field_name}: this name is taken by the framework, choose another")
            _check_first_value(name, field_name, spec)
            if spec.to == "owner":
                raise DefinitionError(f"{name}.{field_name}: a game has no owner. Declare it in your Player class")
            if field_name in vars(cls):
                delattr(cls, field_name)
        for field_name in cls.__fields__:
            if field_name in vars(cls) and field_name not in own:
                raise DefinitionError(f"{name}.{field_name} needs a type: it is a field of the class it comes from")
        for field_name, spec in cls.__player__.__fields__.items():
            _check_first_value(cls.__player__.__name__, field_name, spec)
        cls.__fields__ = cls.__fields__ | {field_name: spec for field_name, (spec, _) in own.items()}
        public = cls.__public__ | check_fields(name, cls.__module__, own, {name: cls})
        cls.__public__ = {key: item for key, item in public.items() if cls.__fields__[key].kind == "public"}
        cls.__kept__ = cls.__kept__ | kept_annotations(cls.__module__, own, {name: cls})
        cls.__handlers__ = dict(check_methods(cls, Game))
        cls._definition = None

    def __init__(self, driver: GameDriver) -> None:
        """Framework use: games are created by the server, or by ``rallypoint.testing``."""
        object.__setattr__(self, "_driver", driver)
        for name, spec in self.__fields__.items():
            object.__setattr__(self, name, spec.make_default())

    def __setattr__(self, name: str, value: object) -> None:
        if name not in self.__fields__:
            raise AttributeError(advice(type(self).__name__, name, self.__fields__), name=name, obj=self)
        object.__setattr__(self, name, value)

    @classmethod
    def definition(cls) -> Definition:
        """The schema and everything else that is derived from this class; made once, at the first use.

        Raises:
            DefinitionError: the game's classes do not fit together.
        """
        if cls._definition is None or cls._definition.game is not cls:
            if not hasattr(cls, "__options__"):
                raise DefinitionError("Game itself cannot be played: write a class, `class Orbit(Game, ...)`")
            cls._definition = Definition(cls, cls.__options__, cls.__player__)
        return cls._definition

    # --- hooks, for games to override ---------------------------------------------------------------------------

    def created(self, options: dict[str, Any]) -> None:
        """Once, before the first step. ``raise Refused("why")``: there is no such session."""

    def started(self) -> None:
        """Enough players are there: ``tick()`` is called from this step on."""

    def joined(self, player: P) -> None:
        """A player took a seat."""

    def dropped(self, player: P) -> None:
        """A player's connection is lost; the seat is kept for the grace window."""

    def returned(self, player: P) -> None:
        """A player is back."""

    def left(self, player: P, reason: str) -> None:
        """A player is gone for good: ``left``, ``expired`` or ``kicked``. What is still theirs is destroyed next."""

    def tick(self) -> None:
        """One step of the running game, ``self.dt`` seconds long."""

    def answered(self, answer: Any) -> None:
        """What became of an ``ask``: an :class:`rallypoint.Answer`."""

    def signalled(self, name: str, data: Any) -> None:
        """A backend's signal: plain data (None, numbers, text, lists, maps)."""

    def time_up(self) -> None:
        """``max_duration_s`` is over: ``finish`` with a result, or the session ends without one."""

    def restored(self) -> None:
        """After a recovery: rebuild what is ``transient()``."""

    def save(self) -> Any:
        """Plain data (None, numbers, text, lists, maps) of what cannot be declared: asked for every few seconds."""

    def load(self, saved: Any) -> None:
        """After a recovery, before ``restored()``: what ``save()`` gave last. The declared fields are newer."""

    def check(self) -> None:
        """After each step of a :class:`rallypoint.testing.Match` or of ``rallypoint simulate``, never in a server.

        Raise (``assert`` will do) if something is as it must never be. Change nothing.
        """

    # --- what a game can do -------------------------------------------------------------------------------------

    @property
    def players(self) -> list[P]:
        """All who have a seat, also those who are away, by seat."""
        return cast("list[P]", self._driver.player_list)

    @property
    def random(self) -> random.Random:
        """The session's random numbers: seeded, and kept with the session."""
        return self._driver.random

    @property
    def dt(self) -> float:
        """Seconds per tick; 0 in a turn-based game."""
        return self._driver.dt

    @property
    def now_ms(self) -> int:
        """Session time in milliseconds since the session was created; stands still while it is paused or down."""
        return self._driver.now_ms

    @property
    def now_tick(self) -> int:
        """Number of the present step."""
        return self._driver.tick

    def spawn(self, kind: type[E], *, owner: P | None = None, channel: str = "everyone", **fields: Any) -> E:
        """Creates an entity. ``fields`` are its first values; ``owner`` sees its ``to="owner"`` fields."""
        return self._driver.spawn(kind, owner, channel, fields)

    def destroy(self, entity: Entity) -> None:
        """Takes an entity away. Twice is once."""
        self._driver.destroy(entity)

    def give(self, entity: Entity, owner: P | None) -> None:
        """Changes the owner of an entity."""
        self._driver.give(entity, owner)

    def set_channel(self, entity: Entity, channel: str) -> None:
        """Moves the public fields of an entity to another channel, seen by those who are subscribed to it."""
        self._driver.set_channel(entity, channel)

    def all(self, kind: type[E]) -> list[E]:
        """All entities of that class (and its subclasses), oldest first."""
        return self._driver.all(kind)

    @overload
    def get(self, id: int) -> Entity | None: ...
    @overload
    def get(self, id: int, kind: type[E]) -> E | None: ...
    def get(self, id: int, kind: type[Any] = Entity) -> Any:
        """The entity with that id, if it still is (and is a ``kind``)."""
        found = self._driver.get(id)
        return found if isinstance(found, kind) else None

    def rewind(self, entity: E, tick: int) -> E | None:
        """The entity as it was after that tick, to be read: its fields with ``rewind=True``, and nothing else of it.

        For a tick that is older than what is kept, the oldest that is; for one that was not yet (or -1: the player has
        not said what it saw), the present. ``None`` if it was not there then, or is not any more.

        Raises:
            LookupError: its class has no field with ``rewind=True``.
        """
        past: E | None = history_of(self._driver, type(entity)).rewind(entity, tick)
        return past

    def ticks_since(self, tick: int) -> list[int]:
        """The ticks after that one, up to the last, of which ``rewind`` knows: at most ``rewind_ticks``.

        None for -1. Raises ``LookupError`` in a game without a field with ``rewind=True``.
        """
        return history_of(self._driver).since(tick)

    def emit(self, player: P, event: Event) -> None:
        """Sends a reliable event to one player: kept until the player's client has it, also over a lost connection."""
        self._driver.emit(player, event)

    def emit_all(self, event: Event) -> None:
        """Sends a reliable event to every player."""
        for player in self.players:
            self._driver.emit(player, event)

    def after(self, seconds: float, method: str, *args: Any) -> int:
        """Calls ``self.<method>(*args)`` at that session time from now, at the start of a step; gives its number.

        The method is given by name, and the arguments must be plain data (ids, not entities): both are kept.
        """
        return self._driver.after(seconds, method, args)

    def cancel(self, timer: int) -> bool:
        """Takes a timer back. False if it is too late."""
        return self._driver.timers.cancel(timer)

    def ask(self, method: str, *args: Any, timeout_s: float = 30.0) -> int:
        """Calls the outside without stopping the game; the answer arrives as ``answered(answer)`` in a later step.

        ``method`` names an ``async`` static method of the game class: it gets ``args``, and no access to the session.
        """
        return self._driver.ask(method, args, timeout_s)

    def kick(self, player: P) -> None:
        """Removes a player for good, after this step: ``left(player, "kicked")``."""
        self._driver.kick(player)

    @property
    def meta(self) -> Mapping[str, Any]:
        """What others see of this session in lists, and filter by."""
        return MappingProxyType(self._driver.meta)

    def set_meta(self, **changes: Any) -> None:
        """Changes the metadata: plain values (None takes a name away), at most 16 names.

        Raises:
            ValueError: too many, or a value that is none of bool, int, float, str.
        """
        self._driver.set_meta({**self._driver.meta, **changes})

    def lock(self) -> None:
        """No further players are seated here."""
        self._driver.locked = True

    def unlock(self) -> None:
        """Free seats are open again."""
        self._driver.locked = False

    @property
    def match(self) -> MatchInfo | None:
        """The match that was found for this session; ``None`` if no queue with rules has made it."""
        return self._driver.match

    @property
    def teams(self) -> tuple[tuple[P, ...], ...]:
        """The players of each team who have a seat now, also those who are away. Empty in a session without teams."""
        return cast("tuple[tuple[P, ...], ...]", self._driver.teams)

    def backfill(self, wanted: bool = True) -> None:
        """Asks the queue that has made this session for players in free seats, or no longer. At first it does not.

        They come one by one, as ``joined(player)``, into the teams that lack players. In a session without ``match``
        nobody comes.
        """
        self._driver.backfill = bool(wanted)

    def finish(self, result: Result | None = None) -> None:
        """Ends the session with this step. Every player is told the result."""
        self._driver.finish(result)


def _body(cls: type) -> dict[str, Any]:
    """The class body's own names, to take declared fields from."""
    return {**vars(cls), "__annotations__": vars(cls).get("__annotations__", {})}


def _check_first_value(owner: str, name: str, spec: FieldSpec) -> None:
    if spec.default is MISSING:
        raise DefinitionError(f"{owner}.{name} needs a first value, as in `{name}: int = field(0)`")


def _player_class(cls: type[Game[Any]]) -> type[Player]:
    for base in getattr(cls, "__orig_bases__", ()):
        for arg in typing.get_args(base):
            if isinstance(arg, type) and issubclass(arg, Player):
                return arg
    return cls.__player__


_status: FieldSpec = field(SessionStatus.WAITING)
Game.__fields__ = {"status": _status}
Game.__kept__ = {"status": SessionStatus}
Game.__public__ = check_fields("Game", __name__, {"status": (_status, SessionStatus)}, {})
