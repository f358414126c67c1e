"""A queue is paused, or no sessions are created at all: places are kept, nothing is tried in vain, and it is said."""

from __future__ import annotations

import pytest

from rallypoint.core.orders import Denial
from rallypoint.core.quick_match import QuickMatchRules
from rallypoint_protocol.messages import Explain
from tests.server.match_house import Guest, Hall

CLOSED = "no new games begin here: an operator is emptying this server"


def hall(**more) -> Hall:
    return Hall(rules=QuickMatchRules("orbit", 2, 4, **more))


def why(guest: Guest) -> list[str]:
    return [one["text"] for one in guest.ask(Explain).value["queues"]]


def pause(house: Hall, name: str) -> None:
    house.lobby.queues.pause(name, house.loop.now)


def resume(house: Hall, name: str) -> None:
    house.lobby.queues.resume(name)
    house.host.capacity_changed()


@pytest.mark.parametrize("name", ["orbit", "duel"])
def test_a_paused_queue_matches_nobody_until_it_is_resumed(name: str) -> None:
    house = hall()
    pause(house, name)
    ann, bob = house.come("Ann", "Bob")
    assert not ann.enqueue(name).error
    assert not bob.enqueue(name).error
    house.go_on(30)
    assert house.sessions.created == 0
    assert house.lobby.waiting(name) == 2
    assert why(ann) == ["this queue is paused by an operator"]
    resume(house, name)
    house.go_on()
    assert (house.sessions.created, house.lobby.waiting(name)) == (1, 0)
    assert (ann.count("matched"), bob.count("matched")) == (1, 1)


@pytest.mark.parametrize("name", ["orbit", "duel"])
def test_a_paused_queue_does_not_keep_the_server_busy(name: str) -> None:
    house = hall(bots_after_s=5.0)
    ann, bob, cid = house.come("Ann", "Bob", "Cid")
    ann.enqueue(name)  # bots would come after 5 s
    house.go_on(2)
    pause(house, name)
    bob.enqueue(name)
    cid.enqueue(name)
    house.go_on(2)
    before = house.loop.fired
    house.go_on(600)
    assert house.loop.fired - before < 25, "of 600 seconds"
    assert house.sessions.created == 0


def test_a_ticket_in_two_queues_is_matched_in_the_other_one() -> None:
    house = hall()
    pause(house, "duel")
    ann, bob = house.come("Ann", "Bob")
    ann.enqueue("duel", "pairs")
    assert why(ann)[0] == "this queue is paused by an operator"
    assert why(ann)[1] != why(ann)[0]
    bob.enqueue("duel", "orbit")
    house.come("Cid")[0].enqueue("orbit")
    house.go_on()
    assert (bob.count("matched"), ann.count("matched")) == (1, 0)


def test_a_ready_check_that_runs_goes_on_when_its_queue_is_paused() -> None:
    house = hall()
    ann, bob = house.come("Ann", "Bob")
    ann.enqueue("ranked")
    bob.enqueue("ranked")
    house.go_on()
    assert house.lobby.queues.ruled.checks("ranked") == 1
    pause(house, "ranked")
    ann.accept()
    bob.accept()
    house.go_on()
    assert (ann.count("matched"), house.lobby.queues.ruled.checks("ranked")) == (1, 0)


def test_without_new_sessions_who_waits_is_told_why_and_matched_once_there_are_some_again() -> None:
    house = hall()
    house.host.close_matching(CLOSED)
    ann, bob, cid, dan = house.come("Ann", "Bob", "Cid", "Dan")
    for guest, name in ((ann, "duel"), (bob, "duel"), (cid, "orbit"), (dan, "orbit")):
        guest.enqueue(name)
    house.go_on(60)
    assert house.sessions.created == 0
    assert [why(guest) for guest in (ann, cid)] == [[CLOSED], [CLOSED]]
    house.host.close_matching("")
    house.go_on()
    assert house.sessions.created == 2
    assert all(guest.count("matched") == 1 for guest in (ann, bob, cid, dan))


def test_without_new_sessions_free_seats_of_running_ones_are_filled_by_quick_matches() -> None:
    house = hall()
    house.host.close_matching(CLOSED)
    room = house.sessions.open("orbit", "eve")
    (ann,) = house.come("Ann")
    ann.enqueue("orbit")
    house.go_on()
    assert ann.last("matched")["session"] == room.id


def test_without_new_sessions_none_is_asked_for_in_vain() -> None:
    house = hall(bots_after_s=5.0)
    tried = []
    create = house.sessions.create
    house.sessions.create = lambda *args: (tried.append(args), create(*args))[1]  # type: ignore[method-assign]
    house.host.close_matching(CLOSED)
    for guest, name in zip(house.come("Ann", "Bob", "Cid", "Dan"), ("duel", "duel", "orbit", "orbit"), strict=True):
        guest.enqueue(name)
    house.go_on(2)
    before = house.loop.fired
    house.go_on(600)
    assert not tried
    assert house.loop.fired - before < 25, "of 600 seconds"


def test_a_match_that_all_have_accepted_when_no_sessions_are_made_goes_back_to_its_places() -> None:
    house = hall()
    ann, bob = house.come("Ann", "Bob")
    ann.enqueue("ranked")
    bob.enqueue("ranked")
    house.go_on()
    house.host.close_matching(CLOSED)
    create = house.sessions.create
    house.sessions.create = lambda *args: Denial("cordoned", "an operator is emptying it")  # type: ignore[method-assign]
    ann.accept()
    bob.accept()
    house.go_on(30)
    assert (ann.last("ready_check_off")["reason"], ann.last("ready_check_off")["requeued"]) == ("failed", True)
    assert house.lobby.waiting("ranked") == 2
    assert (ann.count("ready_check_off"), why(ann)) == (1, [CLOSED])
    house.sessions.create = create  # type: ignore[method-assign]
    house.host.close_matching("")
    house.go_on()
    assert house.lobby.queues.ruled.checks("ranked") == 1
