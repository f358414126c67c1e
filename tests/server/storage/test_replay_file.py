"""The file of a replay: what is read of it is what was written, up to where it was damaged."""

from __future__ import annotations

import os
from collections.abc import Sequence
from pathlib import Path

import pytest

from rallypoint.core.replay_format import MARK, BadReplay, RecordKind, ReplayHeader, head, record
from rallypoint.storage.replay_file import ReplayFolder, read_replay

WHOLE, PART, END = RecordKind.WHOLE, RecordKind.PART, RecordKind.END


def header(session: str = "s1", *, schema: bytes = b"kept") -> ReplayHeader:
    return ReplayHeader(
        game="toy", game_class="toys:Toy", session=session, created_unix=1.5, schema=schema, wire=b"wire"
    )


RECORDS = [(WHOLE, b"first"), (PART, b"a"), (PART, b"bb"), (WHOLE, b"second"), (PART, b""), (END, b"\x90")]


@pytest.fixture
def folder(tmp_path: Path) -> ReplayFolder:
    return ReplayFolder(tmp_path / "replays")


def write(folder: ReplayFolder, records: Sequence[tuple[int, bytes]], session: str = "s1") -> Path:
    checksum = folder.begin(header(session))
    folder.append(session, records, checksum)
    return folder.folder / f"{session}.rpr.part"


def read(path: Path) -> list[tuple[int, bytes]]:
    return [(found.kind, found.data) for found in read_replay(path).records]


# --- reading ----------------------------------------------------------------------------------------------------------


def test_what_was_written_is_read(folder: ReplayFolder) -> None:
    path = write(folder, RECORDS)
    found = read_replay(path)
    assert found.header == header()
    assert read(path) == RECORDS
    assert found.is_whole
    assert not found.cut


def test_a_replay_is_written_in_pieces(folder: ReplayFolder) -> None:
    checksum = folder.begin(header())
    for each in RECORDS:
        checksum = folder.append("s1", [each], checksum)
    folder.finish("s1")
    assert read(folder.folder / "s1.rpr") == RECORDS
    assert os.listdir(folder.folder) == ["s1.rpr"]


def test_cut_off_anywhere_it_is_read_up_to_its_last_whole_record(folder: ReplayFolder) -> None:
    path = write(folder, RECORDS)
    data = path.read_bytes()
    ends = [found.end for found in read_replay(path).records]
    begin = len(head(header())[0])
    for size in range(len(data)):
        path.write_bytes(data[:size])
        if size < begin:
            with pytest.raises(BadReplay):
                read_replay(path)
            continue
        found = read_replay(path)
        count = sum(end <= size for end in ends)
        assert read(path) == RECORDS[:count]
        assert bool(found.cut) is (size not in (begin, *ends)), size
        assert not found.is_whole


