"""What a client has been told of a session's state: docs/protocol.md, section 9, written down once more.

Independent of both ends: it shares no code with what makes passes, nor with what applies them in the SDK. Wire values.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, NamedTuple

import msgspec

if TYPE_CHECKING:
    from rallypoint_protocol.messages import Part, Pass

__all__ = ["DoesNotFit", "Facet", "Kind", "Row", "Told", "kinds_of"]

_plain = msgspec.msgpack.Decoder().decode


class DoesNotFit(Exception):
    """A pass that cannot be applied to the state that its client has."""


class Kind(NamedTuple):
    """An entity class of a schema."""

    name: str
    fields: tuple[str, ...]
    types: tuple[Any, ...]
    """As in the schema: ``["fixed", 0.01]``."""
    relative: tuple[bool, ...]
    """A one-tick change of the field travels as a difference."""


class Row(NamedTuple):
    """What is known of one entity, from all channels together."""

    kind: int
    owner: int | None
    values: dict[int, Any]


class Facet:
    """What one channel shows of an entity."""

    __slots__ = ("kind", "mask", "owner", "values")

    def __init__(self, kind: int, owner: int | None, mask: int, values: dict[int, Any]) -> None:
        self.kind = kind
        self.owner = owner
        self.mask = mask
        self.values = values


def kinds_of(schema: bytes) -> tuple[Kind, ...]:
    """The entity classes of an encoded schema."""
    return tuple(
        Kind(
            name,
            tuple(field[0] for field in fields),
            tuple(field[1] for field in fields),
            tuple(field[1][0] in ("int", "fixed") for field in fields),
        )
        for name, fields, *_ in _plain(schema)[5]
    )


class Told:
    """The state of one client, as far as it was told over one connection after the other."""

    def __init__(self) -> None:
        self.kinds: tuple[Kind, ...] = ()
        self.epoch = 0
        self.tick = -1
        self.channels: dict[int, dict[int, Facet]] = {}
        self.subscribed: tuple[int, ...] | None = None
        """As this connection was told; ``None`` before its first pass."""

    def seated(self, kinds: tuple[Kind, ...], *, resumed: bool) -> None:
        """Another connection, with its outcome."""
        self.kinds = kinds
        self.subscribed = None
        if not resumed:
            self.tick = -1
            self.channels = {}

    def apply(self, message: Pass) -> None:
        """Applies one pass. Raises :class:`DoesNotFit`."""
        epoch, tick = message.head.epoch, message.head.tick
        if self.tick >= 0 and epoch != self.epoch:
            raise DoesNotFit(f"epoch {epoch} in the middle of epoch {self.epoch}")
        if tick <= self.tick:
            raise DoesNotFit(f"tick {tick} after tick {self.tick}")
        seat = message.seat
        if seat is not None and seat.channels is not None:
            self.subscribed = tuple(seat.channels)
            self.channels = {number: held for number, held in self.channels.items() if number in self.subscribed}
        if self.subscribed is None:
            raise DoesNotFit("the first pass of a connection does not say which channels there are")
        for part in message.parts:
            self._part(part, tick)
        self.epoch, self.tick = epoch, tick

    def _part(self, part: Part, tick: int) -> None:
        where = f"channel {part.channel} at tick {tick}"
        assert self.subscribed is not None
        if part.channel not in self.subscribed:
            raise DoesNotFit(f"{where}: the client was told of {list(self.subscribed)} only")
        if part.age == 0:
            self.channels[part.channel] = {}
        elif self.tick < tick - part.age:
            raise DoesNotFit(f"{where}: a part since {tick - part.age}, and the client is at {self.tick}")
        elif part.age == 1 and self.tick != tick - 1:
            raise DoesNotFit(f"{where}: differences to tick {tick - 1}, and the client is at {self.tick}")
        facets = self.channels.setdefault(part.channel, {})
        for gone in part.leaves or ():
            facets.pop(gone, None)
        for entity, kind, owner, mask, *values in part.enters or ():
            bits = [bit for bit in range(mask.bit_length()) if mask >> bit & 1]
            if kind >= len(self.kinds) or mask >> len(self.kinds[kind].fields) or len(bits) != len(values):
                raise DoesNotFit(f"{where}: an enter of {entity} that the schema has no place for")
            facets[entity] = Facet(kind, owner, mask, dict(zip(bits, values, strict=True)))
        if part.changes:
            self._change(facets, part.changes, part.age == 1, where)

    def _change(self, facets: dict[int, Facet], changes: list[Any], relative: bool, where: str) -> None:
        place = 0
        while place < len(changes):
            facet, mask = facets.get(changes[place]), changes[place + 1]
            if facet is None or mask & ~facet.mask:
                raise DoesNotFit(f"{where}: a change of {changes[place]}, fields {mask:b}, that is not there")
            place += 2
            differences = self.kinds[facet.kind].relative
            bit = 0
            while mask:
                if mask & 1:
                    value = changes[place]
                    place += 1
                    if relative and differences[bit]:
                        value = (facet.values[bit] + value + 2**63) % 2**64 - 2**63
                    facet.values[bit] = value
                mask >>= 1
                bit += 1

    def name_of(self, kind: int, bit: int) -> str:
        """Of a field."""
        return f"{self.kinds[kind].name}.{self.kinds[kind].fields[bit]}"

    def rows(self) -> dict[int, Row]:
        """All entities, with what all channels together show of them."""
        rows: dict[int, Row] = {}
        for facets in self.channels.values():
            for entity, facet in facets.items():
                row = rows.get(entity)
                if row is None:
                    rows[entity] = Row(facet.kind, facet.owner, dict(facet.values))
                else:
                    row.values.update(facet.values)
        return rows
