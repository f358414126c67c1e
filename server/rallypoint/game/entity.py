"""Entities: the things of a game's state.

    class Ship(Entity):
        x: float = fixed(0.01)
        ammo: int = field(10, to="owner")

An entity has exactly the attributes that its class declares. Assigning another one is an error at once, with a sentence
that says what to write: what is not declared could be neither sent nor kept.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, ClassVar, dataclass_transform

from .errors import DefinitionError
from .fields import (
    MISSING,
    FieldSpec,
    field,
    field_def,
    fixed,
    is_classvar,
    own_annotations,
    private,
    resolve,
    transient,
)
from .kept_types import check_private, kept_hints

if TYPE_CHECKING:
    from rallypoint_protocol.schema import FieldDef

    from .player import Player

__all__ = ["Entity", "check_assignments"]

EVERYONE = "everyone"
"""The channel that every seat is subscribed to."""

_RESERVED = frozenset({"id", "owner", "channel"})
_YIELDING = frozenset({("Player", "team")})
"""Came later than games that have fields of that name: the field is what they get."""
_FRAMEWORK = __name__.rpartition(".")[0] + "."


def collect_fields(owner: str, namespace: dict[str, Any]) -> dict[str, tuple[FieldSpec, Any]]:
    """Takes the declared fields out of a class body: name to (spec, annotation). Raises DefinitionError."""
    found: dict[str, tuple[FieldSpec, Any]] = {}
    for name, annotation in own_annotations(namespace).items():
        if is_classvar(annotation):
            continue
        if name in _RESERVED or name.startswith("__"):
            raise DefinitionError(f"{owner}.{name}: this name is taken by the framework, choose another")
        value = namespace.pop(name, MISSING)
        spec = value if isinstance(value, FieldSpec) else FieldSpec("public", value)
        found[name] = (spec, annotation)
    for name, value in namespace.items():
        if isinstance(value, FieldSpec):
            write = f"`{name}: int = field(...)`, with the type you mean"
            raise DefinitionError(f"{owner}.{name} needs a type. Write {write}")
    return found


def check_fields(
    owner: str, module: str, fields: dict[str, tuple[FieldSpec, Any]], names: dict[str, Any]
) -> dict[str, FieldDef]:
    """Checks the types of declared fields and gives the wire definitions of the public ones. Raises DefinitionError."""
    hints = resolve({name: annotation for name, (_, annotation) in fields.items()}, module, names)
    definitions: dict[str, FieldDef] = {}
    for name, (spec, _) in fields.items():
        where = f"{owner}.{name}"
        if spec.kind == "public":
            definitions[name] = field_def(name, hints[name], spec, where)
        elif spec.kind == "private":
            check_private(hints[name], where)
    return definitions


def kept_annotations(module: str, fields: dict[str, tuple[FieldSpec, Any]], names: dict[str, Any]) -> dict[str, Any]:
    """The types of what is kept, after :func:`check_fields`."""
    kept = {name: annotation for name, (spec, annotation) in fields.items() if spec.kind != "transient"}
    return kept_hints(kept, module, names)


@dataclass_transform(kw_only_default=True, field_specifiers=(field, fixed, private, transient))
class EntityMeta(type):
    """Turns declared fields into slots and generates ``__init__``."""

    def __new__(metacls, name: str, bases: tuple[type, ...], namespace: dict[str, Any], **options: Any) -> EntityMeta:
        own = collect_fields(name, namespace) if bases else {}
        _check_body(name, bases, namespace, own)
        namespace.setdefault("__slots__", tuple(own) if bases else ())
        if bases:
            namespace["__slots__"] = (*own, *namespace.get("_extra_slots", ()))
        cls = super().__new__(metacls, name, bases, namespace, **options)
        fields: dict[str, FieldSpec] = {}
        definitions: dict[str, FieldDef] = {}
        kept: dict[str, Any] = {}
        for base in reversed(cls.__mro__[1:]):
            fields |= base.__dict__.get("__fields__", {})
            definitions |= base.__dict__.get("__public__", {})
            kept |= base.__dict__.get("__kept__", {})
        fields |= {field_name: spec for field_name, (spec, _) in own.items()}
        definitions |= check_fields(name, namespace["__module__"], own, {name: cls})
        definitions = {key: item for key, item in definitions.items() if fields[key].kind == "public"}
        kept |= kept_annotations(namespace["__module__"], own, {name: cls})
        cls.__kept__ = kept  # type: ignore[attr-defined]
        cls.__fields__ = fields  # type: ignore[attr-defined]  # declared on Entity for its users
        cls.__public__ = definitions  # type: ignore[attr-defined]
        if bases:
            cls.__init__ = _make_init(cls, fields)  # type: ignore[misc]
        return cls


def _check_body(name: str, bases: tuple[type, ...], namespace: dict[str, Any], own: dict[str, Any]) -> None:
    """Refuses what would silently not work in the class ``name``. Raises DefinitionError."""
    if bases and "__init__" in namespace:
        raise DefinitionError(f"{name}.__init__ would never be called: give fields a default, or spawn(...) a value")
    if sum(bool(getattr(base, "__fields__", None)) for base in bases) > 1:
        raise DefinitionError(f"{name} has several bases with fields. Give it one, and declare the other fields here")
    for base in (base for direct in bases for base in direct.__mro__):
        for field_name in own:
            taken = field_name in vars(base) and (base.__name__, field_name) not in _YIELDING
            if taken and base.__module__.startswith(_FRAMEWORK):
                raise DefinitionError(f"{name}.{field_name}: this name is taken by the framework, choose another")
        for field_name in base.__dict__.get("__fields__", ()):
            if field_name in namespace and field_name not in own:
                raise DefinitionError(f"{name}.{field_name} needs a type: it is a field of {base.__name__}")


def _make_init(cls: type, fields: dict[str, FieldSpec]) -> Any:
    """``__init__`` with one keyword argument for each field: generated, because entities are spawned by the hundred."""
    arguments, body = [], [" __base(self)"]
    names: dict[str, Any] = {"__missing": MISSING, "__base": Entity.set_up}  # no field's name begins like these
    for name, spec in fields.items():
        names[f"__value_{name}"] = spec.default
        names[f"__make_{name}"] = spec.make_default
        if spec.default is MISSING:
            arguments.append(name)
            body.append(f" self.{name} = {name}")
        else:
            arguments.append(f"{name}=__missing")
            first = f"__value_{name}" if spec.make_default() is spec.default else f"__make_{name}()"
            body.append(f" self.{name} = {first} if {name} is __missing else {name}")
    star = ", *, " if arguments else ""
    source = f"def __init__(self{star}{', '.join(arguments)}):\n" + "\n".join(body)
    exec(compile(source, f"<__init__ of {cls.__name__}>", "exec"), names)  # noqa: S102  # of identifiers alone
    names["__init__"].__qualname__ = f"{cls.__name__}.__init__"
    return names["__init__"]


class Entity(metaclass=EntityMeta):
    """Base class of what a game's state is made of. Create with ``game.spawn(Ship, owner=player, x=1.0)``."""

    __slots__ = ("_channel", "_entered", "id", "owner")
    __rallypoint_entity__: ClassVar[bool] = True

    if TYPE_CHECKING:
        __fields__: ClassVar[dict[str, FieldSpec]]
        __public__: ClassVar[dict[str, FieldDef]]
        __kept__: ClassVar[dict[str, Any]]

    def set_up(self) -> None:
        """Framework use: the attributes that every entity has."""
        self.id: int = 0
        """Unique in the session, never reused; 0 before it is spawned and after it is destroyed."""
        self.owner: Player | None = None
        """Whose it is. Change it with ``game.give(entity, player)``."""
        self._channel = EVERYONE
        self._entered: tuple[str, ...] = ()

    @property
    def channel(self) -> str:
        """The channel of its public fields. Change it with ``game.set_channel(entity, channel)``."""
        return self._channel

    def __repr__(self) -> str:
        values = ", ".join(f"{name}={getattr(self, name, '?')!r}" for name in list(self.__fields__)[:8])
        return f"<{type(self).__name__} {self.id} {values}>"


def advice(kind: str, name: str, fields: dict[str, FieldSpec]) -> str:
    """What to write instead of assigning an attribute that is not declared."""
    return (
        f"{kind} declares no field `{name}`. Write `{name}: int = field(0)` (with the type you mean) in class {kind} if"
        " clients are to see it, private(...) if not, transient() if it is derived."
        f" It has: {', '.join(fields) or 'none'}"
    )


def _checked_setattr(self: Entity, name: str, value: object) -> None:
    try:
        object.__setattr__(self, name, value)
    except AttributeError as error:
        if isinstance(getattr(type(self), name, None), property):
            raise
        raise AttributeError(advice(type(self).__name__, name, self.__fields__), name=name, obj=self) from error


def check_assignments(on: bool) -> None:
    """Whether an undeclared attribute is refused with a sentence (``on``, the default) or tersely by the slots alone.

    The sentence costs every assignment 0.2 us, a third of a typical game's step. A server therefore turns it off, and
    adds the sentence to the traceback when it logs it.
    """
    if on:
        Entity.__setattr__ = _checked_setattr  # type: ignore[method-assign,assignment]
    elif "__setattr__" in Entity.__dict__:
        del Entity.__setattr__


check_assignments(True)
