"""What happened in a session, as a list to read: made from its replay, with names from the schema of its clients."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from typing import Any, Final

import msgspec

from rallypoint_protocol.close import CloseCode
from rallypoint_protocol.limits import GAME_EVENT_KIND_FIRST, GAME_INPUT_KIND_FIRST
from rallypoint_protocol.messages import BuiltinEvent
from rallypoint_protocol.schema import Enumeration, FieldDef, OptionalOf, Schema, TupleOf, WireType, from_wire

from .game_image import GameChange
from .replay import Stage, StageKind
from .session_image import SessionImage, SessionPart

__all__ = ["Item", "Items", "folded"]

_SECOND_MS: Final = 1000
_UNKNOWN: Final = (2**63, 0, "", ())


@dataclass(frozen=True, slots=True)
class Item:
    """One thing that happened."""

    tick: int
    now_ms: int
    """Session time."""
    epoch: int
    what: str
    """``hold``, ``action``, ``event``, ``join``, ``drop``, ``return``, ``leave``, ``timer``, ``end``..."""
    seat: int | None = None
    name: str = ""
    """Of the input, event, timer, signal; or what else there is to say in a word."""
    fields: dict[str, Any] = field(default_factory=dict)


class Items:
    """Makes items of stages. ``names`` has the player of each seat, as far as the story was told."""

    def __init__(self, wire: Schema) -> None:
        self._wire = wire
        self.names: dict[int, str] = {}
        self._ended = False
        self._timers: list[Any] = []
        self._accepted = 0

    def of(self, stages: Iterable[Stage]) -> Iterator[Item]:
        """All of them, in order."""
        for stage in stages:
            self.meet(stage.image)
            yield from self._of(stage)
            self._timers = list(stage.image.game.timers)

    def meet(self, image: SessionImage) -> None:
        """Learns who sits where."""
        for index, seat in enumerate(image.seats):
            if seat is not None:
                self.names[index] = seat.name

    def stimuli(self, stage: Stage) -> list[Item]:
        """What reached the game in a step, and nothing that follows from it."""
        at = (stage.image.tick, stage.image.now_ms, stage.image.epoch)
        return [] if stage.part is None else [self._op(op, at) for op in stage.part.ops]

    def _of(self, stage: Stage) -> Iterator[Item]:
        image, part = stage.image, stage.part
        at = (image.tick, image.now_ms, image.epoch)
        if part is not None:
            yield from self._part(part, at)
        elif stage.kind is StageKind.BEGIN and image.tick:
            yield Item(*at, "begin", name="the replay begins in the middle of the session")
        elif stage.kind is StageKind.GAP:
            missing = {"from": stage.former_tick + 1, "to": image.tick}
            yield Item(*at, "gap", name=f"steps {stage.former_tick + 1} to {image.tick} are missing", fields=missing)
        elif stage.kind is StageKind.RECOVERED:
            yield Item(*at, "recovered", name="another server goes on", fields={"epoch": image.epoch})
        elif stage.kind is StageKind.END:
            yield Item(*at, "complete", name="nothing comes after this")

    def _part(self, part: SessionPart, at: tuple[int, int, int]) -> Iterator[Item]:
        for number, name, data in part.signals:
            if number > self._accepted:
                self._accepted = number
                if part.game is None:
                    yield Item(*at, "accepted", name=name, fields=_data(data))
        for op in part.ops:
            yield self._op(op, at)
        if part.game is not None:
            yield from self._fired(at, part.game)
        for index, _, kind, encoded, _ in part.events:
            yield self.event(index, kind, encoded, at)
        standing = part.standing
        if standing is not None and standing.ended is not None and not self._ended and standing.state == "ended":
            self._ended = True
            code, reason, result = standing.ended
            said = {"reason": reason, **({"result": result} if result is not None else {})}
            yield Item(*at, "end", name=CloseCode(code).name.lower(), fields=said)

    def _fired(self, at: tuple[int, int, int], change: GameChange) -> Iterator[Item]:
        """Timers that were due in this step and are not there any more (an action may have cancelled one of them)."""
        known = {timer[1]: timer for timer in [*self._timers, *change.timers]}
        for number in change.timers_gone:
            due_ms, _, method, args = known.get(number, _UNKNOWN)
            if due_ms <= at[1]:
                yield Item(*at, "timer", name=method, fields={"args": list(args)} if args else {})

    # --- ops --------------------------------------------------------------------------------------------------------

    def _op(self, op: list[Any], at: tuple[int, int, int]) -> Item:
        first = op[0]
        if isinstance(first, int):
            return self.input(first, op[1], at)
        what, seat, name, fields = _word(first, op[1:])
        return Item(*at, what, seat, name, fields)

    def input(self, seat: int, message: list[Any], at: tuple[int, int, int]) -> Item:
        """An input, as it was sent; ``at``: tick, session time, epoch."""
        kind, _, _, *values = message  # the sequence number and the tick that was seen
        definition = self._wire.inputs[kind - GAME_INPUT_KIND_FIRST]
        fields = {item.name: _named(item.type, value) for item, value in zip(definition.fields, values, strict=False)}
        what = "hold" if definition.hold else "action"
        return Item(*at, what, seat, definition.name, fields)

    def event(self, seat: int, kind: int, encoded: bytes, at: tuple[int, int, int]) -> Item:
        """An event, as it is kept."""
        values = msgspec.msgpack.decode(encoded)
        if kind == BuiltinEvent.REFUSED:
            return Item(*at, "refused", seat, fields={"seq": values[0], "reason": values[1]})
        if kind == BuiltinEvent.ENDED:
            return Item(*at, "event", seat, "ended", {"result": values[0], "reason": values[1]})
        definition = self._wire.events[kind - GAME_EVENT_KIND_FIRST]
        return Item(*at, "event", seat, definition.name, _fields(definition.fields, values))


def _fields(definitions: Iterable[FieldDef], values: list[Any]) -> dict[str, Any]:
    named = {}
    for item, value in zip(definitions, values, strict=False):
        convert = from_wire(item.type)
        named[item.name] = _named(item.type, value if convert is None else convert(value))
    return named


def _named(type_: WireType, value: Any) -> Any:
    """Enumerations by their members' names."""
    match type_:
        case Enumeration(_, members):
            return next((name for name, number in members if number == value), value)
        case OptionalOf(inner):
            return None if value is None else _named(inner, value)
        case TupleOf(items, more):
            return [_named(items[0 if more else index], each) for index, each in enumerate(value)]
        case _:
            return value


