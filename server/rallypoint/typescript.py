"""TypeScript declarations of a game, from its schema: what a client's author may read, hold, do and hear.

What is written is valid as a ``.d.ts`` and as a ``.ts`` file. It has types alone, and one constant: the schema's hash.
Names are the game's own; where TypeScript has no place for one (it is taken, or a word of the language), what it is
comes behind it: ``ShotEvent`` beside an entity ``Shot``. The tables at the end go by the game's names in any case.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from itertools import chain
from typing import Final, assert_never

from rallypoint_protocol.limits import GAME_EVENT_KIND_FIRST, GAME_INPUT_KIND_FIRST
from rallypoint_protocol.schema import (
    Bool,
    Bytes,
    EntityDef,
    Enumeration,
    FieldDef,
    Fixed,
    Float,
    InputDef,
    Int,
    OptionalOf,
    Ref,
    Schema,
    Str,
    TupleOf,
    WireType,
)

from .typescript_text import BUILT_IN, TAKEN, comment, key, literal, table

__all__ = ["Docs", "declarations"]

Docs = Mapping[tuple[str, str], str]
"""What is said of ``("entity" | "input" | "event", name)``."""

_LERPS: Final = {"linear": "Moves straight between two states", "turn": "Radians: turns the short way round"}


def declarations(schema: Schema, schema_hash: bytes, docs: Docs | None = None) -> str:
    """The text of the file. ``docs`` adds what the game's own classes say of themselves."""
    return "\n".join(_Writer(schema, schema_hash, docs or {}).lines()) + "\n"


