"""The server's side of state sync: channels, and the one function that everything goes through.

``delta(channel, since)`` is everything in a channel that is newer than tick ``since``. Joining (-1), resuming, a slow
client that skipped ticks and the ordinary tick (the tick before) are the same call; its bytes are kept for the tick, so
that each distinct byte string is built once, whoever receives it.

One step: :meth:`Channels.open_tick`; ``enter`` and ``leave`` as the game spawns and destroys;
:meth:`Channels.close_tick`.
"""

from __future__ import annotations

import zlib
from collections import deque
from collections.abc import Callable
from typing import Any

from .codec import encode
from .limits import HISTORY_TICKS
from .scan import Record, Scan

__all__ = ["Channel", "Channels", "canonical_crc"]


class Channel:
    """An audience of state: which entities it holds, and what became of them lately."""

    __slots__ = ("cache", "changes", "enters", "id", "leaves", "members", "name", "oldest", "tombstones")

    def __init__(self, id: int, name: str) -> None:
        self.id = id
        self.name = name
        self.members: dict[int, Record] = {}
        self.tombstones: deque[tuple[int, int]] = deque()
        """``(tick, entity id)`` of what left."""
        self.oldest = -1
        """A delta since before this tick would lack tombstones."""
        # of the present tick only:
        self.changes: list[Any] = []
        self.enters: list[Record] = []
        self.leaves: list[int] = []
        self.cache: dict[tuple[int, bool], bytes | None] = {}


class Channels:
    """All channels of one session.

    ``history_ticks`` is how long tombstones are kept: a delta reaches back that far.
    """

    def __init__(self, history_ticks: int = HISTORY_TICKS) -> None:
        self.tick = 0
        self._history_ticks = history_ticks
        self._by_name: dict[str, Channel] = {}
        self._all: list[Channel] = []
        self._watched: dict[tuple[int, int], tuple[Scan, Any, Record, Channel]] = {}
        """By channel and entity: what has to be looked at in every step. One table for all channels, because most are
        an owner's, with an entity or two."""

    def channel(self, name: str) -> Channel:
        """The channel of that name; made at the first use. Ids are never reused."""
        found = self._by_name.get(name)
        if found is None:
            found = self._by_name[name] = Channel(len(self._all), name)
            self._all.append(found)
        return found

    def by_id(self, id: int) -> Channel:
        """The channel with this number."""
        return self._all[id]

    def enter(
        self,
        channel: Channel,
        id: int,
        class_index: int,
        owner: int | None,
        mask: int,
        entity: Any,
        wire: list[Any],
        scan: Scan | None,
        tick: int,
    ) -> Record:
        """Puts an entity's facet into a channel in the step that makes ``tick``; it is sent whole.

        ``wire`` are its values now. ``scan`` looks for changes in later steps; ``None`` if its owner reports them by
        entering it again. An id that is already there is replaced.
        """
        record = Record(id, class_index, owner, mask, entity, wire, tick)
        channel.members[id] = record
        if scan is None:
            self._watched.pop((channel.id, id), None)
        else:
            self._watched[channel.id, id] = (scan, entity, record, channel)
        channel.enters.append(record)
        return record

    def leave(self, channel: Channel, id: int, tick: int) -> None:
        """Takes an entity out of a channel in the step that makes ``tick``. Unknown ids are ignored."""
        record = channel.members.pop(id, None)
        if record is None:
            return
        self._watched.pop((channel.id, id), None)
        channel.leaves.append(id)
        tombstones = channel.tombstones
        tombstones.append((tick, id))
        while tombstones[0][0] <= tick - self._history_ticks:
            channel.oldest = tombstones.popleft()[0]
        if channel.enters:
            channel.enters = [entered for entered in channel.enters if entered is not record]

    def open_tick(self) -> None:
        """Forgets what was only of the last tick. Call before the first enter or leave of a step."""
        for channel in self._all:
            if channel.cache:
                channel.cache.clear()
            if channel.changes:
                channel.changes = []
            if channel.enters:
                channel.enters = []
            if channel.leaves:
                channel.leaves = []

    def close_tick(self, tick: int) -> None:
        """Compares every entity with what was sent of it; from here on :meth:`delta` speaks of ``tick``.

        Raises:
            FieldError: a field holds what its declaration does not allow.
        """
        self.tick = tick
        for scan, entity, record, channel in self._watched.values():
            scan(entity, record, tick, channel.changes)

    def delta(self, channel: Channel, since: int, crc: bool = False) -> bytes | None:
        """The bytes of the part that brings ``channel`` from tick ``since`` (-1: from nothing) to the present tick.

        ``None`` if nothing changed (never with ``crc`` or from nothing), or if ``since`` is the present tick. A
        ``since`` that history does not reach becomes -1.
        """
        if since < channel.oldest or since < self.tick - self._history_ticks:
            since = -1
        key = (since, crc)
        cache = channel.cache
        if key in cache:
            return cache[key]
        part = self._part(channel, since)
        if crc and since < self.tick:  # a part of age 0 would clear the channel
            if part is None:
                part = [channel.id, self.tick - since]
            part += [None] * (5 - len(part))
            part.append(channel_crc(channel))
        data = None if part is None else encode(part)
        cache[key] = data
        return data

    def _part(self, channel: Channel, since: int) -> list[Any] | None:
        """The elements of a :class:`~rallypoint_protocol.messages.Part` up to the last that is not nil, without hash.

        A plain list: a part is made for every session in every step, and a message object would cost as much again.
        """
        tick = self.tick
        if since == tick - 1 and since >= 0:
            if not channel.enters and not channel.leaves:
                return [channel.id, 1, None, None, channel.changes] if channel.changes else None
            entered = [_enter(record) for record in channel.enters]
            return _trimmed(channel.id, 1, channel.leaves, entered, channel.changes)
        if since < 0:
            return _trimmed(channel.id, 0, [], [_enter(record) for record in channel.members.values()], [])
        if since >= tick:
            return None
        leaves = [id_ for left, id_ in channel.tombstones if left > since]
        enters: list[list[Any]] = []
        changes: list[Any] = []
        for record in channel.members.values():
            if record.entered > since:
                enters.append(_enter(record))
            elif record.changed > since:
                _append_changes(record, since, changes)
        if not (leaves or enters or changes):
            return None
        return _trimmed(channel.id, tick - since, leaves, enters, changes)


