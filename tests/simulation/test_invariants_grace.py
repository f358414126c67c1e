"""The observer of grace: each invariant is broken once, in a world that is well otherwise."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, cast

import pytest

from rallypoint.core.seat import SeatState
from rallypoint_protocol.messages import (
    Leave,
)
from tests.simulation.invariants import grace
from tests.simulation.invariants.grace import Grace
from tests.simulation.seats_table import Breaks, Table

breaks = Breaks(Grace)


def drop(table: Table, seconds: float = 0.0) -> None:
    """Ann's connection is lost; then time passes."""
    table.ann.crash()
    table.world.run_for(0.5)
    assert table.seat.state is SeatState.AWAY
    table.world.run_for(seconds)


@breaks(grace.AS_GRANTED)
def a_longer_absence(table: Table) -> None:
    table.seat._grace.window_s += 1.0
    drop(table)


@breaks(grace.AS_GRANTED)
def an_absence_that_is_extended(table: Table) -> None:
    drop(table)
    assert table.seat.deadline is not None
    table.seat.deadline += 1.0
    table.observer.look()


@breaks(grace.NO_WINDOW)
def a_window_that_was_not_closed(table: Table) -> None:
    table.seat.deadline = 5000.0
    table.observer.look()


@breaks(grace.EARLY)
def freed_too_early(table: Table) -> None:
    drop(table)
    table.host.core.seating.free_up(table.seat, "expired")
    table.step(table.tick + 1)


@breaks(grace.LATE)
def freed_too_late(table: Table) -> None:
    drop(table)
    table.host.core.seating._next_due = None  # nobody looks any more
    table.world.run_for(10.0)


@breaks(grace.AFTER)
def let_in_too_late(table: Table) -> None:
    drop(table, 4.4)
    table.world.loop.now += 10.0
    table.seats(table.other_wire())


@breaks(grace.RESERVED)
def a_reservation_that_never_ends(table: Table) -> None:
    reserved = table.host.core.seating.reserve(cast("Any", "bob"), "Bob", table.world.loop.now, bot=False)
    assert isinstance(reserved, tuple)
    table.observer.look()
    reserved[0].deadline = 1e9
    table.observer.look()


@breaks(grace.WITHOUT_REASON)
def freed_without_a_leave(table: Table) -> None:
    table.host.core.seating.free_up(table.seat, "left")
    table.step(table.tick + 1)


@breaks(grace.LEFT_ONCE)
def the_game_is_not_told(table: Table) -> None:
    table.observer.received(table.wire, Leave(), False)
    table.host.core.seating.free_up(table.seat, "left")
    table.step(table.tick + 1)


@pytest.mark.parametrize(("invariant", "case"), breaks.cases)
def test_what_must_not_be_is_found(invariant: str, case: Callable[[Table], None]) -> None:
    assert breaks.first(case) == [invariant]
