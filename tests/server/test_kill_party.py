"""A real server is killed while a party forms and waits: it is there again, and goes on."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from rallypoint_client import connect
from tests.server.test_kill import House, until


@pytest.fixture
async def house(tmp_path: Path) -> AsyncIterator[House]:
    made = House(tmp_path)
    yield made
    if made.process is not None:
        await made.end()


async def test_a_party_survives_the_server_and_plays_together(house: House) -> None:
    await house.start()
    async with connect(house.url, name="Ann") as ann, connect(house.url, name="Bob") as bob:
        party = await ann.create_party()
        assert len(party.code) == 6
        mine = await bob.join_party(party.code.lower())
        await mine.ready(attributes={"maps": ["ice"]}, latency_ms={"eu": 20.0})
        await until(lambda: [member.ready for member in party.members] == [False, True])

        await house.end()
        await house.start()
        await until(lambda: ann.state.value == bob.state.value == "connected")  # what they know of it is older
        await until(lambda: [member.here for member in party.members] == [True, True])
        await until(lambda: [member.here for member in mine.members] == [True, True])
        assert [(member.name, member.ready) for member in mine.members] == [("Ann", False), ("Bob", True)]
        assert party.is_leader
        assert party.code == mine.code

        async with asyncio.timeout(30):
            seats = await asyncio.gather(party.play("book"), mine.play())
        assert seats[0].session == seats[1].session
        await until(lambda: all(member.seated for member in party.members))
        await mine.leave()
        await until(lambda: [member.name for member in party.members] == ["Ann"])
