"""What of an entity class is kept, in full precision, and the code that finds what has changed of it.

``collect`` is generated for each class, because it runs for every entity in every step (as ``rallypoint_protocol.scan``
does it for what is sent). It compares an entity with what was kept of it last, its *mirror*:

- numbers, text and enumerations by identity, then by value, and 0.0 is not -0.0;
- references by the id;
- everything else (lists, dicts, structs, tuples) by its encoded bytes, because it may have changed inside. It is read
  back when it has changed, so that what could not be built again is an error in the step that has made it.
"""

from __future__ import annotations

import types
import typing
from collections.abc import Callable, Sequence
from math import copysign
from typing import Any, Final

import msgspec
from msgspec import Raw

from rallypoint_protocol.limits import INT_MAX, INT_MIN
from rallypoint_protocol.scan import FieldError, to_wire
from rallypoint_protocol.schema import Bool, Bytes, Enumeration, Float, Int, Ref, Str, WireType

from .entity import Entity
from .errors import DefinitionError
from .fields import MISSING, wire_type
from .kept_types import kept_text

__all__ = ["NEVER", "Find", "KeptClass", "KeptField", "encode_kept"]

Find = Callable[[int], "Entity | None"]
"""The entity or player with an id."""
Collect = Callable[[int, Any, list[Any], list[int], list[Any], Find], None]
"""``collect(id, entity, mirror, heads, values, find)``: appends id and mask, and the values, of what has changed."""

NEVER: Final = object()
"""In a mirror: nothing was kept of it yet."""


def _number_of(value: Any) -> Any:
    if isinstance(value, Entity):
        return value.id
    raise TypeError(f"{type(value).__name__} {value!r}"[:60] + " cannot be kept")


def _entity_id(value: Any) -> Any:
    if value is None:
        return None
    if isinstance(value, Entity):
        return value.id
    raise TypeError(f"must be an entity or None, not {type(value).__name__} {value!r}"[:100])


encode_kept: Final = msgspec.msgpack.Encoder(enc_hook=_number_of).encode
_decode: Final = msgspec.msgpack.decode


class KeptField:
    """One field of one class: from its value to plain data, and back."""

    def __init__(self, owner: str, name: str, hint: Any, public: bool) -> None:
        self.owner = owner
        self.name = name
        self.hint = hint
        self.public = public
        self.text = kept_text(hint)
        self.wire = _scalar(hint)
        """``None``: it is compared by its bytes."""
        self._convert = None if self.wire is None else _entity_id if isinstance(self.wire, Ref) else to_wire(self.wire)

    def check(self, value: Any) -> Any:
        """A scalar that has changed, as it is kept. Raises FieldError."""
        assert self._convert is not None
        try:
            return self._convert(value)
        except (TypeError, ValueError, AttributeError) as error:
            raise FieldError(self.owner, self.name, str(error)) from None

    def foreign(self, id_: int) -> None:
        """Raises FieldError."""
        raise FieldError(self.owner, self.name, f"refers to an entity {id_} that is not in the session")

    def encode(self, value: Any) -> bytes:
        """Anything else, to be compared. Raises FieldError."""
        try:
            return encode_kept(value)
        except (TypeError, ValueError, OverflowError, RecursionError) as error:
            raise FieldError(self.owner, self.name, str(error)) from None

    def read_back(self, data: bytes, find: Find) -> Raw:
        """What is kept for encoded ``data``: whole numbers in place of floats become floats. Raises FieldError."""
        plain = _decode(data)
        try:
            kept = encode_kept(self.decode(plain, find))
        except (TypeError, ValueError, RecursionError) as error:
            raise FieldError(self.owner, self.name, f"could not be built again: {error}") from None
        if kept != data and _decode(kept) != plain:
            raise FieldError(self.owner, self.name, f"must be {self.text}, not {str(plain)[:60]}")
        return Raw(kept)

    def decode(self, plain: Any, find: Find) -> Any:
        """The value, of plain data. Raises ``msgspec.ValidationError`` for what its type does not allow."""
        if isinstance(self.wire, Ref):
            return None if plain is None else _refer(self.hint, plain, find)
        return msgspec.convert(plain, self.hint, dec_hook=lambda kind, id_: _refer(kind, id_, find))


def _refer(hint: Any, id_: Any, find: Find) -> Any:
    """The entity with that id; for one that is destroyed, an object that stands for it: its id is 0."""
    if not isinstance(id_, int):
        raise TypeError(f"must be an entity's id, not {id_!r}")
    found = find(id_) if id_ else None
    if found is not None:
        return found
    if id_:
        raise ValueError(f"refers to an entity {id_} that is not in the session")
    kind: Any = next((arg for arg in typing.get_args(hint) if arg is not types.NoneType), hint)
    gone: Entity = kind.__new__(kind)
    gone.set_up()
    for name, spec in kind.__fields__.items():
        setattr(gone, name, None if spec.default is MISSING else spec.make_default())
    return gone


def _scalar(hint: Any) -> WireType | None:
    """The wire type of what is compared by its value."""
    try:
        type_ = wire_type(hint, "")
    except DefinitionError:
        return None
    return type_ if isinstance(type_, Int | Bool | Float | Str | Bytes | Enumeration | Ref) else None


