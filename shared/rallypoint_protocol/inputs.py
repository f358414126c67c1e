"""Inputs: a game's own messages from a player. ``[64 + index, seq, tick seen, fields...]``

Where the schema has ``input_buffer_ticks``, one more element may follow: ``at``, the tick that the input is meant for.

The game developer's :class:`Hold` and :class:`Action` classes are message structs themselves, so that what is decoded
from the wire is what the game gets; a client builds equal ones from the schema.
"""

from __future__ import annotations

import enum
import types
from collections.abc import Sequence
from typing import Annotated, Any, cast

import msgspec

from .limits import FLOAT_MAX, GAME_INPUT_KIND_FIRST, INT_MAX, INT_MIN
from .messages import BaseTick, Count
from .schema import (
    Bool,
    Bytes,
    Enumeration,
    Fixed,
    Float,
    InputDef,
    Int,
    OptionalOf,
    Ref,
    Str,
    TupleOf,
    WireType,
)

__all__ = ["Input", "annotation", "wire_inputs"]


class Input(msgspec.Struct, array_like=True, forbid_unknown_fields=True, kw_only=True):
    """What a player sends. ``seq`` grows with each input of the seat; ``tick`` is the newest tick the player saw.

    ``at`` (an int) is the tick in whose step it is to be applied; -1: in the next. Only the classes of a game with an
    input buffer have it as a field: in other games it is -1, or the game's own field of that name.
    """

    seq: Count = 0
    tick: BaseTick = -1
    at = cast("Any", -1)  # no annotation, so no field; Any, so that a game's own `at` may be of any type


def annotation(type_: WireType) -> Any:
    """The strict Python annotation that decodes ``type_``."""
    match type_:
        case Int() | Ref():
            return Annotated[int, msgspec.Meta(ge=INT_MIN, le=INT_MAX)]
        case Bool():
            return bool
        case Float() | Fixed():
            return Annotated[float, msgspec.Meta(ge=-FLOAT_MAX, le=FLOAT_MAX)]
        case Str():
            return str
        case Bytes():
            return bytes
        case Enumeration(name, members):
            return enum.IntEnum(name, list(members))
        case OptionalOf(inner):
            return annotation(inner) | None
        case TupleOf(items, more):
            made = [annotation(item) for item in items]
            build: Any = tuple
            return build[made[0], ...] if more else build[tuple(made)]


def make_input(definition: InputDef, kind: int, *, timed: bool = False) -> type[Input]:
    """A client's class for an input of the schema: ``Steer(turn=1, thrust=True)``. ``timed``: with ``at``.

    Raises:
        msgspec.ValidationError: a default is not of its field's type.
    """
    fields: list[Any] = []
    for index, field in enumerate(definition.fields):
        strict = annotation(field.type)
        if index < len(definition.defaults):
            # A schema that was decoded has lists and numbers where the type wants tuples and enum members.
            fields.append((field.name, strict, msgspec.convert(definition.defaults[index], strict)))
        else:
            fields.append((field.name, strict))
    if timed:
        fields.append(("at", BaseTick, -1))
    cls = msgspec.defstruct(
        definition.name,
        fields,
        bases=(Input,),
        array_like=True,
        forbid_unknown_fields=True,
        tag=kind,
        kw_only=True,
    )
    return cast("type[Input]", cls)


def make_inputs(definitions: Sequence[InputDef], *, timed: bool = False) -> dict[str, type[Any]]:
    """A client's classes for all inputs of a schema, by name. ``timed``: the schema has ``input_buffer_ticks``."""
    return {d.name: make_input(d, GAME_INPUT_KIND_FIRST + i, timed=timed) for i, d in enumerate(definitions)}


def wire_inputs(classes: Sequence[type[Input]], *, timed: bool = False) -> tuple[type[Input], ...]:
    """The server's wire classes: each a subclass of the developer's, with its kind in this game.

    Their fields have no defaults: on the wire, a missing element is an error and not a zero. ``timed``: ``at`` may
    follow.
    """
    return tuple(_wire_input(cls, GAME_INPUT_KIND_FIRST + index, timed) for index, cls in enumerate(classes))


def _wire_input(cls: type[Input], kind: int, timed: bool) -> type[Input]:
    annotations = {field.name: field.type for field in msgspec.structs.fields(cls)}
    body: dict[str, Any] = {"__annotations__": annotations, "__module__": cls.__module__}
    if timed:
        annotations["at"] = BaseTick
        body["at"] = -1
    options = {"tag": kind, "kw_only": True}
    return types.new_class(cls.__name__, (cls,), options, lambda namespace: namespace.update(body))
