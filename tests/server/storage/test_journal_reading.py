"""What is recovered from segments that are cut, damaged, missing or foreign: a former state or none, never another."""

from __future__ import annotations

from functools import cache
from random import Random

import pytest
from hypothesis import given, settings, strategies as st

from rallypoint.ports import Entry, JournalUnusable, Recovered
from rallypoint.storage.journal_reading import read_journal
from rallypoint.storage.segments import HEADER_BYTES, Header, batch_at, encode_batch, encode_header
from rallypoint_simulation.files import SimulatedFiles
from tests.server.storage.journal_house import PART, WHOLE, Actor, House, State, found


class Folder:
    """Files as they are found."""

    def __init__(self, files: dict[str, bytes]) -> None:
        self.files = files

    def names(self) -> list[str]:
        return sorted(self.files)

    def read(self, name: str) -> bytes:
        return self.files[name]


def read(files: dict[str, bytes]) -> Recovered | None:
    """What is recovered; ``None``: it is refused."""
    try:
        return read_journal(Folder(files))[0]
    except JournalUnusable as error:
        refused = str(error)
    assert ".rpj" in refused
    assert "Nothing was changed" in refused
    return None


def folder(files: SimulatedFiles) -> dict[str, bytes]:
    return {name: files.read(name) for name in files.names()}


@cache
def journal(
    seed: int, batches: int, segment_bytes: int, lives: int, durability: str
) -> tuple[dict[str, bytes], list[State]]:
    """The files of a journal of several segments and lives, and the state after each of its batches."""
    actor, files, states = Actor(Random(seed)), SimulatedFiles(), [State()]
    for life in range(lives):
        house = House(files, life)
        writer, _ = house.open("disk" if durability == "disk" else "process", segment_bytes=segment_bytes)
        for number in range(batches):
            house.append(writer, actor.batch(), number)
            states.append(actor.state)
            house.wait(0.003)
        files.crash()
    return folder(files), states


KINDS = [(1, 12, 300, 1, "process"), (2, 8, 300, 2, "process"), (3, 12, 300, 1, "disk"), (4, 6, 1 << 20, 1, "process")]


def go_on(files: dict[str, bytes], state: State) -> None:
    """What was recovered can be built upon: a batch later it is still right."""
    disk = SimulatedFiles()
    for name, data in files.items():
        if name.endswith(".rpj"):
            disk.create(name).write(data)
    house = House(disk)
    writer, _ = house.open()
    house.append(writer, [Entry("lobby", WHOLE, b"new")], 1)
    house.wait(0.1)
    disk.crash()
    assert found(disk).entries == {**state, "lobby": [b"new"]}


# --- cut ------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("kind", KINDS)
def test_a_journal_cut_at_any_byte_of_its_newest_segment_is_what_it_was_at_its_last_whole_batch(kind):
    files, states = journal(*kind)
    name = max(name for name in files if name.endswith(".rpj") and files[name])
    whole = read(files)
    assert whole is not None
    assert (whole.entries, whole.notes) == (states[-1], [])
    former = len(states) - 1
    for length in range(len(files[name]) - 1, -1, -1):
        cut = {**files, name: files[name][:length]}
        recovered = read(cut)
        if recovered is None:
            assert kind[4] == "disk"
            continue
        at = max(index for index in range(former + 1) if states[index] == recovered.entries)
        assert at <= former
        former = at
        if length % 7 == 0:
            go_on(cut, recovered.entries)


@pytest.mark.parametrize("kind", KINDS)
def test_every_segment_cut_at_any_byte_gives_a_former_state_or_nothing(kind):
    files, states = journal(*kind)
    for name, data in files.items():
        for length in range(len(data)):
            recovered = read({**files, name: data[:length]})
            assert recovered is None or recovered.entries in states


def test_a_batch_that_is_not_whole_at_the_end_is_said_with_its_place():
    files, states = journal(*KINDS[3])
    data = files["00000001.rpj"]
    last = 0
    offset = HEADER_BYTES
    while (batch := batch_at(data, 1, offset)) is not None:
        last, offset = offset, batch.end
    recovered = read({"00000001.rpj": data[:-1]})
    assert recovered is not None
    assert recovered.entries == states[-2]
    end = len(data) - 1
    told = f"ends in a batch that is not whole, at byte {last}: {end - last} bytes of {end} do not count"
    assert recovered.notes == [f"00000001.rpj {told}"]


# --- damaged --------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("kind", KINDS)
def test_any_bit_that_is_flipped_gives_a_former_state_or_nothing(kind):
    files, states = journal(*kind)
    refused = 0
    for name, data in files.items():
        if not name.endswith(".rpj"):
            continue
        for index in range(len(data)):
            for bit in range(0, 8, 1 if kind[1] == 6 else 3):
                damaged = bytearray(data)
                damaged[index] ^= 1 << bit
                recovered = read({**files, name: bytes(damaged)})
                assert recovered is None or recovered.entries in states
                refused += recovered is None
    assert refused


