"""Entity classes with fields that are rewound: what is noted of them after a step, and what a game sees of it later."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from typing import TYPE_CHECKING, Any

from rallypoint_protocol.schema import Bool, Bytes, Enumeration, Float, Int, Str

from .errors import DefinitionError

if TYPE_CHECKING:
    from .kept_fields import KeptClass, KeptField
    from .options import Options

__all__ = ["Note", "PastClass", "past_classes"]

Note = Callable[[Any], tuple[Any, ...]]
"""Reads the rewound fields of an entity, as they are kept. Raises FieldError."""

_OWN_CLASS: dict[type, str] = {Float: "float", Int: "int", Bool: "bool", Str: "str", Bytes: "bytes"}
"""Of values that are kept as they are."""


class PastClass:
    """An entity class with fields that are rewound."""

    def __init__(self, kept: KeptClass, places: Sequence[int]) -> None:
        fields = [kept.fields[place] for place in places]
        self.index = kept.index
        self.places = list(places)
        """Of these fields, among all that is kept of the class."""
        self.note = _compile(kept.name, fields)
        self.show: Callable[[Sequence[Any]], Any] = _past_type(kept.name, fields)
        """An object of what was noted."""


class _Past:
    """An entity as it was: its fields with ``rewind=True``, to be read."""

    __slots__ = ("_noted",)

    def __init__(self, noted: Sequence[Any]) -> None:
        object.__setattr__(self, "_noted", noted)

    def __setattr__(self, name: str, value: object) -> None:
        kind = type(self).__name__
        raise AttributeError(f"this is a {kind} as it was: it cannot be changed. Change the {kind} itself", name=name)

    def __getattr__(self, name: str) -> Any:
        kind, others = type(self).__name__, ", ".join(_names(self))
        raise AttributeError(
            f"{kind}.{name} is not rewound: declare it with rewind=True. It has: {others}", name=name, obj=self
        )

    def __repr__(self) -> str:
        values = ", ".join(f"{name}={getattr(self, name)!r}" for name in _names(self))
        return f"<{type(self).__name__} as it was: {values}>"


def _names(past: _Past) -> list[str]:
    return [name for name, value in vars(type(past)).items() if isinstance(value, property)]


def _past_type(kind: str, fields: Sequence[KeptField]) -> type[_Past]:
    body: dict[str, Any] = {item.name: _reader(place, item) for place, item in enumerate(fields)}
    return type(kind, (_Past,), {"__slots__": (), **body})


def _reader(place: int, item: KeptField) -> property:
    if isinstance(item.wire, Enumeration):
        return property(lambda past: item.decode(past._noted[place], lambda _: None))
    return property(lambda past: past._noted[place])


def _compile(kind: str, fields: Sequence[KeptField]) -> Note:
    """Generates ``note``: it runs for each of these entities in each step."""
    names: dict[str, Any] = {f"c{place}": item.check for place, item in enumerate(fields)}
    lines = ["def note(e):"]
    for place, item in enumerate(fields):
        v = f"v{place}"
        own = _OWN_CLASS.get(type(item.wire))
        odd = f"{v}.__class__ is not {own}" if own else "True"
        if own == "float":
            odd += f" or {v} - {v} != 0.0"  # 0 for finite ones only
        lines += [f" {v} = e.{item.name}", f" if {odd}: {v} = c{place}({v})"]
    lines.append(f" return ({''.join(f'v{place}, ' for place in range(len(fields)))})")
    exec(compile("\n".join(lines), f"<note of {kind}>", "exec"), names)  # noqa: S102  # of numbers and identifiers
    note: Note = names["note"]
    return note


def past_classes(game: str, options: Options, classes: Iterable[KeptClass]) -> dict[type, PastClass]:
    """The classes of a game with fields that are rewound. Raises DefinitionError."""
    found: dict[type, PastClass] = {}
    for kept in classes:
        fields = kept.cls.__fields__
        places = [place for place, item in enumerate(kept.fields) if fields[item.name].rewind]
        for place in places:
            _check(game, options, kept, kept.fields[place], fields[kept.fields[place].name].rewind)
        if places:
            found[kept.cls] = PastClass(kept, places)
    return found


def _check(game: str, options: Options, kept: KeptClass, item: KeptField, given: object) -> None:
    where = f"{kept.name}.{item.name}"
    if given is not True:
        raise DefinitionError(
            f"{where}: rewind={given!r}. Write rewind=True; how many ticks is an option of the game: rewind_ticks=10"
        )
    if kept.index <= 1:
        raise DefinitionError(
            f"{where} cannot be rewound: players and the game are not what is shot at. Declare it in an Entity"
            " class, and spawn one for each player"
        )
    if not isinstance(item.wire, Float | Int | Bool | Str | Bytes | Enumeration):
        raise DefinitionError(
            f"{where} cannot be rewound: it is {item.text}. Rewind numbers, bools, texts and enumerations: for a place,"
            " declare x and y"
        )
    if options.turn_based:
        raise DefinitionError(
            f"{where} cannot be rewound: {game} is turn-based (tick_hz=0). Nothing moves there while a player looks at"
            " it; what others did meanwhile is for the rules to judge, as it is now"
        )
