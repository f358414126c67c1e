"""What is written goes in one batch, and what follows from it is done once that is committed, in order."""

from __future__ import annotations

from collections.abc import Callable, Sequence

import pytest

from rallypoint.ports import Entry, EntryKind
from rallypoint.runtime.scribe import Scribe
from rallypoint.storage.journal_off import JournalOff


class Journal(JournalOff):
    keeps = True

    def __init__(self) -> None:
        super().__init__()
        self.batches: list[list[str]] = []
        self.waiting: list[Callable[[], None]] = []

    def append(self, entries: Sequence[Entry], now: float, committed: Callable[[], None]) -> None:
        self.batches.append([entry.key for entry in entries])
        self.waiting.append(committed)

    def commit(self) -> None:
        self.waiting.pop(0)()


class Thing:
    def __init__(self, key: str) -> None:
        self.key = key

    def take_entries(self) -> list[Entry]:
        return [Entry(self.key, EntryKind.PART, b"")]


def made() -> tuple[Journal, Scribe, list[str]]:
    journal = Journal()
    return journal, Scribe(journal, lambda: 1.0), []


def test_what_was_touched_goes_with_the_next_batch_before_what_the_batch_is_for():
    journal, scribe, _ = made()
    scribe.touch(Thing("a"))
    scribe.touch(Thing("b"))
    scribe.commit([Entry("c", EntryKind.WHOLE, b"")], lambda: None)
    assert journal.batches == [["a", "b", "c"]]
    scribe.commit([], lambda: None)
    assert journal.batches[1:] == [[]]  # something older waits: this comes after it


def test_what_follows_waits_for_its_commit_and_for_everything_before_it():
    journal, scribe, done = made()
    scribe.commit([Entry("a", EntryKind.WHOLE, b"")], lambda: done.append("a"))
    scribe.commit([], lambda: done.append("b"))
    assert done == []
    journal.commit()
    assert done == ["a"]
    journal.commit()
    scribe.commit([], lambda: done.append("c"))
    assert done == ["a", "b", "c"]
    assert len(journal.batches) == 2


def test_a_journal_that_keeps_nothing_is_not_asked():
    scribe, done = Scribe(JournalOff(), lambda: 1.0), []
    scribe.touch(Thing("a"))
    scribe.commit([Entry("a", EntryKind.WHOLE, b"")], lambda: done.append("a"))
    assert done == ["a"]
    assert not scribe._touched


def test_a_sign_of_life_is_given_though_nothing_has_happened():
    journal, scribe, _ = made()
    scribe.beat()
    assert journal.batches == [[]]


def test_what_is_gone_is_written_so():
    journal, scribe, _ = made()
    written: list[Entry] = []
    scribe.watch = written.extend
    scribe.gone("result/x")
    scribe.commit([], lambda: None)
    assert written == []
    journal.commit()
    assert written == [Entry("result/x", EntryKind.GONE, b"")]


def test_what_is_done_together_is_in_one_batch_and_what_follows_comes_in_order():
    journal, scribe, done = made()
    with scribe.together():
        scribe.commit([Entry("a", EntryKind.WHOLE, b"")], lambda: done.append("a"))
        with scribe.together():
            scribe.touch(Thing("b"))
            scribe.commit([], lambda: done.append("b"))
        scribe.commit([], lambda: done.append("c"))
        scribe.beat([Entry("d", EntryKind.WHOLE, b"")])
        assert journal.batches == []
    assert journal.batches == [["a", "b", "d"]]
    assert done == []
    journal.commit()
    assert done == ["a", "b", "c"]
    scribe.commit([], lambda: done.append("d"))
    assert done == ["a", "b", "c", "d"]


def test_where_nothing_is_done_together_nothing_is_written():
    journal, scribe, done = made()
    with scribe.together():
        scribe.commit([], lambda: done.append("a"))
    assert (journal.batches, done) == ([], ["a"])


def test_what_fails_in_the_midst_is_written_as_far_as_it_came_and_all_that_follows_is_done():
    journal, scribe, done = made()

    def broken() -> None:
        raise RuntimeError("one of them")

    def fail_in_the_midst() -> None:
        with scribe.together():
            scribe.commit([Entry("a", EntryKind.WHOLE, b"")], broken)
            scribe.commit([Entry("b", EntryKind.WHOLE, b"")], lambda: done.append("b"))
            raise KeyError

    with pytest.raises(KeyError):
        fail_in_the_midst()
    assert journal.batches == [["a", "b"]]
    with pytest.raises(RuntimeError):
        journal.commit()
    assert done == ["b"]
    scribe.beat()
    assert journal.batches[1:] == [[]]
