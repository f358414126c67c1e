"""Which writes are tried, and what becomes of them: no database, no time."""

from __future__ import annotations

from collections.abc import Set as AbstractSet
from dataclasses import dataclass

from hypothesis import given, strategies as st

from rallypoint.storage.faults import Outcome
from rallypoint.storage.write_queue import WriteQueue, plan


@dataclass(frozen=True)
class Line:
    """A write of a session."""

    key: str
    text: str = ""


_NONE: AbstractSet[str] = frozenset()


class Desk:
    """A database that knows which writes it cannot take, and whether it is there."""

    def __init__(self, *, down: bool = False, wrong: AbstractSet[str] = _NONE, odd: AbstractSet[str] = _NONE) -> None:
        self.down = down
        self.wrong = wrong
        self.odd = odd
        self.kept: list[str] = []
        self.tried: list[list[str]] = []

    def attempt(self, group) -> Outcome:
        texts = [entry.write.text for entry in group]
        self.tried.append(texts)
        if self.down or self.odd & set(texts):
            return Outcome.DATABASE
        if self.wrong & set(texts):
            return Outcome.WRITE
        self.kept += texts
        return Outcome.WRITTEN

    def round(self, queue: WriteQueue[Line]):
        steps = plan(queue.take())
        group = next(steps)
        while True:
            try:
                group = steps.send(self.attempt(group))
            except StopIteration as end:
                queue.settle(end.value)
                return end.value


def queue_of(*texts: str, entries_max: int = 100) -> WriteQueue[Line]:
    """Each letter is a key: ``a1`` and ``a2`` belong together."""
    queue: WriteQueue[Line] = WriteQueue(entries_max)
    for text in texts:
        queue.add(Line(text[0], text))
    return queue


def test_everything_that_waits_is_one_transaction():
    queue, desk = queue_of("a", "b", "c"), Desk()
    done = desk.round(queue)
    assert desk.tried == [["a", "b", "c"]]
    assert not done.left
    assert (len(queue), queue.written) == (0, 3)


def test_a_batch_has_a_bound():
    queue = queue_of(*(f"{n}" for n in range(10)))
    assert len(queue.take(4)) == 4
    assert len(queue) == 10  # those that are being written still count


def test_beyond_the_bound_the_oldest_goes_and_is_counted():
    queue = queue_of(entries_max=2)
    gone = [queue.add(Line(text)) for text in "abcd"]
    assert gone == [None, None, Line("a"), Line("b")]
    assert (len(queue), queue.lost) == (2, 2)


def test_what_is_being_written_is_not_what_goes():
    queue = queue_of("a", "b", entries_max=2)
    taken = queue.take(1)
    assert queue.add(Line("c", "c")) == Line("b", "b")
    assert [entry.write.text for entry in taken] == ["a"]


def test_a_write_that_is_wrong_is_dropped_and_the_others_are_written():
    queue, desk = queue_of("a", "b", "c"), Desk(wrong={"b"})
    done = desk.round(queue)
    assert desk.kept == ["a", "c"]
    assert [entry.write.text for entry in done.dropped] == ["b"]
    assert not done.left  # no pause: the database is well
    assert (queue.written, queue.refused, len(queue)) == (2, 1, 0)


def test_a_database_that_is_down_keeps_all_in_order_and_is_asked_twice_a_round():
    queue, desk = queue_of("a", "b", "c"), Desk(down=True)
    for _ in range(5):
        assert desk.round(queue).left
    assert len(desk.tried) == 10
    assert desk.round(queue).left
    desk.down = False
    desk.round(queue)
    assert desk.kept == ["a", "b", "c"]


def test_a_down_database_is_never_held_against_a_write():
    queue, desk = queue_of("a"), Desk(down=True)
    for _ in range(50):
        assert not desk.round(queue).dropped
    assert len(queue) == 1


def test_a_write_that_only_fails_itself_holds_no_other_up_and_is_dropped_in_the_end():
    queue, desk = queue_of("a", "b", "c"), Desk(odd={"a"})
    rounds = 0
    while len(queue):
        rounds += 1
        assert rounds < 30
        desk.round(queue)
        if rounds % 2 == 0:
            queue.add(Line("z", f"z{rounds}"))  # others go on coming
    assert desk.kept[:2] in (["b", "c"], ["c", "b"])
    assert queue.refused == 1


def test_a_session_is_never_written_before_an_older_write_of_its_own():
    queue, desk = queue_of("a1", "a2", "b1"), Desk(odd={"a1"})
    for _ in range(2):
        desk.round(queue)
    assert "b1" in desk.kept
    assert "a2" not in desk.kept


@given(
    texts=st.lists(st.sampled_from(["a1", "a2", "a3", "b1", "b2", "c1"]), unique=True, max_size=6).map(sorted),
    wrong=st.sets(st.sampled_from(["a1", "b2"])),
    odd=st.sets(st.sampled_from(["a2", "c1"])),
    down_rounds=st.integers(0, 4),
)
def test_all_that_can_be_written_is_written_once_in_its_key_s_order(texts, wrong, odd, down_rounds):
    queue, desk = queue_of(*texts), Desk(wrong=wrong, odd=odd, down=True)
    for number in range(40):
        desk.down = number < down_rounds
        if number >= down_rounds:
            queue.add(Line(f"z{number}", f"z{number}"))  # or an odd one alone could not be told from a database down
        if len(queue):
            desk.round(queue)
    assert len(queue) == 0
    kept = [text for text in desk.kept if text[0] != "z"]
    assert sorted(kept) == [text for text in texts if text not in wrong | odd]
    for key in "abc":
        mine = [text for text in kept if text[0] == key]
        assert mine == sorted(mine)
    assert queue.refused == len((wrong | odd) & set(texts))
