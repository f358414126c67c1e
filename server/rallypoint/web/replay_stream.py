"""A replay as spectators would have seen it: passes of the channel that is everybody's, made of what was kept.

Runs no code of the game: which fields there are, and who may see them, is in the replay's header as the schema that
its clients had. What is not in the channel of everybody (private fields, owners' and other channels) is never read.

A stream is frames, each ``length (4 bytes, big-endian), MessagePack``: a map that says what it is, then passes.
"""

from __future__ import annotations

import struct
from collections.abc import Callable, Iterable, Iterator, Sequence
from typing import Any, Final

from rallypoint.core.game_image import EntityImage, GameChange, GameImage, KeptSchema, PlayerImage
from rallypoint.core.replay import Stage, StageKind, stages
from rallypoint.core.replay_format import BadReplay, Record, ReplayHeader
from rallypoint.core.session_image import SessionImage
from rallypoint.web.replay_summary import Summary
from rallypoint_protocol.channels import Channels
from rallypoint_protocol.codec import encode
from rallypoint_protocol.ids import GAME_ID
from rallypoint_protocol.limits import APPLIED_TABLE_SEATS_MAX
from rallypoint_protocol.messages import Pass
from rallypoint_protocol.scan import Scan, ToWire, compile_scan, compile_values
from rallypoint_protocol.schema import EntityDef, OptionalOf, Ref, Schema, TupleOf, WireType, decode_schema

__all__ = ["CRC_EVERY_TICKS", "VERSION", "framed", "head_of", "passes"]

VERSION: Final = 1
CRC_EVERY_TICKS: Final = 100
"""So often a pass carries the channel's hash."""
_EVERYONE: Final = "everyone"
_GAME_CLASS, _PLAYER_CLASS = 0, 1
_START: Final = b"\x94" + encode(Pass.__struct_config__.tag)
_NO_SEAT_PART: Final = b"\xc0"
_KEY_SEAT_PART: Final = encode([None, None, [0]])

Convert = Callable[[Any], Any]


def framed(data: bytes) -> bytes:
    """One frame of the stream."""
    return struct.pack(">I", len(data)) + data


def head_of(header: ReplayHeader, summary: Summary) -> dict[str, Any]:
    """The map that the stream begins with."""
    return {
        "version": VERSION,
        "session": header.session,
        "game": header.game,
        "schema": header.wire,
        "tick_hz": header.tick_hz,
        "first_tick": summary.first_tick,
        "last_tick": summary.last_tick,
        "duration_ms": summary.duration_ms,
        "created_ms": summary.created_ms,
        "players": [{"seat": seat, "name": name} for seat, name in summary.players],
        "complete": summary.complete,
        "reason": summary.reason,
        "result": summary.result,
    }


def passes(header: ReplayHeader, records: Sequence[Record]) -> Iterator[bytes]:
    """One pass for each tick that is in the replay; the first, and those after a gap or a recovery, are whole.

    Raises:
        BadReplay: it is damaged, or its two schemas do not fit each other.
    """
    wire = decode_schema(header.wire)
    shown = _Shown(wire, KeptSchema.decode(header.schema))
    for stage in stages(records):
        yield from _passes_of(stage, shown, wire.seats_max)


def _passes_of(stage: Stage, shown: _Shown, seats_max: int) -> Iterable[bytes]:
    image, part = stage.image, stage.part
    match stage.kind:
        case StageKind.BEGIN | StageKind.GAP:
            shown.begin(image.game)
            return [_pass(image, seats_max, shown.key(), whole=True)] if image.tick else []
        case StageKind.RECOVERED:  # its tick was told by the server that died: the next one begins anew
            shown.begin(image.game)
        case StageKind.STEP:
            assert part is not None
            assert part.game is not None
            whole = shown.step(part.game)
            changes = shown.key() if whole else shown.changes(image.tick % CRC_EVERY_TICKS == 0)
            return [_pass(image, seats_max, changes, whole=whole)]
    return []


def _pass(image: SessionImage, seats_max: int, part: bytes | None, *, whole: bool) -> bytes:
    applied = None
    if seats_max <= APPLIED_TABLE_SEATS_MAX:
        numbers = [0 if seat is None else seat.applied & 0xFFFF for seat in image.seats]
        applied = struct.pack(f">{len(numbers)}H", *numbers)
    head = encode((image.epoch, image.tick, image.now_ms, 0, applied))
    parts = b"\x90" if part is None else b"\x91" + part
    return _START + (_KEY_SEAT_PART if whole else _NO_SEAT_PART) + head + parts


class _Thing:
    """Stands for an entity, a player or the game: has its public fields as attributes, and no others."""

    def __init__(self, kind: _Kind, owner: int | None, channel: str) -> None:
        self._kind = kind
        self._owner = owner
        self._mask = kind.mask_in(channel)


class _Kind:
    """An entity class: where its public fields are in what is kept, and the code that finds their changes."""

    def __init__(self, index: int, wire: EntityDef, kept: Sequence[str]) -> None:
        self.index = index
        self.fields: list[tuple[str, Convert | None] | None] = [None] * len(kept)
        """By their place in what is kept; ``None``: not everybody's."""
        self._definition = wire
        self._own = sum(1 << bit for bit, field in enumerate(wire.fields) if field.to == "")
        self._named = sum(1 << bit for bit, field in enumerate(wire.fields) if field.to == _EVERYONE)
        self._code: dict[int, tuple[ToWire, Scan | None]] = {}
        for field in wire.fields:
            if field.to in ("", _EVERYONE):
                self.fields[kept.index(field.name)] = field.name, _convert(field.type)

    def mask_in(self, channel: str) -> int | None:
        """The fields that everybody sees of one whose own channel that is; ``None``: not even that it is there."""
        if channel == _EVERYONE:
            return self._own | self._named
        return self._named or None

    def code(self, mask: int) -> tuple[ToWire, Scan | None]:
        """As of a running game."""
        found = self._code.get(mask)
        if found is None:
            fields = [(bit, field) for bit, field in enumerate(self._definition.fields) if mask >> bit & 1]
            values = compile_values(self._definition.name, [field for _, field in fields])
            scan = compile_scan(self._definition.name, fields) if fields else None
            found = self._code[mask] = values, scan
        return found


