"""The observer of pushes: each invariant is broken once, on a stage."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from rallypoint_protocol.close import CloseCode
from rallypoint_protocol.messages import (
    Hello,
    Pong,
    Proved,
    Push,
    Resume,
)
from tests.simulation.invariants import pushes
from tests.simulation.invariants.pushes import Pushes
from tests.simulation.lobby_stage import Stage, Wire, first_broken


def tell(stage: Stage, wire: Wire, times: int = 1) -> None:
    for place in range(1, times + 1):
        stage.push("ann", wire, "queued", game="books", place=place, waiting=9)


def gap(stage: Stage) -> None:
    wire = stage.enter("ann")
    stage.sessions["Lann"].pushed = 1
    tell(stage, wire)


def twice(stage: Stage) -> None:
    wire = stage.enter("ann")
    tell(stage, wire)
    stage.sessions["Lann"].pushed = 0
    tell(stage, wire)


def forgotten_on_resume(stage: Stage) -> None:
    tell(stage, stage.enter("ann"), 2)
    stage.resume("ann", b"t1", event=1)
    stage.look()


def acknowledged_by_nobody(stage: Stage) -> None:
    tell(stage, stage.enter("ann"), 2)
    stage.sessions["Lann"].pushes.acked = 2
    stage.resume("ann", b"t1", event=0)


def fewer_than_before(stage: Stage) -> None:
    tell(stage, stage.enter("ann"), 2)
    stage.sessions["Lann"].pushed = 1
    stage.resume("ann", b"t1", event=2)


def changed_on_resume(stage: Stage) -> None:
    tell(stage, stage.enter("ann"))
    wire = stage.resume("ann", b"t1")
    stage.send(wire, Push(1, "queued", {"game": "books", "place": 7, "waiting": 9}))


def unknown_push(stage: Stage) -> None:
    stage.push("ann", stage.enter("ann"), "news", text="hello")


def resumed_without_asking(stage: Stage) -> None:
    stage.enter("ann")
    stage.send(stage.wire(Hello(1, "bob")), stage.welcome("ann", resumed=True))


def resumed_as_somebody_else(stage: Stage) -> None:
    stage.enter("ann")
    stage.enter("bob")
    stage.send(stage.wire(Resume(1, "Lann", b"t1", 0, 0, 0)), stage.welcome("bob", resumed=True))


def two_lobby_sessions(stage: Stage) -> None:
    stage.enter("ann")
    stage.sessions["Lann2"] = stage.sessions["Lann"]
    again = stage.welcome("ann")
    again.lobby = "Lann2"
    stage.send(stage.wire(Hello(1, "ann")), again)


def used_up_token(stage: Stage) -> None:
    stage.enter("ann")
    stage.say(stage.resume("ann", b"t1", b"t2"), Proved())
    stage.resume("ann", b"t1", b"t3")


def good_token_refused(stage: Stage) -> None:
    stage.enter("ann")
    stage.close(stage.wire(Resume(1, "Lann", b"t1", 0, 0, 0)), CloseCode.UNKNOWN)


def takeover_unsaid(stage: Stage) -> None:
    stage.enter("ann")
    stage.resume("ann", b"t1")
    stage.look()


def takeover_with_another_word(stage: Stage) -> None:
    stage.close(stage.enter("ann"), CloseCode.UNKNOWN)
    wire = stage.wire(Resume(1, "Lann", b"t1", 0, 0, 0))
    stage.loop.turns -= 1  # send() counts another turn: here it is one with the close
    stage.send(wire, stage.welcome("ann", b"t2", resumed=True))


def word_after_takeover(stage: Stage) -> None:
    wire = stage.enter("ann")
    stage.close(wire, CloseCode.TAKEN_OVER)
    stage.send(wire, Pong(1.0, 0.0, 0))


def word_before_welcome(stage: Stage) -> None:
    stage.send(stage.wire(Hello(1, "ann")), Pong(1.0, 0.0, 0))


@pytest.mark.parametrize(
    ("invariant", "play"),
    [
        (pushes.NUMBERED, gap),
        (pushes.NUMBERED, twice),
        (pushes.COMPLETE, forgotten_on_resume),
        (pushes.COMPLETE, acknowledged_by_nobody),
        (pushes.COMPLETE, fewer_than_before),
        (pushes.SAME_AGAIN, changed_on_resume),
        (pushes.KNOWN_KIND, unknown_push),
        (pushes.RIGHT_PLACE, resumed_without_asking),
        (pushes.RIGHT_PLACE, resumed_as_somebody_else),
        (pushes.ONE_STAY, two_lobby_sessions),
        (pushes.TOKEN_ONCE, used_up_token),
        (pushes.TOKEN_WORKS, good_token_refused),
        (pushes.TAKEN_OVER, takeover_unsaid),
        (pushes.TAKEN_OVER, takeover_with_another_word),
        (pushes.LAST_WORD, word_after_takeover),
        (pushes.LAST_WORD, word_before_welcome),
    ],
)
def test_what_must_not_be_is_seen(invariant: str, play: Callable[[Stage], None]) -> None:
    assert first_broken(Pushes, play) == invariant


def test_takeovers_in_good_order_are_not_complained_of() -> None:
    stage = Stage(Pushes)
    stage.close(stage.enter("ann"), CloseCode.TAKEN_OVER)
    stage.resume("ann", b"t1")
    stage.look(1.0)
    assert stage.found == []
