"""The observer of queues: each invariant is broken once, on a stage."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from rallypoint.core.lobby_session import LobbyState
from tests.simulation.invariants import queues
from tests.simulation.invariants.queues import Queues
from tests.simulation.lobby_stage import Stage, first_broken, host, matched, queued


def open_seat(stage: Stage) -> None:
    stage.node.hosts["S"] = host("S", "bob")
    queued(stage, "ann", stage.enter("ann"))
    stage.look(3.0)


def enough_for_a_session(stage: Stage) -> None:
    for player in ("ann", "bob"):
        queued(stage, player, stage.enter(player))
    stage.look(3.0)


def bots_that_do_not_come(stage: Stage) -> None:
    stage.node.games["books"].options.bot = object()
    stage.node.games["books"].options.bots_after_s = 1.0
    queued(stage, "ann", stage.enter("ann"))
    stage.look(4.0)


def second_before_first(stage: Stage) -> None:
    queued(stage, "ann", stage.enter("ann"))
    wire = stage.enter("bob")
    queued(stage, "bob", wire)
    matched(stage, "bob", wire)


def match_of_one_away(stage: Stage) -> None:
    queued(stage, "ann", stage.enter("ann"))
    stage.sessions["Lann"].state = LobbyState.AWAY
    stage.look()
    stage.sessions["Lann"].queue = None
    stage.node.hosts["S"] = host("S", "ann")
    stage.look()


def wrong_place(stage: Stage) -> None:
    queued(stage, "ann", stage.enter("ann"))
    wire = stage.enter("bob")
    queued(stage, "bob", wire)
    stage.push("bob", wire, "queued", game="books", place=1, waiting=2)


def ticket_of_the_dead(stage: Stage) -> None:
    stage.waiting = lambda game: 1  # type: ignore[method-assign]  # the server's account
    stage.look()


@pytest.mark.parametrize(
    ("invariant", "play"),
    [
        (queues.OPEN_SEAT, open_seat),
        (queues.NEW_SESSION, enough_for_a_session),
        (queues.BOTS, bots_that_do_not_come),
        (queues.FIRST_COME, second_before_first),
        (queues.AWAY, match_of_one_away),
        (queues.PLACE, wrong_place),
        (queues.ONLY_THE_LIVING, ticket_of_the_dead),
    ],
)
def test_what_must_not_be_is_seen(invariant: str, play: Callable[[Stage], None]) -> None:
    assert first_broken(Queues, play) == invariant
