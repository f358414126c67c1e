"""The observers of the lobby say nothing while all is well, nor in a world in which much goes wrong."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from rallypoint_protocol.close import CloseCode
from rallypoint_protocol.messages import (
    Ack,
    Answer,
    Chat,
    Listen,
    Proved,
    Push,
    QuickMatch,
    Say,
    Watch,
)
from rallypoint_simulation.network import Weather
from rallypoint_simulation.observer import Observer
from rallypoint_simulation.run import run
from rallypoint_simulation.scenario import Act, Fault, PlayerPlan, Scenario, ServerPlan, Trigger
from tests.simulation.invariants.chats import Chats
from tests.simulation.invariants.lists import Lists
from tests.simulation.invariants.places import Places
from tests.simulation.invariants.pushes import Pushes
from tests.simulation.invariants.queues import Queues
from tests.simulation.invariants.rematches import Rematches
from tests.simulation.invariants.requests import Requests
from tests.simulation.invariants.tickets import Tickets
from tests.simulation.lobby_stage import Stage, matched, queued
from tests.simulation.test_invariants_chats import line
from tests.simulation.test_invariants_lists import list_

ALL = (Tickets, Queues, Places, Requests, Pushes, Lists, Chats, Rematches)


def in_good_order(stage: Stage) -> None:
    """A ticket, a place, a match; a resume in between; a chat, a list."""
    wire = stage.enter("ann")
    queued(stage, "ann", wire)
    stage.push("ann", wire, "queued", game="books", place=1, waiting=1)
    stage.look(1.0)
    stage.close(wire, CloseCode.TAKEN_OVER)
    wire = stage.resume("ann", b"t1")
    stage.send(wire, Push(1, "queued", {"game": "books", "place": 1, "waiting": 1}))
    stage.say(wire, Proved(), Ack(0, 0, 1), QuickMatch(1, "books"))
    stage.send(wire, Answer(1))
    stage.done(wire, Listen(2, ""))
    stage.done(wire, Say(3, "", "hello"))
    stage.send(wire, Chat("", [line(1)]))
    stage.done(wire, Watch(4, "", [], 10))
    stage.send(wire, list_(1, total=0, counts={"lobby": 1, "playing": 0, "sessions": 0}))
    stage.say(wire, Ack(0, 1, 1))
    stage.look(3.0)
    matched(stage, "ann", wire)
    stage.node.book.seats["ann"] = [("S", "books")]
    stage.look(0.5)


@pytest.mark.parametrize("observer", ALL)
def test_what_may_be_is_not_complained_of(observer: Callable[[Any], Observer]) -> None:
    stage = Stage(observer)
    in_good_order(stage)
    stage.observer.server_gone(True)
    stage.port = None  # type: ignore[assignment]  # as after a crash
    stage.look(1.0)
    assert stage.found == []


def test_nothing_is_broken_while_connections_are() -> None:
    game = "tests.simulation.games.ledgers:Books"
    talk = [Act(at, "chat", {"lines": 2, "seconds": 6.0}) for at in (1.0, 9.0)]
    look = [Act(2.0, "watch_list", {"seconds": 12.0})]
    play = [
        Act(0.5, "quick_match", {"game": "books"}),
        Act(8.0, "leave_seat"),
        Act(8.2, "quick_match", {"game": "books"}),
    ]
    own = [Act(0.5, "create", {"game": "books", "options": {"ends_s": 5.0}}), Act(9.0, "rematch")]
    cuts = [Act(at, "cut") for at in (1.5, 3.0, 5.5, 9.5, 11.0)]
    weather = Weather(latency_s=0.03, jitter_s=0.05, stall_every_s=5.0)
    players = (
        PlayerPlan("ann", weather, (*talk, *look, *own, *cuts)),
        PlayerPlan("bob", weather, (*talk, *play, *cuts, Act(12.0, "second_tab"))),
        PlayerPlan("cat", weather, (*look, *play, *cuts, Act(6.0, "sleep", {"seconds": 3.0}))),
    )
    faults = (
        Fault("vanish", at=4.0, target="bob", args={"which": "newest"}),
        Fault("cut", target="cat", on=Trigger("Push:matched")),
        Fault("cut", target="ann", on=Trigger("Welcome", nth=2)),
        Fault("freeze", at=7.0, args={"seconds": 0.7}),
        Fault("crash_server", at=14.0),
    )
    server = ServerPlan(lobby_grace_s=6.0)
    scenario = Scenario(7, (game,), 20.0, players=players, faults=faults, server=server)
    outcome = run(scenario, ALL, keep_timeline=False)
    assert outcome.violation is None, outcome.violation
    assert outcome.figures["faults"] == len(faults)
