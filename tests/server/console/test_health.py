"""What supervisors and load balancers are answered."""

from __future__ import annotations

from collections.abc import AsyncIterator
from types import SimpleNamespace

import httpx
import pytest

from rallypoint.console.ops import ops_app
from rallypoint.console.vitals import Vitals
from tests.server.console.overview_house import OverviewHouse


@pytest.fixture
async def house() -> AsyncIterator[OverviewHouse]:
    made = OverviewHouse()
    yield made
    made.node.ticker.stop()


async def ask(house: OverviewHouse, path: str) -> httpx.Response:
    app = ops_app(SimpleNamespace(), vitals=Vitals(house.server, house.sampler, "here"))  # type: ignore[arg-type]
    async with httpx.AsyncClient(transport=httpx.ASGITransport(app), base_url="http://ops") as client:
        return await client.get(path)


async def test_a_loop_that_turns_says_so_and_how_late_it_is(house: OverviewHouse) -> None:
    house.sampler.lag.timings.record(0.004)
    house.now += 0.3
    answer = await ask(house, "/healthz")
    assert answer.status_code == 200
    assert answer.text == "ok\nheartbeat 0.3 s ago\nloop lag p50 4.0 ms, p99 4.0 ms, max 4.0 ms\n"


async def test_a_node_that_is_stopping_is_alive(house: OverviewHouse) -> None:
    house.server.stopping = True
    assert (await ask(house, "/healthz")).status_code == 200


async def test_a_node_is_ready_while_nothing_speaks_against_it(house: OverviewHouse) -> None:
    answer = await ask(house, "/readyz")
    assert (answer.status_code, answer.text) == (200, "ready\n")


async def test_every_reason_why_it_is_not_is_a_line(house: OverviewHouse) -> None:
    house.server.stopping = True
    house.node.journal.failure = "the journal cannot be written: no space"  # type: ignore[misc]  # read by others
    house.node.cordon.close(house.now, "olga", 0)
    answer = await ask(house, "/readyz")
    reasons = ["stopping", "cordoned: an operator is emptying the node", "the journal cannot be written: no space"]
    assert (answer.status_code, answer.text.splitlines()) == (503, reasons)


async def test_a_node_whose_loop_was_late_for_a_moment_is_ready(house: OverviewHouse) -> None:
    house.sampler.lag.timings.record(2.0)
    for _ in range(30):
        for _ in range(10):
            house.sampler.lag.timings.record(0.001)
        await house.seconds()
        assert (await ask(house, "/readyz")).status_code == 200


async def test_a_node_with_too_much_to_do_for_a_while_is_not(house: OverviewHouse) -> None:
    for _ in range(15):
        for _ in range(5):
            house.sampler.lag.timings.record(0.15)
        await house.seconds()
    answer = await ask(house, "/readyz")
    assert (answer.status_code, answer.text) == (503, "the event loop is late: the node has too much to do\n")
