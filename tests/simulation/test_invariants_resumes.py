"""The observer of resumes: each invariant is broken once, in a world that is well otherwise."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from rallypoint_protocol.messages import (
    Ack,
    Part,
    Pass,
    Pong,
    SeatPart,
)
from tests.simulation.invariants import resumes
from tests.simulation.invariants.resumes import Resumes
from tests.simulation.seats_table import Breaks, Table

breaks = Breaks(Resumes)


@breaks(resumes.FIRST)
def a_pong_before_seated(table: Table) -> None:
    other = table.other_wire()
    table.resumes(other)
    table.observer.sent(other, Pong(0.0, 0.0, 1), True)


@breaks(resumes.FIRST)
def seated_twice(table: Table) -> None:
    table.seats(table.wire)


@breaks(resumes.WHO)
def somebody_elses_seat(table: Table) -> None:
    other = table.other_wire()
    table.resumes(other)
    table.seats(other, player="somebody else")


@breaks(resumes.WHO)
def another_epoch(table: Table) -> None:
    other = table.other_wire()
    table.resumes(other)
    table.seats(other, epoch=2)


@breaks(resumes.FRESH)
def fresh_for_one_who_was_there(table: Table) -> None:
    other = table.other_wire()
    table.resumes(other, tick=5)
    table.seats(other, outcome="fresh")


@breaks(resumes.REACHES)
def resumed_without_a_state(table: Table) -> None:
    other = table.other_wire()
    table.resumes(other, tick=-1)
    table.seats(other, outcome="resumed")


@breaks(resumes.NEEDLESS)
def a_resync_for_nothing(table: Table) -> None:
    other = table.other_wire()
    table.resumes(other, tick=5)
    table.seats(other, outcome="resync")


@breaks(resumes.CHANNELS)
def a_first_pass_without_channels(table: Table) -> None:
    table.wire = table.comes_back()
    table.passes()


@breaks(resumes.WHOLE)
def a_resync_that_is_not_whole(table: Table) -> None:
    wire = table.comes_back()
    head = table.last.head
    table.observer.sent(wire, Pass(SeatPart(None, None, [0, 1]), head, [Part(0, 0), Part(1, 1)]), True)


@breaks(resumes.FOLLOWS)
def no_pass_after_seated(table: Table) -> None:
    table.comes_back()
    table.world.loop.run_for(2.0)
    table.observer.look()


@breaks(resumes.CLAIMS)
def a_claim_of_what_never_came(table: Table) -> None:
    table.observer.sent(table.wire, Ack(1, table.tick + 5, 0), False)


@pytest.mark.parametrize(("invariant", "case"), breaks.cases)
def test_what_must_not_be_is_found(invariant: str, case: Callable[[Table], None]) -> None:
    assert breaks.first(case) == [invariant]