def test_a_flipped_bit_ends_what_can_be_read_and_nothing_wrong_is_read(folder: ReplayFolder) -> None:
    path = write(folder, RECORDS)
    data = path.read_bytes()
    for at in range(len(data) * 8):
        broken = bytearray(data)
        broken[at // 8] ^= 1 << at % 8
        path.write_bytes(broken)
        try:
            found = read_replay(path)
        except BadReplay:
            assert at // 8 < len(head(header())[0])
            continue
        records = [(each.kind, each.data) for each in found.records]
        assert found.cut
        assert found.header == header()
        assert records == RECORDS[: len(records)]


def test_a_record_in_another_place_is_not_read(folder: ReplayFolder) -> None:
    path = write(folder, [])
    start, checksum = path.read_bytes(), head(header())[1]
    first, checksum = record(WHOLE, b"one", checksum)
    _gone, checksum = record(PART, b"two", checksum)
    third, _ = record(PART, b"three", checksum)
    path.write_bytes(start + first + third)
    assert read(path) == [(WHOLE, b"one")]
    assert str(len(third)) in read_replay(path).cut


@pytest.mark.parametrize(
    ("data", "sentence"),
    [
        (b"", "is no replay"),
        (b"PK\x03\x04 something else", "is no replay"),
        (MARK, "its header is damaged"),
        (MARK + record(RecordKind.HEADER, b"\x81\xa6format\x02", 0)[0], "of format 2"),
        (MARK + record(RecordKind.HEADER, b"\x81\xa6format\x01", 0)[0], "cannot be read"),
        (MARK + record(WHOLE, b"x", 0)[0], "its header is damaged"),
    ],
)
def test_what_is_no_replay_is_said_to_be_none(tmp_path: Path, data: bytes, sentence: str) -> None:
    path = tmp_path / "some.rpr"
    path.write_bytes(data)
    with pytest.raises(BadReplay, match=sentence):
        read_replay(path)


def test_nobody_else_can_read_a_replay(folder: ReplayFolder) -> None:
    path = write(folder, RECORDS)
    assert path.stat().st_mode & 0o777 == 0o600
    assert folder.folder.stat().st_mode & 0o777 == 0o700


# --- after a recovery -------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("written", range(1, 5))
def test_after_a_recovery_the_file_goes_on_with_what_it_lacks(folder: ReplayFolder, written: int) -> None:
    """The journal has the last whole and its parts; the file may have been behind by some of them."""
    entries = [b"second", b"c", b"dd", b"eee"]
    had = [(WHOLE, b"first"), (PART, b"a"), (WHOLE, b"second"), (PART, b"c"), (PART, b"dd"), (PART, b"eee")]
    path = write(folder, had[: 2 + written])
    checksum = folder.go_on(header(), entries)
    assert checksum is not None
    folder.append("s1", [(WHOLE, b"recovered")], checksum)
    assert read(path) == [*had, (WHOLE, b"recovered")]
    assert not read_replay(path).cut


def test_a_torn_end_is_cut_off_before_it_goes_on(folder: ReplayFolder) -> None:
    path = write(folder, [(WHOLE, b"first"), (PART, b"a"), (PART, b"b")])
    path.write_bytes(path.read_bytes()[:-1])
    checksum = folder.go_on(header(), [b"first", b"a", b"b", b"c"])
    assert checksum is not None
    folder.append("s1", [(PART, b"d")], checksum)
    assert read(path) == [(WHOLE, b"first"), *((PART, each) for each in (b"a", b"b", b"c", b"d"))]


def test_a_file_that_ends_before_the_last_whole_has_a_gap_there(folder: ReplayFolder) -> None:
    path = write(folder, [(WHOLE, b"first"), (PART, b"a")])
    folder.go_on(header(), [b"third", b"x"])
    assert read(path) == [(WHOLE, b"first"), (PART, b"a"), (WHOLE, b"third"), (PART, b"x")]


def test_what_the_journal_has_lost_did_not_happen(folder: ReplayFolder) -> None:
    """A power loss may take the journal's last records, and leave the replay's."""
    path = write(folder, [(WHOLE, b"first"), (PART, b"a"), (PART, b"b"), (WHOLE, b"second")])
    folder.go_on(header(), [b"first", b"a"])
    assert read(path) == [(WHOLE, b"first"), (PART, b"a")]


def test_without_a_file_it_begins_with_the_recovery(folder: ReplayFolder) -> None:
    folder.go_on(header(), [b"third", b"x"])
    assert read(folder.folder / "s1.rpr.part") == [(WHOLE, b"third"), (PART, b"x")]


def test_a_game_that_was_migrated_begins_another_replay(folder: ReplayFolder) -> None:
    write(folder, [(WHOLE, b"first"), (PART, b"a")])
    folder.go_on(header(schema=b"newer"), [b"third"])
    assert read(folder.folder / "s1.rpr.part") == [(WHOLE, b"third")]
    assert read(folder.folder / "s1-before.rpr") == [(WHOLE, b"first"), (PART, b"a")]


def test_a_replay_that_is_finished_is_not_begun_again(folder: ReplayFolder) -> None:
    """The journal may have a session that has ended, for those who come back for the result."""
    write(folder, RECORDS)
    folder.finish("s1")
    assert folder.go_on(header(), [b"second"]) is None
    write(folder, RECORDS[:1])
    folder.settle([])
    assert os.listdir(folder.folder) == ["s1.rpr"]
    assert read(folder.folder / "s1.rpr") == RECORDS


def test_what_is_set_aside_is_a_replay_of_its_own(folder: ReplayFolder) -> None:
    for _ in range(2):
        path = folder.put(header(), [b"whole", b"a"])
        assert read(path) == [(WHOLE, b"whole"), (PART, b"a")]
        assert os.listdir(folder.folder) == ["s1.rpr"]


# --- the folder -------------------------------------------------------------------------------------------------------


def test_replays_of_sessions_that_are_no_more_stay_as_they_are(folder: ReplayFolder) -> None:
    folder.settle([])  # there is not even a folder
    write(folder, RECORDS, "alive")
    write(folder, RECORDS[:2], "dead")
    folder.settle({"alive"})
    assert sorted(os.listdir(folder.folder)) == ["alive.rpr.part", "dead.rpr"]
    assert read(folder.folder / "dead.rpr") == RECORDS[:2]


def aged(folder: ReplayFolder, session: str, days: float, records: Sequence[tuple[int, bytes]]) -> None:
    write(folder, records, session)
    folder.finish(session)
    os.utime(folder.folder / f"{session}.rpr", (1e9 - days * 86400,) * 2)


def test_the_oldest_are_deleted_while_all_are_too_large(folder: ReplayFolder) -> None:
    assert folder.tidy(1e9, 30, 0) == 0
    for number, session in enumerate(("old", "middle", "new")):
        aged(folder, session, 9 - number, [(WHOLE, bytes(1000))])
    write(folder, [(WHOLE, bytes(1000))], "running")
    one = (folder.folder / "new.rpr").stat().st_size
    assert folder.tidy(1e9, 30, one * 3 + 100) == 1
    assert sorted(os.listdir(folder.folder)) == ["middle.rpr", "new.rpr", "running.rpr.part"]
    folder.tidy(1e9, 30, 0)
    assert os.listdir(folder.folder) == ["running.rpr.part"]


def test_those_that_are_too_old_are_deleted(folder: ReplayFolder) -> None:
    aged(folder, "old", 31, [])
    aged(folder, "new", 29, [])
    (folder.folder / "notes.txt").write_text("mine")
    assert folder.tidy(1e9, 30, 10**9) == 1
    assert sorted(os.listdir(folder.folder)) == ["new.rpr", "notes.txt"]


def test_a_session_that_cannot_be_a_file_name_is_refused(folder: ReplayFolder) -> None:
    with pytest.raises(OSError, match="name of a file"):
        folder.begin(header("../../etc/passwd"))
