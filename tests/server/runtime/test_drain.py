"""A node is emptied: what it refuses, what it tells the lobby, how long it takes, and that nothing waits for it."""

from __future__ import annotations

import asyncio
import time
from collections.abc import AsyncIterator
from types import SimpleNamespace
from typing import Any, cast

import pytest
from structlog.testing import capture_logs

from rallypoint.core.orders import Denial, Order
from rallypoint.core.quick_match import SeatOffer
from rallypoint.ports import StoreStatus
from rallypoint.runtime.garbage import Garbage
from rallypoint.runtime.loop_lag import LoopLag
from rallypoint.runtime.node import _ENDED_A_TURN
from rallypoint.runtime.node_desk import CLOSED, NodeDesk, Process
from rallypoint.runtime.rooms import NodeRooms
from rallypoint_protocol.ids import LobbyId, SessionId
from tests.server.backend_house import ANN, BOB, BackendHouse


class DrainHouse(BackendHouse):
    """With its desk; ``said`` is what the lobby was told."""

    def __init__(self) -> None:
        super().__init__()
        self.said: list[str] = []
        self.stopping = False
        gauges = SimpleNamespace(
            lag=LoopLag(asyncio.get_running_loop(), self.node.now), garbage=Garbage(self.node.now), cpu_share=0.5
        )
        process = Process(
            "here",
            "1.0",
            self.unix_s,
            cast(Any, gauges),
            self.node.journal,
            lambda: StoreStatus("none"),
            lambda: 3,
            lambda: self.stopping,
            lambda: 5 << 20,
        )
        self.desk = NodeDesk(self.node, process, self.said.append, lambda: self.unix_s)

    def wait(self, seconds: float) -> None:
        self.now += seconds
        self.unix_s += seconds
        self.node.sweep(self.now)

    def over(self, session: SessionId) -> None:
        self.backend.end(session, "over")
        self.settle(session)

    def started(self, session: SessionId, lasts_s: float) -> None:
        """It is as if that session had taken so long."""
        host = self.node.hosts[session]
        host.created_unix_s = host.started_unix_s = self.unix_s - lasts_s
        self.over(session)


@pytest.fixture
async def house() -> AsyncIterator[DrainHouse]:
    made = DrainHouse()
    yield made
    made.node.ticker.stop()


def test_nothing_new_begins_on_a_cordoned_node(house: DrainHouse) -> None:
    house.desk.cordon("ada")
    assert house.said == [CLOSED]
    rooms = NodeRooms(house.node)
    made: list[Any] = [
        house.node.create("duel", house.now),
        house.backend.create("duel", Order()),
        rooms.create_for(ANN, "Ann", LobbyId("l"), "duel", Order(), house.now),
    ]
    assert [one.error for one in made if isinstance(one, Denial)] == ["cordoned"] * 3
    assert made[0].reason == "this server takes no new sessions: an operator is emptying it"
    assert house.backend.create("nothing", Order()) == Denial("unknown_game", "this server does not have that game")
    assert house.node.counts.sessions_created == 0


def test_what_runs_on_a_cordoned_node_goes_on_and_is_filled(house: DrainHouse) -> None:
    session = house.session(ANN, quick=True)
    house.desk.cordon("ada")
    assert [one.session_id for one in house.node.open_sessions("duel")] == [session]
    assert isinstance(house.node.reserve(session, BOB, "Bob", LobbyId("l"), house.now), SeatOffer)


def test_what_runs_on_a_draining_node_is_not_filled_by_quick_matches(house: DrainHouse) -> None:
    session = house.session(ANN, quick=True)
    house.desk.drain("ada", None)
    assert not list(house.node.open_sessions("duel"))
    assert isinstance(house.node.reserve(session, BOB, "Bob", LobbyId("l"), house.now), SeatOffer), "by its code"
    house.desk.uncordon("ada")
    assert house.said == [CLOSED, ""]


async def test_a_drain_is_over_with_the_last_session_and_says_how_long_that_takes(house: DrainHouse) -> None:
    for lasts_s in (100, 300, 200):
        house.started(house.session(), lasts_s)
    first, second = house.session(), house.session()
    house.wait(50)
    told = house.desk.drain("ada", None)
    assert (told.state, told.sessions_at_start, told.sessions_left, told.by) == ("draining", 2, 2, "ada")
    house.wait(1)
    seen = (await house.desk.look()).cordon
    assert seen.eta_s == 150.0, "half of them took 200 s"
    assert seen.since_at == pytest.approx(house.unix_s - 1)
    house.over(first)
    house.wait(1)
    assert (house.desk.cordon_info().state, house.desk.cordon_info().sessions_left) == ("draining", 1)
    house.over(second)
    house.wait(1)
    last = (await house.desk.look()).cordon
    assert (last.state, last.sessions_left, last.eta_s) == ("drained", 0, 0.0)


