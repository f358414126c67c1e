"""The client's side of state sync: what it has been told, exactly as the server means it to see it."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from functools import lru_cache
from typing import Any

from .channels import canonical_crc
from .limits import INT_MAX, INT_MIN
from .messages import Part, Pass
from .scan import wrap
from .schema import EntityDef, FieldDef, Int, Schema

__all__ = ["Desync", "HashMismatch", "Item", "Replica"]


Apply = Callable[[list[Any], list[Any], int], int]
"""``apply(wire, changes, place)``: takes the values of one entity's changed fields; gives the place after them."""
_APPLIERS_MAX = 4096


class Desync(Exception):
    """A pass does not fit the state here. The client drops its state and resumes from nothing (tick -1)."""


class HashMismatch(Desync):
    """A pass fitted, and the state that it made is not the server's: a channel's CRC differs."""


class Item:
    """One entity as far as this client may see it.

    ``wire[i]`` is the wire value of field i of its class, and ``None`` where bit i of ``mask`` is not set.
    """

    __slots__ = ("class_index", "id", "mask", "owner", "wire")

    def __init__(self, id: int, class_index: int, owner: int | None, fields: int) -> None:
        self.id = id
        self.class_index = class_index
        self.owner = owner
        self.mask = 0
        self.wire: list[Any] = [None] * fields


class Replica:
    """Applies passes. Start with an empty one, or keep it over a resume whose outcome is ``resumed``."""

    def __init__(self, schema: Schema) -> None:
        self.epoch = 0
        self.tick = -1
        self.now_ms = 0
        self.durable_tick = -1
        self.items: dict[int, Item] = {}
        self.checks_made = 0
        self._schema = schema
        self._channels: dict[int, dict[int, int]] = {}
        """Channel number to (entity id to mask of the fields that it carries there)."""
        self._appliers: dict[tuple[int, int, int, bool], Apply] = {}
        self._bits = [_bits_of(definition) for definition in schema.entities]

    def clear(self) -> None:
        """Back to nothing: what a resync, or a new epoch, begins with."""
        self.tick = -1
        self.items.clear()
        self._channels.clear()

    def apply(self, message: Pass) -> None:
        """Applies one pass, whole.

        Raises:
            Desync: it does not fit, or a channel's CRC disagrees. The state is then unusable: :meth:`clear` it.
        """
        head = message.head
        if head.epoch != self.epoch:
            if self.tick >= 0:
                raise Desync(f"epoch {head.epoch} in the middle of epoch {self.epoch}")
            self.epoch = head.epoch
        if head.tick <= self.tick:
            raise Desync(f"tick {head.tick} after tick {self.tick}")
        seat = message.seat
        if seat is not None and seat.channels is not None:
            self._keep_only(seat.channels)
        try:
            for part in message.parts:
                self._apply_part(part, head.tick)
        except (LookupError, TypeError, ValueError, ArithmeticError) as error:
            raise Desync(f"a part that does not fit: {error!r}") from error
        self.tick = head.tick
        self.now_ms = head.now_ms
        self.durable_tick = head.tick - head.undurable

    def _apply_part(self, part: Part, tick: int) -> None:
        if part.age == 0:
            self._clear_channel(part.channel)
        elif self.tick < tick - part.age or (part.age == 1 and self.tick != tick - 1):
            raise Desync(f"a part since tick {tick - part.age} on a state of tick {self.tick}")
        members = self._channels.setdefault(part.channel, {})
        if part.leaves:
            for id_ in part.leaves:
                self._leave(members, id_)
        if part.enters:
            for id_, class_index, owner, mask, *values in part.enters:
                self._enter(members, id_, class_index, owner, mask, values)
        if part.changes:
            self._change(part.changes, part.age == 1)
        if part.crc is not None:
            self.checks_made += 1
            if self._crc(members) != part.crc:
                raise HashMismatch(f"the state of channel {part.channel} at tick {tick} is not the server's")

    def _enter(self, members: dict[int, int], id_: int, class_index: int, owner: Any, mask: int, values: Any) -> None:
        if id_ in members:
            self._leave(members, id_)
        item = self.items.get(id_)
        if item is None:
            item = self.items[id_] = Item(id_, class_index, owner, len(self._schema.entities[class_index].fields))
        item.owner = owner
        item.mask |= mask
        members[id_] = mask
        bits = [bit for bit in self._bits[class_index] if mask & bit]
        for bit, value in zip(bits, values, strict=True):
            item.wire[bit.bit_length() - 1] = value

    def _leave(self, members: dict[int, int], id_: int) -> None:
        mask = members.pop(id_, None)
        if mask is None:
            return
        item = self.items[id_]
        for other in self._channels.values():
            mask &= ~other.get(id_, 0)
        item.mask &= ~mask
        if not any(id_ in other for other in self._channels.values()):
            del self.items[id_]
            return
        for index in range(len(item.wire)):
            if mask >> index & 1:
                item.wire[index] = None

    def _change(self, changes: list[Any], relative: bool) -> None:
        place, end = 0, len(changes)
        items, appliers = self.items, self._appliers
        while place < end:
            item = items[changes[place]]
            mask = changes[place + 1]
            key = (item.class_index, item.mask, mask, relative)  # visible to one may be hidden from another
            apply = appliers.get(key)
            if apply is None:
                if mask & ~item.mask or mask <= 0:
                    raise ValueError(f"fields {mask:b} of entity {item.id} are not visible here")
                apply = compile_apply(self._schema.entities[item.class_index].fields, mask, relative)
                if len(appliers) < _APPLIERS_MAX:
                    appliers[key] = apply
            place = apply(item.wire, changes, place + 2)

    def _clear_channel(self, channel: int) -> None:
        members = self._channels.get(channel)
        if members:
            for id_ in list(members):
                self._leave(members, id_)

    def _keep_only(self, channels: list[int]) -> None:
        for channel in [c for c in self._channels if c not in channels]:
            self._clear_channel(channel)
            del self._channels[channel]

    def _crc(self, members: dict[int, int]) -> int:
        rows = []
        for id_, mask in members.items():
            item = self.items[id_]
            wire = [value for index, value in enumerate(item.wire) if mask >> index & 1]
            rows.append((id_, item.class_index, item.owner, mask, wire))
        return canonical_crc(rows)

    def of_class(self, class_index: int) -> Iterator[Item]:
        """All items of one class, in the order in which they were entered."""
        return (item for item in self.items.values() if item.class_index == class_index)


