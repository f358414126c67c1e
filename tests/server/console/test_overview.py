"""The overview: everything counted once, cheaply, and shared by all who look."""

from __future__ import annotations

import asyncio
import time
from collections.abc import AsyncIterator
from types import SimpleNamespace
from typing import Any, cast

import pytest
from pydantic import TypeAdapter

from rallypoint.console.api import build_api
from rallypoint.console.census import Census, Counting, census_of
from rallypoint.console.desks import Desks
from rallypoint.console.history import HistoryOut
from rallypoint.console.live import _get
from rallypoint.console.overview_out import Overview
from rallypoint.core.lobby import Entered
from rallypoint.core.lobby_ticket import Entrant
from rallypoint.core.seat import SeatState
from rallypoint.core.session import SessionState, Taken
from rallypoint_protocol.limits import PROTOCOL_VERSION
from rallypoint_protocol.messages import Hello, TakeSeat
from tests.server.backend_house import ANN, BOB, CID, NOW
from tests.server.console.overview_house import OverviewHouse


@pytest.fixture
async def house() -> AsyncIterator[OverviewHouse]:
    made = OverviewHouse()
    yield made
    made.node.ticker.stop()


async def test_every_session_seat_and_ticket_is_counted_once(house: OverviewHouse) -> None:
    created = house.create(ANN, BOB)
    house.create(CID, game="chess")
    core = house.node.hosts[created.session.id].core
    taken = core.take(TakeSeat(1, created.session.id, created.seats[0].offer.token), NOW)
    assert isinstance(taken, Taken)
    core.take(TakeSeat(1, created.session.id, created.seats[1].offer.token), NOW)
    house.settle(created.session.id)
    core.dropped(taken.seat, NOW)
    seen = await house.desk.overview()
    assert (seen.players.connected, seen.players.away, seen.players.reserved) == (1, 1, 1)
    assert (seen.sessions.running, seen.sessions.waiting, seen.sessions.created) == (1, 1, 2)
    assert [(game.game, game.running, game.waiting, game.players) for game in seen.games] == [
        ("duel", 1, 0, 2),
        ("chess", 0, 1, 0),
    ]
    assert (seen.node, seen.ready, seen.reasons, seen.store.kind) == ("here", True, [], "sqlite")


async def test_a_queue_shows_since_when_its_oldest_ticket_waits(house: OverviewHouse) -> None:
    for name, at in (("Ann", NOW - 30), ("Bob", NOW - 10)):
        entered = house.lobby.hello(Hello(PROTOCOL_VERSION, name), at)
        assert isinstance(entered, Entered)
        assert house.lobby.queues.enter((Entrant(entered.session),), ("duel",), at) is None
    seen = await house.desk.overview()
    assert [(one.queue, one.waiting, one.players) for one in seen.queues] == [("duel", 2, 2), ("chess", 0, 0)]
    assert [one.oldest_since for one in seen.queues] == [house.unix_s - 30, None]
    house.now += 5.004
    house.unix_s += 5
    assert (await house.desk.overview()).queues == seen.queues  # whoever watches is told nothing new


async def test_resumes_drops_and_what_was_skipped_are_of_all_time(house: OverviewHouse) -> None:
    figures = house.node.ticker.games["duel"]
    figures.resumes["resumed"] += 3
    house.node.ticker.games["chess"].resumes["resync"] += 1
    figures.drops, figures.skipped_ticks = 5, 7
    session = house.session(ANN)
    host = house.node.hosts[session]
    host.schedule.skipped, host.bytes_out = 2, 100
    seen = await house.desk.overview()
    assert seen.resumes == {"resumed": 3, "resync": 1, "fresh": 0, "refused": 0}
    assert (seen.drops, seen.games[0].skipped) == (5, 9)
    host.end("over")
    house.settle(session)
    house.now += 1
    census = await house.sampler.counting.census()
    assert (census.games["duel"].skipped_ticks, census.games["duel"].bytes_out) == (9, 100)


async def test_what_seats_were_spared_is_not_forgotten_with_them(house: OverviewHouse) -> None:
    created = house.create(ANN, BOB)
    core = house.node.hosts[created.session.id].core
    for seat in core.seated():
        seat.conflated = 4
    house.backend.kick(created.session.id, ANN)
    house.settle(created.session.id)
    assert census_of(house.node).conflated == 8
    house.backend.end(created.session.id, "over")
    house.settle(created.session.id)
    assert census_of(house.node).conflated == 8


