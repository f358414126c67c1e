"""What a game's state, inputs and events look like on the wire: the schema.

The server makes it from the game class, sends it by hash, and whole to a client that does not know the hash; a client
builds its classes from it and imports no game. It is plain data: MessagePack of arrays, strings and numbers, in one
canonical form, so that equal games have equal hashes.

A *wire value* is what travels for a field: a ``fixed`` field's number of steps, an enum's number, an entity
reference's id; for everything else the value itself. ``to_wire`` of the server is generated per class elsewhere;
:func:`from_wire` is the client's way back.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from typing import Any, Literal

import msgspec

__all__ = [
    "Audience",
    "Bool",
    "Bytes",
    "EntityDef",
    "Enumeration",
    "EventDef",
    "FieldDef",
    "Fixed",
    "Float",
    "InputDef",
    "Int",
    "OptionalOf",
    "Ref",
    "Schema",
    "Str",
    "TupleOf",
    "WireType",
    "decode_schema",
    "encode_schema",
    "from_wire",
    "schema_hash",
]


class Int(msgspec.Struct, frozen=True, tag="int", array_like=True):
    """64-bit integer."""


class Bool(msgspec.Struct, frozen=True, tag="bool", array_like=True):
    """Boolean."""


class Float(msgspec.Struct, frozen=True, tag="float", array_like=True):
    """Finite float64."""


class Fixed(msgspec.Struct, frozen=True, tag="fixed", array_like=True):
    """A number sent as a whole number of steps of size ``step``."""

    step: float


class Str(msgspec.Struct, frozen=True, tag="str", array_like=True):
    """Text."""


class Bytes(msgspec.Struct, frozen=True, tag="bytes", array_like=True):
    """Bytes."""


class Enumeration(msgspec.Struct, frozen=True, tag="enum", array_like=True):
    """One of named integers."""

    name: str
    members: tuple[tuple[str, int], ...]


class Ref(msgspec.Struct, frozen=True, tag="ref", array_like=True):
    """The id of an entity of class ``entity`` (or of any, if empty); 0 for none."""

    entity: str


class OptionalOf(msgspec.Struct, frozen=True, tag="optional", array_like=True):
    """The inner type, or nil."""

    inner: WireType


class TupleOf(msgspec.Struct, frozen=True, tag="tuple", array_like=True):
    """An array: of exactly ``items``, or (``more``) of any number of ``items[0]``."""

    items: tuple[WireType, ...]
    more: bool = False


WireType = Int | Bool | Float | Fixed | Str | Bytes | Enumeration | Ref | OptionalOf | TupleOf

Audience = str
"""``""`` = the channel of the entity; ``"owner"`` = the owner's channel; anything else names a channel."""

Lerp = Literal["linear", "turn", "step"]
"""How a renderer moves between two values: straight, the short way round a circle of 2 pi, or not at all."""


class FieldDef(msgspec.Struct, frozen=True, array_like=True):
    """One public field. Private ones are not part of the wire schema."""

    name: str
    type: WireType
    to: Audience = ""
    lerp: Lerp = "step"

    @property
    def relative(self) -> bool:
        """True if a one-tick change travels as the difference of wire values (whole numbers only)."""
        return isinstance(self.type, Int | Fixed)


class EntityDef(msgspec.Struct, frozen=True, array_like=True):
    """An entity class; its index in the schema is its number on the wire. 0 is the game, 1 the player."""

    name: str
    fields: tuple[FieldDef, ...]


class InputDef(msgspec.Struct, frozen=True, array_like=True):
    """An input class; its message kind is ``GAME_INPUT_KIND_FIRST`` plus its index."""

    name: str
    hold: bool
    """True: latest wins. False: an action, applied exactly once and in order."""
    fields: tuple[FieldDef, ...]
    defaults: tuple[Any, ...] = ()
    """One for each field of a hold: the value until the player sends the first, and after a drop."""


class EventDef(msgspec.Struct, frozen=True, array_like=True):
    """An event class; its kind is ``GAME_EVENT_KIND_FIRST`` plus its index."""

    name: str
    fields: tuple[FieldDef, ...]


class Schema(msgspec.Struct, frozen=True, array_like=True):
    """A game as a client sees it. ``tick_hz`` 0 means turn-based."""

    game: str
    tick_hz: int
    seats_min: int
    seats_max: int
    grace_s: float
    entities: tuple[EntityDef, ...]
    inputs: tuple[InputDef, ...]
    events: tuple[EventDef, ...]
    input_buffer_ticks: int = 0
    """How many ticks an input may wait for the one that it is meant for. Unless 0, inputs may have ``at``.

    0 is not encoded: a game without an input buffer has the hash that it always had.
    """


_ALWAYS = Schema.__struct_fields__[:-1]
_encoder = msgspec.msgpack.Encoder()
_decoder = msgspec.msgpack.Decoder(Schema)


def encode_schema(schema: Schema) -> bytes:
    """The canonical bytes of a schema."""
    if schema.input_buffer_ticks:
        return _encoder.encode(schema)
    return _encoder.encode([getattr(schema, name) for name in _ALWAYS])


def decode_schema(data: bytes) -> Schema:
    """Reads a schema.

    Raises:
        msgspec.DecodeError: the bytes are not a schema.
    """
    return _decoder.decode(data)


def schema_hash(data: bytes) -> bytes:
    """16 bytes that name the schema whose canonical bytes are ``data``."""
    return hashlib.sha256(data).digest()[:16]


def from_wire(type_: WireType) -> Callable[[Any], Any] | None:
    """A function from wire value to what a client's user sees, or ``None`` where they are the same.

    ``fixed`` becomes a float, ``tuple`` a tuple with its items converted. Enums stay integers here: a client wraps
    them in the classes that it makes.
    """
    match type_:
        case Fixed(step):
            inverse = round(1 / step)
            if abs(inverse * step - 1) < 1e-9:
                return lambda steps: steps / inverse
            return lambda steps: steps * step
        case OptionalOf(inner):
            convert = from_wire(inner)
            return None if convert is None else lambda value: None if value is None else convert(value)
        case TupleOf(items, more):
            converts = [from_wire(item) for item in items]
            if more:
                one = converts[0]
                return tuple if one is None else lambda values: tuple(map(one, values))
            pairs = [convert or _same for convert in converts]
            return lambda values: tuple(convert(value) for convert, value in zip(pairs, values, strict=True))
        case _:
            return None


def _same(value: Any) -> Any:
    return value
