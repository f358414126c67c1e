"""The observer of places: each invariant is broken once, on a stage."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from tests.simulation.invariants import places
from tests.simulation.invariants.places import Places
from tests.simulation.lobby_stage import Stage, first_broken, host


def sit(stage: Stage, name: str, *players: str, booked: bool = True) -> None:
    stage.node.hosts[name] = host(name, *players)
    for player in players if booked else ():
        stage.node.book.seats.setdefault(player, []).append((name, "books"))
    stage.look()


def two_sessions(stage: Stage) -> None:
    sit(stage, "S1", "ann")
    sit(stage, "S2", "ann")


def two_seats(stage: Stage) -> None:
    sit(stage, "S1", "ann", "ann")


def seat_that_is_not_in_the_book(stage: Stage) -> None:
    sit(stage, "S1", "ann", booked=False)


def entry_without_a_seat(stage: Stage) -> None:
    sit(stage, "S1", "ann")
    del stage.node.hosts["S1"]
    stage.look(2.0)


def book_that_cannot_count(stage: Stage) -> None:
    sit(stage, "S1", "ann")
    stage.node.book.seats["nobody"] = []
    stage.look()


@pytest.mark.parametrize(
    ("invariant", "play"),
    [
        (places.ONE_SESSION, two_sessions),
        (places.ONE_SEAT, two_seats),
        (places.IN_THE_BOOK, seat_that_is_not_in_the_book),
        (places.IN_A_SESSION, entry_without_a_seat),
        (places.PLAYING, book_that_cannot_count),
    ],
)
def test_what_must_not_be_is_seen(invariant: str, play: Callable[[Stage], None]) -> None:
    assert first_broken(Places, play) == invariant
