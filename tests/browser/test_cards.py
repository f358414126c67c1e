"""A person plays cards against the server's bots, and the page never gets a card that it must not know."""

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from games.cards import Cards
from rallypoint.app import Server
from rallypoint.config import Settings

from .conftest import NewPage
from .players import come_in, hook, seat_of, until

TURNS = 3


@pytest.fixture
async def server(tmp_path: Path) -> AsyncIterator[Server]:
    settings = Settings(port=0, ops_port=0, web_port=0, data_dir=tmp_path, replays="on", shutdown_s=2.0)
    async with Server([Cards], settings) as running:
        yield running


async def test_a_person_plays_some_turns_against_bots_whose_hands_stay_hidden(
    server: Server, new_page: NewPage
) -> None:
    ann = await new_page(viewport={"width": 360, "height": 640})
    await come_in(ann, server, "cards", "Ann")
    await seat_of(ann)
    played = 0
    while played < TURNS:
        await until(ann, "rallypoint.seat.latest.game.turn === rallypoint.seat.index || rallypoint.seat.ended")
        turn = await ann.evaluate("rallypoint.seat.latest.game.turns")
        fitting = ann.locator('[data-test="hand-card"][aria-disabled="false"]')
        if await fitting.count():
            await fitting.first.click()
            if await ann.locator("dialog[open]").count():
                await hook(ann, "suit-2").click()
        elif await hook(ann, "draw").is_enabled():
            await hook(ann, "draw").click()
            await until(ann, "rallypoint.seat.latest.game.drawn || rallypoint.seat.latest.game.turn === null")
            continue
        else:
            await hook(ann, "pass").click()
        await until(ann, f"rallypoint.seat.latest.game.turns !== {turn} || rallypoint.seat.latest.game.turn === null")
        played += 1
    hands = await ann.evaluate("rallypoint.seat.latest.players.map((it) => [it.seat, it.hand])")
    mine = await ann.evaluate("rallypoint.seat.index")
    assert [hand for seat, hand in hands if seat != mine] == [None] * (len(hands) - 1)
    assert await ann.evaluate("document.documentElement.scrollWidth <= innerWidth")
