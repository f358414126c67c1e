"""The types of fields that are kept: which can be, and how they are told in a game's kept schema."""

from __future__ import annotations

import dataclasses
import enum
import sys
import types
import typing
from typing import Any, Final

import msgspec

from .errors import DefinitionError
from .fields import resolve, wire_type

__all__ = ["check_private", "kept_hints", "kept_text"]

_SETS: Final = (set, frozenset)
_UNIONS: Final = (typing.Union, types.UnionType)


def kept_hints(annotations: dict[str, Any], module: str, names: dict[str, Any]) -> dict[str, Any]:
    """Annotations as types, without what is only said about them: bounds are for inputs."""
    hints = resolve(annotations, module, names)
    holder = type("_Annotations", (), {"__annotations__": hints, "__module__": module})
    return typing.get_type_hints(holder, {}, {})


def check_private(annotation: Any, where: str) -> None:
    """Private fields may also be lists, dicts and structs of what can be sent. Raises DefinitionError."""
    try:
        _check(annotation, where, ())
        if _has_struct_or_union(annotation):
            msgspec.msgpack.Decoder(annotation, dec_hook=lambda kind, value: value)
    except NameError:
        pass  # a struct speaks of a class that is defined further down: looked at again with the whole game
    except TypeError as error:
        if isinstance(error, DefinitionError):
            raise
        raise DefinitionError(f"{where} could not be built again after a recovery: {error}") from None


def _has_struct_or_union(annotation: Any) -> bool:
    if _is_struct(annotation) or typing.get_origin(annotation) in _UNIONS:
        return True
    return any(_has_struct_or_union(arg) for arg in typing.get_args(annotation))


def _is_struct(annotation: Any) -> bool:
    is_class = isinstance(annotation, type) and typing.get_origin(annotation) is None
    return is_class and (issubclass(annotation, msgspec.Struct) or dataclasses.is_dataclass(annotation))


def _check(annotation: Any, where: str, within: tuple[Any, ...]) -> None:
    origin, args = typing.get_origin(annotation), typing.get_args(annotation)
    if origin is typing.Annotated or origin is list:
        _check(args[0], where, within)
    elif origin is dict:
        if _speaks_of_entities(args[0]):
            raise DefinitionError(
                f"{where}: an entity cannot be the key of a dict that is kept. Use its id: dict[int, ...]"
            )
        for arg in args:
            _check(arg, where, within)
    elif origin is tuple or origin in _UNIONS:
        for arg in args:
            if arg not in (Ellipsis, types.NoneType):
                _check(arg, where, within)
    elif annotation in (list, dict, tuple) or annotation is Any:
        raise DefinitionError(f"{where}: say what is in it, as in `list[int]`, so that it can be kept")
    elif origin in _SETS or annotation in _SETS:
        raise DefinitionError(f"{where}: a set has no order that could be kept. Use a list, or `dict[int, None]`")
    elif _is_struct(annotation):
        if annotation not in within:
            for name, hint in _struct_fields(annotation).items():
                _check(hint, f"{where} ({annotation.__name__}.{name})", (*within, annotation))
    else:
        wire_type(annotation, where)


def _speaks_of_entities(annotation: Any) -> bool:
    if getattr(annotation, "__rallypoint_entity__", False):
        return True
    return any(_speaks_of_entities(arg) for arg in typing.get_args(annotation))


def _struct_fields(cls: Any) -> dict[str, Any]:
    """A struct's or dataclass's fields with their types. Raises NameError for what is not defined yet."""
    scope = dict(vars(sys.modules[cls.__module__])) if cls.__module__ in sys.modules else {}
    hints = typing.get_type_hints(cls, scope, {cls.__name__: cls})
    if issubclass(cls, msgspec.Struct):
        return {name: hints[name] for name in cls.__struct_fields__}
    return {item.name: hints[item.name] for item in dataclasses.fields(cls)}


def kept_text(annotation: Any, within: tuple[Any, ...] = ()) -> str:
    """A type as text, with everything that decides how its values are kept. Raises NameError."""
    origin, args = typing.get_origin(annotation), typing.get_args(annotation)
    if annotation is types.NoneType:
        return "None"
    if annotation is Ellipsis:
        return "..."
    if origin is typing.Annotated:
        return kept_text(args[0], within)
    if origin in _UNIONS:
        return " | ".join(kept_text(arg, within) for arg in args)
    if origin is not None:
        return f"{origin.__name__}[{', '.join(kept_text(arg, within) for arg in args)}]"
    if _is_struct(annotation):
        name: str = annotation.__name__
        if annotation in within:
            return name
        fields = _struct_fields(annotation).items()
        return f"{name}{{{', '.join(f'{key}: {kept_text(hint, (*within, annotation))}' for key, hint in fields)}}}"
    if isinstance(annotation, type) and issubclass(annotation, enum.Enum):
        members = ", ".join(f"{member.name}={member.value!r}" for member in annotation)
        return f"{annotation.__name__}({members})"
    return str(annotation.__name__)
