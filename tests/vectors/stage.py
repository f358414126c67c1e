"""Writes a delta sequence: entities on the server's side, one seat that is told of them, and what it must know then."""

from __future__ import annotations

import struct
from types import SimpleNamespace
from typing import Any

from rallypoint_protocol.channels import Channel, Channels, canonical_crc
from rallypoint_protocol.codec import encode
from rallypoint_protocol.messages import Ack, EventItem, Head, Pass, Seated, SeatPart
from rallypoint_protocol.scan import compile_scan, compile_values
from rallypoint_protocol.schema import Schema, encode_schema, schema_hash
from tests.vectors.case import NEXT_TOKEN, PLAYER_ID, SESSION_ID
from tests.vectors.notation import packed, to_json, unpacked
from tests.vectors.schemas import SCHEMAS

__all__ = ["Stage"]


class Stage:
    """One session as one seat sees it. Everything between two calls of :meth:`send` is one step.

    ``acks``: the seat acknowledges every pass, and the vector says with which bytes.
    """

    def __init__(self, name: str, meaning: str, schema: str = "small", *, seat: int = 0, acks: bool = False) -> None:
        self.name = name
        self.meaning = meaning
        self.schema: Schema = SCHEMAS[schema]
        self.channels = Channels()
        self.everyone = self.channels.channel("everyone")
        self.subscribed = [self.everyone]
        self.tick = 0
        self.epoch = 1
        self.now_ms = 0
        self._schema_name = schema
        self._seat = seat
        self._acks = acks
        self._sent = -1
        self._since: dict[int, int] = {}
        self._event = 0
        self._told: list[EventItem] = []
        self._steps: list[dict[str, Any]] = []
        self._open = False
        self._tell = True

    # --- the server's side ------------------------------------------------------------------------------------------

    def put(
        self, id_: int, kind: str, *, owner: int | None = None, only: str = "", to: Channel | None = None, **values: Any
    ) -> Any:
        """An entity with these values enters a channel, as far as it is for the audience ``only``."""
        return self.show(id_, kind, SimpleNamespace(**values), owner=owner, only=only, to=to)

    def show(
        self, id_: int, kind: str, entity: Any, *, owner: int | None = None, only: str = "", to: Channel | None = None
    ) -> Any:
        """The same with an entity that is somewhere already."""
        self._begin()
        index = [definition.name for definition in self.schema.entities].index(kind)
        fields = self.schema.entities[index].fields
        facet = [(bit, field) for bit, field in enumerate(fields) if field.to == only]
        wire = compile_values(kind, [field for _, field in facet])(entity)
        scan = compile_scan(kind, facet) if facet else None
        mask = sum(1 << bit for bit, _ in facet)
        self.channels.enter(to or self.everyone, id_, index, owner, mask, entity, wire, scan, self.tick)
        return entity

    def leave(self, id_: int, channel: Channel | None = None) -> None:
        """An entity leaves a channel."""
        self._begin()
        self.channels.leave(channel or self.everyone, id_, self.tick)

    def subscribe(self, *channels: Channel) -> None:
        """From this step on, the seat gets these channels, after everybody's."""
        self._begin()
        self.subscribed = [self.everyone, *channels]
        self._since = {c.id: self._since[c.id] for c in self.subscribed if c.id in self._since}
        self._tell = True

    def step(self) -> None:
        """A step of which the seat is not told: its client was behind."""
        self._begin()
        self._end()

    def forget_history(self) -> None:
        """What left is no longer remembered: the next delta begins with nothing."""
        for channel in self.subscribed:
            channel.oldest = self.tick
            channel.tombstones.clear()

    def at(self, now_ms: int) -> None:
        """The step is made at this session time."""
        self._begin()
        self.now_ms = now_ms

    def _begin(self) -> None:
        if not self._open:
            self._open = True
            self.tick += 1
            self.now_ms += 1000 // (self.schema.tick_hz or 1)
            self.channels.open_tick()

    def _end(self) -> None:
        self.channels.close_tick(self.tick)
        self._open = False

    # --- what the seat is told --------------------------------------------------------------------------------------

    def send(
        self,
        meaning: str,
        *,
        crc: bool = True,
        events: list[tuple[int, list[Any]]] | None = None,
        applied: list[int] | None = None,
        alone: int | None = None,
        undurable: int = 0,
        table: list[int] | None = None,
        again: int | None = None,
    ) -> None:
        """Ends the step and sends its pass.

        ``applied`` is the table of all seats, with this seat's in it; ``table`` the same for somebody without a seat;
        ``alone`` this seat's, in full. ``again``: the event with that number comes a second time, before the new ones.
        """
        self._begin()
        self._end()
        parts = []
        for channel in self.subscribed:
            since = self._sent if channel.id in self._since else -1
            self._since[channel.id] = self.tick
            data = self.channels.delta(channel, since, crc)
            if data is not None:
                parts.append(unpacked(data))
        items = []
        for kind, fields in events or []:
            self._event += 1
            items.append(EventItem(self._event, self.tick, kind, fields))
        told = [channel.id for channel in self.subscribed] if self._tell else None
        sent = [item for item in self._told if item.n == again] + items
        self._told += items
        seat = SeatPart(sent or None, alone, told) if sent or alone is not None or told else None
        rows = table if applied is None else applied
        packed_rows = None if rows is None else struct.pack(f">{len(rows)}H", *(seq & 0xFFFF for seq in rows))
        head = Head(self.epoch, self.tick, self.now_ms, undurable, packed_rows)
        message = unpacked(encode(Pass(seat, head, [])))
        message[3] = parts  # as the server's own encoder left their ends out
        self._tell = False
        self._sent = self.tick
        self._add("pass", meaning, packed(message), self._state(undurable, applied, alone, items))

    def _state(
        self, undurable: int, applied: list[int] | None, alone: int | None, items: list[EventItem]
    ) -> dict[str, Any]:
        state: dict[str, Any] = {
            "epoch": self.epoch,
            "tick": self.tick,
            "now_ms": self.now_ms,
            "durable_tick": self.tick - undurable,
            "channels": {},
            "entities": {},
        }
        for channel in self.subscribed:
            rows = [(r.id, r.class_index, r.owner, r.mask, r.wire) for r in channel.members.values()]
            crc = canonical_crc(rows)  # sorts them, too
            state["channels"][str(channel.id)] = {"crc": crc, "rows": to_json(rows)}
            for id_, class_index, owner, mask, wire in rows:
                definition = self.schema.entities[class_index]
                known = state["entities"].setdefault(str(id_), {"class": definition.name, "owner": owner, "fields": {}})
                names = [field.name for bit, field in enumerate(definition.fields) if mask >> bit & 1]
                known["fields"] |= {name: to_json(value) for name, value in zip(names, wire, strict=True)}
        if items:
            state["events"] = [to_json([item.n, item.tick, item.kind, item.fields]) for item in items]
        if alone is not None or applied is not None:
            state["applied"] = alone if applied is None else applied[self._seat]
        if self._acks:
            state["ack"] = encode(Ack(self.epoch, self.tick, self._event)).hex()
        return state

    def come_back(self, meaning: str, outcome: str, *, lost: int = 0, epoch: int | None = None) -> None:
        """The seat's client resumed: everything that is new since its last pass, or (``resync``) everything."""
        if epoch is not None:
            self.epoch = epoch
        if outcome != "resumed":
            self._sent = -1
            self._since.clear()
        self._event += lost
        self._tell = True
        hash_ = schema_hash(encode_schema(self.schema))
        seated = Seated(SESSION_ID, NEXT_TOKEN, self._seat, PLAYER_ID, self.epoch, outcome, lost, 0, 0, hash_, None)
        self._add("seated", meaning, encode(seated))

    def broken(self, meaning: str, message: list[Any]) -> None:
        """A pass that does not fit: it has to be noticed. The sequence ends with it."""
        self._add("pass", meaning, packed(message))
        self._steps[-1]["desync"] = True

    def _add(self, kind: str, meaning: str, data: bytes, then: dict[str, Any] | None = None) -> None:
        step: dict[str, Any] = {"is": kind, "meaning": meaning, "hex": data.hex()}
        if then is not None:
            step["then"] = then
        self._steps.append(step)

    def to_json(self) -> dict[str, Any]:
        """Its vector."""
        head = {"name": self.name, "meaning": self.meaning, "schema": self._schema_name, "seat": self._seat}
        return head | {"steps": self._steps}
