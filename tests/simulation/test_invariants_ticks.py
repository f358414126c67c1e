"""The observer of ticks: each invariant is broken once, in a world that is well otherwise."""

from __future__ import annotations

from collections.abc import Callable

import msgspec
import pytest

from rallypoint_protocol.messages import (
    Part,
    Pass,
)
from tests.simulation.invariants import ticks
from tests.simulation.invariants.ticks import Ticks
from tests.simulation.seats_table import Breaks, Table

breaks = Breaks(Ticks)


@breaks(ticks.CONSECUTIVE)
def a_tick_left_out(table: Table) -> None:
    table.step(table.tick + 2)


@breaks(ticks.EPOCHS)
def an_epoch_before(table: Table) -> None:
    table.step(table.tick + 1, epoch=0)


@breaks(ticks.FORWARD)
def a_pass_twice(table: Table) -> None:
    table.passes()


@breaks(ticks.NEWEST)
def a_pass_without_a_step(table: Table) -> None:
    table.passes(table.tick + 1, now_ms=(table.tick + 1) * 50)


@breaks(ticks.CLOCK)
def time_goes_back(table: Table) -> None:
    table.next_pass(now_ms=table.last.head.now_ms - 50)


@breaks(ticks.DURABLE)
def durable_before_it_was_made(table: Table) -> None:
    table.next_pass(undurable=-1)


@breaks(ticks.DURABLE_LATE)
def not_durable_though_it_is(table: Table) -> None:
    table.next_pass(undurable=1)


@breaks(ticks.BASE)
def a_part_from_a_later_state(table: Table) -> None:
    table.step(table.tick + 1)
    table.step(table.tick + 2)
    head = msgspec.structs.replace(table.last.head, tick=table.tick + 2, now_ms=(table.tick + 2) * 50)
    table.observer.sent(table.wire, Pass(None, head, [Part(0, 1)]), True)


@breaks(ticks.BOUNDED)
def too_many_steps_at_once(table: Table) -> None:
    for ahead in range(1, 7):
        table.step(table.tick + ahead)


@breaks(ticks.EARLY)
def a_step_before_its_time(table: Table) -> None:
    table.host.core.now_ms += 1000
    table.step(table.tick + 1)


@breaks(ticks.DUE)
def a_session_that_stands_still(table: Table) -> None:
    table.world.node.ticker.stop()
    table.world.run_for(1.0)


@pytest.mark.parametrize(("invariant", "case"), breaks.cases)
def test_what_must_not_be_is_found(invariant: str, case: Callable[[Table], None]) -> None:
    assert breaks.first(case) == [invariant]


def test_a_tick_is_not_durable_before_a_journal_that_takes_its_time_has_it() -> None:
    table = Table(Ticks, 0.02)
    table.next_pass(undurable=0)
    assert ticks.DURABLE in table.found
