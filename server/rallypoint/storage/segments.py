"""The format of a journal's segment files: what is in them byte by byte. Nothing here opens a file.

A segment is a header and batches, one behind the other; all numbers are little-endian::

    header   magic 4s, version u16, header bytes u16, crc32, journal u64, number u32, oldest u32, first u64, synced u64,
             unix time f64
    batch    mark 4s, crc32, bytes of the entries u32, oldest u32, journal u64, seq u64, synced u64,
             node clock f64, unix time f64, entries u32; then of its entries: bytes of all keys u32, each one's kind
             u8, bytes of each one's data u32, the keys with a line feed between them, the data of each

``journal`` is the same in all segments of a journal and in no other's. ``number`` is the segment's, as its name says.
``first`` is the sequence number of the first batch. A batch's checksum covers all that follows it and begins with the
number of its segment: no batch counts in another file, but each can be checked alone, also behind a damaged one.

``synced``: all batches up to that one are known to be on the disk. That is how a reader tells a batch that never got
there from one that was promised and is damaged. ``oldest``: segments with lower numbers are not needed any more.
"""

from __future__ import annotations

import re
import struct
from collections.abc import Sequence
from functools import lru_cache
from typing import NamedTuple
from zlib import crc32

from rallypoint.ports import Entry

__all__ = [
    "HEADER_BYTES",
    "VERSION",
    "BatchHead",
    "Header",
    "HeaderDamaged",
    "OtherVersion",
    "batch_at",
    "encode_batch",
    "encode_header",
    "entries_of",
    "read_header",
    "segment_name",
    "segment_number",
    "whole_batches_behind",
]

VERSION = 1

_MAGIC = b"RPJ\n"
_MARK = b"\xb1RP\x0e"
_HEADER_LEAD = struct.Struct("<4sHHI")
_HEADER = struct.Struct("<QIIQQd")
HEADER_BYTES = _HEADER_LEAD.size + _HEADER.size
_LEAD = struct.Struct("<4sI")
_BATCH = struct.Struct("<IIQQQddI")
_BATCH_BYTES = _LEAD.size + _BATCH.size

_pack_lead = _LEAD.pack
_pack_batch = _BATCH.pack
_NAME = re.compile(r"(\d{8,})\.rpj")


class HeaderDamaged(Exception):
    """A segment does not begin with a whole header."""


class OtherVersion(Exception):
    """A segment of a version that this release does not read."""


class Header(NamedTuple):
    """How a segment begins."""

    journal: int
    number: int
    oldest: int
    first: int
    synced: int
    unix: float


class BatchHead(NamedTuple):
    """What is known of a whole batch before its entries are looked at."""

    seq: int
    oldest: int
    synced: int
    now: float
    unix: float
    journal: int
    entries: int
    begin: int
    """Where its entries begin in the segment."""
    end: int
    """Where the next batch begins."""


def segment_name(number: int) -> str:
    """The name of its file. They sort by number, up to 99,999,999 of them."""
    return f"{number:08}.rpj"


def segment_number(name: str) -> int | None:
    """The number of the segment in a file; ``None`` if the file is no segment."""
    found = _NAME.fullmatch(name)
    return int(found[1]) if found is not None else None


def encode_header(header: Header) -> bytes:
    """``HEADER_BYTES`` bytes."""
    rest = _HEADER.pack(*header)
    return _HEADER_LEAD.pack(_MAGIC, VERSION, HEADER_BYTES, crc32(rest)) + rest


def read_header(data: bytes) -> Header:
    """How a segment begins. Raises :class:`HeaderDamaged` and :class:`OtherVersion`."""
    if data[:4] == _MAGIC and len(data) >= 6 and data[4:6] != VERSION.to_bytes(2, "little"):
        raise OtherVersion(f"version {int.from_bytes(data[4:6], 'little')}")
    if len(data) < HEADER_BYTES:
        raise HeaderDamaged(f"{len(data)} bytes are no header")
    magic, _, length, checksum = _HEADER_LEAD.unpack_from(data)
    rest = data[_HEADER_LEAD.size : HEADER_BYTES]
    if magic != _MAGIC or length != HEADER_BYTES or checksum != crc32(rest):
        raise HeaderDamaged("the header's checksum is wrong")
    return Header(*_HEADER.unpack(rest))


def encode_batch(
    entries: Sequence[Entry], journal: int, number: int, seq: int, synced: int, oldest: int, now: float, unix: float
) -> bytes:
    """One batch for the segment with that number. Raises ``ValueError`` for a key with a line feed in it."""
    count = len(entries)
    if count:
        keys, kinds, datas = zip(*entries, strict=True)  # column by column: a third of the time of entry by entry
        names = "\n".join(keys).encode()
        if names.count(b"\n") >= count:
            raise ValueError("a key with a line feed in it")
        content = b"".join((_columns(count).pack(len(names), *kinds, *map(len, datas)), names, *datas))
    else:
        content = b""
    head = _pack_batch(len(content), oldest, journal, seq, synced, now, unix, count)
    return b"".join((_pack_lead(_MARK, crc32(content, crc32(head, number))), head, content))


@lru_cache(maxsize=1024)
def _columns(count: int) -> struct.Struct:
    return struct.Struct(f"<I{count}B{count}I")


def batch_at(data: bytes, number: int, offset: int) -> BatchHead | None:
    """The batch that begins there, if it is whole."""
    begin = offset + _BATCH_BYTES
    if data[offset : offset + 4] != _MARK or begin > len(data):
        return None
    (checksum,) = struct.unpack_from("<I", data, offset + 4)
    length, oldest, journal, seq, synced, now, unix, count = _BATCH.unpack_from(data, offset + _LEAD.size)
    end = begin + length
    if end > len(data) or crc32(memoryview(data)[offset + _LEAD.size : end], number) != checksum:
        return None
    return BatchHead(seq, oldest, synced, now, unix, journal, count, begin, end)


def whole_batches_behind(data: bytes, number: int, offset: int) -> list[BatchHead]:
    """All whole batches that begin at ``offset`` or anywhere behind it: what a damaged one is followed by."""
    found = []
    while (offset := data.find(_MARK, offset)) >= 0:
        batch = batch_at(data, number, offset)
        if batch is not None:
            found.append(batch)
        offset = batch.end if batch is not None else offset + 1
    return found


def entries_of(data: bytes, batch: BatchHead) -> list[tuple[str, int, bytes]]:
    """Its entries: key, kind, data. Raises ``ValueError`` if they are not what the head says."""
    count = batch.entries
    if not count:
        return []
    columns = _columns(count)
    names_bytes, *numbers = columns.unpack_from(data, batch.begin)
    begin = batch.begin + columns.size + names_bytes
    keys = data[begin - names_bytes : begin].decode().split("\n")
    entries = []
    for key, kind, length in zip(keys, numbers[:count], numbers[count:], strict=True):
        end = begin + length
        entries.append((key, kind, data[begin:end]))
        begin = end
    if begin != batch.end:
        raise ValueError("more or less than its entries")
    return entries
