"""The bytes of a replay: a mark, a header, and then what the journal was given of one session, in that order.

Each record is ``length of the data, checksum, kind, data``. The checksum is over the kind, the data and the checksum
before it: so a record that is damaged, gone or in another place ends what can be read, and nothing wrong is read.
"""

from __future__ import annotations

import enum
import struct
import zlib
from collections.abc import Iterator
from typing import Any, Final

import msgspec

from rallypoint_protocol.codec import encode

__all__ = ["FORMAT", "MARK", "BadReplay", "Record", "RecordKind", "Records", "ReplayHeader", "head", "record"]

MARK: Final = b"\x89RPR\r\n\x1a\n"
"""How each replay begins. It does not survive what is made for text, and says so."""
FORMAT: Final = 1
RECORD_BYTES_MAX: Final = 256 * 1024 * 1024
"""More than a state can have: a length beyond it is not one."""
_FRAME: Final = struct.Struct("<IIB")
_KIND: Final = [bytes([kind]) for kind in range(4)]


class RecordKind(enum.IntEnum):
    """What a record is. The numbers of the journal's own kinds are the same."""

    HEADER = 0
    WHOLE = 1
    PART = 2
    END = 3
    """The session is over, and the replay is whole."""


class BadReplay(Exception):
    """A file that cannot be used: a sentence."""


class ReplayHeader(msgspec.Struct, frozen=True, kw_only=True):
    """What a replay is of."""

    format: int = FORMAT
    game: str
    """The game's name, as ``orbit``."""
    game_class: str
    """Where its class is, as ``games.orbit.game:Orbit``."""
    session: str
    created_unix: float
    options: dict[str, Any] = {}
    schema: bytes
    """Classes and fields as they were kept, encoded: so that a state can be read without the game."""
    wire: bytes
    """The schema that clients had, encoded: what inputs and events are called."""
    framework: str = ""
    """The version of Rallypoint that has made it."""
    replayable: bool = False
    """The game promises to do the same again."""
    tick_hz: int = 0


class Record(msgspec.Struct, frozen=True, array_like=True):
    """One record that was read."""

    kind: RecordKind
    data: bytes
    end: int
    """Where it ends in the file."""
    sum: int
    """Its checksum, which the next record continues."""


class Records:
    """What can be read of a replay's bytes: iterate once. Afterwards :attr:`end` and :attr:`cut` are known."""

    def __init__(self, data: bytes, name: str = "this file") -> None:
        """Raises :class:`BadReplay` if it is no replay, or another release's."""
        self._data = data
        if data[: len(MARK)] != MARK:
            raise BadReplay(f"{name} is no replay: it does not begin as one")
        self.end = len(MARK)
        """Where the last record that could be read ends."""
        self.sum = 0
        """The last one's checksum: the next record continues it."""
        self.cut = ""
        """What could not be read, as a sentence; empty: all was read."""
        first = next(iter(self), None)
        if first is None or first.kind is not RecordKind.HEADER:
            raise BadReplay(f"{name} is no replay that can be read: its header is damaged")
        try:
            form = msgspec.msgpack.decode(first.data, type=_Form).format
            if form != FORMAT:
                raise BadReplay(f"{name} is of format {form}, and this release reads format {FORMAT}")
            self.header = msgspec.msgpack.decode(first.data, type=ReplayHeader)
        except (msgspec.DecodeError, UnicodeDecodeError) as error:
            raise BadReplay(f"{name} has a header that cannot be read: {error}") from None

    def __iter__(self) -> Iterator[Record]:
        data, size = self._data, len(self._data)
        while self.end < size:
            begin = self.end + _FRAME.size
            if begin > size:
                break
            length, checksum, kind = _FRAME.unpack_from(data, self.end)
            end = begin + length
            if length > RECORD_BYTES_MAX or end > size or kind > RecordKind.END:
                break
            body = data[begin:end]
            if _checksum(kind, body, self.sum) != checksum:
                break
            self.end, self.sum = end, checksum
            yield Record(RecordKind(kind), body, end, checksum)
        if self.end < size:
            left = size - self.end
            self.cut = (
                f"the last {left} bytes cannot be read: an interrupted write, or damage. What was before them is whole"
            )


class _Form(msgspec.Struct):
    """As much of a header as every release can read."""

    format: int


def _checksum(kind: int, data: bytes, before: int) -> int:
    return zlib.crc32(data, zlib.crc32(_KIND[kind], before))


def head(header: ReplayHeader) -> tuple[bytes, int]:
    """How a replay begins; and the checksum that the first record continues."""
    framed, checksum = record(RecordKind.HEADER, encode(header), 0)
    return MARK + framed, checksum


def record(kind: int, data: bytes, before: int) -> tuple[bytes, int]:
    """One record after that with the checksum ``before``; and its own checksum."""
    checksum = _checksum(kind, data, before)
    return _FRAME.pack(len(data), checksum, kind) + data, checksum
