"""Takes the README's pictures anew: ``make screenshots``. A real server, its bots, and a real browser.

The pictures are of games that really go on, so no two runs give the same; they are taken to be looked at.
"""

from __future__ import annotations

import asyncio
import shutil
import tempfile
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

from playwright.async_api import Browser, Page, ViewportSize, async_playwright

from games.cards import Cards
from games.fourline import FourLine
from games.orbit import Orbit
from rallypoint.app import Server
from rallypoint.config import Settings

from .conftest import NAMES, browser_arguments
from .players import come_in, hook, of_seat, seat_of, until, url

PICTURES = Path(__file__).parents[2] / "docs/pictures"
WIDE, PHONE = ViewportSize(width=1120, height=700), ViewportSize(width=360, height=720)


@asynccontextmanager
async def _page(browser: Browser, *, phone: bool = False) -> AsyncIterator[Page]:
    context = await browser.new_context(
        viewport=PHONE if phone else WIDE, has_touch=phone, is_mobile=phone, color_scheme="dark"
    )
    try:
        yield await context.new_page()
    finally:
        await context.close()


async def _orbit(browser: Browser, server: Server) -> None:
    async with _page(browser) as ann, _page(browser, phone=True) as bob:
        await come_in(ann, server, "orbit", "Ann")
        await come_in(bob, server, "orbit", "Bob")
        await seat_of(ann)
        await seat_of(bob)
        server.bots.reside(server.definitions[:1], 4)
        await until(ann, "rallypoint.seat.latest.all('Ship').length >= 4")
        await ann.keyboard.down("ArrowUp")
        await ann.keyboard.press("o")
        for _ in range(12):
            await ann.keyboard.press("Space")
            await asyncio.sleep(0.35)
        await _save(ann, "orbit")
        await _save(bob, "orbit-phone")


async def _fourline(browser: Browser, server: Server) -> None:
    async with _page(browser) as ann, _page(browser) as bob:
        await come_in(ann, server, "fourline", "Ann")
        await come_in(bob, server, "fourline", "Bob")
        pages = [await of_seat(0, ann, bob), await of_seat(1, ann, bob)]
        for turn, column in enumerate([3, 3, 2, 4, 4, 2, 3, 3, 5, 1, 2]):
            await hook(pages[turn % 2], f"column-{column}").click()
            await asyncio.sleep(0.4)
        await asyncio.sleep(0.8)
        await _save(pages[1], "fourline")


async def _cards(browser: Browser, server: Server) -> None:
    async with _page(browser) as ann:
        await come_in(ann, server, "cards", "Ann")
        await seat_of(ann)
        await until(ann, "rallypoint.seat.latest.game.turn === rallypoint.seat.index")
        await asyncio.sleep(0.8)
        await _save(ann, "cards")


async def _replay(browser: Browser, server: Server) -> None:
    async with _page(browser) as ann, _page(browser) as bob:
        await come_in(ann, server, "fourline", "Ann")
        await come_in(bob, server, "fourline", "Bob")
        first, second = await of_seat(0, ann, bob), await of_seat(1, ann, bob)
        session = (await seat_of(first))["session"]
        for column in (3, 4, 3, 4, 3, 4, 3):
            page = first if await hook(first, "column-0").is_enabled() else second
            await hook(page, f"column-{column}").click()
            await asyncio.sleep(0.4)
        await asyncio.sleep(2)
        await ann.goto(url(server, "fourline", f"?replay={session}&tick=7"))
        await hook(ann, "replay-bar").wait_for()
        await asyncio.sleep(1)
        await _save(ann, "replay")


async def _save(page: Page, name: str) -> None:
    path = PICTURES / f"{name}.jpg"
    await page.screenshot(path=path, type="jpeg", quality=82, animations="disabled")
    print(f"{path.relative_to(PICTURES.parents[1])}  {path.stat().st_size // 1024} KiB", flush=True)


async def _main() -> None:
    found = next((path for name in NAMES if (path := shutil.which(name))), None)
    if found is None:
        raise SystemExit("no browser is installed: apt-get install chromium")
    PICTURES.mkdir(exist_ok=True)
    with tempfile.TemporaryDirectory() as folder:
        async with async_playwright() as playwright:
            browser = await playwright.chromium.launch(executable_path=found, args=browser_arguments())
            for shoot in (_orbit, _fourline, _cards, _replay):
                settings = Settings(
                    port=0, ops_port=0, web_port=0, data_dir=Path(folder) / shoot.__name__, replays="on", shutdown_s=2.0
                )
                async with Server([Orbit, FourLine, Cards], settings, bots=shoot is not _replay) as server:
                    await shoot(browser, server)
            await browser.close()


if __name__ == "__main__":
    asyncio.run(_main())
