"""What a journal held when its node ended: reads the segments, and changes nothing.

Batches are numbered, and each segment says with which number it goes on. So what counts is one *chain*: the segments in
which those numbers go on without a gap. A segment that goes on with a lower number than an earlier one had reached
replaces what came after: a recovery began it, and had not counted that.

Where the chain breaks, in the middle of a batch or between two segments, one of two things has happened. Either the
machine stopped before all was on its disk: what was written last is missing, in any pattern. Or what had been on the
disk is damaged. Every batch says up to where all was known to be on the disk when it was written. So, if anything that
is still whole says so of the place where the chain breaks, it is damage, and nothing is recovered. If nothing does, the
journal ends there: all before it counts, and nothing after it.
"""

from __future__ import annotations

import itertools
import struct
from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Protocol

from rallypoint.ports import EntryKind, JournalUnusable, Recovered

from .journal_note import NOTE_NAME, read_note
from .segments import (
    HEADER_BYTES,
    BatchHead,
    Header,
    HeaderDamaged,
    OtherVersion,
    batch_at,
    entries_of,
    read_header,
    segment_name,
    segment_number,
    whole_batches_behind,
)

__all__ = ["Position", "Readable", "read_journal"]

_WHAT_TO_DO = (
    "Nothing was changed. Put the journal's folder back from a copy, or move it elsewhere to start without its sessions"
)


@dataclass(slots=True)
class Position:
    """Where a journal goes on."""

    journal: int = 0
    """Its own number; 0: there is none yet."""
    seq: int = 0
    """Of the last batch that counts."""
    synced: int = 0
    """All up to that one were known to be on the disk."""
    oldest: int = 0
    """Segments before that one are not needed."""
    wholes: dict[str, tuple[int, int]] = field(default_factory=dict)
    """Of all that lives: segment and size of its last whole, in the order in which they were written."""
    segments: dict[int, int] = field(default_factory=dict)
    """Bytes of every segment in the folder, by number, ascending."""
    chain: list[int] = field(default_factory=list)
    """Those that count."""


@dataclass(slots=True)
class _Segment:
    number: int
    data: bytes
    header: Header | None = None
    damage: str = ""
    """Why it has no header."""
    batches: list[BatchHead] = field(default_factory=list)
    """The whole ones from its beginning on, without a gap."""
    end: int = 0
    """Where the first begins that is not whole, or the end of the file."""
    claim: int = 0
    """The highest number of which anything whole in it says that all up to there is on the disk."""
    next: int = 0
    """The number that follows on the last of its batches."""

    @property
    def oldest(self) -> int:
        assert self.header is not None
        return self.batches[-1].oldest if self.batches else self.header.oldest

    def limit(self, before: int) -> None:
        """Batches from that number on were replaced by a later segment."""
        if self.next > before:
            while self.batches and self.batches[-1].seq >= before:
                self.batches.pop()
            self.next = before


class Readable(Protocol):
    """What is read of a journal's folder: :class:`rallypoint.ports.JournalFiles` has it, and more."""

    def names(self) -> list[str]:
        """Of all files."""

    def read(self, name: str) -> bytes:
        """One of them. Raises ``OSError``."""


def read_journal(files: Readable) -> tuple[Recovered, Position]:
    """What it held, and where it goes on. Raises :class:`JournalUnusable` with a sentence, and ``OSError``."""
    names = files.names()
    numbers = sorted(number for name in names if (number := segment_number(name)) is not None)
    segments = [_scan(number, files.read(segment_name(number))) for number in numbers]
    recovered, position = Recovered(), Position(segments={one.number: len(one.data) for one in segments})
    current = _not_replaced(segments)
    chain, expected = _chain(current, recovered.notes)
    _refuse_damage(current, chain, expected)
    if chain:
        _apply(chain, recovered, position)
        position.synced = min(expected - 1, max(one.claim for one in chain))
    noted = read_note(files.read(NOTE_NAME)) if NOTE_NAME in names else None
    if noted is not None:
        recovered.undurable = noted.undurable
        recovered.stepping = _key_of(noted.stepping, recovered.entries)
    return recovered, position


def _scan(number: int, data: bytes) -> _Segment:
    """Everything whole in one file."""
    segment = _Segment(number, data)
    try:
        header = read_header(data)
    except OtherVersion as error:
        raise JournalUnusable(
            f"{segment_name(number)} was written by another release of Rallypoint ({error} of the format): "
            f"start that one, or move the folder elsewhere to start without its sessions. Nothing was changed"
        ) from None
    except HeaderDamaged as error:
        segment.damage = str(error)
        behind = whole_batches_behind(data, number, 0)
    else:
        if header.number != number:
            raise JournalUnusable(
                f"{segment_name(number)} is segment {header.number} under another name. {_WHAT_TO_DO}"
            )
        segment.header = header
        segment.claim = header.synced
        behind = _scan_batches(segment, header)
    segment.claim = max((batch.synced for batch in behind), default=segment.claim)
    if segment.header is not None:
        segment.claim = max(segment.claim, segment.header.synced)
    return segment


