"""How good a player's connection is, by what its client has acknowledged and what the kernel has not taken."""

from __future__ import annotations

from types import SimpleNamespace
from typing import Any

import pytest

from rallypoint.runtime.link_quality import behind_of, quality_of
from rallypoint.runtime.session_row import behind_most

from .held_house import BOB, HeldHouse


@pytest.mark.parametrize(
    ("ticks", "ms", "outbox", "quality"),
    [
        (0, 0.0, 0, "good"),
        (5, 250.0, 0, "good"),  # as often as a client has to acknowledge
        (9, 499.9, 4095, "good"),
        (10, 500.0, 0, "slow"),
        (20, 333.0, 0, "slow"),  # of 60 Hz: passes are skipped
        (1, 50.0, 4096, "slow"),
        (29, 1499.0, 0, "slow"),
        (30, 1500.0, 0, "bad"),
        (1, 50.0, 32 * 1024, "bad"),
    ],
)
def test_a_link_is_as_good_as_its_worse_half(ticks: int, ms: float, outbox: int, quality: str) -> None:
    assert quality_of(ticks, ms, outbox) == quality


async def test_who_acknowledges_nothing_is_behind_and_whoever_does_is_not() -> None:
    house = HeldHouse()
    session = house.session()
    house.sit(session)
    bob = house.sit(session, BOB)
    host = house.host(session)
    bob.receiver = None  # its passes are read, and not acknowledged
    house.run(1.0)
    first, second = host.core.seats[:2]
    assert first is not None
    assert second is not None
    assert behind_of(host, first, house.now) == (0, 0.0)
    ticks, ms = behind_of(host, second, house.now)
    assert (ticks, ms) == (pytest.approx(20, abs=1), ticks * 50)
    assert behind_most(host, house.now) == ms
    link = host.link_of(second)
    assert link is not None
    assert link.since == pytest.approx(house.now - 1.1)


async def test_by_turns_it_is_behind_for_as_long_as_it_acknowledges_nothing() -> None:
    house = HeldHouse()
    session = house.session("turns")
    ann, bob = house.sit(session), house.sit(session, BOB)
    host = house.host(session)
    house.run(20.0)
    seats: Any = host.core.seats
    assert behind_of(host, seats[1], house.now)[1] == 0.0, "there is nothing to acknowledge"
    bob.receiver = None
    house.say(ann, session, "one")
    house.run(5.0)
    assert behind_of(host, seats[0], house.now) == (0, 0.0)
    assert behind_of(host, seats[1], house.now)[0] == 1
    assert behind_of(host, seats[1], house.now)[1] == pytest.approx(4000, abs=1001)
    assert behind_most(host, house.now) == behind_of(host, seats[1], house.now)[1]


def test_nobody_who_was_sent_nothing_is_behind() -> None:
    seat: Any = SimpleNamespace(in_game=False, sent=-1)
    host: Any = SimpleNamespace(core=None)
    assert behind_of(host, seat, 0.0) == (0, 0.0)
