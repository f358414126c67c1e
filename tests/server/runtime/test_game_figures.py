"""What a node counts of each game's sessions: resumes, drops, takeovers, and how long inputs wait."""

from __future__ import annotations

from collections.abc import AsyncIterator

import pytest

from tests.server.runtime.held_house import ANN, BOB, HeldHouse


@pytest.fixture
async def house() -> AsyncIterator[HeldHouse]:
    made = HeldHouse()
    yield made
    made.node.ticker.stop()


def counted(house: HeldHouse, game: str = "talk") -> dict[str, int]:
    """Without what is 0."""
    figures = house.node.ticker.games[game]
    found = {**figures.resumes, "drops": figures.drops, "takeovers": figures.takeovers}
    return {name: count for name, count in found.items() if count}


async def test_a_first_entry_is_no_resume(house: HeldHouse) -> None:
    house.sit(house.session())
    assert counted(house) == {}


async def test_a_lost_connection_is_a_drop_and_a_return_a_resume_with_its_outcome(house: HeldHouse) -> None:
    session = house.session()
    socket = house.sit(session)
    assert socket.seated is not None
    socket.receiver.lost(1006, "")
    assert counted(house) == {"drops": 1}
    again = house.take(session, socket.seated.token, epoch=1)
    assert again.seated is not None
    assert again.seated.outcome == "resumed"
    house.run(0.1)
    again.receiver.lost(1006, "")
    late = house.take(session, again.seated.token, epoch=9)
    assert late.seated is not None
    assert late.seated.outcome == "resync"
    assert counted(house) == {"drops": 2, "resumed": 1, "resync": 1}


async def test_a_newer_connection_is_a_takeover_and_no_drop(house: HeldHouse) -> None:
    session = house.session()
    socket = house.sit(session)
    assert socket.seated is not None
    house.take(session, socket.seated.token, epoch=1)
    socket.receiver.lost(1006, "")  # the older one, afterwards
    assert counted(house) == {"takeovers": 1, "resumed": 1}


async def test_a_token_that_is_none_is_refused_and_counted_if_it_was_a_resume(house: HeldHouse) -> None:
    session = house.session()
    house.take(session, b"x" * 32, epoch=1)
    house.take(session, b"x" * 32)
    assert counted(house) == {"refused": 1}


async def test_who_leaves_is_no_drop_and_who_is_cut_is_one(house: HeldHouse) -> None:
    session = house.session()
    socket, other = house.sit(session), house.sit(session, BOB)
    house.backend.kick(session, ANN)
    house.run(0.1)
    assert counted(house) == {}
    other.receiver.received(b"\xc1")  # no message
    assert counted(house) == {"drops": 1}
    assert socket.closed is not None


async def test_each_game_counts_alone(house: HeldHouse) -> None:
    socket = house.sit(house.session("turns"))
    socket.receiver.lost(1006, "")
    assert counted(house, "turns") == {"drops": 1}
    assert counted(house) == {}


async def test_the_input_that_waited_longest_for_a_step_is_measured_and_no_other(house: HeldHouse) -> None:
    session = house.session()
    socket = house.sit(session)
    waits = house.node.ticker.games["talk"].input_waits
    house.run(1.0)
    assert waits.total().count == 0
    due = house.host(session).schedule.next_due
    house.run(due - house.now - 0.040)
    house.say(socket, session, "first", 1)
    house.now += 0.020
    house.say(socket, session, "second", 2)
    house.run(0.2)
    assert waits.total().count == 1
    assert waits.current.max_s == pytest.approx(0.040, abs=0.006)
    assert socket.heard == ["first", "second"]


async def test_of_a_turn_based_game_the_wait_is_that_for_its_step(house: HeldHouse) -> None:
    session = house.session("turns")
    socket = house.sit(session)
    house.say(socket, session, "mine")
    house.run(0.1)
    waits = house.node.ticker.games["turns"].input_waits
    assert waits.total().count == 1
    assert waits.current.max_s <= 0.011