class _Shown:
    """What everybody sees, from step to step."""

    def __init__(self, wire: Schema, kept: KeptSchema) -> None:
        names = [item.name for item in wire.entities]
        if names != [item.name for item in kept.classes]:
            raise BadReplay("the schema of its clients and that of what was kept do not fit")
        try:
            self._kinds = [
                _Kind(index, definition, [field.name for field in item.fields])
                for index, (definition, item) in enumerate(zip(wire.entities, kept.classes, strict=True))
            ]
        except ValueError as error:
            raise BadReplay(f"the schema of its clients and that of what was kept do not fit: {error}") from None
        self._channels = Channels()
        self._things: dict[int, _Thing] = {}
        self._tick = 0
        self._told = False
        """Whether what there is was told: what follows are changes of it."""

    def begin(self, image: GameImage) -> None:
        """With all that there is."""
        self._channels, self._tick, self._told = Channels(), image.tick, False
        self._things = {}
        self._everyone = self._channels.channel(_EVERYONE)
        self._channels.open_tick()
        self._put(GAME_ID, _Thing(self._kinds[_GAME_CLASS], None, _EVERYONE), image.game)
        for seat, player in image.players.items():
            self._player(seat, player)
        for id_, entity in image.entities.items():
            self._entity(id_, entity)
        self._channels.close_tick(image.tick)

    def step(self, change: GameChange) -> bool:
        """Follows a step. True: nothing was told before it."""
        channels, self._tick = self._channels, change.tick
        channels.open_tick()
        for id_ in change.gone:
            self._remove(id_)
        for seat, player in change.players:
            self._player(seat, player)
        for id_, entity in change.entities:
            self._entity(id_, entity)
        self._set_changed(change)
        channels.close_tick(change.tick)
        whole, self._told = not self._told, True
        return whole

    def key(self) -> bytes:
        """Everything, as one part."""
        self._told = True
        part = self._channels.delta(self._everyone, -1, True)
        assert part is not None
        return part

    def changes(self, crc: bool) -> bytes | None:
        """What the last step has changed, as one part; ``None``: nothing."""
        return self._channels.delta(self._everyone, self._tick - 1, crc)

    def _player(self, seat: int, image: PlayerImage) -> None:
        known = self._things.get(-1 - seat)
        if known is not None:  # sees other channels than before
            self._set(known, image.values)
        else:
            self._put(-1 - seat, _Thing(self._kinds[_PLAYER_CLASS], None, _EVERYONE), image.values)

    def _entity(self, id_: int, image: EntityImage) -> None:
        thing = _Thing(self._kinds[image.kind], image.owner, image.channel)
        if thing._mask is None and id_ in self._things:
            self._channels.leave(self._everyone, id_, self._tick)
        self._put(id_, thing, image.values)

    def _put(self, id_: int, thing: _Thing, values: Sequence[Any]) -> None:
        self._things[id_] = thing
        mask = thing._mask
        if mask is None:
            return
        self._set(thing, values)
        wire_values, scan = thing._kind.code(mask)
        wire = wire_values(thing)
        self._channels.enter(self._everyone, id_, thing._kind.index, thing._owner, mask, thing, wire, scan, self._tick)

    def _remove(self, id_: int) -> None:
        if self._things.pop(id_, None) is not None:
            self._channels.leave(self._everyone, id_, self._tick)

    def _set(self, thing: _Thing, values: Sequence[Any]) -> None:
        for field, value in zip(thing._kind.fields, values, strict=True):
            if field is not None:
                name, convert = field
                setattr(thing, name, value if convert is None else convert(value))

    def _set_changed(self, change: GameChange) -> None:
        heads, values = iter(change.heads), iter(change.values)
        for id_, mask in zip(heads, heads, strict=True):
            thing = self._things[id_]
            hidden, fields = thing._mask is None, thing._kind.fields
            while mask:
                bit = mask & -mask
                mask ^= bit
                value, field = next(values), fields[bit.bit_length() - 1]
                if field is not None and not hidden:
                    name, convert = field
                    setattr(thing, name, value if convert is None else convert(value))


class _Referred:
    """An entity that a field refers to."""

    __slots__ = ("id",)

    def __init__(self, id: int) -> None:
        self.id = id


def _convert(type_: WireType) -> Convert | None:
    """From a kept value to one of which its wire value can be made; ``None`` where they are the same."""
    match type_:
        case Ref():
            return lambda id_: None if id_ is None else _Referred(id_)
        case OptionalOf(inner):
            return _unless_none(_convert(inner))
        case TupleOf(items, more):
            converts = [_convert(item) or _same for item in items]
            if more:
                return lambda values: tuple(map(converts[0], values))
            return lambda values: tuple(convert(value) for convert, value in zip(converts, values, strict=True))
        case _:
            return None


def _unless_none(convert: Convert | None) -> Convert | None:
    return None if convert is None else lambda value: None if value is None else convert(value)


def _same(value: Any) -> Any:
    return value
