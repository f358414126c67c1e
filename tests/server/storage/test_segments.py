"""The bytes of a segment."""

from __future__ import annotations

import pytest
from hypothesis import given, strategies as st

from rallypoint.ports import Entry, EntryKind
from rallypoint.storage.segments import (
    HEADER_BYTES,
    Header,
    HeaderDamaged,
    batch_at,
    encode_batch,
    encode_header,
    entries_of,
    read_header,
    segment_name,
    segment_number,
    whole_batches_behind,
)

KEYS = st.text(st.characters(exclude_characters="\n", exclude_categories=["Cs"]), max_size=60)
ENTRIES = st.lists(st.builds(Entry, KEYS, st.sampled_from(EntryKind), st.binary(max_size=300)), max_size=30)


@given(ENTRIES, st.integers(0, 1 << 31), st.integers(0, 1 << 60))
def test_a_batch_is_read_as_it_was_written(entries, number, seq):
    data = b"before" + encode_batch(entries, 7, number, seq, seq, 3, 1.5, 2.5) + b"behind"
    batch = batch_at(data, number, 6)
    assert batch is not None
    assert (batch.seq, batch.synced, batch.oldest, batch.now, batch.unix, batch.journal) == (seq, seq, 3, 1.5, 2.5, 7)
    assert entries_of(data, batch) == [(key, int(kind), blob) for key, kind, blob in entries]
    assert data[batch.end :] == b"behind"


def test_a_key_with_a_line_feed_is_not_taken():
    with pytest.raises(ValueError, match="line feed"):
        encode_batch([Entry("a\nb", EntryKind.WHOLE, b"")], 7, 1, 1, 0, 1, 0.0, 0.0)


def test_any_bit_of_a_batch_or_header_is_covered():
    batch = encode_batch([Entry("session/a", EntryKind.WHOLE, b"data")], 7, 1, 1, 0, 1, 0.0, 0.0)
    header = encode_header(Header(7, 1, 1, 1, 0, 0.0))
    for index in range(len(batch) * 8):
        damaged = bytearray(batch)
        damaged[index // 8] ^= 1 << index % 8
        assert batch_at(bytes(damaged), 1, 0) is None
    for index in range(8 * 8, len(header) * 8):
        damaged = bytearray(header)
        damaged[index // 8] ^= 1 << index % 8
        with pytest.raises(HeaderDamaged):
            read_header(bytes(damaged))


def test_a_header_is_read_as_it_was_written():
    header = Header(7, 2, 1, 55, 50, 1.25)
    assert read_header(encode_header(header) + b"more") == header
    assert len(encode_header(header)) == HEADER_BYTES


def test_whole_batches_are_found_behind_anything():
    one, two = (
        encode_batch([Entry("session/a", EntryKind.PART, bytes(9))], 7, 1, seq, 0, 1, 0.0, 0.0) for seq in (1, 2)
    )
    data = one[:-1] + b"\xb1RP\x0e" * 3 + one + b"rubbish" + two
    assert [batch.seq for batch in whole_batches_behind(data, 1, 0)] == [1, 2]


def test_names_of_segments():
    assert segment_name(7) == "00000007.rpj"
    assert segment_number("00000007.rpj") == 7
    assert [segment_number(name) for name in ("7.rpj", "00000007.rpj.old", "note", "0000000x.rpj")] == [None] * 4
