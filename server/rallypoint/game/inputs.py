"""Inputs and events: what players send to a game, and what a game sends to players.

class Steer(Hold):          latest wins; a stale one is never replayed
    turn: int
    thrust: bool

class Fire(Action): ...     applied exactly once, in order

class Hit(Event):           reliable: kept until the player has it
    by: int
"""

from __future__ import annotations

import enum
from typing import Annotated, Any, ClassVar, dataclass_transform, get_args

import msgspec

from rallypoint_protocol.inputs import Input, annotation as strict_annotation
from rallypoint_protocol.schema import (
    Bool,
    Bytes,
    Enumeration,
    FieldDef,
    Float,
    Int,
    OptionalOf,
    Ref,
    Str,
    TupleOf,
    WireType,
)

from .errors import DefinitionError
from .fields import FieldSpec, is_classvar, own_annotations, resolve, wire_type

__all__ = ["Action", "Event", "Hold"]

_RESERVED = frozenset({"seq", "tick"})


def zero(type_: WireType, annotation: Any) -> Any:
    """The default of a hold's field that has none of its own."""
    match type_:
        case Int() | Ref():
            return 0
        case Bool():
            return False
        case Str():
            return ""
        case Bytes():
            return b""
        case Enumeration(_, members):
            return annotation(members[0][1])
        case OptionalOf():
            return None
        case TupleOf(items, more):
            return () if more else tuple(zero(item, None) for item in items)
        case _:
            return 0.0


def _strict(annotation: Any, type_: WireType) -> Any:
    """The annotation that decodes strictly: bounded ints, finite floats, also within tuples; enums stay one's own."""
    if hasattr(annotation, "__metadata__"):
        bound = strict_annotation(type_)
        base = annotation.__origin__
        own = tuple(item for item in annotation.__metadata__ if isinstance(item, msgspec.Meta))
        if own:
            low, high = (next((getattr(m, k) for m in own if getattr(m, k) is not None), None) for k in ("ge", "le"))
            if isinstance(type_, Int | Float) and (low is None or high is None):
                raise DefinitionError(f"{annotation}: give both bounds, as in Annotated[int, Meta(ge=-1, le=1)]")
            return Annotated[(base, *own)]
        return bound
    if isinstance(annotation, type) and issubclass(annotation, enum.Enum):
        return annotation
    args = get_args(annotation)
    match type_:
        case OptionalOf(inner):
            return _strict(next(arg for arg in args if arg is not type(None)), inner) | None
        case TupleOf(items, True):
            return tuple.__class_getitem__((_strict(args[0], items[0]), ...))
        case TupleOf(items):
            return tuple.__class_getitem__(tuple(_strict(arg, item) for arg, item in zip(args, items, strict=True)))
    return strict_annotation(type_)


def _prepare(name: str, namespace: dict[str, Any], defaults: bool) -> dict[str, FieldDef]:
    """Makes a class body's annotations strict, and (holds) gives every field a default. Raises DefinitionError."""
    annotations = own_annotations(namespace)
    hints = resolve(annotations, namespace.get("__module__", "__main__"))
    definitions: dict[str, FieldDef] = {}
    for field_name, hint in hints.items():
        if is_classvar(hint):
            continue
        where = f"{name}.{field_name}"
        if field_name in _RESERVED:
            raise DefinitionError(f"{where}: this name is taken by the framework, choose another")
        if isinstance(namespace.get(field_name), FieldSpec):
            raise DefinitionError(f"{where}: inputs and events have plain defaults. Write `{field_name}: int = 0`")
        type_ = wire_type(hint, where)
        definitions[field_name] = FieldDef(field_name, type_)
        hints[field_name] = _strict(hint, type_)
        if defaults and field_name not in namespace:
            namespace[field_name] = zero(type_, hint)
    for field_name, value in namespace.items():
        if isinstance(value, FieldSpec):
            raise DefinitionError(f"{name}.{field_name} needs a type. Write `{field_name}: int = 0`")
    namespace["__annotations__"] = hints
    return definitions


@dataclass_transform(kw_only_default=True)
class _InputMeta(msgspec.StructMeta):
    def __new__(metacls, name: str, bases: tuple[type, ...], namespace: dict[str, Any], **options: Any) -> Any:
        own: dict[str, FieldDef] = {}
        if namespace.get("__module__") != __name__ and "tag" not in options:  # not Hold, Action or a wire class
            own = _prepare(name, namespace, any(issubclass(base, Hold) for base in bases))
        options.setdefault("kw_only", True)
        cls = super().__new__(metacls, name, bases, namespace, **options)
        return _with_public(cls, bases, own)


@dataclass_transform()
class _EventMeta(msgspec.StructMeta):
    def __new__(metacls, name: str, bases: tuple[type, ...], namespace: dict[str, Any], **options: Any) -> Any:
        own = _prepare(name, namespace, False) if namespace.get("__module__") != __name__ else {}
        cls = super().__new__(metacls, name, bases, namespace, **options)
        return _with_public(cls, bases, own)


def _with_public(cls: Any, bases: tuple[Any, ...], own: dict[str, FieldDef]) -> Any:
    """Notes what is sent of a class: its bases' fields, then its own."""
    inherited: dict[str, FieldDef] = next((base.__public__ for base in bases if hasattr(base, "__public__")), {})
    cls.__public__ = {**inherited, **own}
    return cls


class Hold(Input, metaclass=_InputMeta):
    """An input of which only the latest counts (a stick, a key that is held down).

    Read it with ``player.held(Steer)``: before the first one arrives, and after a drop, its fields have their defaults
    (zero where the class gives none). Bound a number with ``Annotated[int, Meta(ge=-1, le=1)]``: anything else is
    refused before the game sees it.
    """

    __public__: ClassVar[dict[str, FieldDef]] = {}


class Action(Input, metaclass=_InputMeta):
    """An input that is applied exactly once and in order (a shot, a move). Handle it in a method with ``@on(Fire)``."""

    __public__: ClassVar[dict[str, FieldDef]] = {}


class Event(msgspec.Struct, metaclass=_EventMeta, frozen=True):
    """A reliable message from the game to a player: ``self.emit(player, Hit(by=3))``."""

    __public__: ClassVar[dict[str, FieldDef]] = {}
