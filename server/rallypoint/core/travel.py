"""A recorded session at any of its ticks: its state then, what that tick has changed, and what had reached it.

It looks a tick up from the last whole state before it: as many parts are followed as there are between two checkpoints.
"""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Sequence
from dataclasses import dataclass

import msgspec

from rallypoint_protocol.schema import decode_schema

from .game_image import GameImage, KeptSchema
from .kept_schema import Difference, differences
from .replay import stages
from .replay_format import BadReplay, Record, RecordKind, ReplayHeader
from .replay_items import Item, Items
from .session_image import SessionImage

__all__ = ["Moment", "Travel"]


class _Head(msgspec.Struct, array_like=True):
    """The beginning of a part: what it is needed for is its tick."""

    epoch: int
    tick: int
    now_ms: int
    run: bool | None
    ops: msgspec.Raw
    game: msgspec.Raw


class _WholeHead(msgspec.Struct, array_like=True):
    id: str
    epoch: int
    tick: int
    now_ms: int


_part_head = msgspec.msgpack.Decoder(_Head).decode
_whole_head = msgspec.msgpack.Decoder(tuple[msgspec.Raw, _WholeHead]).decode
_NO_STEP = b"\xc0"  # nil


@dataclass(frozen=True, slots=True)
class Moment:
    """A session after the step of one tick, and what came until the next step."""

    image: SessionImage
    names: dict[int, str]
    """Who had which seat, up to then."""
    happened: list[Item]
    """Stimuli, timers and events of this tick."""
    changes: list[Difference] | None
    """What its step has changed in the game; ``None``: the tick before it is not known."""


class Travel:
    """The ticks of one replay."""

    def __init__(self, header: ReplayHeader, records: Sequence[Record]) -> None:
        """Reads which ticks there are. Raises :class:`BadReplay`."""
        self.header = header
        self._records = records
        self._schema = KeptSchema.decode(header.schema)
        self._wire = decode_schema(header.wire)
        self._wholes: list[tuple[int, int]] = []
        """Tick and place of every whole."""
        self.gaps: list[tuple[int, int]] = []
        """First and last step that is missing."""
        self.first = self.last = self.duration_ms = 0
        self.complete = bool(records) and records[-1].kind is RecordKind.END
        """The session has ended, and this tells how."""
        try:
            for place, record in enumerate(records):
                self._index(place, record)
        except (msgspec.DecodeError, UnicodeDecodeError) as error:
            raise BadReplay(f"what comes after tick {self.last} cannot be read: {error}") from error
        if not self._wholes:
            raise BadReplay("the replay has no whole state")

    def _index(self, place: int, record: Record) -> None:
        if record.kind is RecordKind.WHOLE:
            whole = _whole_head(record.data)[1]
            if not self._wholes:
                self.first = whole.tick
            elif whole.tick > self.last:
                self.gaps.append((self.last + 1, whole.tick))
            self._wholes.append((whole.tick, place))
            self.last, self.duration_ms = whole.tick, whole.now_ms
        elif record.kind is RecordKind.PART:
            part = _part_head(record.data)
            if bytes(part.game) != _NO_STEP:
                self.last, self.duration_ms = part.tick, part.now_ms

    def at(self, tick: int) -> Moment:
        """The session at that tick. Raises :class:`BadReplay` if the replay does not have it."""
        if not self.first <= tick <= self.last:
            raise BadReplay(f"there is no tick {tick}: there are {self.first} to {self.last}")
        found: SessionImage | None = None
        items, before, happened = Items(self._wire), b"", list[Item]()
        for stage in stages(self._records[self._from(tick) :]):
            image = stage.image
            if image.tick > tick:
                break
            told = list(items.of([stage]))
            if image.tick == tick:
                happened += told
                found = found or _copy(image)
            elif image.tick == tick - 1:
                before = image.game.encode()
        if found is None:
            raise BadReplay(f"tick {tick} is missing: a server died before it had written it")
        changes = None if not before else differences(self._schema, GameImage.decode(before), found.game)
        return Moment(found, items.names, happened, changes)

    def _from(self, tick: int) -> int:
        """The place of the last whole of an earlier tick, so that the step of that one is found; or the first."""
        earlier = bisect_right(self._wholes, (tick - 1, len(self._records)))
        return self._wholes[max(0, earlier - 1)][1]


def _copy(image: SessionImage) -> SessionImage:
    """It is the same object in all stages."""
    return SessionImage.decode(image.encode())
