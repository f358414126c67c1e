"""How long the console's page takes with 5,000 sessions and 20,000 players, in a real headless Chromium.

The server has a process of its own; it and the browser share this machine, so these are figures of both. Where there is
no browser, there are none.
"""

from __future__ import annotations

import asyncio
import json
import os
import shutil
import statistics
import subprocess
import sys
import time
from typing import TYPE_CHECKING, Any, Final

if TYPE_CHECKING:
    from playwright.async_api import Page

SESSIONS: Final = 5_000
SEATS: Final = 4
NAMES: Final = ("chromium", "chromium-browser", "google-chrome", "chrome")
_ROWS: Final = "[role=row][data-key]"
_LONG_TASKS: Final = """globalThis.longTasks = [];
new PerformanceObserver((list) => { for (const it of list.getEntries()) longTasks.push(it.duration); })
  .observe({type: "longtask", buffered: true});"""


async def _opened(page: Page, url: str) -> float:
    """Until there are rows, and what is typed is searched for: milliseconds since the navigation began."""
    began = time.perf_counter()
    await page.goto(url, wait_until="commit")
    await page.locator(_ROWS).first.wait_for()
    await page.locator("[data-search]").focus()
    return (time.perf_counter() - began) * 1000


async def _took(page: Page, does: Any, then: str) -> float:
    began = time.perf_counter()
    await does
    await page.locator(then).first.wait_for()
    return (time.perf_counter() - began) * 1000


async def _measure(chromium: str, ready: dict[str, str], rounds: int) -> dict[str, float]:
    from playwright.async_api import async_playwright

    figures: dict[str, list[float]] = {name: [] for name in ("sessions", "players", "search", "end", "task")}
    async with async_playwright() as playwright:
        arguments = ["--no-sandbox"] if os.geteuid() == 0 else []
        browser = await playwright.chromium.launch(executable_path=chromium, args=arguments)
        context = await browser.new_context(viewport={"width": 1280, "height": 800})
        page = await context.new_page()
        ops = ready["ops"]
        await page.goto(f"{ops}/login")
        await page.get_by_label("Name").fill("bench")
        await page.get_by_label("Password").fill(ready["password"])
        await page.get_by_role("button", name="Log in").click()
        await page.get_by_role("navigation", name="Views").wait_for()
        await context.add_init_script(_LONG_TASKS)
        for number in range(rounds):
            figures["sessions"].append(await _opened(page, f"{ops}/sessions?sort=created&desc=0"))
            search = page.locator("[data-search]")
            found = f"[role=grid][aria-rowcount='1'] {_ROWS}"
            figures["search"].append(await _took(page, search.fill(f"player {number + 17}-0"), found))
            await page.goto(f"{ops}/sessions?sort=created&desc=0")
            await page.locator(_ROWS).first.wait_for()
            await page.locator("[role=grid]").focus()
            last = f"{_ROWS}[aria-rowindex='{SESSIONS}']"
            figures["end"].append(await _took(page, page.keyboard.press("End"), last))
            figures["task"].append(max(await page.evaluate("longTasks"), default=0.0))
            figures["players"].append(await _opened(page, f"{ops}/players?sort=behind&desc=1"))
        await browser.close()
    return {
        "console_page_sessions_ms": statistics.median(figures["sessions"]),
        "console_page_players_ms": statistics.median(figures["players"]),
        "console_page_search_ms": statistics.median(figures["search"]),
        "console_page_to_the_end_ms": statistics.median(figures["end"]),
        "console_page_longest_task_ms": max(figures["task"]),
    }


def run(quick: bool) -> dict[str, float]:
    """Five times (quick: once)."""
    chromium = next((path for name in NAMES if (path := shutil.which(name))), None)
    if chromium is None:
        print("  no browser is installed: no figures", flush=True)
        return {}
    command = [sys.executable, "-m", "bench.console_page"]
    process = subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
    assert process.stdin is not None
    assert process.stdout is not None
    try:
        return asyncio.run(_measure(chromium, json.loads(process.stdout.readline()), 1 if quick else 5))
    finally:
        process.stdin.close()  # it ends with its input
        process.wait(30)


async def _serve() -> None:
    """The server: prints where it is, and ends with its input."""
    from games.cards import Cards
    from rallypoint import logs
    from rallypoint.app import Server
    from rallypoint.config import Settings
    from rallypoint.console.principals import Role
    from rallypoint.core.orders import Denial, Order
    from rallypoint_protocol.ids import PlayerId

    logs.set_up("console", "warning")
    async with Server([Cards], Settings(port=0, ops_port=0, data_dir=None), bots=False) as server:
        node = server.node
        for number in range(SESSIONS):
            session = node.create("cards", node.now(), Order(patience_s=3_600))
            assert not isinstance(session, Denial)
            for seat in range(SEATS):
                player = PlayerId(f"p{number}-{seat}")
                node.seat(session, player, f"Player {number}-{seat}", node.now(), keep_s=3_600)
        password = await server.operators.add("bench", Role.VIEWER)
        print(json.dumps({"ops": server.ops.url, "password": password}), flush=True)
        await asyncio.get_running_loop().run_in_executor(None, sys.stdin.read)


if __name__ == "__main__":
    import uvloop

    uvloop.run(_serve())
