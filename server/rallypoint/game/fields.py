"""Fields: how an entity, a player or a game declares what it must not lose.

x: float = fixed(0.01)              sent as hundredths, kept in full
y: float = fixed(0.01, rewind=True) what it was after each of the last ticks is kept, too
ammo: int = field(10, to="owner")   only its owner is told
heat: float = private(0.0)          never sent
space: Space = transient()          derived: not kept, rebuilt in restored()
"""

from __future__ import annotations

import copy
import dataclasses
import enum
import math
import sys
import types
import typing
from typing import Any, Final, Literal

from rallypoint_protocol.scan import to_wire
from rallypoint_protocol.schema import (
    Audience,
    Bool,
    Bytes,
    Enumeration,
    FieldDef,
    Fixed,
    Float,
    Int,
    Lerp,
    OptionalOf,
    Ref,
    Str,
    TupleOf,
    WireType,
)

from .errors import DefinitionError

__all__ = ["MISSING", "FieldSpec", "field", "fixed", "private", "transient"]


class _Missing(enum.Enum):
    MISSING = 0

    def __repr__(self) -> str:
        return "MISSING"


MISSING: Final = _Missing.MISSING


@dataclasses.dataclass(frozen=True, slots=True)
class FieldSpec:
    """A declared field. Made by :func:`field`, :func:`fixed`, :func:`private` and :func:`transient`."""

    kind: Literal["public", "private", "transient"]
    default: Any = MISSING
    to: Audience = ""
    step: float | None = None
    lerp: Lerp | None = None
    rewind: bool = False

    def make_default(self) -> Any:
        """A fresh default: lists, dicts and structs are copied, so that no two entities share one."""
        plain = isinstance(self.default, int | float | str | bytes | tuple | None | enum.Enum)
        return self.default if plain else copy.deepcopy(self.default)


def field(default: Any = MISSING, *, to: Audience = "", lerp: Lerp | None = None, rewind: bool = False) -> Any:
    """A public field, synchronised to clients.

    Args:
        default: the first value; without one, ``spawn`` must be given a value.
        to: ``""`` for all who see the entity, ``"owner"`` for its owner alone, or the name of a channel.
        lerp: how renderers move between values: ``linear``, ``turn`` (angles in radians, the short way) or ``step``.
            Floats default to ``linear``, everything else to ``step``.
        rewind: ``Game.rewind`` is to tell what it was after each of the last ``rewind_ticks`` steps.
    """
    return FieldSpec("public", default, to, None, lerp, rewind)


def fixed(
    step: float, default: float = 0.0, *, to: Audience = "", lerp: Lerp | None = None, rewind: bool = False
) -> Any:
    """A public float that is sent as a whole number of steps of size ``step``; the game keeps full precision.

    Five times smaller on the wire than a plain float: use it for positions, speeds and angles.
    """
    given: Any = step  # whatever it is: a type checker is not everywhere
    if isinstance(given, bool) or not isinstance(given, int | float) or not (math.isfinite(given) and given > 0):
        raise DefinitionError(f"fixed({step!r}): the step must be a number above zero, as in fixed(0.01)")
    return FieldSpec("public", default, to, float(step), lerp, rewind)


def private(default: Any = MISSING, *, rewind: bool = False) -> Any:
    """A field that is kept with the session but never sent. May also be a list, a dict or a struct."""
    return FieldSpec("private", default, rewind=rewind)


def transient(default: Any = None) -> Any:
    """A field for a derived object (a physics space, a cache): neither sent nor kept; rebuild it in ``restored()``."""
    return FieldSpec("transient", default)


def resolve(annotations: dict[str, Any], module: str, names: dict[str, Any] | None = None) -> dict[str, Any]:
    """Annotations as objects, also where ``from __future__ import annotations`` made them strings."""
    if not any(isinstance(value, str) for value in annotations.values()):
        return dict(annotations)
    holder = type("_Annotations", (), {"__annotations__": dict(annotations), "__module__": module})
    scope = dict(vars(sys.modules[module])) if module in sys.modules else {}
    try:
        return typing.get_type_hints(holder, scope, names, include_extras=True)
    except NameError as error:
        raise DefinitionError(
            f"{error}: a class that is used as a field's type must be defined at the top level of its module, before"
        ) from None