def _scan_batches(segment: _Segment, header: Header) -> list[BatchHead]:
    """Reads them from the beginning; gives all whole ones, also those behind a damaged one."""
    data, number, offset, seq = segment.data, segment.number, HEADER_BYTES, header.first
    found = segment.batches
    while (batch := batch_at(data, number, offset)) is not None and batch.seq == seq:
        if batch.journal != header.journal:
            break
        found.append(batch)
        offset = batch.end
        seq += 1
    segment.end, segment.next = offset, seq
    if offset == len(data):
        return list(found)
    behind = whole_batches_behind(data, number, offset)
    return found + [batch for batch in behind if batch.journal == header.journal]


def _not_replaced(segments: list[_Segment]) -> list[_Segment]:
    """Without those that a recovery has left behind, and without what it has left behind in others."""
    kept: list[_Segment] = []
    first = 0
    for segment in reversed(segments):
        if segment.header is not None:
            if first and segment.header.first >= first:
                continue
            if first:
                segment.limit(first)
            first = segment.header.first
        kept.append(segment)
    return kept[::-1]


def _chain(current: list[_Segment], notes: list[str]) -> tuple[list[_Segment], int]:
    """The segments that count, and the number of the first batch that does not."""
    headed = [segment for segment in current if segment.header is not None]
    for one, other in itertools.pairwise(headed):
        if one.header and other.header and one.header.journal != other.header.journal:
            raise JournalUnusable(
                f"{segment_name(one.number)} and {segment_name(other.number)} are of different journals. {_WHAT_TO_DO}"
            )
    while headed:
        oldest = headed[-1].oldest
        chain = [segment for segment in headed if segment.number >= oldest]
        if chain[0].number != oldest:
            before = [segment for segment in headed if segment.number < oldest]
            missing = before[-1].next if before else 1  # the first batch that must have been in it
            _refuse_claims(current, missing, f"{segment_name(oldest)} is missing, or its beginning is damaged")
            notes.append(f"{segment_name(oldest)} never got to the disk: what was to follow it does not count")
            headed = before
            continue
        broken = _first_break(chain)
        if broken is None:
            _note_end(chain[-1], notes)
            return chain, chain[-1].next
        _refuse_claims(current, broken.next, _place(broken))
        notes.append(f"{_place(broken)}: the segments after it do not count")
        headed = headed[: headed.index(broken) + 1]
    return [], 1


def _first_break(chain: list[_Segment]) -> _Segment | None:
    for segment, following in itertools.pairwise(chain):
        assert following.header is not None
        if segment.next != following.header.first:
            return segment
    return None


def _note_end(last: _Segment, notes: list[str]) -> None:
    cut = len(last.data) - last.end
    if cut:
        notes.append(
            f"{segment_name(last.number)} ends in a batch that is not whole, at byte {last.end}: {cut} bytes of "
            f"{len(last.data)} do not count"
        )


def _refuse_damage(current: list[_Segment], chain: list[_Segment], expected: int) -> None:
    """Something that is whole says of the end of the chain, or of what comes after, that it was on the disk."""
    _refuse_claims(current, expected, _place(chain[-1]) if chain else _damages(current))


def _refuse_claims(current: Iterable[_Segment], seq: int, what: str) -> None:
    for segment in current:
        if segment.claim >= seq:
            raise JournalUnusable(
                f"{what}, and {segment_name(segment.number)} says that batch {seq} was safely on the disk: the journal "
                f"is damaged. {_WHAT_TO_DO}"
            )


def _place(segment: _Segment) -> str:
    return f"{segment_name(segment.number)} is not whole after byte {segment.end}"


def _damages(current: list[_Segment]) -> str:
    return "; ".join(f"{segment_name(one.number)}: {one.damage}" for one in current if one.damage)


def _apply(chain: list[_Segment], recovered: Recovered, position: Position) -> None:
    """Takes all entries of the chain, in order."""
    entries, wholes = recovered.entries, position.wholes
    orphans: dict[str, int] = {}
    for segment in chain:
        for batch in segment.batches:
            try:
                found = entries_of(segment.data, batch)
            except (ValueError, struct.error) as error:
                raise JournalUnusable(f"{_place(segment)}: {error}. {_WHAT_TO_DO}") from None
            for key, kind, data in found:
                if kind == EntryKind.PART:
                    parts = entries.get(key)
                    if parts is not None:
                        parts.append(data)
                    else:  # of a thing that was written whole again, or has gone, later: its first whole is deleted
                        orphans[key] = segment.number
                    continue
                orphans.pop(key, None)
                wholes.pop(key, None)
                if kind == EntryKind.WHOLE:
                    entries[key] = [data]  # where it was, if it was there: first appearance is the order
                    wholes[key] = segment.number, len(data)
                else:
                    entries.pop(key, None)
    for key, number in orphans.items():
        raise JournalUnusable(f"{segment_name(number)} has parts of {key}, whose whole is missing. {_WHAT_TO_DO}")
    last = next((one.batches[-1] for one in reversed(chain) if one.batches), None)
    if last is not None:
        recovered.now = last.now
    header = chain[-1].header
    assert header is not None
    position.journal = header.journal
    position.seq = chain[-1].next - 1
    position.oldest = chain[-1].oldest
    position.chain = [segment.number for segment in chain]


def _key_of(noted: bytes, keys: Iterable[str]) -> str:
    """The key that the note begins with; one that does not live says nothing."""
    if not noted:
        return ""
    full = noted.decode(errors="replace")
    return next((key for key in keys if key == full), "") or next(
        (key for key in keys if len(noted) >= 61 and key.encode().startswith(noted)), ""
    )
