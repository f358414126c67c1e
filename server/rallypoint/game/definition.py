"""A game class as the framework uses it: its schema, its numbers on the wire, and the code that finds changes."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterable
from typing import TYPE_CHECKING, Any

from rallypoint_protocol.codec import BadMessage, encode, session_decoder
from rallypoint_protocol.inputs import Input, wire_inputs
from rallypoint_protocol.limits import FIELDS_PER_ENTITY_MAX, GAME_EVENT_KIND_FIRST
from rallypoint_protocol.scan import Scan, ToWire, compile_scan, compile_values
from rallypoint_protocol.schema import (
    EntityDef,
    EventDef,
    FieldDef,
    InputDef,
    Schema,
    encode_schema,
    schema_hash,
)

from .entity import Entity
from .errors import DefinitionError
from .inputs import Action, Event, Hold
from .kept_fields import KeptClass
from .kept_schema import schema_of
from .options import Options
from .past_class import past_classes
from .player import Player

if TYPE_CHECKING:
    from .game import Game

__all__ = ["Definition", "EntityClass"]


class EntityClass:
    """An entity class of a game: its number, its public fields by audience, and generated code for these."""

    def __init__(self, cls: type, index: int, name: str, public: dict[str, FieldDef]) -> None:
        self.cls = cls
        self.index = index
        self.definition = EntityDef(name, tuple(public.values()))
        self.masks: dict[str, int] = {"": 0}
        """Audience to the fields that it may see. The first, of the entity's own channel, may be 0: it exists."""
        for bit, item in enumerate(public.values()):
            self.masks[item.to] = self.masks.get(item.to, 0) | 1 << bit
        self._code: dict[int, tuple[ToWire, Scan | None]] = {}
        if len(public) > FIELDS_PER_ENTITY_MAX:
            raise DefinitionError(f"{name} has {len(public)} public fields; {FIELDS_PER_ENTITY_MAX} are the most")

    def code(self, mask: int) -> tuple[ToWire, Scan | None]:
        """The functions that read the fields of ``mask`` and that find their changes (none if there are no fields)."""
        found = self._code.get(mask)
        if found is None:
            fields = [(bit, item) for bit, item in enumerate(self.definition.fields) if mask >> bit & 1]
            name = self.definition.name
            values = compile_values(name, [item for _, item in fields])
            found = self._code[mask] = values, (compile_scan(name, fields) if fields else None)
        return found


