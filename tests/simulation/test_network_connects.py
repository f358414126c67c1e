"""How connections of the simulated network begin, and what is left if they do not, or if somebody crashes."""

from __future__ import annotations

import asyncio
import contextlib
from typing import Any

import pytest

from rallypoint_simulation.network import Weather
from tests.simulation.two_ends import Two


def result(task: asyncio.Task[Any]) -> str:
    if not task.done():
        return "pending"
    if task.cancelled():
        return "cancelled"
    error = task.exception()
    return "connected" if error is None else type(error).__name__


def test_where_nobody_listens_a_connection_is_refused_after_one_round_trip():
    two = Two(Weather(latency_s=0.1), connect=False)
    two.listening.close()
    task, began = two.connect(), two.loop.now
    with contextlib.suppress(ConnectionRefusedError):
        two.loop.run_until_complete(task)
    assert result(task) == "ConnectionRefusedError"
    assert two.loop.now - began == pytest.approx(0.2)


def test_attempts_in_the_dark_are_repeated_until_it_is_light_and_not_for_ever():
    two = Two(connect=False)
    two.network.darken("ann", 5)
    task = two.connect()
    two.loop.run_for(6.9)
    assert result(task) == "pending"
    two.loop.run_for(0.2)
    assert result(task) == "connected"
    two.network.darken("ann", float("inf"))
    task = two.connect()
    two.loop.run_for(126)
    assert result(task) == "pending"
    two.loop.run_for(2)
    assert result(task) == "TimeoutError"


@pytest.mark.parametrize("after_ms", range(0, 90, 2))
def test_a_connect_that_is_cancelled_at_any_moment_leaves_nothing(after_ms: int):
    two = Two(Weather(latency_s=0.02), connect=False)
    task = two.connect()
    two.loop.run_for(after_ms / 1000)
    task.cancel()
    two.loop.run_for(5)
    assert two.nothing_is_left() or result(task) == "connected"
    assert [each.seen[-1] for each in two.servers] in ([], ["lost"], ["broken"], ["made"])
    assert (two.servers and two.server.seen[-1] == "made") == (result(task) == "connected") or not two.servers
    assert two.loop.pending(two.ann) == two.loop.pending(two.host) == []


def test_a_connect_that_is_cancelled_in_the_very_turn_in_which_it_succeeds_leaves_nothing():
    for turns in range(1, 12):
        two = Two(Weather(latency_s=0.02), connect=False)
        task = two.connect()
        two.loop.run_for(0.0399)
        for _ in range(turns):
            asyncio.events._set_running_loop(two.loop)
            two.loop._turn()
        asyncio.events._set_running_loop(None)
        if not task.cancel():
            break
        two.loop.run_for(5)
        assert two.nothing_is_left()
    assert turns > 2


@pytest.mark.parametrize("after_ms", range(0, 90, 2))
@pytest.mark.parametrize("how", ["stops", "crashes"])
def test_a_server_that_goes_while_a_client_connects_leaves_no_connection_that_nobody_has(after_ms: int, how: str):
    two = Two(Weather(latency_s=0.02), connect=False)
    task = two.connect()
    two.loop.run_for(after_ms / 1000)
    if how == "crashes":
        two.network.crash(two.host)
    else:
        two.listening.close()
    two.loop.run_for(5)
    if how == "stops" and two.servers:
        assert two.client.seen == two.server.seen == ["made"]
    else:
        assert result(task) == "ConnectionRefusedError" or two.client.seen == ["made", "broken"]
        assert two.nothing_is_left()


@pytest.mark.parametrize("after_ms", range(0, 90, 2))
def test_a_client_that_crashes_while_it_connects_leaves_nothing(after_ms: int):
    two = Two(Weather(latency_s=0.02), connect=False)
    two.connect()
    two.loop.run_for(after_ms / 1000)
    two.network.crash(two.ann)
    two.loop.run_for(5)
    assert two.nothing_is_left()
    assert [each.seen for each in two.servers] in ([], [["made", "broken"]])


def test_a_stopped_server_waits_for_its_connections():
    two = Two()
    two.listening.close()
    waits = two.loop.start_on(two.host, two.listening.wait_closed(), "wait")
    two.loop.run_for(10)
    assert not waits.done()
    two.client.transport.close()
    two.loop.run_for(1)
    assert waits.done()


def test_a_crash_resets_the_other_side_unless_it_is_dark():
    two = Two()
    two.network.crash(two.ann)
    two.loop.run_for(1)
    assert two.client.seen == ["made"]
    assert two.server.seen == ["made", "broken"]
    assert two.nothing_is_left()
    two = Two()
    two.network.darken("ann", 5)
    two.network.crash(two.ann)
    two.loop.run_for(100)
    assert two.server.seen == ["made"]


def test_a_crash_between_a_close_and_its_call_is_forgotten_as_well():
    two = Two()
    two.client.transport.close()
    two.network.crash(two.ann)
    two.loop.run_for(1)
    assert two.nothing_is_left()