async def test_nobody_knows_how_long_it_takes_before_any_session_of_a_game_was_over(house: DrainHouse) -> None:
    house.started(house.session(), 60)
    house.create(game="chess")
    await house.desk.look()
    assert house.desk.drain("ada", None).eta_s is None
    house.wait(1)
    assert (await house.desk.look()).cordon.eta_s is None
    assert house.desk.drain("bob", 30.0).eta_s == 30.0, "then they are ended"


async def test_what_is_told_does_not_change_with_every_second(house: DrainHouse) -> None:
    house.started(house.session(), 600)
    house.session()
    house.desk.drain("ada", None)
    told = []
    for _ in range(10):
        house.wait(1)
        told.append((await house.desk.look()).cordon)
    assert len({one.eta_s for one in told}) <= 2
    assert len({one.since_at for one in told}) == 1


async def test_what_is_left_is_ended_when_the_time_is_up_a_few_in_each_turn(house: DrainHouse) -> None:
    house.node.settings = cast(Any, SimpleNamespace(**{**_fields(house.node.settings), "sessions_max": 1000}))
    sessions = [house.session() for _ in range(3 * _ENDED_A_TURN)]
    house.desk.drain("ada", 60.0)
    house.wait(59)
    with capture_logs() as logs:
        await _end(house, sessions)
    assert [line["event"] for line in logs if line["log_level"] == "warning"] == [
        "what is left of the drain is ended",
        "node drained",
    ]


async def _end(house: DrainHouse, sessions: list[SessionId]) -> None:
    assert all(house.node.hosts[one].core.ended is None for one in sessions)
    house.wait(1)
    ended = [sum(house.node.hosts[one].core.ended is not None for one in sessions if one in house.node.hosts)]
    assert ended == [_ENDED_A_TURN]
    for _ in range(100):
        await asyncio.sleep(0)
    for one in sessions:
        if one in house.node.hosts:
            house.settle(one)
    house.wait(1)
    assert house.desk.cordon_info().state == "drained"


def test_a_drain_that_is_called_off_ends_nothing(house: DrainHouse) -> None:
    session = house.session()
    house.desk.drain("ada", 60.0)
    house.desk.uncordon("bob")
    house.wait(3600)
    assert house.node.hosts[session].core.ended is None
    assert house.desk.cordon_info().state == "serving"
    assert not isinstance(house.backend.create("duel", Order()), Denial)


def test_a_cordon_of_a_cordoned_node_changes_nothing(house: DrainHouse) -> None:
    first = house.desk.cordon("ada")
    house.wait(5)
    assert house.desk.cordon("bob") == first
    assert house.said == [CLOSED]


async def test_the_sessions_that_cost_most_come_first(house: DrainHouse) -> None:
    sessions = [house.session() for _ in range(3)]
    house.node.hosts[sessions[0]].step_sum_s = 5.0  # it did
    await house.desk.look()
    house.wait(2)
    for session, spent_s in zip(sessions, (0.002, 0.020, 0.010), strict=True):
        house.node.hosts[session].step_sum_s += spent_s
    seen = await house.desk.look()
    assert [one.session for one in seen.costly] == [sessions[1], sessions[2], sessions[0]]
    assert [one.step_ms_per_s for one in seen.costly] == [10.0, 5.0, 1.0]


async def test_all_who_look_within_a_second_share_one_look(house: DrainHouse) -> None:
    house.session()
    looks = [(await house.desk.look()).costly for _ in range(3)]
    assert looks[0] is looks[2]


async def test_a_look_at_five_thousand_sessions_holds_nobody_up(house: DrainHouse) -> None:
    host = house.node.hosts[house.session()]
    house.started(house.session(), 60)
    house.desk.drain("ada", None)
    crowd = {
        SessionId(f"s{number}"): SimpleNamespace(
            core=SimpleNamespace(id=f"s{number}", seats=host.core.seats, seating=host.core.seating),
            definition=host.definition,
            step_sum_s=0.001,
            created_unix_s=host.created_unix_s,
        )
        for number in range(5000)
    }
    house.node.hosts = cast(Any, crowd)
    turns: list[float] = []

    async def beat() -> None:
        while True:
            began = time.perf_counter()
            await asyncio.sleep(0)
            turns.append(time.perf_counter() - began)

    beating = asyncio.create_task(beat())
    await asyncio.sleep(0)
    assert (await house.desk.look()).sessions == 5000
    beating.cancel()
    assert len(turns) > 10, "others had their turns in between"


def _fields(settings: Any) -> dict[str, Any]:
    return {name: getattr(settings, name) for name in settings.__slots__}
