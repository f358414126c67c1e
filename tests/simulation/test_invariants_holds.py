"""The observer of holds: each invariant is broken once, in a world that is well otherwise."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from rallypoint.core.seat import SeatState
from rallypoint_protocol.messages import (
    Ack,
    Proved,
)
from tests.simulation.invariants import holds
from tests.simulation.invariants.holds import Holds
from tests.simulation.seats_table import LEAN, Breaks, Table

breaks = Breaks(Holds)


@breaks(holds.NEWEST)
def an_older_hold(table: Table) -> None:
    table.says(table.wire, LEAN, 100, 5, 7)
    table.says(table.wire, LEAN, 101, 5, 8)
    table.player.leaning = 7
    table.step(table.tick + 1)


@breaks(holds.LET_GO)
def a_hold_of_who_is_away(table: Table) -> None:
    table.seat.state = SeatState.AWAY
    table.player.leaning = 7
    table.step(table.tick + 1)


@breaks(holds.AGAIN)
def a_hold_that_is_not_said_again(table: Table) -> None:
    table.says(table.wire, LEAN, 100, 5, 7)
    wire = table.comes_back()
    table.says(wire, Proved())
    table.says(wire, Ack(1, 5, 0))


@pytest.mark.parametrize(("invariant", "case"), breaks.cases)
def test_what_must_not_be_is_found(invariant: str, case: Callable[[Table], None]) -> None:
    assert breaks.first(case) == [invariant]