def own_annotations(namespace: dict[str, Any]) -> dict[str, Any]:
    """The annotations of a class body, from its namespace."""
    if sys.version_info >= (3, 14):  # pragma: no cover - annotations are lazy there
        import annotationlib

        annotate = annotationlib.get_annotate_from_class_namespace(namespace)
        if annotate is None:
            return dict(namespace.get("__annotations__", {}))
        return dict(annotationlib.call_annotate_function(annotate, annotationlib.Format.FORWARDREF))
    return dict(namespace.get("__annotations__", {}))


def is_classvar(annotation: Any) -> bool:
    """True for ``ClassVar[...]``, also as a string."""
    if isinstance(annotation, str):
        return annotation.startswith(("ClassVar", "typing.ClassVar"))
    return typing.get_origin(annotation) is typing.ClassVar or annotation is typing.ClassVar


_PLAIN: Final[dict[Any, WireType]] = {int: Int(), bool: Bool(), float: Float(), str: Str(), bytes: Bytes()}


def wire_type(annotation: Any, where: str) -> WireType:
    """The wire type of a public field's annotation.

    Raises:
        DefinitionError: there is none; the message says what to use instead.
    """
    if annotation in _PLAIN:
        return _PLAIN[annotation]
    origin, args = typing.get_origin(annotation), typing.get_args(annotation)
    if origin is typing.Annotated:
        return wire_type(args[0], where)
    if origin in (typing.Union, types.UnionType):
        inner = [arg for arg in args if arg is not types.NoneType]
        if len(inner) == 1 and len(args) == 2:
            of = wire_type(inner[0], where)
            return of if isinstance(of, Ref) else OptionalOf(of)
    elif origin is tuple and args:
        if len(args) == 2 and args[1] is Ellipsis:
            return TupleOf((wire_type(args[0], where),), more=True)
        return TupleOf(tuple(wire_type(arg, where) for arg in args))
    elif isinstance(annotation, type):
        if issubclass(annotation, enum.Enum):
            return _enumeration(annotation, where)
        if getattr(annotation, "__rallypoint_entity__", False):
            return Ref(annotation.__name__)
    raise DefinitionError(f"{where} cannot be sent: {_advice(annotation, origin)}")


def _advice(annotation: Any, origin: Any) -> str:
    name = getattr(annotation, "__name__", None) or str(annotation)
    kind = annotation if origin is None else origin
    if kind in (list, set, frozenset, dict, tuple):
        return (
            f"{name} is not a public field's type. Use a tuple, as in `tuple[int, ...]`, and assign a new one to change"
            " it; or make it private(...)"
        )
    if origin in (typing.Union, types.UnionType):
        return f"{annotation} mixes types. Only `X | None` can be sent"
    return (
        f"{name} has no place on the wire. Use int, bool, float, str, bytes, an IntEnum, an Entity class, tuples or"
        " `| None` of these; or private(...) for what is kept but not sent; or transient() for what is derived"
    )


def _enumeration(cls: type[enum.Enum], where: str) -> Enumeration:
    if not issubclass(cls, enum.IntEnum):
        raise DefinitionError(f"{where}: {cls.__name__} must be an IntEnum to be sent: its members travel as numbers")
    members = [(member.name, int(member.value)) for member in cls]
    if not members:
        raise DefinitionError(f"{where}: {cls.__name__} has no members")
    return Enumeration(cls.__name__, tuple(members))


def field_def(name: str, annotation: Any, spec: FieldSpec, where: str) -> FieldDef:
    """The wire definition of a public field. Raises DefinitionError."""
    type_ = wire_type(annotation, where)
    if spec.step is not None:
        if not isinstance(type_, Float):
            raise DefinitionError(f"{where}: fixed(...) is for floats. Write `{name}: float = fixed({spec.step})`")
        type_ = Fixed(spec.step)
    if spec.lerp not in (None, "linear", "turn", "step"):
        raise DefinitionError(f"{where}: lerp={spec.lerp!r}. It is one of 'linear', 'turn' and 'step'")
    if spec.default is not MISSING:
        try:
            to_wire(type_)(spec.default)
        except (TypeError, ValueError) as error:
            raise DefinitionError(f"{where}: its first value {error}") from None
    lerp = spec.lerp or ("linear" if isinstance(type_, Float | Fixed) else "step")
    return FieldDef(name, type_, spec.to, lerp)
