"""Everything that is made from one schema, once: input, event, enum and view classes."""

from __future__ import annotations

from collections import OrderedDict
from typing import Any, Final

import msgspec

from rallypoint_protocol.codec import BadMessage, decoder, encode
from rallypoint_protocol.ids import GAME_ID
from rallypoint_protocol.inputs import Input, make_inputs
from rallypoint_protocol.replica import Item
from rallypoint_protocol.schema import InputDef, Schema, decode_schema, encode_schema, schema_hash

from .errors import InvalidInput
from .events import event_maker
from .values import Enums, Namespace
from .view import EntityView, PlayerView, View, make_view_class

__all__ = ["Classes", "InputClass", "SchemaCache", "classes_of"]

SCHEMAS_MAX: Final = 64


class InputClass:
    """One input class, and how its bytes are put together. ``timed``: its schema has an input buffer."""

    __slots__ = ("_decode", "_start", "_timed", "_timed_start", "cls", "hold", "name")

    def __init__(self, definition: InputDef, cls: type[Input], *, timed: bool = False) -> None:
        self.cls = cls
        self.name = definition.name
        self.hold = definition.hold
        self._timed = timed
        self._decode = decoder(cls)
        # array header and kind: what precedes the sequence number
        kind = encode(cls.__struct_config__.tag)
        self._start = _array_header(3 + len(definition.fields)) + kind
        self._timed_start = _array_header(4 + len(definition.fields)) + kind

    def rest(self, x: Input) -> bytes:
        """The bytes of its fields, which follow the tick: what an input is, whenever it is sent.

        Raises:
            InvalidInput: the fields do not have the types of the schema.
        """
        if x.seq or x.tick != -1:  # one byte each, so that what follows begins at a known place
            x.seq, x.tick = 0, -1
        try:
            data = encode(x)
            self._decode(data)  # the server would close the connection for what this refuses
        except BadMessage as error:
            raise InvalidInput(self.name, error.reason) from None
        except (TypeError, ValueError, OverflowError) as error:
            raise InvalidInput(self.name, str(error)) from None
        if self._timed:
            return data[len(self._timed_start) + 2 : len(data) - len(encode(x.at))]
        return data[len(self._start) + 2 :]

    def at(self, x: Input) -> int:
        """The tick that whoever made it has meant it for; -1 for none."""
        return int(x.at) if self._timed else -1

    def frame(self, seq: int, tick: int, rest: bytes, at: int = -1) -> bytes:
        """The message: with its number, the newest tick that its player has seen, and the tick it is meant for."""
        if at < 0 or not self._timed:
            return self._start + encode(seq) + encode(tick) + rest
        return self._timed_start + encode(seq) + encode(tick) + rest + encode(at)


def _array_header(items: int) -> bytes:
    return encode([0] * items)[:-items]


class Classes:
    """The classes of one game. Raises :class:`BadMessage` for a schema that makes no sense."""

    def __init__(self, schema: Schema, hash: bytes) -> None:
        self.schema = schema
        self.hash = hash
        enums = Enums()
        try:
            timed = schema.input_buffer_ticks > 0
            made = make_inputs(schema.inputs, timed=timed)
            self.views = [
                make_view_class(definition, enums, PlayerView if index == 1 else EntityView)
                for index, definition in enumerate(schema.entities)
            ]
            self.event = event_maker(schema.events, enums)
            for definition in schema.inputs:
                for field in definition.fields:
                    enums.converter(field.type)  # for `enums` below
        except (TypeError, ValueError, msgspec.ValidationError) as error:
            raise BadMessage("a schema that no classes can be made from") from error
        if len(self.views) < 2:
            raise BadMessage("a schema without game and player")
        self.entity_index = {definition.name: index for index, definition in enumerate(schema.entities)}
        self.inputs = Namespace("input", schema.game, made)
        self.enums = Namespace("enum", schema.game, enums.by_name())
        self._inputs = {made[d.name]: InputClass(d, made[d.name], timed=timed) for d in schema.inputs}

    def input_class(self, x: Any) -> InputClass:
        """What to know about an input's class. Raises ``TypeError`` for anything that is no input of this game."""
        found = self._inputs.get(type(x))
        if found is None:
            has = ", ".join(cls.name for cls in self._inputs.values()) or "no inputs"
            raise TypeError(f"{x!r} is not an input of {self.schema.game}: make one with seat.inputs, which has {has}")
        return found

    def blank_game(self, view: View) -> EntityView:
        """The game before anything is known of it."""
        return self.views[0](Item(GAME_ID, 0, None, len(self.schema.entities[0].fields)), view)


_by_object: Final[OrderedDict[int, Classes]] = OrderedDict()


def classes_of(schema: Schema) -> Classes:
    """The classes of a schema object, made once for each of the last few objects that were asked for."""
    found = _by_object.get(id(schema))
    if found is None:  # the classes keep their schema, so that its id names nothing else meanwhile
        found = _by_object[id(schema)] = Classes(schema, schema_hash(encode_schema(schema)))
        if len(_by_object) > SCHEMAS_MAX:
            _by_object.popitem(last=False)
    return found


class SchemaCache:
    """Classes by the hash of their schema, so that a schema is sent, and its classes made, once.

    Holds :data:`SCHEMAS_MAX`; the one used longest ago goes first, and is asked for again when needed.
    """

    def __init__(self) -> None:
        self._known: OrderedDict[bytes, Classes] = OrderedDict()

    def get(self, hash: bytes) -> Classes | None:
        """The classes for that hash, if known."""
        found = self._known.get(hash)
        if found is not None:
            self._known.move_to_end(hash)
        return found

    def add(self, hash: bytes, data: bytes) -> Classes:
        """Makes the classes of a schema that was sent. Raises :class:`BadMessage` if it is not what ``hash`` names."""
        if schema_hash(data) != hash:
            raise BadMessage("a schema that is not the one announced")
        try:
            schema = decode_schema(data)
        except (msgspec.DecodeError, UnicodeDecodeError, RecursionError) as error:
            raise BadMessage("a schema that cannot be read") from error
        classes = self._known[hash] = Classes(schema, hash)
        while len(self._known) > SCHEMAS_MAX:
            self._known.popitem(last=False)
        return classes
