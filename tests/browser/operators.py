"""What an operator does in the console, and who plays meanwhile: the same for all of its tests.

Things are found as people find them, by what they are and what they say: roles and labels, and no classes.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import AsyncExitStack, asynccontextmanager
from random import Random
from typing import Any

from playwright.async_api import ConsoleMessage, Locator, Page, expect

from games.orbit.bot import OrbitBot
from rallypoint.app import Server
from rallypoint.console.roles import Role
from rallypoint.runtime.session_host import SessionHost
from rallypoint_client import Lobby, LobbySeat, connect, drive
from rallypoint_protocol.ids import SessionId

__all__ = [
    "answer",
    "api",
    "button",
    "come_true",
    "dialog",
    "drop",
    "expect_fits",
    "expect_inert",
    "focus",
    "go",
    "host_of",
    "kept",
    "log_in",
    "log_in_form",
    "pilots",
    "post",
    "row",
    "stand",
    "tell_of_breaches",
    "toast",
    "waiting",
]


def tell_of_breaches(page: Page, told: list[str]) -> None:
    """What the browser says of a page that did what its policy forbids, or that gave up on something."""

    def hear(message: ConsoleMessage) -> None:
        # of an answer with an error it writes a line as well: those are the console's to show
        if message.type == "error" and "Failed to load resource" not in message.text:
            told.append(message.text)

    page.on("console", hear)


# --- the page ---------------------------------------------------------------------------------------------------------


async def log_in(page: Page, server: Server, path: str = "/", role: Role = Role.ADMIN, name: str = "ada") -> None:
    """Opens the console there, as a new operator."""
    password = await server.operators.add(name, role)
    await page.goto(f"{server.ops.url}{path}")
    await log_in_form(page, name, password)
    await expect(page.get_by_role("heading", level=1)).not_to_be_empty()
    await expect(page.get_by_role("status", name="Connection")).to_have_text("live")


async def go(page: Page, path: str) -> None:
    """To another view, as with the browser's own buttons: the page itself stays."""
    await page.evaluate(
        "(path) => { history.pushState(null, '', path); dispatchEvent(new PopStateEvent('popstate')); }", path
    )


async def log_in_form(page: Page, name: str, password: str) -> None:
    """Fills in the login, and sends it."""
    form = page.get_by_role("form", name="Log in")
    await form.get_by_label("Name").fill(name)
    await form.get_by_label("Password").fill(password)
    await form.get_by_role("button", name="Log in").click()


def button(page: Page | Locator, name: str) -> Locator:
    """That says exactly so."""
    return page.get_by_role("button", name=name, exact=True)


def dialog(page: Page) -> Locator:
    """The question that is asked."""
    return page.get_by_role("dialog")


async def answer(page: Page, confirm: str, **fields: str) -> None:
    """Fills in what is asked for, by label, and agrees."""
    for label, value in fields.items():
        await dialog(page).get_by_label(label).fill(value)
    await button(dialog(page), confirm).click()
    await expect(dialog(page)).to_have_count(0)


def row(page: Page, text: str) -> Locator:
    """Of a table or a list: with that text."""
    return page.get_by_role("row").filter(has_text=text)


async def toast(page: Page, words: str) -> None:
    """It is said for some seconds."""
    await expect(page.get_by_role("status").filter(has_text=words).first).to_be_visible()


async def focus(page: Page) -> str:
    """What has the focus, in words; it is always something, and one sees that it is."""
    told: list[str] = await page.evaluate(
        """() => {
          const it = document.activeElement;
          const style = getComputedStyle(it);
          const outlined = style.outlineStyle !== 'none' && parseFloat(style.outlineWidth) > 0;
          const seen = outlined || style.boxShadow !== 'none';
          const name = it.getAttribute('aria-label') ?? it.labels?.[0]?.textContent ?? it.textContent ?? '';
          return [it.tagName, it.id, name.trim().slice(0, 60), String(seen)];
        }"""
    )
    tag, id_, name, seen = told
    assert tag != "BODY", "nothing has the focus"
    assert seen == "true" or id_ == "view", f"one does not see that {tag} {name!r} has the focus"
    return name


async def expect_fits(page: Page) -> None:
    """Nothing is wider than the window, and no list than its place."""
    wide: list[str] = await page.evaluate(
        """() => {
          const edge = (it) => it.getBoundingClientRect().right;
          const boxes = [document.documentElement, ...document.querySelectorAll('[role=grid], dialog')];
          const within = (box) => [...box.querySelectorAll('*')].filter((it) => edge(it) > edge(box) + 1);
          return boxes.filter((box) => box.scrollWidth > box.clientWidth)
            .map((box) => `${box.tagName}: ${within(box).map((it) => `${it.tagName}.${it.className}`).slice(0, 8)}`);
        }"""
    )
    assert wide == [], f"{page.url} scrolls sideways: {wide}"


