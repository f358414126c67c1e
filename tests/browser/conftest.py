"""A real server with its pages, and a real headless Chromium that plays in them.

Without a browser these tests are skipped, with a line that says so; ``.ci/run`` installs one. Tests share one
browser, which is dear to start, and with it an event loop; each page is in a context of its own.
"""

from __future__ import annotations

import asyncio
import os
import shutil
from collections.abc import AsyncIterator, Awaitable, Callable
from pathlib import Path

import pytest
import pytest_asyncio
from playwright.async_api import Browser, BrowserContext, Page, async_playwright

from games.cards import Cards
from games.fourline import FourLine
from games.orbit import Orbit
from rallypoint.app import Server
from rallypoint.config import Settings

NAMES = "chromium", "chromium-browser", "google-chrome", "chrome"


def browser_arguments() -> list[str]:
    """Root has no sandbox to run in; nothing but our own pages is opened. Without a GPU it draws sooner by itself."""
    return ["--disable-gpu", *(["--no-sandbox"] if os.geteuid() == 0 else [])]


HERE = Path(__file__).parent


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """The tests that are here run on the browser's event loop."""
    for item in items:
        if item.path.parent == HERE and pytest_asyncio.is_async_test(item):
            item.add_marker(pytest.mark.asyncio(loop_scope="session"), append=False)


NewPage = Callable[..., Awaitable[Page]]
"""``await new_page(name, **options of a context)``: a player's page, in a context (an own local storage) of its own."""


@pytest.fixture(scope="session")
def chromium() -> str:
    """Where the browser is."""
    found = next((path for name in NAMES if (path := shutil.which(name))), None)
    if found is None:
        pytest.skip("no browser is installed: apt-get install chromium")
    return found


@pytest_asyncio.fixture(scope="session", loop_scope="session")
async def browser(chromium: str) -> AsyncIterator[Browser]:
    async with async_playwright() as playwright:
        opened = await playwright.chromium.launch(executable_path=chromium, args=browser_arguments())
        yield opened
        await opened.close()


@pytest_asyncio.fixture(loop_scope="session")
async def server(tmp_path: Path) -> AsyncIterator[Server]:
    settings = Settings(port=0, ops_port=0, web_port=0, data_dir=tmp_path, replays="on", shutdown_s=2.0)
    async with Server([Orbit, FourLine, Cards], settings, bots=False) as running:
        yield running


@pytest_asyncio.fixture(loop_scope="session")
async def new_page(browser: Browser) -> AsyncIterator[NewPage]:
    """Opens pages. What a page logs as an error, or throws, fails the test."""
    contexts: list[BrowserContext] = []
    errors: list[str] = []

    async def open_page(context: BrowserContext | None = None, **options: object) -> Page:
        if context is None:
            context = await browser.new_context(**options)  # type: ignore[arg-type]  # as the test gave them
            contexts.append(context)
        page = await context.new_page()
        page.set_default_timeout(20_000)
        page.on("pageerror", lambda error: errors.append(str(error)))
        return page

    yield open_page
    for context in contexts:
        await context.close()
    await asyncio.sleep(0)
    assert errors == []