class KeptClass:
    """One class of a game, with all that is kept of it."""

    def __init__(self, cls: type, index: int, name: str) -> None:
        """Raises DefinitionError for a field, or a first value, that could not be built again."""
        fields, hints = cls.__fields__, cls.__kept__  # type: ignore[attr-defined]  # Entity and Game have them
        self.cls: Any = cls
        self.index = index
        self.name = name
        self.fields: Sequence[KeptField] = [
            KeptField(name, item, hints[item], spec.kind == "public")
            for item, spec in fields.items()
            if spec.kind != "transient"
        ]
        self.transients: Sequence[tuple[str, Any]] = [
            (item, spec) for item, spec in fields.items() if spec.kind == "transient"
        ]
        for item in self.fields:
            _check_first_value(item, fields[item.name])
        self.collect = _compile(name, self.fields)

    def mirror(self) -> list[Any]:
        """Of an entity of which nothing was kept yet."""
        return [NEVER] * len(self.fields)

    def values(self, entity: Any, find: Find) -> list[Any]:
        """All values. Raises FieldError."""
        values: list[Any] = []
        self.collect(0, entity, self.mirror(), [], values, find)
        return values

    def fill(self, entity: Any, values: Sequence[Any], find: Find) -> None:
        """Gives all fields their values, and those that are not kept their defaults."""
        for item, value in zip(self.fields, values, strict=True):
            try:
                object.__setattr__(entity, item.name, item.decode(value, find))
            except (TypeError, ValueError) as error:
                raise FieldError(self.name, item.name, str(error)) from None
        for name, spec in self.transients:
            object.__setattr__(entity, name, spec.make_default())


def _check_first_value(item: KeptField, spec: Any) -> None:
    if spec.default is MISSING:
        return
    try:
        if item.wire is not None:
            item.check(spec.default)
        else:
            item.read_back(item.encode(spec.default), lambda id_: None)
    except FieldError as error:
        raise DefinitionError(f"{error.entity}.{error.field}: its first value {error.why}") from None


def _compile(name: str, fields: Sequence[KeptField]) -> Collect:
    """Generates ``collect`` for a class."""
    names: dict[str, Any] = {"copysign": copysign, "Entity": Entity}
    lines = ["def collect(id_, e, m, heads, values, find):", " k = 0"]
    if fields:
        lines.append(f" {', '.join(f'a{i}' for i in range(len(fields)))}, = m")
        lines += [f" {line}" for line in _at_one_go(fields)]
    for i, item in enumerate(fields):
        names |= {f"c{i}": item.check, f"b{i}": item.encode, f"r{i}": item.read_back, f"foreign{i}": item.foreign}
        lines += [f" {line}" for line in _field_code(i, item)]
    lines.append(" if k: heads += (id_, k)")
    exec(compile("\n".join(lines), f"<collect of {name}>", "exec"), names)  # noqa: S102  # of numbers and identifiers
    collect: Collect = names["collect"]
    return collect


def _at_one_go(fields: Sequence[KeptField]) -> list[str]:
    """Generated code for the two ways that are usual: nothing has changed; or all has, and is of its own class."""
    simple = Float | Int | Bool | Str | Bytes | Enumeration
    if not all(isinstance(item.wire, simple) for item in fields):
        return []
    count = range(len(fields))
    values = ", ".join(f"v{i}" for i in count)
    lines = [f"v{i} = e.{item.name}" for i, item in enumerate(fields)]
    lines.append(f"if {' and '.join(f'v{i} is a{i}' for i in count)}: return")
    conditions = []
    for i, item in enumerate(fields):
        match item.wire:
            case Float():
                conditions.append(f"v{i} != a{i} and v{i}.__class__ is float and v{i} - v{i} == 0.0")
            case Int():
                conditions.append(f"v{i} != a{i} and v{i}.__class__ is int and {INT_MIN} <= v{i} <= {INT_MAX}")
            case _:
                return lines
    lines.append(f"if {' and '.join(conditions)}:")
    lines.append(f" values += ({values},); m[:] = ({values},); heads += (id_, {(1 << len(fields)) - 1}); return")
    return lines


def _field_code(i: int, item: KeptField) -> list[str]:
    v, a = f"v{i}", f"a{i}"
    keep = f"values.append({v}); m[{i}] = {v}; k |= {1 << i}"
    read = f"{v} = e.{item.name}"
    match item.wire:
        case Float():
            other_zero = f"(not {v} and copysign(1.0, {v}) != copysign(1.0, {a}))"
            return [
                read,
                f"if {v} is not {a} and ({v} != {a} or {other_zero}):",
                f" if {v}.__class__ is not float or {v} - {v} != 0.0: {v} = c{i}({v})",  # 0 for finite ones only
                f" {keep}",
            ]
        case Int():
            return [
                read,
                f"if {v} is not {a} and {v} != {a}:",
                f" if {v}.__class__ is not int or not {INT_MIN} <= {v} <= {INT_MAX}: {v} = c{i}({v})",
                f" {keep}",
            ]
        case Enumeration():
            return [
                read,
                f"if {v} is not {a} and {v} != {a}:",
                f" values.append(c{i}({v})); m[{i}] = {v}; k |= {1 << i}",
            ]
        case Bool() | Str() | Bytes():
            return [read, f"if {v} is not {a} and {v} != {a}:", f" {v} = c{i}({v})", f" {keep}"]
        case Ref():
            return [
                read,
                f"if {v} is not None: {v} = {v}.id if isinstance({v}, Entity) else c{i}({v})",
                f"if {v} != {a}:",
                f" if {v} and find({v}) is None: foreign{i}({v})",
                f" {keep}",
            ]
        case _:
            same = f"if {v} != {a}: values.append(r{i}({v}, find)); m[{i}] = {v}; k |= {1 << i}"
            return [f"{v} = b{i}(e.{item.name})", same]
