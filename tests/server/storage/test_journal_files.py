"""A journal that writes: when batches are committed, segments, retention, disks that fail."""

from __future__ import annotations

import errno
import os
from random import Random
from typing import Literal

import pytest

from rallypoint.ports import Entry, Pressure
from rallypoint.storage.segments import segment_number
from rallypoint_simulation.files import SimulatedFiles
from tests.server.storage.journal_house import GONE, PART, WHOLE, Actor, House, apply, found


def segments(files: SimulatedFiles) -> list[int]:
    return [number for name in files.names() if (number := segment_number(name)) is not None]


def written(files: SimulatedFiles) -> list[int]:
    return [number for number in segments(files) if files.read(f"{number:08}.rpj")]


# --- committing -----------------------------------------------------------------------------------------------------


def test_with_process_a_batch_is_committed_before_append_returns():
    house = House()
    journal, recovered = house.open("process")
    assert recovered.entries == {}
    house.append(journal, [Entry("session/a", WHOLE, b"1")], 1)
    assert house.committed == [1]
    assert found(house.files).entries == {"session/a": [b"1"]}


def test_with_disk_a_batch_is_committed_when_its_sync_is_over_and_what_came_meanwhile_with_the_next():
    house = House(takes_s=0.01)
    journal, _ = house.open("disk", segment_bytes=10_000)
    house.append(journal, [Entry("session/a", WHOLE, b"1")], 1)
    house.wait(0.005)
    house.append(journal, [Entry("session/a", PART, b"2")], 2)
    house.append(journal, [], 3)
    assert house.committed == []
    house.wait(0.0055)
    assert house.committed == [1]
    house.wait(0.01)
    assert house.committed == [1, 2, 3]


@pytest.mark.parametrize(("durability", "took_s"), [("process", 0.0), ("disk", 0.01)])
def test_how_long_each_flush_took_is_told_of_process_each_write_and_of_disk_each_sync(
    durability: Literal["process", "disk"], took_s: float
):
    house = House(takes_s=0.01)
    journal, _ = house.open(durability, segment_bytes=10_000)
    told: list[float] = []
    journal.flushed = told.append
    house.append(journal, [Entry("session/a", WHOLE, b"1")], 1)
    house.append(journal, [], 2)
    house.wait(1.0)
    assert told == pytest.approx([took_s, took_s], abs=1e-6)


def test_batches_are_committed_in_order_also_those_that_a_commit_appends():
    house = House()
    journal, _ = house.open("disk")
    order: list[str] = []

    def first() -> None:
        order.append("first")
        journal.append([], 0.0, lambda: order.append("third"))

    journal.append([Entry("session/a", WHOLE, b"")], 0.0, first)
    journal.append([], 0.0, lambda: order.append("second"))
    house.wait()
    assert order == ["first", "second", "third"]