async def expect_inert(page: Page) -> None:
    """Nothing that strangers typed has become more than text, or turns the text around it."""
    assert await page.evaluate("globalThis.hacked") is None
    assert await page.locator(":is(main, dialog, header) :is(img, [onload], [onerror])").count() == 0
    turned: list[str] = await page.evaluate(
        """() => {
          const texts = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT), found = [];
          const apart = (it) => it && (/isolate/.test(getComputedStyle(it).unicodeBidi) || it.tagName === 'TEXTAREA');
          while (texts.nextNode()) {
            const {data, parentElement} = texts.currentNode;
            if (data.includes('\u202e') && !apart(parentElement)) found.push(parentElement.outerHTML);
          }
          return found;
        }"""
    )
    assert turned == [], f"{page.url} lets strangers turn text around"


async def api(page: Page, path: str) -> Any:
    """What the HTTP API answers that operator."""
    return await page.evaluate("async (path) => (await fetch(`/api/v1${path}`)).json()", path)


async def post(page: Page, path: str, **body: Any) -> Any:
    """Does it as that operator, without a button."""
    return await page.evaluate(
        """async ([path, body]) => {
          const {csrf} = await (await fetch('/api/v1/me')).json();
          const headers = {'Content-Type': 'application/json', 'X-CSRF-Token': csrf};
          const answer = await fetch(`/api/v1${path}`, {method: 'POST', headers, body: JSON.stringify(body)});
          if (!answer.ok) throw new Error(await answer.text());
          return answer.json();
        }""",
        [path, body],
    )


async def kept(page: Page, seat: LobbySeat) -> dict[str, Any]:
    """Which ticks there are of a session, once its end has been written down."""
    while True:
        ticks: dict[str, Any] = await api(page, f"/sessions/{seat.session}/ticks")
        if ticks.get("complete"):
            return ticks
        await asyncio.sleep(0.05)


# --- who plays --------------------------------------------------------------------------------------------------------


@asynccontextmanager
async def pilots(server: Server, *names: str, game: str = "orbit", **more: Any) -> AsyncIterator[list[LobbySeat]]:
    """One session of players of those names, as the first one opens it; in orbit they fly by themselves."""
    async with AsyncExitStack() as stack:
        lobbies: list[Lobby] = [await stack.enter_async_context(connect(server.lobby_url, name=name)) for name in names]
        first = await lobbies[0].create(game, **more)
        seats = [first, *[await lobby.join(first) for lobby in lobbies[1:]]]
        for seat in seats if game == "orbit" else []:
            drive(seat, OrbitBot(seat, Random(len(seats))))
        yield seats


@asynccontextmanager
async def waiting(server: Server, *names: str, queue: str = "ranked") -> AsyncIterator[None]:
    """Players of those names ask for a match in a queue, one after the other."""
    async with AsyncExitStack() as stack:
        plays = []
        for name in names:
            lobby = await stack.enter_async_context(connect(server.lobby_url, name=name))
            plays.append(asyncio.ensure_future(lobby.play(queue)))
        try:
            yield
        finally:
            for play in plays:
                play.cancel()
            await asyncio.wait(plays)


async def drop(seats: list[LobbySeat], *columns: int) -> None:
    """In four in a line: discs into these columns, in turn."""
    for column in columns:
        moves = seats[0].latest.game.moves
        turn = seats[0].latest.game.turn
        seats[turn].act(seats[turn].inputs.Drop(column=column))
        await come_true(lambda: all(len(seat.latest.game.moves) > len(moves) for seat in seats))  # noqa: B023


def host_of(server: Server, seat: LobbySeat) -> SessionHost:
    """What the server has of that session."""
    host = server.node.find(SessionId(seat.session))
    assert host is not None
    return host


async def come_true(what: Callable[[], bool]) -> None:
    """Waits for it to be so on the server."""
    async with asyncio.timeout(10):
        while not what():
            await asyncio.sleep(0.01)


async def stand(still: SessionHost, goes_on: SessionHost) -> int:
    """While the other one makes twenty steps, this one makes none; gives its tick."""
    before, other = still.core.tick, goes_on.core.tick
    await come_true(lambda: goes_on.core.tick >= other + 20)
    assert still.core.tick == before
    return before
