"""The observer of chats: each invariant is broken once, on a stage."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from rallypoint_protocol.messages import (
    Chat,
    ChatLine,
    Listen,
    Say,
)
from tests.simulation.invariants import chats
from tests.simulation.invariants.chats import Chats
from tests.simulation.lobby_stage import Stage, Wire, first_broken, host


def line(n: int, text: str = "hello", player: str = "ann") -> ChatLine:
    return ChatLine(n, player, player, text, 1)


def listening(stage: Stage, said: int = 0) -> Wire:
    wire = stage.enter("ann")
    stage.done(wire, Listen(1, ""))
    for number in range(said):
        stage.done(wire, Say(2 + number, "", "hello"))
    return wire


def line_twice(stage: Stage) -> None:
    stage.send(listening(stage, 1), Chat("", [line(1)]), Chat("", [line(1)]))


def lines_turned_round(stage: Stage) -> None:
    stage.send(listening(stage, 2), Chat("", [line(2), line(1)]))


def line_left_out(stage: Stage) -> None:
    stage.send(listening(stage, 2), Chat("", [line(2)]))


def line_that_changes(stage: Stage) -> None:
    stage.send(listening(stage, 1), Chat("", [line(1)]))
    stage.send(stage.resume("ann", b"t1"), Chat("", [line(1, "goodbye")]))


def line_of_somebody_else(stage: Stage) -> None:
    stage.send(listening(stage, 1), Chat("", [line(1, player="bob")]))


def line_of_nobody(stage: Stage) -> None:
    stage.send(listening(stage), Chat("", [line(1)]))


def line_for_nobody(stage: Stage) -> None:
    stage.send(stage.enter("ann"), Chat("", [line(1)]))


def line_for_one_outside(stage: Stage) -> None:
    stage.node.hosts["S"] = host("S", "ann", free=0)
    wire = stage.enter("ann")
    stage.done(wire, Listen(1, "S"))
    stage.done(wire, Say(2, "S", "hello"))
    stage.node.hosts["S"] = host("S", "bob")
    stage.look(13.0)
    stage.send(wire, Chat("S", [line(1)]))


def line_that_does_not_come(stage: Stage) -> None:
    listening(stage, 1)
    stage.look(3.0)


def line_that_does_not_come_again(stage: Stage) -> None:
    stage.send(listening(stage, 1), Chat("", [line(1)]))
    stage.resume("ann", b"t1")
    stage.look(3.0)


@pytest.mark.parametrize(
    ("invariant", "play"),
    [
        (chats.IN_ORDER, line_twice),
        (chats.IN_ORDER, lines_turned_round),
        (chats.NO_GAP, line_left_out),
        (chats.SAME, line_that_changes),
        (chats.WAS_SAID, line_of_somebody_else),
        (chats.WAS_SAID, line_of_nobody),
        (chats.LISTENS, line_for_nobody),
        (chats.BELONGS, line_for_one_outside),
        (chats.DELIVERED, line_that_does_not_come),
        (chats.DELIVERED, line_that_does_not_come_again),
    ],
)
def test_what_must_not_be_is_seen(invariant: str, play: Callable[[Stage], None]) -> None:
    assert first_broken(Chats, play) == invariant
