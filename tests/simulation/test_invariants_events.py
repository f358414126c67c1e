"""The observer of events: each invariant is broken once, in a world that is well otherwise."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from rallypoint_protocol.messages import (
    EventItem,
)
from tests.simulation.invariants import events
from tests.simulation.invariants.events import Events
from tests.simulation.seats_table import Breaks, Table

breaks = Breaks(Events)


def told(table: Table, ahead: int, tick_ahead: int = 1, n: int = 0) -> EventItem:
    """The event that comes next, or a later one."""
    table.player.told += 1
    return EventItem(
        table.seat.events.last + ahead, table.last.head.tick + tick_ahead, 16, [n or table.player.told, ""]
    )


@breaks(events.CONSECUTIVE)
def an_event_left_out(table: Table) -> None:
    table.next_pass([told(table, 2)])


@breaks(events.BEGINS)
def an_event_forgotten_on_resume(table: Table) -> None:
    other = table.other_wire()
    last = table.seat.events.last
    table.resumes(other, tick=3, event=last)
    table.seats(other, outcome="resumed")
    table.wire = other
    table.passes(events=[told(table, 2, 0)])


@breaks(events.SAME)
def another_event_under_the_same_number(table: Table) -> None:
    table.next_pass([told(table, 1)])
    other = table.other_wire()
    table.resumes(other, tick=3, event=table.seat.events.last)
    table.seats(other, outcome="resumed")
    table.wire = other
    table.passes(table.tick + 1, [EventItem(table.seat.events.last + 1, table.last.head.tick + 1, 16, [99, "else"])])


@breaks(events.WITH_ITS_TICK)
def an_event_that_comes_late(table: Table) -> None:
    table.next_pass([told(table, 1, -2)])


@breaks(events.ALL)
def an_event_that_never_comes(table: Table) -> None:
    table.player.told += 1
    table.next_pass()


@breaks(events.TOLD_IN_ORDER)
def an_event_before_its_predecessor(table: Table) -> None:
    table.next_pass([told(table, 1, n=table.player.told + 3)])


@breaks(events.LOST)
def events_lost_for_nothing(table: Table) -> None:
    other = table.other_wire()
    table.resumes(other, event=table.seat.events.last)
    table.seats(other, lost=3)


@breaks(events.USER)
def an_event_told_twice(table: Table) -> None:
    table.ann.events.append(table.ann.events[-1])
    table.observer.look()


@pytest.mark.parametrize(("invariant", "case"), breaks.cases)
def test_what_must_not_be_is_found(invariant: str, case: Callable[[Table], None]) -> None:
    assert breaks.first(case) == [invariant]