async def test_the_share_of_a_core_is_that_of_the_last_ten_seconds(house: OverviewHouse) -> None:
    await house.seconds(30)
    assert (await house.desk.overview()).cpu_share == 0.25
    house.cpu_s += 2.5
    await house.seconds()
    assert (await house.desk.overview()).cpu_share == 0.5


async def test_why_new_players_are_not_welcome_is_said(house: OverviewHouse) -> None:
    house.server.stopping = True
    house.node.journal.failure = "the journal cannot be written: no space"  # type: ignore[misc]  # read by others
    seen = await house.desk.overview()
    assert not seen.ready
    assert seen.reasons == ["stopping", "the journal cannot be written: no space"]


async def test_all_who_look_within_a_second_share_one_count(house: OverviewHouse) -> None:
    counted = []
    tickets = house.sampler.counting._tickets
    house.sampler.counting._tickets = lambda: (counted.append(1), tickets())[1]
    await asyncio.gather(*(house.desk.overview() for _ in range(20)))
    await house.desk.overview()
    assert len(counted) == 1
    house.now += 1
    await house.desk.overview()
    assert len(counted) == 2


async def test_who_asks_and_goes_away_spoils_nobody_else_s_count(house: OverviewHouse) -> None:
    first = asyncio.create_task(house.sampler.counting.census())
    await asyncio.sleep(0)
    second = asyncio.create_task(house.sampler.counting.census())
    first.cancel()
    assert isinstance(await second, Census)


def crowd(sessions: int, seats: int) -> dict[Any, Any]:
    """Sessions as a census sees them."""
    options = SimpleNamespace(options=SimpleNamespace(name="duel"))
    one = [SimpleNamespace(conflated=0, state=SeatState.CONNECTED) for _ in range(seats)]
    return {
        number: SimpleNamespace(
            core=SimpleNamespace(
                state=SessionState.RUNNING, paused=None, spectators=SimpleNamespace(all=()), seats=one
            ),
            definition=options,
            bytes_out=1,
            schedule=SimpleNamespace(skipped=0),
        )
        for number in range(sessions)
    }


async def test_twenty_thousand_players_are_counted_in_short_turns(house: OverviewHouse) -> None:
    house.node.hosts = crowd(5000, 4)
    connections: list[Any] = [SimpleNamespace(outbox_bytes=3)] * 20_000
    counting = Counting(house.node, ["duel"], list, lambda: connections)
    turns: list[float] = []

    async def others() -> None:
        while True:
            before = time.perf_counter()
            await asyncio.sleep(0)
            turns.append(time.perf_counter() - before)

    meanwhile = asyncio.create_task(others())
    census = await counting.census()
    meanwhile.cancel()
    assert (census.running, census.connected, census.games["duel"].players) == (5000, 20_000, 20_000)
    assert (census.outbox_bytes, census.outbox_bytes_max) == (60_000, 3)
    assert len(turns) > 40
    assert sorted(turns)[len(turns) // 2] < 0.002


async def test_the_answers_are_what_their_description_says(house: OverviewHouse) -> None:
    house.create(ANN, BOB)
    await house.seconds(25, late_s=0.018)
    app = build_api(Desks(house.backend, overview=house.desk))
    status, body = await _get(app, "/overview")
    assert status == 200
    seen = TypeAdapter(Overview).validate_json(body)
    assert seen.games[0].late_p99_ms == pytest.approx(18, abs=0.2)
    assert [alert.text for alert in seen.alerts] == ["ticks 18 ms late, 0 sessions of duel"]
    status, body = await _get(app, "/overview/history?seconds=15")
    history = TypeAdapter(HistoryOut).validate_json(body)
    assert (status, len(history.series["players"])) == (200, 15)
    assert (await _get(app, "/overview/history?seconds=0"))[0] == 422
    assert (await _get(build_api(Desks(cast(Any, None))), "/overview"))[0] == 404


async def test_an_idle_node_s_overview_rests(house: OverviewHouse) -> None:
    """Whoever watches it is sent what has changed: nothing."""
    await house.seconds(30)
    first = await house.desk.overview()
    await house.seconds(3)
    assert await house.desk.overview() == first
