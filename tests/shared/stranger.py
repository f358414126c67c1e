"""A client's state, written from ``docs/protocol.md`` alone: it imports nothing of ours, and reads with ``msgpack``."""

from __future__ import annotations

import struct
import zlib
from typing import Any

import msgpack

__all__ = ["Desync", "Stranger", "canonical"]


class Desync(Exception):
    """A pass that does not fit."""


class Stranger:
    """What one seat knows. ``schema`` is the array that the schema's bytes hold."""

    def __init__(self, schema: list[Any], seat: int) -> None:
        self.types = [[field[1] for field in fields] for _, fields, *_ in schema[5]]
        self.names = [[field[0] for field in fields] for _, fields, *_ in schema[5]]
        self.classes = [entity[0] for entity in schema[5]]
        self.seat = seat
        self.epoch = 0
        self.tick = -1
        self.now_ms = 0
        self.durable_tick = -1
        self.applied = 0
        self.event = 0
        self.channels: dict[int, dict[int, Facet]] = {}
        """Channel to entity id to what the channel says of it."""

    def seated(self, message: list[Any]) -> None:
        kind, _, _, seat, _, epoch, outcome, lost, applied, *_ = message
        assert kind == 40
        self.seat, self.applied = seat, applied
        self.event += lost
        if outcome != "resumed":
            self.tick = -1
            self.channels.clear()
        self.epoch = epoch

    def passed(self, message: list[Any]) -> list[list[Any]]:
        """Applies a pass; gives its events that are new."""
        kind, seat_part, head, parts = message[:4]
        assert kind == 41
        epoch, tick, now_ms, undurable, *more = head
        if self.tick >= 0 and epoch != self.epoch:
            raise Desync("epoch")
        if tick <= self.tick:
            raise Desync("tick")
        seat: list[Any] = seat_part or []
        events, applied, channels = padded(seat, 3)
        if channels is not None:
            self.channels = {number: held for number, held in self.channels.items() if number in channels}
        for part in parts:
            self._part(part, tick)
        self.epoch, self.tick, self.now_ms, self.durable_tick = epoch, tick, now_ms, tick - undurable
        table = more[0] if more else None
        if applied is not None:
            self.applied = applied
        elif table is not None and self.seat >= 0:
            (low,) = struct.unpack_from(">H", table, 2 * self.seat)
            self.applied += (low - self.applied) % 65536
        new = [event for event in events or [] if event[0] > self.event]
        if new:
            self.event = new[-1][0]
        return new

    def _part(self, part: list[Any], tick: int) -> None:
        number, age, leaves, enters, changes, crc = padded(part, 6)
        if age == 0:
            self.channels[number] = {}
        elif self.tick < tick - age:
            raise Desync("age")
        held = self.channels.setdefault(number, {})
        for id_ in leaves or []:
            held.pop(id_, None)
        for id_, class_, owner, mask, *values in enters or []:
            if class_ >= len(self.types) or mask >> len(self.types[class_]) or len(values) != mask.bit_count():
                raise Desync("enter")
            held[id_] = Facet(class_, owner, mask, dict(zip(bits(mask), values, strict=False)))
        self._changes(held, changes or [], age == 1)
        if crc is not None and crc != self.crc(number):
            raise Desync("crc")

    def _changes(self, held: dict[int, Facet], changes: list[Any], differences: bool) -> None:
        place = 0
        while place < len(changes):
            facet, mask = held.get(changes[place]), changes[place + 1]
            values = changes[place + 2 : place + 2 + len(bits(mask))]
            place += 2 + len(bits(mask))
            if facet is None or mask & ~facet.mask or len(values) < len(bits(mask)):
                raise Desync("change")
            for bit, value in zip(bits(mask), values, strict=True):
                if differences and self.types[facet.class_][bit][0] in ("int", "fixed"):
                    value = (facet.values[bit] + value + 2**63) % 2**64 - 2**63
                facet.values[bit] = value

    def rows(self, number: int) -> list[list[Any]]:
        """A channel as it is compared: by id."""
        return [
            [id_, facet.class_, facet.owner, facet.mask, [facet.values[bit] for bit in bits(facet.mask)]]
            for id_, facet in sorted(self.channels[number].items())
        ]

    def crc(self, number: int) -> int:
        data = array(len(self.channels[number]))
        for id_, class_, owner, mask, values in self.rows(number):
            data += b"\x95" + b"".join(map(canonical, (id_, class_, owner, mask))) + array(len(values))
            types = [self.types[class_][bit] for bit in bits(mask)]
            data += b"".join(canonical(value, type_) for value, type_ in zip(values, types, strict=True))
        return zlib.crc32(data)

    def entities(self) -> dict[str, Any]:
        """All of them, with the fields that are visible here."""
        found: dict[str, Any] = {}
        for held in self.channels.values():
            for id_, facet in held.items():
                names = self.names[facet.class_]
                known = found.setdefault(
                    str(id_), {"class": self.classes[facet.class_], "owner": facet.owner, "fields": {}}
                )
                known["fields"] |= {names[bit]: value for bit, value in facet.values.items()}
        return found


class Facet:
    """What one channel says of one entity."""

    def __init__(self, class_: int, owner: int | None, mask: int, values: dict[int, Any]) -> None:
        self.class_ = class_
        self.owner = owner
        self.mask = mask
        self.values = values


def padded(items: list[Any], count: int) -> Any:
    """The first elements; nil for those that were left out."""
    return (items + [None] * count)[:count]


def bits(mask: int) -> list[int]:
    if mask < 0:
        raise Desync("mask")
    return [bit for bit in range(mask.bit_length()) if mask >> bit & 1]


def array(length: int) -> bytes:
    if length < 16:
        return bytes((0x90 | length,))
    return b"\xdc" + length.to_bytes(2, "big") if length < 65536 else b"\xdd" + length.to_bytes(4, "big")


def canonical(value: Any, type_: Any = ("int",)) -> bytes:
    """The one form of a wire value that both ends compute with; only a type says whether 1 is a float."""
    if value is None:
        return b"\xc0"
    match type_[0]:
        case "float":
            return b"\xcb" + struct.pack(">d", value)
        case "optional":
            return canonical(value, type_[1])
        case "tuple":
            types = [type_[1][0]] * len(value) if type_[2] else type_[1]
            return array(len(value)) + b"".join(canonical(item, t) for item, t in zip(value, types, strict=True))
        case "bytes":
            return bytes(msgpack.packb(bytes(value)))
    return bytes(msgpack.packb(value))
