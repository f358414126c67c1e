"""The observer of state: quiet while all is well, and it speaks when something is not."""

from __future__ import annotations

from typing import Any

import pytest

import rallypoint_protocol.channels as protocol_channels
from rallypoint.game.driver import GameDriver
from rallypoint_protocol.channels import Channels
from rallypoint_protocol.messages import Part, Pass, TakeSeat
from rallypoint_protocol.replica import Replica
from rallypoint_simulation.observer import Violation
from rallypoint_simulation.world import World
from tests.simulation.games.ledgers import Books
from tests.simulation.invariants.spectators import Spectators
from tests.simulation.invariants.state import State
from tests.simulation.small_world import AWire, Small, a_pass, broken, seated_as


def test_state_that_is_not_sent_is_noticed(monkeypatch: pytest.MonkeyPatch) -> None:
    one = Small(State)
    monkeypatch.setattr(Channels, "close_tick", lambda self, tick: setattr(self, "tick", tick))
    assert broken(one)[0] == State.SAME


def test_a_field_in_a_channel_that_is_not_the_seats_is_noticed(monkeypatch: pytest.MonkeyPatch) -> None:
    own = GameDriver.subscriptions

    def subscriptions(self: GameDriver, seat: int) -> tuple[int, ...]:
        return tuple(sorted({*own(self, seat), self.channels.channel("owner:0").id}))

    monkeypatch.setattr(GameDriver, "subscriptions", subscriptions)
    with pytest.raises(Violation, match=State.HIDDEN):
        Small(State)


def test_a_client_that_shows_something_else_is_noticed(monkeypatch: pytest.MonkeyPatch) -> None:
    one = Small(State)
    apply = Replica.apply

    def forgetful(self: Replica, message: Pass) -> None:
        apply(self, message)
        self.items[0].wire[1] = 77

    monkeypatch.setattr(Replica, "apply", forgetful)
    assert broken(one)[0] == State.VIEW


def test_a_hash_that_differs_is_noticed(monkeypatch: pytest.MonkeyPatch) -> None:
    one = Small(State)
    own = protocol_channels.canonical_crc
    monkeypatch.setattr(protocol_channels, "canonical_crc", lambda rows: own(rows) ^ 1)
    assert broken(one)[0] == State.NO_DESYNC


@pytest.mark.parametrize(
    ("kind", "seat", "name"), [(State, 0, State.FITS), (Spectators, -1, Spectators.FITS)], ids=["seat", "spectator"]
)
@pytest.mark.parametrize(
    "wrong",
    [
        a_pass(5, [], None),  # as old as the one before
        a_pass(7, [Part(0, 1, None, None, [0, 1, 1])]),  # differences to another tick
        a_pass(6, [Part(3, 0, None, [])]),  # a channel that is not theirs
        a_pass(6, [Part(0, 1, None, None, [4, 1, 1])]),  # an entity that is not there
        a_pass(6, [Part(0, 1, None, [[4, 99, None, 0]])]),  # a class that is not there
    ],
)
def test_a_pass_that_does_not_fit_is_noticed(kind: Any, seat: int, name: str, wrong: Pass) -> None:
    world = World(1, [Books])
    observer, wire = kind(world), AWire()
    observer.sent(wire, TakeSeat(1, "s1", b"t" * 32), False)
    for message in (seated_as(seat), a_pass(5, [Part(0, 0, None, [[0, 0, None, 1, 0]])], [0]), wrong):
        observer.sent(wire, message, True)
        assert not [each for each in world.violations if each.invariant == name]
        observer.received(wire, message, True)
    assert [each.invariant for each in world.violations][-1] == name
