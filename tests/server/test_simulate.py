"""A server with a bad network: for everybody, or for one player, now and in all connections to come."""

from __future__ import annotations

import asyncio
from typing import Any

import pytest
from pydantic import ValidationError
from structlog.testing import capture_logs
from typer.testing import CliRunner

from rallypoint.app import Server
from rallypoint.cli import app
from rallypoint.config import Settings
from rallypoint.core.network_conditions import BadConditions
from rallypoint.transport.conditioned import ConditionedLink
from rallypoint_protocol.messages import Ping, Pong
from tests.server.live import Guest, Toy


def server(**changes: Any) -> Server:
    return Server([Toy], Settings(port=0, ops_port=0, shutdown_s=2.0, **changes))


def networks(served: Server) -> list[str]:
    """What each open connection goes through, oldest first."""
    transports = [connection.transport for connection in served.game_port.connections]
    return [str(each.conditions) if isinstance(each, ConditionedLink) else "as it is" for each in transports]


async def test_without_a_word_no_connection_goes_through_anything():
    async with server() as served:
        await Guest.sit(served, "Ann")
        assert networks(served) == ["as it is", "as it is"]


async def test_everybody_has_the_network_of_the_setting_and_the_log_says_so():
    with capture_logs() as logs:
        async with server(simulate="latency=40±10ms") as served:
            ann = await Guest.sit(served, "Ann")
            await ann.act("Say", text="hello")
            await ann.heard("hello")
            assert networks(served) == ["latency=40±10ms"] * 2
    assert [line["network"] for line in logs if "everybody" in line["event"]] == ["latency=40±10ms"]


async def test_one_player_has_a_network_of_their_own_in_open_connections_and_in_those_to_come():
    async with server() as served:
        ann = await Guest.sit(served, "Ann")
        bob = await Guest.enter(served, "Bob")
        assert served.simulate("Ann", "latency=60ms") == 2
        assert networks(served) == ["latency=60ms", "latency=60ms", "as it is"]
        await ann.act("Say", text="still here")
        await ann.heard("still here")
        await ann.session.break_off()
        await ann.resume()
        await ann.passes(1)
        assert sorted(networks(served)) == ["as it is", "latency=60ms", "latency=60ms"]
        assert served.simulate("Ann", None) == 2
        assert set(networks(served)) == {"as it is", "none"}
        assert served.simulate(bob.welcome.player, "drop=10min") == 1
        assert served.simulate("nobody", "latency=10ms") == 0
        late = await Guest.enter(served, "nobody")
        assert networks(served)[-1] == "latency=10ms"
        began = asyncio.get_running_loop().time()
        await late.lobby.send(Ping(1))
        await late.lobby_reply(Pong)
        assert asyncio.get_running_loop().time() - began >= 0.009


async def test_a_players_own_network_comes_before_everybodys():
    async with server(simulate="latency=10ms") as served:
        await Guest.enter(served, "Ann")
        served.simulate("Ann", "latency=20ms")
        assert networks(served) == ["latency=20ms"]
        served.simulate("Ann", None)
        assert networks(served) == ["latency=10ms"]


async def test_what_says_no_network_is_refused_and_changes_nothing():
    async with server() as served:
        await Guest.enter(served, "Ann")
        with pytest.raises(BadConditions, match="latency=80±30ms"):
            served.simulate("Ann", "slow")
        assert networks(served) == ["as it is"]
    with pytest.raises(ValidationError, match="latency=80±30ms"):
        Settings(simulate="latency=80")


def test_the_command_says_what_to_write_instead():
    made = CliRunner().invoke(app, ["serve", "games.orbit:Orbit", "--simulate", "loss=1"])
    assert made.exit_code == 2
    assert "rallypoint: simulate='loss=1': loss=1: a share of packets" in made.output
    assert "latency=80±30ms,loss=1%" in made.output


def test_the_environment_may_say_it(monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setenv("RALLYPOINT_SIMULATE", "latency=80+-30ms")
    assert Settings().simulate == "latency=80+-30ms"
