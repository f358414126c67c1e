"""The observer of connections: each invariant is broken once, in a world that is well otherwise."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from rallypoint.core.seat import SeatState
from rallypoint_protocol.close import CloseCode
from rallypoint_protocol.messages import (
    Leave,
    Pong,
)
from tests.simulation.invariants import connections
from tests.simulation.invariants.connections import Connections
from tests.simulation.seats_table import Breaks, Table

breaks = Breaks(Connections)


@breaks(connections.ONE_LIVING)
def two_connections(table: Table) -> None:
    table.seats(table.other_wire())


@breaks(connections.TOLD)
def another_word_for_a_takeover(table: Table) -> None:
    other = table.other_wire()
    table.resumes(other)
    table.observer.closing(table.wire, CloseCode.LEFT, "", True)
    table.seats(other)


@breaks(connections.NOTHING_MORE)
def a_word_after_the_close(table: Table) -> None:
    table.observer.closing(table.wire, CloseCode.TAKEN_OVER, "", True)
    table.observer.sent(table.wire, Pong(0.0, 0.0, 1), True)


@breaks(connections.CONNECTED_ONLY)
def a_pass_for_who_is_away(table: Table) -> None:
    table.seat.state = SeatState.AWAY
    table.passes()


@breaks(connections.AWAY)
def a_drop_that_nobody_noticed(table: Table) -> None:
    table.observer.ended(table.wire, True, None)
    table.observer.look()


@breaks(connections.NOT_AWAY)
def away_without_a_drop(table: Table) -> None:
    table.seat.state = SeatState.AWAY
    table.observer.look()


@breaks(connections.LET_GO)
def a_leave_that_nobody_heard(table: Table) -> None:
    table.observer.received(table.wire, Leave(), False)
    table.observer.look()


@breaks(connections.NOBODY_ERRS)
def a_message_of_the_library_that_is_refused(table: Table) -> None:
    table.wire.closed_by = "server"
    table.observer.closing(table.wire, CloseCode.UNEXPECTED, "", True)


@breaks(connections.NOBODY_ERRS)
def a_desync(table: Table) -> None:
    table.wire.closed_by = "client"
    table.observer.closing(table.wire, CloseCode.UNEXPECTED, "desync", False)


@pytest.mark.parametrize(("invariant", "case"), breaks.cases)
def test_what_must_not_be_is_found(invariant: str, case: Callable[[Table], None]) -> None:
    assert breaks.first(case) == [invariant]
