"""The observer of countdowns: quiet while all is well, and it speaks when something is not."""

from __future__ import annotations

from typing import Any

import pytest

from rallypoint.core.seat import Seat
from rallypoint.core.seating import Seating
from rallypoint.core.session import SessionCore
from rallypoint.game.driver import GameDriver
from tests.simulation.invariants.countdowns import Countdowns
from tests.simulation.small_world import Small, broken


def _wrong_countdown(self: GameDriver, seat: int, away_until_ms: int) -> None:
    DROP(self, seat, away_until_ms + 4000)


def _stays_away(self: GameDriver, seat: int) -> None:
    player = self._players[seat]
    self.game.returned(player)


def _keeps_countdown(self: GameDriver, seat: int) -> None:
    player = self._players[seat]
    until_ms = player.away_until_ms
    COME_BACK(self, seat)
    player.away_until_ms = until_ms


def _not_away(self: SessionCore, seat: Seat, now: float) -> None:
    """A lost connection that nobody hears of."""


def _too_early(self: Seating, now: float) -> list[Seat]:
    return EXPIRE(self, now + 2.0)


DROP, COME_BACK, EXPIRE = GameDriver.drop, GameDriver.come_back, Seating.expire


@pytest.mark.parametrize(
    ("owner", "method", "fault", "invariant"),
    [
        (GameDriver, "drop", _wrong_countdown, Countdowns.TRUE),
        (GameDriver, "come_back", _stays_away, Countdowns.SEAT),
        (GameDriver, "come_back", _stays_away, Countdowns.AWAY),
        (GameDriver, "come_back", _keeps_countdown, Countdowns.GONE),
        (SessionCore, "dropped", _not_away, Countdowns.CONNECTED),
        (Seating, "expire", _too_early, Countdowns.EARLY),
    ],
)
def test_a_countdown_that_is_not_true_is_noticed(
    monkeypatch: pytest.MonkeyPatch, owner: Any, method: str, fault: Any, invariant: str
) -> None:
    one = Small(Countdowns)
    monkeypatch.setattr(owner, method, fault)
    if invariant == Countdowns.AWAY:  # the other one comes first
        observer = one[0]
        own = observer.violate
        observer.violate = lambda name, text: None if name == Countdowns.SEAT else own(name, text)
    if invariant in (Countdowns.EARLY, Countdowns.CONNECTED):
        one.act("ann", "close_app")
    else:
        one.act("ann", "cut", what="seat")
    assert invariant in broken(one)
