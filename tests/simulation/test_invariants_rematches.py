"""The observer of rematches: each invariant is broken once, on a stage."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from rallypoint_protocol.messages import (
    Rematch,
)
from tests.simulation.invariants import rematches
from tests.simulation.invariants.rematches import Rematches
from tests.simulation.lobby_stage import Stage, Wire, first_broken, host, matched


def wish(stage: Stage, player: str, wire: Wire, *wanted: str, ask: bool = True) -> None:
    if ask:
        stage.done(wire, Rematch(1, "S", True))
    stage.push(player, wire, "rematch", session="S", game="books", wanted=list(wanted), group=["ann", "bob"])


def unasked_wish(stage: Stage) -> None:
    wish(stage, "ann", stage.enter("ann"), "ann", "bob")


def wanted_by_half(stage: Stage) -> None:
    wire = stage.enter("ann")
    wish(stage, "ann", wire, "ann")
    matched(stage, "ann", wire, "S2", rematch="S")


def both(stage: Stage) -> tuple[Wire, Wire]:
    ann, bob = stage.enter("ann"), stage.enter("bob")
    stage.done(ann, Rematch(1, "S", True))
    stage.done(bob, Rematch(1, "S", True))
    wish(stage, "ann", ann, "ann", "bob", ask=False)
    wish(stage, "bob", bob, "ann", "bob", ask=False)
    return ann, bob


def rematch_in_two_sessions(stage: Stage) -> None:
    ann, bob = both(stage)
    matched(stage, "ann", ann, "S2", rematch="S")
    matched(stage, "bob", bob, "S3", rematch="S")


def rematch_after_a_no(stage: Stage) -> None:
    ann, bob = stage.enter("ann"), stage.enter("bob")
    wish(stage, "ann", ann, "ann")
    stage.done(bob, Rematch(1, "S", False))
    stage.done(bob, Rematch(2, "S", True))
    matched(stage, "bob", bob, "S2", rematch="S")


def another_group(stage: Stage) -> None:
    wire = stage.enter("ann")
    wish(stage, "ann", wire, "ann")
    stage.push("ann", wire, "rematch", session="S", game="books", wanted=["ann"], group=["ann", "cat"])


def untold_of_a_no(stage: Stage) -> None:
    wish(stage, "ann", stage.enter("ann"), "ann")
    stage.done(stage.enter("bob"), Rematch(1, "S", False))
    stage.look(2.0)


def untold_of_a_seat(stage: Stage) -> None:
    ann, _ = both(stage)
    matched(stage, "ann", ann, "S2", rematch="S")
    stage.look(2.0)


def group_that_has_left(stage: Stage) -> None:
    ann = stage.enter("ann")
    stage.enter("bob")
    wish(stage, "ann", ann, "ann")
    del stage.sessions["Lbob"]
    stage.look(2.0)


def group_that_sits_elsewhere(stage: Stage) -> None:
    stage.enter("bob")
    wish(stage, "ann", stage.enter("ann"), "ann")
    stage.node.may_sit = lambda player, game: player != "bob"
    stage.look(2.0)


def wish_without_an_end(stage: Stage) -> None:
    stage.enter("bob")
    wish(stage, "ann", stage.enter("ann"), "ann")
    stage.look(62.0)


def seats_as_before(stage: Stage) -> None:
    ann, bob = both(stage)
    stage.node.hosts["S2"] = host("S2", "ann", "bob")
    matched(stage, "ann", ann, "S2", rematch="S")
    matched(stage, "bob", bob, "S2", 1, rematch="S")


@pytest.mark.parametrize(
    ("invariant", "play"),
    [
        (rematches.WANTED, unasked_wish),
        (rematches.ALL_WANT_IT, wanted_by_half),
        (rematches.ONCE, rematch_in_two_sessions),
        (rematches.OFF_IS_OFF, rematch_after_a_no),
        (rematches.SAME_GROUP, another_group),
        (rematches.TOLD, untold_of_a_no),
        (rematches.TOLD, untold_of_a_seat),
        (rematches.LEFT, group_that_has_left),
        (rematches.LEFT, group_that_sits_elsewhere),
        (rematches.IN_TIME, wish_without_an_end),
        (rematches.TURNED, seats_as_before),
    ],
)
def test_what_must_not_be_is_seen(invariant: str, play: Callable[[Stage], None]) -> None:
    assert first_broken(Rematches, play) == invariant
