"""A session in whose step the node dies goes on once, and not twice."""

from __future__ import annotations

from rallypoint.ports import Entry
from rallypoint.runtime.quarantine import Marks
from rallypoint_protocol.ids import SessionId

A = SessionId("a")


def _kept(entries: list[Entry]) -> dict[str, list[bytes]]:
    return {entry.key: [entry.data] for entry in entries}


def test_the_first_death_is_noted_and_the_second_is_enough():
    first = Marks({}, "session/a")
    assert not first.is_quarantined(A)
    second = Marks(_kept(first.entries()), "session/a")
    assert second.is_quarantined(A)
    assert second.entries() == []


def test_a_death_in_the_step_of_another_is_not_held_against_it():
    first = Marks({}, "session/a")
    second = Marks(_kept(first.entries()), "session/b")
    assert not second.is_quarantined(A)
    assert len(second.entries()) == 2


def test_who_has_played_on_is_acquitted():
    first = Marks({}, "session/a")
    gone = first.acquit()
    assert [entry.key for entry in gone] == ["mark/a"]
    assert not Marks({}, "session/a").is_quarantined(A)
    assert first.acquit() == []


def test_a_node_that_died_in_no_step_suspects_nobody():
    assert Marks({}, "").entries() == []
