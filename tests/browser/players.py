"""What a person does in a page of a game: the same for all tests. Hooks are the ``data-test`` attributes of the kit."""

from __future__ import annotations

import asyncio
import re
from typing import Any

from playwright.async_api import Locator, Page, expect

from rallypoint.app import Server

__all__ = ["come_in", "expect_words", "hook", "of_seat", "seat_of", "until", "url"]


def url(server: Server, game: str, query: str = "") -> str:
    """The page of a game."""
    assert server.web is not None
    return f"{server.web.url}/play/{game}/{query}"


def hook(page: Page, name: str) -> Locator:
    """The element that tests call by that name."""
    return page.locator(f'[data-test="{name}"]')


WORDS_MS = 15_000
"""A lost connection is noticed after 6 s of silence at the latest."""


async def come_in(page: Page, server: Server, game: str, name: str, query: str = "") -> None:
    """Opens the page and asks for a quick match."""
    await page.goto(url(server, game, query))
    await hook(page, "name").fill(name)
    await hook(page, "quick").click()


async def until(page: Page, expression: str) -> None:
    """Waits for it to be true in the page. (The library's own way is an `eval`, which the pages' policy forbids.)"""
    try:
        async with asyncio.timeout(20):
            while not await page.evaluate(f"Boolean({expression})"):
                await asyncio.sleep(0.03)
    except TimeoutError:
        told = await page.evaluate("document.body.innerText")
        raise AssertionError(f"it did not come: {expression}\nThe page says: {told}") from None


async def seat_of(page: Page) -> dict[str, Any]:
    """What the page knows of its seat, once it plays. ``rallypoint.seat`` is there for whoever opens the console."""
    await until(page, "globalThis.rallypoint?.seat?.state === 'playing' && rallypoint.seat.latest.tick >= 0")
    found: dict[str, Any] = await page.evaluate(
        "() => { const s = rallypoint.seat; return {session: s.session, index: s.index, player: s.player,"
        " stats: {...s.stats}, tick: s.latest.tick}; }"
    )
    return found


async def of_seat(index: int, *pages: Page) -> Page:
    """The page that plays that seat."""
    for page in pages:
        if (await seat_of(page))["index"] == index:
            return page
    raise AssertionError(f"no page has seat {index}")


async def expect_words(locator: Locator, pattern: str) -> None:
    """It says something like that."""
    await expect(locator).to_contain_text(re.compile(pattern, re.IGNORECASE), timeout=WORDS_MS)
