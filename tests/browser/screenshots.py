"""Takes the README's pictures anew: ``make screenshots``; some of them: ``make screenshots ONLY=console``.

A real server, its bots, and a real browser.

The pictures are of games that really go on, so no two runs give the same; they are taken to be looked at.
"""

from __future__ import annotations

import asyncio
import shutil
import sys
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
from .operators import log_in, pilots
from .players import come_in, hook, of_seat, seat_of, until, url

PICTURES = Path(__file__).parents[2] / "docs/pictures"
WIDE, PHONE = ViewportSize(width=1120, height=700), ViewportSize(width=360, height=720)
DESK, PHONE_OF_AN_OPERATOR = ViewportSize(width=1280, height=800), ViewportSize(width=390, height=844)


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


async def _console(browser: Browser, server: Server) -> None:
    server.bots.reside(server.definitions, 6)
    async with pilots(server, "Ann", "Bob", "Cid", "Slow Sam") as seats, _page(browser) as desk:
        server.simulate("Slow Sam", "latency=700ms")
        await desk.set_viewport_size(DESK)
        await log_in(desk, server)
        await asyncio.sleep(45)  # so that there is a past to be shown
        await _save(desk, "console-overview")
        await desk.goto(f"{server.ops.url}/players?sort=behind&desc=1")
        await desk.get_by_text("Slow Sam").first.wait_for()
        await asyncio.sleep(2)
        await _save(desk, "console-players")
        await desk.goto(f"{server.ops.url}/sessions/{seats[0].session}")
        await desk.get_by_role("button", name="Pause").wait_for()
        await asyncio.sleep(6)
        await desk.keyboard.press("p")
        await asyncio.sleep(2)
        await _save(desk, "console-session")
        async with _page(browser, phone=True) as phone:
            await phone.set_viewport_size(PHONE_OF_AN_OPERATOR)
            await phone.emulate_media(color_scheme="light")
            await log_in(phone, server, f"/sessions/{seats[0].session}", name="bea")
            await asyncio.sleep(2)
            await _save(phone, "console-phone")


async def _save(page: Page, name: str) -> None:
    path = PICTURES / f"{name}.jpg"
    await page.screenshot(path=path, type="jpeg", quality=82, animations="disabled")
    print(f"{path.relative_to(PICTURES.parents[1])}  {path.stat().st_size // 1024} KiB", flush=True)


async def _main(only: str) -> None:
    found = next((path for name in NAMES if (path := shutil.which(name))), None)
    if found is None:
        raise SystemExit("no browser is installed: apt-get install chromium")
    PICTURES.mkdir(exist_ok=True)
    with tempfile.TemporaryDirectory() as folder:
        async with async_playwright() as playwright:
            browser = await playwright.chromium.launch(executable_path=found, args=browser_arguments())
            shoots = [one for one in (_orbit, _fourline, _cards, _replay, _console) if only in ("", one.__name__[1:])]
            for shoot in shoots:
                settings = Settings(
                    port=0, ops_port=0, web_port=0, data_dir=Path(folder) / shoot.__name__, replays="on", shutdown_s=2.0
                )
                async with Server([Orbit, FourLine, Cards], settings, bots=shoot is not _replay) as server:
                    await shoot(browser, server)
            await browser.close()


if __name__ == "__main__":
    asyncio.run(_main(*sys.argv[1:2] or [""]))