class _Writer:
    """One file."""

    def __init__(self, schema: Schema, schema_hash: bytes, docs: Docs) -> None:
        self._schema = schema
        self._hash = schema_hash
        self._docs = docs
        self._taken = set(TAKEN)
        self._enums: dict[Enumeration, str] = {}
        for type_ in _all_types(schema):
            if isinstance(type_, Enumeration) and type_ not in self._enums:
                self._enums[type_] = self._name(type_.name, "Enum")
        entities = [definition.name for definition in schema.entities]
        self._entities = ["Game", "Player", *(self._name(name, "Entity") for name in entities[2:])]
        self._inputs = [self._name(definition.name, "Input") for definition in schema.inputs]
        self._events = [self._name(definition.name, "Event") for definition in schema.events]

    def _name(self, name: str, what: str) -> str:
        plain = re.sub(r"\W", "_", name)
        candidates = [plain, plain + what, *(f"{plain}{what}{n}" for n in range(2, len(self._taken) + 3))]
        found = next(candidate for candidate in candidates if candidate not in self._taken)
        self._taken.add(found)
        return found

    def lines(self) -> Iterator[str]:
        """The file, line by line."""
        yield from self._head()
        for enumeration, name in self._enums.items():
            yield from self._enum(enumeration, name)
        for index, entity in enumerate(self._schema.entities):
            yield from self._entity(entity, self._entities[index], index)
        for index, definition in enumerate(self._schema.inputs):
            yield from self._input(definition, self._inputs[index], GAME_INPUT_KIND_FIRST + index)
        for index, event in enumerate(self._schema.events):
            said = f"Event {GAME_EVENT_KIND_FIRST + index}: told once, and for certain."
            said = self._said("event", event.name, said)
            yield from self._interface(self._events[index], said, event.fields, "readonly ", {})
        yield from BUILT_IN.splitlines()
        yield from self._tables()

    def _head(self) -> Iterator[str]:
        schema = self._schema
        pace = f"{schema.tick_hz} steps a second" if schema.tick_hz else "turn by turn"
        seats = "1 seat" if schema.seats_max == 1 else f"{schema.seats_min} to {schema.seats_max} seats"
        if schema.seats_min == schema.seats_max > 1:
            seats = f"{schema.seats_min} seats"
        yield from comment(
            f"The game `{schema.game}` as its clients see it: {pace}, {seats}, and {schema.grace_s:g} s to come back"
            " after a lost connection.\n\nWritten by `rallypoint types`. Change the game, not this file.",
        )
        yield ""
        yield from comment("Names the schema, in hexadecimal: `seated` announces the one that the server has.")
        yield f'export const SCHEMA_HASH = "{self._hash.hex()}";'
        yield ""
        yield from comment("Above 0: an entity. 0: the game, or (in a reference) none. -1 - seat: the player there.")
        yield "export type EntityId = number;"
        yield ""
        yield from comment("A player's place in a session, from 0. -1: a spectator's.")
        yield "export type Seat = number;"

    def _enum(self, enumeration: Enumeration, name: str) -> Iterator[str]:
        yield ""
        yield from comment(", ".join(f"{member} = {number}" for member, number in enumeration.members) + ".")
        numbers = dict.fromkeys(number for _, number in enumeration.members)
        yield f"export type {name} = {' | '.join(map(str, numbers))};"

    def _entity(self, entity: EntityDef, name: str, index: int) -> Iterator[str]:
        whats = {0: "The game itself: id 0.", 1: "A player: id -1 - seat. Text of theirs is never markup."}
        said = self._said("entity", entity.name, whats.get(index, "An entity."))
        says = {field.name: _audience(field) for field in entity.fields}
        yield from self._interface(name, said, entity.fields, "readonly ", says)

    def _input(self, definition: InputDef, name: str, kind: int) -> Iterator[str]:
        what = "A hold" if definition.hold else "An action"
        means = "only the latest counts." if definition.hold else "applied once, and in order."
        said = self._said("input", definition.name, f"{what} (kind {kind}): {means}")
        says = {}
        for field, default in zip(definition.fields, definition.defaults, strict=False):
            says[field.name] = f"`{literal(default)}` before the first, and after a drop."
        yield from self._interface(name, said, definition.fields, "", says)

    def _said(self, kind: str, name: str, what: str) -> str:
        own = self._docs.get((kind, name))
        return f"{what}\n\n{own}" if own else what

    def _interface(
        self, name: str, said: str, fields: Sequence[FieldDef], readonly: str, says: Mapping[str, str]
    ) -> Iterator[str]:
        yield ""
        yield from comment(said)
        if not fields:
            yield f"export type {name} = Record<string, never>;"
            return
        yield f"export interface {name} {{"
        for field in fields:
            about = " ".join(filter(None, (_about(field), says.get(field.name, ""))))
            if about:
                yield from comment(about, "  ")
            hidden = " | null" if field.to and not isinstance(field.type, OptionalOf) else ""
            yield f"  {readonly}{key(field.name)}: {self._type(field.type)}{hidden};"
        yield "}"

    def _type(self, type_: WireType) -> str:
        match type_:
            case Int() | Float() | Fixed():
                return "number"
            case Bool():
                return "boolean"
            case Str():
                return "string"
            case Bytes():
                return "Uint8Array"
            case Ref():
                return "EntityId"
            case Enumeration():
                return self._enums[type_]
            case OptionalOf(inner):
                return f"{self._type(inner)} | null"
            case TupleOf(items, more):
                made = ", ".join(self._type(item) for item in items)
                if not more:
                    return f"readonly [{made}]"
                return f"readonly ({made})[]" if " " in made else f"readonly {made}[]"
        assert_never(type_)

    def _tables(self) -> Iterator[str]:
        schema = self._schema
        inputs = list(zip(schema.inputs, self._inputs, strict=True))
        entities = zip((definition.name for definition in schema.entities), self._entities, strict=True)
        events = zip((definition.name for definition in schema.events), self._events, strict=True)
        yield from table("Entities", "By class.", entities)
        yield from table("Holds", "By name.", ((d.name, name) for d, name in inputs if d.hold))
        yield from table("Actions", "By name.", ((d.name, name) for d, name in inputs if not d.hold))
        yield ""
        yield "export interface Inputs extends Holds, Actions {}"
        yield from table("Events", "By name.", (*events, ("refused", "Refused"), ("ended", "Ended")))
        enums = {}
        for enumeration, name in self._enums.items():
            members = "; ".join(f"readonly {key(member)}: {number}" for member, number in enumeration.members)
            enums[name] = f"{{ {members} }}"
        yield from table("Enums", "Members of each enumeration.", enums.items())
        yield ""
        yield from comment("All of it, for a client that is generic over games.")
        yield "export interface Schema {"
        yield f'  readonly game: "{schema.game}";'
        yield "  readonly hash: typeof SCHEMA_HASH;"
        for member, listed in _MEMBERS.items():
            yield f"  readonly {member}: {listed};"
        yield "}"


_MEMBERS: Final = {name.lower(): name for name in ("Entities", "Holds", "Actions", "Inputs", "Events", "Enums")}


def _about(field: FieldDef) -> str:
    sentences = []
    match field.type:
        case Int():
            sentences.append("Whole.")
        case Fixed(step):
            sentences.append(f"In steps of {step:.15g}.")
        case Ref(entity):
            sentences.append(f"A {entity}; 0: none." if entity else "Any entity; 0: none.")
        case _:
            pass
    if field.lerp in _LERPS:
        sentences.append(f"{_LERPS[field.lerp]}.")
    return " ".join(sentences)


def _audience(field: FieldDef) -> str:
    if not field.to:
        return ""
    return "Its owner's alone: null for others." if field.to == "owner" else f"Null without the channel `{field.to}`."


def _all_types(schema: Schema) -> Iterator[WireType]:
    fields = [definition.fields for definition in schema.entities]
    fields += [definition.fields for definition in schema.inputs]
    fields += [definition.fields for definition in schema.events]
    for field in chain.from_iterable(fields):
        yield from _within(field.type)


def _within(type_: WireType) -> Iterator[WireType]:
    yield type_
    match type_:
        case OptionalOf(inner):
            yield from _within(inner)
        case TupleOf(items):
            for item in items:
                yield from _within(item)
        case _:
            pass
