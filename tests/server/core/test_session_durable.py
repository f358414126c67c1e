"""What is not committed may still un-happen, so nobody is told: events wait in their session for their commit."""

from __future__ import annotations

from .script import TICK_S, Table, emit


def step(table: Table, *, commits: int | None = None) -> None:
    """A step; the journal has everything up to tick ``commits``."""
    table.now += TICK_S
    table.session.step(table.now)
    if commits is not None:
        table.session.committed(commits)
    table.deliver()


def test_an_event_is_sent_with_the_first_pass_after_its_commit():
    table = Table()
    (ann,) = table.play("Ann")
    emit(table, 0, "a")
    step(table)
    assert ann.replica.tick == 2
    assert ann.events == []
    assert ann.seat.news
    step(table, commits=2)
    assert [(item.n, item.tick, item.fields) for item in ann.events] == [(1, 2, ["a"])]
    assert not ann.seat.news


def test_of_several_events_those_are_sent_that_are_committed():
    table = Table()
    (ann,) = table.play("Ann")
    for word, commits in (("a", 1), ("b", 1), ("c", 3)):
        emit(table, 0, word)
        step(table, commits=commits)
    assert [item.fields for item in ann.events] == [["a"], ["b"]]
    assert (ann.seat.event_sent, ann.seat.events.last) == (2, 3)
    assert ann.seat.news
    step(table, commits=5)
    assert [item.fields for item in ann.events] == [["a"], ["b"], ["c"]]


def test_who_comes_back_is_not_told_either():
    table = Table()
    (ann,) = table.play("Ann")
    ann.drop()
    emit(table, 0, "a")
    step(table)
    ann.resume()
    step(table)
    assert ann.events == []
    step(table, commits=4)
    assert [item.n for item in ann.events] == [1]


def test_a_pass_without_news_stays_the_same_for_all_while_events_wait_for_another():
    table = Table()
    ann, bob = table.play("Ann", "Bob")
    emit(table, 0, "a")
    step(table)
    step(table)
    assert ann.replica.tick == bob.replica.tick == 3
    assert bob.passes[-1].seat is None