def _data(data: Any) -> dict[str, Any]:
    return {} if data is None else {"data": data}


def _word(name: str, args: list[Any]) -> tuple[str, int | None, str, dict[str, Any]]:
    """For an op: what, seat, name, fields."""
    match name, args:
        case "join", [seat, player, who, bot, *team]:
            return "join", seat, who, {"player": player, "bot": bot, **({"team": team[0]} if team else {})}
        case "drop", [seat, until_ms]:
            return "drop", seat, "", {"until_ms": until_ms}
        case "until", [seat, until_ms]:
            return "until", seat, "", {"until_ms": until_ms}
        case "let_go", [seat]:
            return "takeover", seat, "", {}
        case "back", [seat]:
            return "return", seat, "", {}
        case "leave", [seat, reason]:
            return "leave", seat, reason, {}
        case "answer", [id_, method, asked, value, error]:
            told = {"error": error} if error else {"value": value}
            return "answer", None, method, {"id": id_, "args": list(asked), **told}
        case "signal", [signal, data]:
            return "signal", None, signal, _data(data)
        case "meta", [meta]:
            return "meta", None, "", dict(meta)
        case "recovered", [epoch, *_]:
            return "let_go", None, "all", {"epoch": epoch}
        case _:
            return name, None, "", {"args": list(args)} if args else {}


def folded(items: Iterable[Item]) -> Iterator[Item]:
    """The same, with the holds of each second of session time counted: ``hold``, and how many by seat."""
    counts: dict[int, int] = {}
    last: Item | None = None
    for item in items:
        if last is not None and item.now_ms // _SECOND_MS != last.now_ms // _SECOND_MS:
            yield _counted(last, counts)
            counts, last = {}, None
        if item.what == "hold" and item.seat is not None:
            counts[item.seat] = counts.get(item.seat, 0) + 1
            last = item
        else:
            yield item
    if last is not None:
        yield _counted(last, counts)


def _counted(last: Item, counts: dict[int, int]) -> Item:
    by_seat = {str(seat): count for seat, count in sorted(counts.items())}
    return Item(last.tick, last.now_ms, last.epoch, "holds", fields=by_seat)