def test_one_who_cannot_be_told_does_not_hold_up_the_others():
    house = House()
    journal, _ = house.open("disk")
    told: list[int] = []
    journal.append([Entry("session/a", WHOLE, b"")], 0.0, lambda: told.append(1 // 0))
    journal.append([], 0.0, lambda: told.append(2))
    house.loop.run_for(1.0)
    assert told == [2]
    assert [type(one["exception"]) for one in house.loop.failures] == [ZeroDivisionError]


def test_close_commits_what_waits_and_leaves_no_empty_segment():
    house = House()
    journal, _ = house.open("disk")
    house.append(journal, [Entry("session/a", WHOLE, b"1")], 1)
    house.wait()
    house.append(journal, [Entry("session/a", PART, b"2")], 2)
    house.close(journal)
    assert house.committed == [1, 2]
    assert segments(house.files) == [1]
    house.append(journal, [], 3)
    assert house.committed == [1, 2, 3]


def test_nothing_is_written_before_the_first_batch():
    house = House()
    journal, _ = house.open()
    house.append(journal, [Entry("session/a", WHOLE, b"1")], 1)
    journal.stepping("session/a")
    house.files.crash()
    before = {name: house.files.read(name) for name in house.files.names()}
    again = House(house.files)
    journal, recovered = again.open()
    assert recovered.stepping == "session/a"
    journal.stepping("session/b")
    again.wait()
    again.close(journal)
    assert {name: house.files.read(name) for name in house.files.names()} == before


# --- what is recovered ----------------------------------------------------------------------------------------------


@pytest.mark.parametrize("seed", range(30))
def test_after_a_crash_at_any_moment_all_that_was_committed_is_there(seed):
    dice = Random(seed)
    actor, files = Actor(dice), SimulatedFiles()
    for life in range(4):
        house = House(files, seed * 10 + life, takes_s=dice.choice((0.0, 0.003, 0.3)))
        journal, recovered = house.open("process", segment_bytes=dice.choice((200, 1000)), retain_bytes=1000)
        assert recovered.entries == actor.state
        assert recovered.notes == []
        assert list(recovered.entries) == list(found(files).entries)
        for number in range(dice.randint(0, 80)):
            house.append(journal, actor.batch(), number)
            assert house.committed[-1] == number
            for key in journal.stale(2):
                again = [Entry(key, WHOLE, b"again" + actor.data())]
                actor.state = apply(actor.state, again)
                house.append(journal, again, number)
            house.wait(0.01)
        house.files.crash()
    assert found(files).entries == actor.state


def test_the_clock_of_the_last_sign_of_life_is_recovered():
    house = House()
    journal, _ = house.open()
    journal.append([Entry("session/a", WHOLE, b"1")], 12.5, lambda: None)
    journal.append([], 13.5, lambda: None)
    house.files.crash()
    assert found(house.files).now == 13.5


def test_the_step_that_was_open_when_the_process_died_is_known():
    house = House()
    journal, _ = house.open()
    house.append(journal, [Entry("session/a", WHOLE, b""), Entry("session/" + "b" * 80, WHOLE, b"")], 1)
    for key in ("session/a", "session/" + "b" * 80):
        journal.stepping(key)
        assert found(house.files).stepping == key
        journal.stepped()
        assert found(house.files).stepping == ""


# --- segments and retention -----------------------------------------------------------------------------------------


def test_a_full_segment_is_followed_by_one_that_was_made_before():
    house = House()
    journal, _ = house.open()
    house.append(journal, [Entry("session/a", WHOLE, bytes(1500))], 1)
    house.append(journal, [Entry("session/a", PART, b"2")], 2)
    assert written(house.files) == [1]  # the next was not there yet: it is not waited for
    house.wait()
    house.append(journal, [Entry("session/a", PART, b"3")], 3)
    assert written(house.files) == [1, 2]
    assert found(house.files).entries == {"session/a": [bytes(1500), b"2", b"3"]}


def test_segments_that_nothing_alive_needs_are_deleted_once_that_is_on_the_disk():
    house = House(takes_s=0.05)
    journal, _ = house.open()
    for number in range(6):
        house.append(journal, [Entry("session/a", WHOLE, bytes(1500))], number)
        house.wait()
    assert written(house.files) == [6]
    house.append(journal, [Entry("session/b", WHOLE, bytes(1500))], 7)
    house.append(journal, [Entry("session/a", GONE, b"")], 8)
    assert min(written(house.files)) == 6
    house.wait()
    assert min(written(house.files)) == 7


def test_a_whole_that_is_needed_keeps_its_segment_and_all_after_it():
    house = House()
    journal, _ = house.open(retain_bytes=1 << 20)
    house.append(journal, [Entry("session/old", WHOLE, b"x")], 0)
    for number in range(6):
        house.append(journal, [Entry("session/a", WHOLE, bytes(1500))], number)
        house.wait()
    assert min(written(house.files)) == 1
    assert journal.stale(9) == []
    assert found(house.files).entries == {"session/old": [b"x"], "session/a": [bytes(1500)]}


def test_with_too_much_on_the_disk_keys_that_keep_old_segments_are_asked_for():
    house = House()
    journal, _ = house.open(retain_bytes=4000, retain_ratio=1.0)
    house.append(journal, [Entry("session/old", WHOLE, b"x"), Entry("session/older", WHOLE, b"y")], 0)
    for number in range(6):
        house.append(journal, [Entry("session/a", WHOLE, bytes(1500))], number)
        house.wait()
    assert journal.stale(1) == ["session/old"]
    assert journal.stale(9) == ["session/old", "session/older"]
    house.append(journal, [Entry("session/old", WHOLE, b"x"), Entry("session/older", WHOLE, b"y")], 0)
    assert journal.stale(9) == []
    house.wait()
    assert min(written(house.files)) > 4


def test_what_was_recovered_is_asked_for_until_it_was_written_again():
    house = House()
    journal, _ = house.open()
    house.append(journal, [Entry("session/a", WHOLE, b"1"), Entry("session/b", WHOLE, b"2")], 0)
    house.files.crash()
    house = House(house.files)
    journal, _ = house.open()
    assert journal.stale(9) == ["session/a", "session/b"]
    house.append(journal, [Entry("session/a", WHOLE, b"1")], 0)
    assert journal.stale(9) == ["session/b"]
    house.append(journal, [Entry("session/b", GONE, b"")], 0)
    assert journal.stale(9) == []
    house.wait()
    assert written(house.files) == [2]


# --- disks that fail ------------------------------------------------------------------------------------------------


def fail(error: int, *doing: str):
    def fault(what: str, name: str) -> None:
        if what in doing:
            raise OSError(error, os.strerror(error), name)

    return fault


@pytest.mark.parametrize("durability", ["process", "disk"])
@pytest.mark.parametrize("room", range(0, 700, 7))
def test_on_a_disk_that_gets_full_anywhere_games_go_on_undurably_and_are_durable_again(durability, room):
    house, actor = House(), Actor(Random(room))
    journal, _ = house.open(durability, segment_bytes=300, retain_bytes=1000)
    before: list[bool] = []

    def mended() -> None:
        before.append(bool(journal.failure))
        journal.append(actor.everything(), house.loop.time(), lambda: before.append(bool(journal.failure)))

    journal.mended = mended
    house.files.room = room
    states = [actor.state]
    for number in range(30):
        house.append(journal, actor.batch(), number)
        states.append(actor.state)
        house.wait(0.01)
    assert house.committed == list(range(30))
    assert house.failures == ["the journal cannot be written: No space left on device"]
    undurable = found(house.files)
    assert undurable.entries in states
    assert undurable.undurable == "No space left on device"
    house.files.room = None
    house.wait(4.0)
    assert before == ([True, False])
    assert journal.failure == ""
    house.append(journal, actor.batch(), 30)
    house.wait()
    assert house.committed == list(range(31))
    again = found(house.files)
    assert (again.entries, again.undurable) == (actor.state, "")
    house.files.lose_power(Random(room))
    if durability == "disk":
        assert found(house.files).entries == actor.state


@pytest.mark.parametrize("doing", ["create", "write", "sync", "note"])
@pytest.mark.parametrize("durability", ["process", "disk"])
def test_any_error_of_the_disk_is_a_failure_that_is_told_once(durability, doing):
    house = House()
    journal, _ = house.open(durability)
    house.files.fault = fail(errno.EIO, doing)
    told: list[str] = []
    journal.failed = lambda why: told.append(f"{why}; {len(house.committed)} committed; {journal.failure == why}")
    house.append(journal, [Entry("session/a", WHOLE, b"")], 1)
    house.append(journal, [], 2)
    house.wait(10.0)
    assert house.committed == [1, 2]
    assert len(told) == 1
    assert told[0].startswith("the journal cannot be written: Input/output error; ")
    assert told[0].endswith("; True")
    assert journal.pressure is Pressure.NONE
    house.close(journal)
    assert len(told) == 1


def test_a_sync_that_fails_commits_what_waits_undurably_and_nothing_after_it_trusts_that_segment():
    house, actor = House(takes_s=0.05), Actor(Random(3))
    journal, _ = house.open("disk", segment_bytes=10_000)
    journal.mended = lambda: house.append(journal, actor.everything(), 100)
    for number in range(5):
        house.append(journal, actor.batch(), number)
    house.wait(0.01)
    house.files.fault = fail(errno.EIO, "sync")
    house.append(journal, actor.batch(), 5)
    house.wait(0.2)
    assert house.committed == [0, 1, 2, 3, 4, 5]
    assert house.failures
    assert found(house.files).undurable == "Input/output error"
    house.wait(10.0)
    assert house.committed == [0, 1, 2, 3, 4, 5]  # a disk that cannot sync does not take the new segment
    house.files.fault = None
    house.wait(4.0)
    assert house.committed == [0, 1, 2, 3, 4, 5, 100]
    assert journal.failure == ""
    house.files.lose_power(Random(1))
    assert found(house.files).entries == actor.state


def test_a_disk_that_fails_again_while_all_is_written_whole_is_tried_again():
    house, actor = House(), Actor(Random(3))
    journal, _ = house.open("disk")
    asked: list[int] = []

    def mended() -> None:
        asked.append(1)
        if len(asked) == 1:
            house.files.room = 3
        elif len(asked) == 2:
            house.files.fault = fail(errno.EIO, "sync")
        house.append(journal, actor.everything(), 100 + len(asked))

    journal.mended = mended
    house.append(journal, actor.batch(), 0)
    house.wait()
    house.files.room = 0
    house.append(journal, actor.batch(), 1)
    house.files.room = None
    house.wait(4.0)
    assert len(asked) == 1
    house.files.room = None
    house.wait(3.5)
    assert len(asked) == 2
    house.wait(1.0)
    house.files.fault = None
    assert journal.failure
    house.wait(6.0)
    assert (len(asked), journal.failure, len(house.failures)) == (3, "", 1)
    assert house.committed == [0, 1, 101, 102, 103]
    assert found(house.files).entries == actor.state
    house.wait()
    assert len(written(house.files)) == 1


def test_a_driver_that_does_not_write_all_again_leaves_the_journal_failed():
    house = House()
    journal, _ = house.open()
    house.append(journal, [Entry("session/a", WHOLE, b"1")], 1)
    house.files.room = 0
    house.append(journal, [Entry("session/a", PART, b"2")], 2)
    house.files.room = None
    house.wait(10.0)
    assert journal.failure
    assert found(house.files).entries == {"session/a": [b"1"]}


# --- pressure -------------------------------------------------------------------------------------------------------


def test_a_disk_that_is_slow_to_sync_presses_and_lets_go():
    house = House(takes_s=1.5)
    journal, _ = house.open("disk")
    house.append(journal, [Entry("session/a", WHOLE, b"1")], 1)
    seen = []
    for _ in range(14):
        seen.append(journal.pressure)
        house.wait(0.1)
    assert seen == sorted(seen)
    assert list(dict.fromkeys(seen)) == [Pressure.NONE, Pressure.HALF, Pressure.QUARTER, Pressure.STEPS]
    house.wait(2.0)
    assert journal.pressure is Pressure.NONE


def test_a_disk_that_does_not_answer_for_half_a_minute_has_failed_and_nothing_waits_for_it_for_ever():
    house = House(takes_s=100.0)
    journal, _ = house.open("disk")
    house.append(journal, [Entry("session/a", WHOLE, b"1")], 1)
    house.wait(29.0)
    house.append(journal, [], 2)
    assert house.committed == []
    assert not journal.failure
    house.wait(2.0)
    house.append(journal, [], 3)
    assert house.committed == [1, 2, 3]
    assert "not answered for 30 s" in journal.failure


def test_much_that_waits_presses_however_young_it_is():
    house = House(takes_s=1.5)
    journal, _ = house.open("disk")
    house.append(journal, [Entry("session/a", WHOLE, bytes(5 << 20))], 1)
    assert journal.pressure is Pressure.QUARTER


def test_what_a_commit_appends_waits_until_that_commit_was_received():
    house = House(takes_s=0.05)
    journal, _ = house.open("disk")
    order: list[str] = []

    def first() -> None:
        journal.append([], 0.0, lambda: order.append("third"))
        order.append("first")

    house.files.fault = fail(errno.EIO, "sync")
    journal.append([Entry("session/a", WHOLE, b"")], 0.0, first)
    journal.append([], 0.0, lambda: order.append("second"))
    house.wait()
    assert journal.failure
    assert order == ["first", "second", "third"]


@pytest.mark.parametrize("seed", range(20))
def test_power_lost_while_all_is_written_whole_for_the_second_time_leaves_a_former_state(seed):
    house, actor = House(takes_s=0.01), Actor(Random(seed))
    journal, _ = house.open("disk", segment_bytes=10_000, retry_s=1.0)
    states = [actor.state]

    def batch(entries: list[Entry]) -> None:
        states.append(actor.state)
        house.append(journal, entries, len(states))

    def mended() -> None:
        if len(house.committed) < 7:  # the disk takes the new segment, and then not its first batch
            house.files.fault = fail(errno.EIO, "sync")
        batch(actor.everything())

    journal.mended = mended
    for _ in range(5):
        batch(actor.batch())
        house.wait(0.05)
    durable = states[-1]
    house.files.room = 0
    batch(actor.batch())
    house.files.room = None
    house.wait(1.5)
    assert len(house.committed) == 7
    house.files.fault = None
    house.wait(0.535)
    assert len(states) == 9  # all is written again, and not yet on the disk
    assert journal.failure
    house.files.lose_power(Random(seed))
    assert found(house.files).entries in (durable, *states)
