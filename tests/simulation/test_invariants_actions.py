"""The observer of actions: each invariant is broken once, in a world that is well otherwise."""

from __future__ import annotations

from collections.abc import Callable
from types import SimpleNamespace
from typing import Any, cast

import pytest

from rallypoint_protocol.messages import (
    EventItem,
    Ping,
    Proved,
)
from tests.simulation.invariants import actions
from tests.simulation.invariants.actions import Actions
from tests.simulation.seats_table import LEAN, PUT, Breaks, Stand, Table

breaks = Breaks(Actions)


@breaks(actions.ONCE)
def an_action_twice(table: Table) -> None:
    table.says(table.wire, PUT, 100, 5, 1, 0)
    table.player.applied.append(1)
    table.step(table.tick + 1)
    table.player.applied.append(1)
    table.step(table.tick + 2)


@breaks(actions.TWICE)
def an_action_again_that_came_again(table: Table) -> None:
    table.says(table.wire, PUT, 100, 5, 1, 0)
    table.player.applied.append(1)
    table.step(table.tick + 1)
    table.says(table.wire, PUT, 101, 5, 1, 0)
    table.player.applied.append(1)
    table.step(table.tick + 2)


@breaks(actions.ONCE)
def two_actions_in_the_wrong_order(table: Table) -> None:
    table.says(table.wire, PUT, 100, 5, 1, 0)
    table.says(table.wire, PUT, 101, 5, 2, 0)
    table.player.applied += [2, 1]
    table.step(table.tick + 1)


@breaks(actions.WITHIN_STEP)
def an_action_that_is_lost(table: Table) -> None:
    table.says(table.wire, PUT, 100, 5, 1, 0)
    table.step(table.tick + 1)


@breaks(actions.DECIDED)
def an_input_that_nobody_looks_at(table: Table) -> None:
    table.world.node.ticker.stop()
    table.says(table.wire, PUT, 100, 5, 1, 0)
    table.observer.look()
    table.world.loop.run_for(1.0)
    table.observer.look()


@breaks(actions.TRUE)
def more_applied_than_came(table: Table) -> None:
    table.passes(applied=(7).to_bytes(2, "big") + bytes(14))


@breaks(actions.TRUE)
def an_input_that_the_server_has_forgotten(table: Table) -> None:
    table.says(table.wire, PUT, 100, 5, 1, 0)
    table.comes_back(received=99)


@breaks(actions.TOLD)
def applied_and_not_told(table: Table) -> None:
    table.says(table.wire, PUT, 100, 5, 1, 0)
    table.passes(table.tick + 1)


@breaks(actions.REFUSED)
def a_refusal_of_nothing(table: Table) -> None:
    table.passes(events=[EventItem(1, 1, 0, [100, "no"])])


@breaks(actions.REFUSED)
def two_refusals_of_one(table: Table) -> None:
    table.says(table.wire, PUT, 100, 5, 1, 0)
    table.passes(applied=(100).to_bytes(2, "big"), events=[EventItem(n, 1, 0, [100, "no"]) for n in (1, 2)])


@breaks(actions.NUMBERED)
def a_number_that_was_used(table: Table) -> None:
    table.says(table.wire, LEAN, 100, 5, 1)
    table.says(table.wire, PUT, 100, 5, 1, 0)


@breaks(actions.SAME)
def another_action_under_the_same_number(table: Table) -> None:
    table.says(table.wire, PUT, 100, 5, 1, 0)
    table.says(table.comes_back(received=100, applied=99), PUT, 100, 5, 2, 0)


@breaks(actions.RESENT)
def a_new_action_before_the_undecided_one(table: Table) -> None:
    table.says(table.wire, PUT, 100, 5, 1, 0)
    table.says(table.comes_back(received=100, applied=99), PUT, 101, 5, 2, 0)


@breaks(actions.RESENT)
def an_undecided_action_is_forgotten(table: Table) -> None:
    table.says(table.wire, PUT, 100, 5, 1, 0)
    wire = table.comes_back(received=100, applied=99)
    table.says(wire, Proved())
    table.says(wire, Ping(1.0))


@breaks(actions.FORGOTTEN)
def a_client_that_keeps_what_is_durable(table: Table) -> None:
    seat = Stand(
        state=table.ann.seats[0].state,
        spectator=False,
        schema=table.ann.seats[0].schema,
        actions_kept=1,
        applied=3,
        sent=3,
        latest=SimpleNamespace(tick=10),
        stats=SimpleNamespace(passes=10),
    )
    cast("Any", table.ann).seats = [cast("Any", seat)]
    table.observer.look()
    seat.stats.passes = 60
    table.observer.look()


@pytest.mark.parametrize(("invariant", "case"), breaks.cases)
def test_what_must_not_be_is_found(invariant: str, case: Callable[[Table], None]) -> None:
    assert breaks.first(case) == [invariant]
