"""What is pushed while a player comes back is sent once, with what was missed."""

from __future__ import annotations

import asyncio

from rallypoint_protocol.limits import PROTOCOL_VERSION
from rallypoint_protocol.messages import Hello, Push, Resume
from tests.server.lobby_house import FakeStore
from tests.server.match_house import Hall


async def settled() -> None:
    """Whatever is looked up is there."""
    for _ in range(8):
        await asyncio.sleep(0)


async def asked_and_gone(hall: Hall):
    """A player who has seen a ready check, has not said so, and is away; meanwhile somebody has accepted."""
    ann, bob = hall.come("ann", "bob")
    for one in (ann, bob):
        one.enqueue("ranked")
    await settled()  # it is looked up who they are
    hall.go_on()
    bob.listen()
    ann.acks = False
    ann.listen()
    bob.accept()
    ann.drop()
    return ann


async def test_news_of_a_ready_check_that_a_resume_brings_is_told_once():
    hall = Hall()
    ann = await asked_and_gone(hall)
    connection = hall.visit()
    told = connection.say(Resume(PROTOCOL_VERSION, ann.welcome.lobby, ann.welcome.token, 0, 0, ann._last))
    pushes = [reply for reply in (*told, *connection.take()) if isinstance(reply, Push)]
    assert [push.kind for push in pushes] == ["ready_check"]
    assert pushes[0].data["accepted"] == 1


async def test_a_ready_check_that_is_told_to_who_begins_anew_is_told_once():
    hall = Hall(store=FakeStore(keeps_guests=True))
    ann = await asked_and_gone(hall)
    connection = hall.visit()
    connection.say(Hello(PROTOCOL_VERSION, "ann", "", ann.welcome.player, ann.welcome.secret))
    await settled()
    hall.go_on()
    pushes = [reply for reply in connection.take() if isinstance(reply, Push)]
    numbers = [push.n for push in pushes]
    assert "ready_check" in [push.kind for push in pushes]
    assert numbers == sorted(set(numbers))
