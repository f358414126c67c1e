"""A person plays cards against the server's bots, and the page never gets a card that it must not know."""

import asyncio
import contextlib
from collections.abc import AsyncIterator
from pathlib import Path

import pytest_asyncio
from playwright.async_api import Page, TimeoutError as PageTimeout

from games.cards import Cards
from rallypoint.app import Server
from rallypoint.config import Settings

from .conftest import NewPage
from .players import come_in, seat_of, until

TURNS = 2
MY_TURN = "(rallypoint.seat.latest.game.turn === rallypoint.seat.index)"


@pytest_asyncio.fixture(loop_scope="session")
async def server(tmp_path: Path) -> AsyncIterator[Server]:
    settings = Settings(port=0, ops_port=0, web_port=0, data_dir=tmp_path, replays="on", shutdown_s=2.0)
    async with Server([Cards], settings) as running:
        yield running


async def _do_what_can_be_done(page: Page) -> None:
    """Plays a card, draws or passes; the page may be a frame behind, or the turn over: then it is looked at again."""
    for button in (
        page.locator('dialog[open] [data-test="suit-2"]'),
        page.locator('[data-test="hand-card"][aria-disabled="false"]').first,
        page.locator('[data-test="draw"]:not([disabled]):not([aria-disabled="true"])'),
        page.locator('[data-test="pass"]:not([hidden])'),
    ):
        if await button.count():
            with contextlib.suppress(PageTimeout):
                await button.click(timeout=1500)
            await asyncio.sleep(0.1)
            return
    await asyncio.sleep(0.05)


async def test_a_person_plays_some_turns_against_bots_whose_hands_stay_hidden(
    server: Server, new_page: NewPage
) -> None:
    ann = await new_page(viewport={"width": 360, "height": 640})
    await come_in(ann, server, "cards", "Ann")
    await seat_of(ann)
    for _ in range(TURNS):
        await until(ann, f"{MY_TURN} || rallypoint.seat.ended")
        turn = await ann.evaluate("rallypoint.seat.latest.game.turns")
        while await ann.evaluate(f"{MY_TURN} && rallypoint.seat.latest.game.turns === {turn}"):
            await _do_what_can_be_done(ann)
    hands = await ann.evaluate("rallypoint.seat.latest.players.map((it) => [it.seat, it.hand])")
    mine = await ann.evaluate("rallypoint.seat.index")
    assert [hand for seat, hand in hands if seat != mine] == [None] * (len(hands) - 1)
    assert await ann.evaluate("document.documentElement.scrollWidth <= innerWidth")
