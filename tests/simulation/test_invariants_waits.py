"""The observer of what waits for its tick: each invariant is broken once, in a world that is well otherwise."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from rallypoint.core.seat import SeatState
from tests.simulation.games.gallery import Gallery
from tests.simulation.invariants import waits
from tests.simulation.invariants.waits import Waits
from tests.simulation.seats_table import PUT, Breaks, Table
from tests.simulation.small_world import Small, broken

breaks = Breaks(Waits, Gallery)
BOUND = Gallery.definition().options.input_buffer_ticks


def put(table: Table, seq: int, at: int | None = None) -> None:
    """An action arrives."""
    table.says(table.wire, PUT, seq, 5, seq, 0, *([] if at is None else [at]))
    table.seat.received = seq
    table.seat.pending += 1


def applied(table: Table, seq: int, ahead: int) -> None:
    """That step is made, and has applied it."""
    table.seat.applied = seq
    table.step(table.tick + ahead)


@breaks(waits.EARLY)
def one_that_is_applied_a_tick_too_early(table: Table) -> None:
    put(table, 100, table.tick + BOUND)
    applied(table, 100, BOUND - 1)


@breaks(waits.EARLY)
def one_that_does_not_wait_for_its_predecessor(table: Table) -> None:
    put(table, 100, table.tick + BOUND)
    put(table, 101)
    applied(table, 101, 1)


@breaks(waits.LATE)
def one_that_is_not_applied_in_the_next_step(table: Table) -> None:
    put(table, 100)
    table.step(table.tick + 1)


@breaks(waits.LATE)
def one_that_is_meant_for_the_past_and_waits(table: Table) -> None:
    put(table, 100, 1)
    table.step(table.tick + 1)


@breaks(waits.LATE)
def one_that_is_meant_for_the_far_future_and_waits_longer_than_the_bound(table: Table) -> None:
    put(table, 100, 10**9)
    table.step(table.tick + 1 + BOUND)


@breaks(waits.LATE)
def one_that_waits_longer_than_the_game_lets_this_player_wait(table: Table) -> None:
    table.player.input_buffer_ticks = 1
    put(table, 100, 10**9)
    table.step(table.tick + 3)


@breaks(waits.LATE)
def one_that_goes_on_waiting_after_a_takeover(table: Table) -> None:
    put(table, 100, table.tick + BOUND)
    table.wire = table.comes_back(received=100, applied=99)
    table.step(table.tick + 1)


@breaks(waits.LEFT)
def one_that_waits_on_when_its_player_is_away(table: Table) -> None:
    put(table, 100, table.tick + BOUND)
    table.seat.state = SeatState.AWAY
    table.step(table.tick + 1)


@breaks(waits.COUNTED)
def one_that_does_not_count(table: Table) -> None:
    put(table, 100, table.tick + BOUND)
    table.seat.pending = 0
    table.step(table.tick + 1)


@pytest.mark.parametrize(("invariant", "case"), breaks.cases)
def test_what_must_not_be_is_found(invariant: str, case: Callable[[Table], None]) -> None:
    assert breaks.first(case) == [invariant]


def test_an_input_that_is_applied_in_its_tick_is_fine() -> None:
    table = Table(Waits, game=Gallery)
    put(table, 100, table.tick + BOUND)
    for ahead in range(1, BOUND):
        table.step(table.tick + ahead)
    table.seat.pending = 0
    applied(table, 100, BOUND)
    assert table.found == []


def test_hands_make_inputs_wait_and_nothing_breaks() -> None:
    one = Small(Waits, game=Gallery)
    assert broken(one, 6.0) == []
    assert one[0].waited > 10