def _bits_of(definition: EntityDef) -> list[int]:
    return [1 << index for index in range(len(definition.fields))]


@lru_cache(maxsize=_APPLIERS_MAX)  # for all replicas of a process: a thousand bots of one game share them
def compile_apply(fields: Sequence[FieldDef], mask: int, relative: bool) -> Apply:
    """Generates the code that applies changes of the fields in ``mask``: this is for every entity in every pass.

    Only numbers of the schema get into the source.
    """
    lines, offset = [], 0
    for index, field in enumerate(fields):
        if not mask >> index & 1:
            continue
        value = f"c[p + {offset}]" if offset else "c[p]"
        if relative and field.relative:
            lines.append(f" v = w[{index}] + {value}")
            if isinstance(field.type, Int):
                lines.append(f" if not {INT_MIN} <= v <= {INT_MAX}: v = wrap(v)")
            lines.append(f" w[{index}] = v")
        else:
            lines.append(f" w[{index}] = {value}")
        offset += 1
    if mask >> len(fields):
        raise ValueError(f"a mask of {mask:b} for {len(fields)} fields")
    source = "\n".join(["def apply(w, c, p):", *lines, f" return p + {offset}"])
    names: dict[str, Any] = {"wrap": wrap}
    exec(compile(source, "<apply>", "exec"), names)  # noqa: S102  # source is made of numbers alone
    apply: Apply = names["apply"]
    return apply
