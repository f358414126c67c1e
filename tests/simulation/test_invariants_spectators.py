"""The observer of spectators: quiet while all is well, and it speaks when something is not."""

from __future__ import annotations

import pytest

from rallypoint.core.spectators import Spectators as Feed
from rallypoint.runtime.audience import Audience
from rallypoint_protocol.channels import Channels
from rallypoint_protocol.messages import EventItem, Part, Pass
from rallypoint_simulation.world import World
from tests.simulation.games.ledgers import Books, Park
from tests.simulation.invariants.spectators import Spectators
from tests.simulation.small_world import AWire, Small, a_pass, broken, seated_as


def test_spectators_with_another_state_are_noticed(monkeypatch: pytest.MonkeyPatch) -> None:
    one = Small(Spectators, spectator=True)
    monkeypatch.setattr(Channels, "close_tick", lambda self, tick: setattr(self, "tick", tick))
    assert broken(one)[0] == Spectators.SAME


def test_spectators_who_see_too_early_are_noticed(monkeypatch: pytest.MonkeyPatch) -> None:
    record = Feed.record
    monkeypatch.setattr(Feed, "record", lambda self, now, *rest: record(self, now - 0.1, *rest))
    one = Small(Spectators, game=Park, spectator=True)
    assert broken(one)[0] == Spectators.DELAYED


def test_spectators_who_are_not_closed_are_noticed(monkeypatch: pytest.MonkeyPatch) -> None:
    one = Small(Spectators, spectator=True)
    monkeypatch.setattr(Audience, "close_all", lambda self, code, reason: None)
    one.host.end("enough")
    assert broken(one)[0] == Spectators.CLOSED


@pytest.mark.parametrize(
    "wrong",
    [
        a_pass(5, [], [0], [EventItem(1, 5, 16, [1, "why"])]),
        a_pass(5, [], [0, 1]),
        a_pass(5, [Part(1, 0, None, [])], [0]),
    ],
)
def test_spectators_who_are_told_more_are_noticed(wrong: Pass) -> None:
    world = World(1, [Books])
    observer, wire = Spectators(world), AWire()
    observer.sent(wire, seated_as(-1), True)  # type: ignore[arg-type]  # as much of one as is looked at
    observer.sent(wire, wrong, True)  # type: ignore[arg-type]  # as above
    assert [each.invariant for each in world.violations] == [Spectators.PUBLIC]


def test_spectators_who_are_told_something_after_the_end_are_noticed() -> None:
    world = World(1, [Books])
    observer, wire = Spectators(world), AWire()
    observer.sent(wire, seated_as(-1), True)  # type: ignore[arg-type]  # as above
    observer.closing(wire, 4001, "", True)  # type: ignore[arg-type]  # as above
    observer.sent(wire, a_pass(5, [], [0]), True)  # type: ignore[arg-type]  # as above
    assert [each.invariant for each in world.violations] == [Spectators.END]