def _enter(record: Record) -> list[Any]:
    return [record.id, record.class_index, record.owner, record.mask, *record.wire]


def _append_changes(record: Record, since: int, changes: list[Any]) -> None:
    """Appends id, mask and absolute wire values of the fields newer than ``since``."""
    place = len(changes)
    changes += (record.id, 0)
    mask, index, bits = 0, 0, record.mask
    whole = record.whole > since
    while bits:
        bit = bits & -bits
        bits ^= bit
        if whole or record.ticks[index] > since:
            mask |= bit
            changes.append(record.wire[index])
        index += 1
    changes[place + 1] = mask


def _trimmed(id: int, age: int, leaves: list[int], enters: list[list[Any]], changes: list[Any]) -> list[Any]:
    """A part as an array without trailing nils."""
    items = [id, age, leaves or None, enters or None, changes or None]
    while items[-1] is None:
        items.pop()
    return items


def channel_crc(channel: Channel) -> int:
    """CRC-32 of a channel as it is now."""
    return canonical_crc([(r.id, r.class_index, r.owner, r.mask, r.wire) for r in channel.members.values()])


def canonical_crc(rows: list[tuple[int, int, int | None, int, list[Any]]]) -> int:
    """CRC-32 of the canonical bytes of a channel: MessagePack of its rows ``[id, class, owner, mask, [values]]`` by id.

    Both ends compute it from wire values, so that rounding can not make them differ.
    """
    rows.sort(key=_first)
    return zlib.crc32(encode(rows))


_first: Callable[[tuple[Any, ...]], Any] = lambda row: row[0]  # noqa: E731  # a key function, typed