class Definition:
    """Everything that is derived from a game class, once. Get it with ``Orbit.definition()``.

    Its entities, inputs and events are the classes that the game's module knows (its own and those it imported), in
    the order of their names' appearance there, or those that the class lists in ``uses``.
    """

    def __init__(self, game: type[Game[Any]], options: Options, player: type[Player]) -> None:
        self.game = game
        self.options = options
        self.player = player
        used = _used(game)
        entities = [cls for cls in used if issubclass(cls, Entity) and not issubclass(cls, Player)]
        self.entities: dict[type, EntityClass] = {game: EntityClass(game, 0, "Game", game.__public__)}
        self.entities[player] = EntityClass(player, 1, "Player", player.__public__)
        for cls in entities:
            self.entities[cls] = EntityClass(cls, len(self.entities), cls.__name__, cls.__public__)
        self.kept = tuple(KeptClass(cls, item.index, item.definition.name) for cls, item in self.entities.items())
        """What is kept of each entity class, by its number."""
        self.kept_schema = schema_of(options.name, self.kept)
        self.past = past_classes(game.__name__, options, self.kept)
        """Entity classes with fields that are rewound."""
        self.input_classes: tuple[type[Input], ...] = tuple(c for c in used if issubclass(c, Hold | Action))
        for cls in game.__handlers__:
            if cls not in self.input_classes:
                self.input_classes += (cls,)
        self._check_at()
        self.wire_inputs = wire_inputs(self.input_classes, timed=options.input_buffer_ticks > 0)
        self.events: dict[type[Event], tuple[int, ToWire]] = {}
        for kind, cls in enumerate((c for c in used if issubclass(c, Event)), GAME_EVENT_KIND_FIRST):
            self.events[cls] = kind, compile_values(cls.__name__, list(cls.__public__.values()))
        self.schema = self._schema()
        self.schema_bytes = encode_schema(self.schema)
        self.schema_hash = schema_hash(self.schema_bytes)
        self.decode: Callable[[bytes], Any] = session_decoder(self.wire_inputs)
        self.has_owner_fields = any("owner" in entity.masks for entity in self.entities.values())
        self._check()

    def _schema(self) -> Schema:
        options = self.options
        inputs = []
        for cls in self.input_classes:
            fields: dict[str, FieldDef] = cls.__public__  # type: ignore[attr-defined]  # Hold and Action have it
            hold = issubclass(cls, Hold)
            default = cls() if hold else None
            defaults = tuple(_plain(getattr(default, name)) for name in fields) if hold else ()
            inputs.append(InputDef(cls.__name__, hold, tuple(fields.values()), defaults))
        return Schema(
            options.name,
            options.tick_hz,
            options.seats_min,
            options.seats_max,
            float(options.grace_s),
            tuple(entity.definition for entity in self.entities.values()),
            tuple(inputs),
            tuple(EventDef(cls.__name__, tuple(cls.__public__.values())) for cls in self.events),
            options.input_buffer_ticks,
        )

    def _check_at(self) -> None:
        """Inputs that may wait for a tick say which, in ``at``."""
        for cls in self.input_classes if self.options.input_buffer_ticks else ():
            if "at" in cls.__struct_fields__:
                raise DefinitionError(
                    f"{cls.__name__}.at: with input_buffer_ticks, this name is taken by the framework, choose another"
                )

    def _check(self) -> None:
        game = self.game.__name__
        for kind, names in {
            "entity": [entity.definition.name for entity in self.entities.values()],
            "input": [cls.__name__ for cls in self.input_classes],
            "event": [cls.__name__ for cls in self.events],
        }.items():
            twice = sorted({name for name in names if names.count(name) > 1})
            if twice:
                name = twice[0]
                raise DefinitionError(
                    f"{game} uses two {kind} classes named {name}: rename one, or list `uses = [...]`"
                )
        if self.options.turn_based:
            self._check_turns()
        for cls in self.input_classes:
            if issubclass(cls, Action) and cls not in self.game.__handlers__:
                name = cls.__name__
                raise DefinitionError(
                    f"{game} has no handler for {name}: write a method with @on({name}), or a list `uses` without it"
                )
        for cls, wire in zip(self.input_classes, self.wire_inputs, strict=True):
            if issubclass(cls, Hold):
                default = cls()
                try:
                    self.decode(encode(wire(**{name: getattr(default, name) for name in wire.__struct_fields__})))
                except (BadMessage, TypeError, ValueError, OverflowError) as error:
                    raise DefinitionError(
                        f"{wire.__name__}: its defaults are not what its fields may hold ({error})."
                        " Give such a field a default of its own, as in `gear: Annotated[int, Meta(ge=1, le=5)] = 1`"
                    ) from None

    def _check_turns(self) -> None:
        """A turn-based game has nothing that is looked at by the clock."""
        game = self.game.__name__
        holds = [cls.__name__ for cls in self.input_classes if issubclass(cls, Hold)]
        if holds:
            raise DefinitionError(
                f"{game} is turn-based (tick_hz=0), and {holds[0]} is a Hold: there is no tick to read it in."
                f" Make it an Action, with a handler `@on({holds[0]})`"
            )
        if any("tick" in vars(cls) for cls in self.game.__mro__ if hasattr(cls, "__options__")):
            raise DefinitionError(
                f"{game} is turn-based (tick_hz=0): its tick() would never be called. Use @on(...) for what players do,"
                " and self.after(...) for what time does"
            )


def _plain(value: Any) -> Any:
    return getattr(value, "value", value)


def _used(game: type[Game[Any]]) -> list[Any]:
    """The entity, input and event classes of a game."""
    bases = (Entity, Hold, Action, Event)
    games = [cls for cls in game.__mro__ if hasattr(cls, "__options__")]  # with the games that it is a variant of
    named: Iterable[Any] | None = next((vars(cls)["uses"] for cls in games if "uses" in vars(cls)), None)
    listed: list[Any] = []
    if named is not None:
        listed += named
    else:
        for cls in reversed(games):
            module = vars(sys.modules[cls.__module__]) if cls.__module__ in sys.modules else {}
            listed += [value for name, value in module.items() if not name.startswith("_")]
    found: list[Any] = []
    for value in listed:
        usable = isinstance(value, type) and issubclass(value, bases) and value not in (*bases, Player)
        if usable and value not in found:
            found.append(value)
        elif named is not None and value not in found:
            raise DefinitionError(f"{game.__name__}.uses: {value!r} is no Entity, Hold, Action or Event class")
    return found
