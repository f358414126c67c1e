"""The observers of state and of what is left say nothing while connections break and come back."""

from __future__ import annotations

from typing import Any

import pytest

from tests.simulation.games.ledgers import Books, Park
from tests.simulation.invariants.buffers import Buffers
from tests.simulation.invariants.countdowns import Countdowns
from tests.simulation.invariants.leftovers import Leftovers
from tests.simulation.invariants.records import Records
from tests.simulation.invariants.serves import Serves
from tests.simulation.invariants.spectators import Spectators
from tests.simulation.invariants.state import State
from tests.simulation.small_world import Kind, Small

MINE: tuple[Kind, ...] = (State, Spectators, Countdowns, Buffers, Records, Leftovers, Serves)


@pytest.mark.parametrize("game", [Books, Park])
def test_nothing_is_violated_while_connections_break_and_come_back(game: type[Any]) -> None:
    one = Small(*MINE, game=game, spectator=True)
    for name in ("ann", "bob", "cat"):
        one.act(name, "cut", what="both")
        one.world.run_for(1.7)
    one.world.network.darken("bob", 4.0)
    one.world.run_for(9.0)
    one.world.loop.freeze(one.world.server_host, 2.0)
    one.world.run_for(6.0)
    one.act("ann", "close_app")
    one.world.run_for(2.0)
    one.everybody_leaves()
    one.world.rest()
    state, spectators, countdowns, _, records, *_ = one.world.observers
    assert isinstance(state, State)
    assert isinstance(spectators, Spectators)
    assert isinstance(countdowns, Countdowns)
    assert isinstance(records, Records)
    assert min(state.compared, state.views_compared, spectators.compared, countdowns.checked) > 10
    assert records.compared == 1