@settings(max_examples=300, deadline=None)
@given(st.sampled_from(KINDS), st.randoms(use_true_random=False))
def test_any_damage_gives_a_former_state_or_nothing_and_can_be_built_upon(kind, dice):
    files, states = journal(*kind)
    damaged = dict(files)
    for _ in range(dice.randint(1, 3)):
        name = dice.choice([name for name in sorted(damaged) if name.endswith(".rpj")] or [""])
        if not name:
            break
        data = bytearray(damaged[name])
        begin, end = sorted((dice.randint(0, len(data)), dice.randint(0, len(data))))
        how = dice.randrange(6)
        if how == 0:
            data[begin:end] = bytes(end - begin)
        elif how == 1:
            data[begin:end] = dice.randbytes(end - begin)
        elif how == 2:
            del data[begin:end]
        elif how == 3:
            data += data[begin:end]
        elif how == 4:
            del data[begin:]
        damaged[name] = bytes(data)
        if how == 5:
            del damaged[name]
    recovered = read(damaged)
    assert recovered is None or recovered.entries in states
    if recovered is not None:
        go_on(damaged, recovered.entries)


def test_what_was_promised_to_be_on_the_disk_and_is_damaged_is_refused_with_its_place():
    files, _ = journal(*KINDS[2])
    first = min(name for name in files if name.endswith(".rpj"))
    damaged = bytearray(files[first])
    damaged[HEADER_BYTES + 70] ^= 1
    with pytest.raises(JournalUnusable) as refused:
        read_journal(Folder({**files, first: bytes(damaged)}))
    assert str(refused.value).startswith(f"{first} is not whole after byte {HEADER_BYTES}, and 0000")
    assert "was safely on the disk" in str(refused.value)


def test_damage_is_refused_also_if_only_what_follows_in_the_same_segment_tells_of_it():
    files, _ = journal(5, 12, 1 << 20, 1, "disk")
    assert [name for name in files if name.endswith(".rpj") and files[name]] == ["00000001.rpj"]
    damaged = bytearray(files["00000001.rpj"])
    damaged[len(damaged) // 3] ^= 1  # some batches before it, and many after it
    assert read({"00000001.rpj": bytes(damaged)}) is None


def test_a_segment_that_goes_on_earlier_replaces_what_came_after_that():
    def segment(number: int, first: int, *words: bytes) -> bytes:
        batches = [
            encode_batch([Entry("session/a", PART if seq > 1 else WHOLE, word)], 7, number, seq, 0, 1, 0.0, 0.0)
            for seq, word in enumerate(words, first)
        ]
        return encode_header(Header(7, number, 1, first, 0, 0.0)) + b"".join(batches)

    files = {
        "00000001.rpj": segment(1, 1, b"a", b"b", b"c"),
        "00000002.rpj": segment(2, 4, b"d", b"e"),
        "00000004.rpj": segment(4, 3, b"C"),
        "00000005.rpj": segment(5, 4, b"D")[:-1],
        "00000006.rpj": segment(6, 4, b"DD"),
    }
    recovered = read(files)
    assert recovered is not None
    assert recovered.entries == {"session/a": [b"a", b"b", b"C", b"DD"]}
    assert recovered.notes == []


def test_a_missing_segment_is_refused():
    files, _ = journal(*KINDS[2])
    names = [name for name in files if name.endswith(".rpj") and files[name]]
    assert len(names) >= 3
    for name in names[:-1]:
        assert read({other: data for other, data in files.items() if other != name}) is None


def test_segments_of_another_release_are_refused_and_so_are_renamed_ones():
    files, _ = journal(*KINDS[3])
    data = bytearray(files["00000001.rpj"])
    data[4] = 9
    with pytest.raises(JournalUnusable, match=r"00000001.rpj was written by another release.*version 9"):
        read_journal(Folder({"00000001.rpj": bytes(data)}))
    with pytest.raises(JournalUnusable, match=r"00000002.rpj is segment 1 under another name"):
        read_journal(Folder({"00000002.rpj": files["00000001.rpj"]}))


def test_segments_of_two_journals_in_one_folder_are_refused():
    one, _ = journal(*KINDS[0])
    house = House(seed=5)
    house.loop.now += 5.0
    writer, _ = house.open(segment_bytes=300)
    actor = Actor(Random(1))
    for number in range(12):
        house.append(writer, actor.batch(), number)
        house.wait(0.003)
    names = [name for name in one if name.endswith(".rpj") and one[name]]
    assert read({**one, names[-1]: house.files.read(names[-1])}) is None


def test_a_batch_of_another_segment_counts_nowhere_else():
    batch = encode_batch([Entry("session/a", WHOLE, b"1")], 7, 3, 1, 0, 1, 0.0, 0.0)
    assert batch_at(batch, 3, 0) is not None
    assert batch_at(batch, 4, 0) is None


def test_parts_without_a_whole_are_refused():
    house = House()
    writer, _ = house.open()
    writer.append([Entry("session/a", PART, b"1")], 0.0, lambda: None)
    assert read(folder(house.files)) is None


def test_other_files_in_the_folder_are_left_alone():
    files, states = journal(*KINDS[0])
    recovered = read({**files, "README": b"x", "0001.rpj": b"y", "00000001.rpj.old": b"z"})
    assert recovered is not None
    assert recovered.entries == states[-1]
