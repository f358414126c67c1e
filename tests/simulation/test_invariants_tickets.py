"""The observer of tickets: each invariant is broken once, on a stage."""

from __future__ import annotations

from collections.abc import Callable
from types import SimpleNamespace

import pytest

from rallypoint_protocol.messages import (
    CancelQueue,
)
from tests.simulation.invariants import tickets
from tests.simulation.invariants.tickets import Tickets
from tests.simulation.lobby_stage import Stage, client, first_broken, matched, queued, seat


def two_tickets(stage: Stage) -> None:
    wire = stage.enter("ann")
    queued(stage, "ann", wire)
    queued(stage, "ann", wire, 2)


def cancel_of_nothing(stage: Stage) -> None:
    stage.done(stage.enter("ann"), CancelQueue(1))


def match_of_nobody(stage: Stage) -> None:
    matched(stage, "ann", stage.enter("ann"))


def match_twice(stage: Stage) -> None:
    wire = stage.enter("ann")
    queued(stage, "ann", wire)
    matched(stage, "ann", wire)
    matched(stage, "ann", wire, "S2")


def match_after_cancel(stage: Stage) -> None:
    wire = stage.enter("ann")
    queued(stage, "ann", wire)
    stage.done(wire, CancelQueue(2))
    stage.push("ann", wire, "unqueued", game="books", reason="cancelled")
    matched(stage, "ann", wire)


def ticket_that_is_lost(stage: Stage) -> None:
    wire = stage.enter("ann")
    queued(stage, "ann", wire)
    stage.sessions["Lann"].queue = None
    stage.look()


def place_without_a_ticket(stage: Stage) -> None:
    stage.push("ann", stage.enter("ann"), "queued", game="books", place=1, waiting=1)


def places_in_a_heap(stage: Stage) -> None:
    wire = stage.enter("ann")
    queued(stage, "ann", wire)
    stage.push("ann", wire, "queued", game="books", place=2, waiting=2)
    stage.push("ann", wire, "queued", game="books", place=1, waiting=1)


def seat_that_is_not_there(stage: Stage) -> None:
    wire = stage.enter("ann")
    queued(stage, "ann", wire)
    stage.sessions["Lann"].queue = None
    stage.push("ann", wire, "matched", **seat("nowhere"))


def seat_with_a_wrong_token(stage: Stage) -> None:
    wire = stage.enter("ann")
    queued(stage, "ann", wire)
    matched(stage, "ann", wire, token=b"wrong")


def client_that_waits_for_nothing(stage: Stage) -> None:
    wire = stage.enter("ann")
    ann = stage.players["ann"] = client(welcome=stage.welcome("ann"))
    ann.process.lobbies[0]._queueing = SimpleNamespace(follows=False, offer=SimpleNamespace(done=lambda: False))
    assert stage.observer.stays["Lann"].wire is wire  # type: ignore[attr-defined]  # of these observers
    stage.look(6.0)


@pytest.mark.parametrize(
    ("invariant", "play"),
    [
        (tickets.ONE_TICKET, two_tickets),
        (tickets.CANCEL_TOOK_ONE, cancel_of_nothing),
        (tickets.ASKED_FOR, match_of_nobody),
        (tickets.ASKED_FOR, match_twice),
        (tickets.NOT_CANCELLED, match_after_cancel),
        (tickets.ENDS_IN_A_WORD, ticket_that_is_lost),
        (tickets.WAITED, place_without_a_ticket),
        (tickets.PLACE_HEARD, places_in_a_heap),
        (tickets.SEAT_IS_THERE, seat_that_is_not_there),
        (tickets.SEAT_IS_THERE, seat_with_a_wrong_token),
        (tickets.CLIENT_KNOWS, client_that_waits_for_nothing),
    ],
)
def test_what_must_not_be_is_seen(invariant: str, play: Callable[[Stage], None]) -> None:
    assert first_broken(Tickets, play) == invariant
