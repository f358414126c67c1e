"""The observer of requests: each invariant is broken once, on a stage."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from rallypoint_protocol.messages import (
    Answer,
    CancelQueue,
    QuickMatch,
)
from tests.simulation.invariants import requests
from tests.simulation.invariants.requests import Requests
from tests.simulation.lobby_stage import Stage, client, first_broken


def answer_to_nothing(stage: Stage) -> None:
    stage.send(stage.enter("ann"), Answer(1))


def answers_out_of_order(stage: Stage) -> None:
    wire = stage.enter("ann")
    stage.say(wire, CancelQueue(1), CancelQueue(2))
    stage.send(wire, Answer(2, None, "not_queued"), Answer(1, None, "not_queued"))


def another_answer(stage: Stage) -> None:
    wire = stage.enter("ann")
    stage.done(wire, QuickMatch(1, "books"))
    stage.done(stage.resume("ann", b"t1"), QuickMatch(1, "books"), "already_queued")


def answer_that_is_forgotten(stage: Stage) -> None:
    wire = stage.enter("ann")
    stage.done(wire, QuickMatch(1, "books"))
    stage.done(wire, QuickMatch(1, "books"), "too_old")


def no_answer(stage: Stage) -> None:
    stage.say(stage.enter("ann"), QuickMatch(1, "books"))
    stage.look(2.0)


def unknown_error(stage: Stage) -> None:
    stage.done(stage.enter("ann"), QuickMatch(1, "books"), "kicked")


def value_that_is_none(stage: Stage) -> None:
    stage.done(stage.enter("ann"), QuickMatch(1, "books"), value={"place": 1})


def client_without_an_answer(stage: Stage) -> None:
    stage.players["ann"] = client(_requests={1: b""})
    stage.look(21.0)


@pytest.mark.parametrize(
    ("invariant", "play"),
    [
        (requests.NEVER_ASKED, answer_to_nothing),
        (requests.IN_ORDER, answers_out_of_order),
        (requests.SAME_AGAIN, another_answer),
        (requests.TOO_OLD, answer_that_is_forgotten),
        (requests.IN_TIME, no_answer),
        (requests.DOCUMENTED, unknown_error),
        (requests.DOCUMENTED, value_that_is_none),
        (requests.CLIENT_HEARS, client_without_an_answer),
    ],
)
def test_what_must_not_be_is_seen(invariant: str, play: Callable[[Stage], None]) -> None:
    assert first_broken(Requests, play) == invariant


def test_an_answer_that_a_frozen_server_owes_is_not_missed() -> None:
    stage = Stage(Requests)
    stage.say(stage.enter("ann"), QuickMatch(1, "books"))
    stage.server_host.frozen_until = stage.loop.now + 3.0
    stage.look(3.5)
    assert stage.found == []
