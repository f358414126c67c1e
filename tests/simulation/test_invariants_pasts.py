"""The observer of looks at the past: each invariant is broken once, in a world that is well otherwise."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, cast

import pytest

from tests.simulation.games.gallery import Duck, Gallery, Look, seen_of
from tests.simulation.invariants import pasts
from tests.simulation.invariants.pasts import Pasts
from tests.simulation.seats_table import Breaks, Table
from tests.simulation.small_world import Small, broken

breaks = Breaks(Pasts, Gallery)
KEPT = Gallery.definition().options.rewind_ticks


def looks(table: Table, back: int, **wrong: Any) -> None:
    """In the next step somebody looks at a duck as it was so many ticks ago, and sees what was, but for that."""
    game = cast("Any", table.host.core.game).game
    duck = game.all(Duck)[0]
    tick = table.tick - back
    past = game.rewind(duck, tick)
    saw = None if past is None else seen_of(past)
    look = Look(table.tick + 1, duck.id, tick, saw, seen_of(duck), game.ticks_since(tick))
    for name, value in wrong.items():
        setattr(look, name, value)
    game.looks = [look]
    table.step(table.tick + 1)


@breaks(pasts.SAW)
def a_duck_that_was_there_and_is_not_seen(table: Table) -> None:
    looks(table, 0, saw=None)


@breaks(pasts.SAW)
def a_duck_that_has_moved_since(table: Table) -> None:
    duck = cast("Any", table.host.core.game).game.all(Duck)[0]
    duck.x += 1.0
    looks(table, 0, saw=seen_of(duck))


@breaks(pasts.SINCE)
def a_tick_that_is_left_out(table: Table) -> None:
    looks(table, 2, since=[table.tick])


@pytest.mark.parametrize(("invariant", "case"), breaks.cases)
def test_what_must_not_be_is_found(invariant: str, case: Callable[[Table], None]) -> None:
    assert breaks.first(case) == [invariant]


@pytest.mark.parametrize("back", [-3, 0, 1, KEPT - 1, KEPT + 5])
def test_a_look_at_what_was_is_fine(back: int) -> None:
    table = Table(Pasts, game=Gallery)
    looks(table, back)
    assert table.found == []
    assert cast("Pasts", table.observer).compared == 1


def test_handlers_look_back_and_nothing_breaks() -> None:
    one = Small(Pasts, game=Gallery)
    assert broken(one, 6.0) == []
    assert one[0].compared > 100
