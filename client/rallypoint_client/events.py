"""Events: the reliable messages of a game to its player, as classes made from the schema.

match event.kind:
    case "Hit": print(event.by)
    case "refused": print(event.seq, event.reason)
    case "ended": print(event.result)
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any, ClassVar

from rallypoint_protocol.codec import BadMessage
from rallypoint_protocol.limits import GAME_EVENT_KIND_FIRST
from rallypoint_protocol.messages import BuiltinEvent, EventItem
from rallypoint_protocol.schema import EventDef

from .values import Convert, Enums

__all__ = ["Ended", "Event", "Refused", "event_maker"]


class Event:
    """One event. Its fields are attributes; ``event["kind"]`` reaches one whose name is taken here."""

    __slots__ = ("_values", "n", "tick")

    kind: ClassVar[str] = ""
    """Name of its class in the game; ``refused`` and ``ended`` are built in."""
    fields: ClassVar[tuple[str, ...]] = ()

    def __init__(self, n: int, tick: int, values: Sequence[Any]) -> None:
        self.n = n
        """Its number: 1, 2, 3... for each seat."""
        self.tick = tick
        """The tick that it belongs to."""
        self._values = tuple(values)

    def __getattr__(self, name: str) -> Any:
        try:
            return self._values[self.fields.index(name)]
        except ValueError:
            has = ", ".join(self.fields) or "no fields"
            raise AttributeError(f"{self.kind} has no field {name!r}, but {has}", name=name, obj=self) from None

    def __getitem__(self, name: str) -> Any:
        try:
            return self._values[self.fields.index(name)]
        except ValueError:
            raise KeyError(name) from None

    def __eq__(self, other: object) -> bool:
        if not isinstance(other, Event):
            return NotImplemented
        return (self.kind, self.n, self.tick, self._values) == (other.kind, other.n, other.tick, other._values)

    def __hash__(self) -> int:
        return hash((self.kind, self.n))

    def __repr__(self) -> str:
        values = ", ".join(f"{name}={value!r}" for name, value in zip(self.fields, self._values, strict=True))
        return f"{self.kind}({values})"


class Refused(Event):
    """The game refused the input ``seq``; ``reason`` says why. Built in."""

    __slots__ = ()
    kind = "refused"
    fields = ("seq", "reason")


class Ended(Event):
    """The session has ended with ``result``, a dictionary; ``reason`` is for people. Built in."""

    __slots__ = ()
    kind = "ended"
    fields = ("result", "reason")


def event_maker(definitions: Sequence[EventDef], enums: Enums) -> Callable[[EventItem], Event | None]:
    """A function from wire event to :class:`Event`; ``None`` for built-in kinds that this client does not know yet.

    It raises :class:`BadMessage` for a game's kind that is not in the schema, and for fields that do not fit.
    """
    plans: dict[int, tuple[type[Event], list[Convert | None]]] = {}
    for kind, definition in enumerate(definitions, GAME_EVENT_KIND_FIRST):
        fields = tuple(field.name for field in definition.fields)
        made = type(definition.name, (Event,), {"__slots__": (), "kind": definition.name, "fields": fields})
        plans[kind] = made, [enums.converter(field.type) for field in definition.fields]

    def make(item: EventItem) -> Event | None:
        plan = plans.get(item.kind)
        if plan is None:
            return _builtin(item)
        made, converts = plan
        if len(item.fields) < len(converts):
            raise BadMessage(f"event {made.kind} lacks fields")
        try:
            # a newer server's appended fields are dropped here
            values = [v if c is None else c(v) for c, v in zip(converts, item.fields, strict=False)]
        except (TypeError, ValueError) as error:
            raise BadMessage(f"event {made.kind} does not fit the schema") from error
        return made(item.n, item.tick, values)

    return make


def _builtin(item: EventItem) -> Event | None:
    match item.kind, item.fields:
        case BuiltinEvent.REFUSED, [int(), str(), *_]:
            return Refused(item.n, item.tick, item.fields[:2])
        case BuiltinEvent.ENDED, [dict(result), *more]:
            return Ended(item.n, item.tick, (result, more[0] if more else ""))
        case ((BuiltinEvent.REFUSED | BuiltinEvent.ENDED), _):
            raise BadMessage("a built-in event does not fit")
        case kind, _ if kind < GAME_EVENT_KIND_FIRST:
            return None
        case _:
            raise BadMessage("an event that the schema does not have")
