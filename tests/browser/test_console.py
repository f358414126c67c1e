"""Operators at work in the console: a real server, real players, a real browser.

A page that throws, logs an error or does what its policy forbids fails the test.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator

import pytest
import pytest_asyncio
from playwright.async_api import Page, expect

from rallypoint.app import Server
from rallypoint.console.roles import Role
from rallypoint_client import Kicked, Notice, RequestRefused, SeatState, connect

from .conftest import NewPage
from .operators import (
    answer,
    api,
    button,
    come_true,
    dialog,
    drop,
    expect_fits,
    expect_inert,
    focus,
    go,
    host_of,
    kept,
    log_in,
    log_in_form,
    pilots,
    post,
    row,
    stand,
    tell_of_breaches,
    toast,
    waiting,
)
from .players import WORDS_MS, until

DESK = {"width": 1280, "height": 800}
PHONE = {"width": 390, "height": 844}


@pytest_asyncio.fixture(loop_scope="session")
async def desk(new_page: NewPage) -> AsyncIterator[Page]:
    """A window of the size that operators have at least."""
    told: list[str] = []
    page = await new_page(viewport=DESK)
    tell_of_breaches(page, told)
    expect.set_options(timeout=WORDS_MS)
    yield page
    expect.set_options(timeout=5_000)  # as it was
    assert told == []


async def test_a_login_leads_where_one_wanted_to_go_and_one_that_ends_elsewhere_leads_back_to_it(
    server: Server, desk: Page
) -> None:
    password = await server.operators.add("ada", Role.ADMIN)
    await desk.goto(f"{server.ops.url}/players?place=lobby")
    await log_in_form(desk, "ada", "not this one")
    await expect(desk.get_by_role("alert")).to_have_text("There is no such operator, or the password is another one.")
    await log_in_form(desk, "ada", password)
    await expect(desk.get_by_role("heading", name="Players")).to_be_visible()
    await expect(desk.get_by_label("Place")).to_have_value("lobby")

    await button(desk, "Log out").click()
    await expect(desk.get_by_role("form", name="Log in")).to_be_visible()
    assert await desk.evaluate("fetch('/api/v1/me').then((answer) => answer.status)") == 401

    await desk.goto(f"{server.ops.url}/audit")
    await log_in_form(desk, "ada", password)
    await expect(row(desk, "log out")).to_be_visible()
    await server.operators.set_password("ada")  # as in another window: all of its logins end
    await expect(desk.get_by_role("form", name="Log in")).to_be_visible(timeout=15_000)
    await expect(desk).to_have_url(f"{server.ops.url}/login?next=%2Faudit")


async def test_the_player_who_lags_is_first_and_leads_to_seat_and_session(server: Server, desk: Page) -> None:
    async with pilots(server, "Ann", "Bob", "Snail") as seats:
        server.simulate("Snail", "latency=1800ms")
        await log_in(desk, server, "/players")
        await expect(row(desk, "Ann")).to_be_visible()
        await desk.get_by_role("link", name="Furthest behind first").click()
        first = desk.get_by_role("row").nth(1)
        await expect(first).to_contain_text("Snail")
        await expect(first.get_by_role("gridcell").nth(3)).to_have_text("bad")
        await expect(row(desk, "Ann").get_by_role("gridcell").nth(3)).to_have_text("good")
        await first.click()
        await expect(desk.get_by_role("heading", level=1)).to_have_text(f"Player {seats[2].player}")
        seat = desk.get_by_role("table").first.get_by_role("row").nth(1)
        await expect(seat).to_contain_text("bad")
        await seat.get_by_role("link", name=seats[0].session).click()
        await expect(desk.get_by_role("heading", level=1)).to_have_text(f"Session {seats[0].session}")
        await expect(row(desk, "Snail")).to_contain_text("bad")
        await expect(row(desk, "Ann")).to_contain_text("good")


async def test_a_session_is_paused_stepped_and_resumed_its_players_are_told_and_one_is_kicked(
    server: Server, desk: Page
) -> None:
    async with pilots(server, "Ann", "Bob", "Cid") as seats, pilots(server, "Dan", "Eve") as others:
        host, other = host_of(server, seats[0]), host_of(server, others[0])
        core = host.core
        heard: list[Notice] = []
        seats[0].lobby.on_notice = heard.append
        await log_in(desk, server, f"/sessions/{seats[0].session}")
        await expect(row(desk, "Bob")).to_be_visible()

        await desk.keyboard.press("p")
        await expect(button(desk, "Step")).to_be_visible()
        await expect(desk.get_by_text("by ada")).to_be_visible()
        tick = await stand(host, other)
        await desk.keyboard.press(".")
        await come_true(lambda: core.tick == tick + 1)
        await button(desk, "Steps…").click()
        await answer(desk, "Make them", **{"Steps, up to 100": "10"})
        await come_true(lambda: core.tick == tick + 11)
        assert await stand(host, other) == tick + 11
        await expect(desk.get_by_text(str(tick + 11), exact=True).first).to_be_visible()
        await desk.keyboard.press("p")
        await come_true(lambda: core.tick > tick + 20)
        await expect(button(desk, "Step")).to_be_hidden()

        await desk.keyboard.press("m")
        await answer(desk, "Send", Message="Back in <b>five</b> minutes")
        await come_true(lambda: [one.kind for one in heard] == ["paused", "resumed", "message"])
        assert heard[-1].text == "Back in <b>five</b> minutes"

        await button(desk, "Kick Bob").click()
        await answer(desk, "Kick")
        with pytest.raises(Kicked):
            await seats[1].wait_closed()
        await toast(desk, "Bob was kicked.")
        await expect(button(desk, "Kick Bob")).to_have_count(0)

        await desk.get_by_role("link", name="Timeline").click()
        for word in "paused", "stepped", "resumed", "message", "kicked":
            await expect(desk.get_by_role("listitem").filter(has_text=word).first).to_contain_text("by ada")


async def test_a_node_is_cordoned_drained_and_opened_again(server: Server, desk: Page) -> None:
    async with pilots(server, "Ann", "Bob"), connect(server.lobby_url, name="Cid") as cid:
        await log_in(desk, server, "/node")
        await button(desk, "Cordon").click()
        await expect(dialog(desk)).to_contain_text("one session goes on")
        await answer(desk, "Cordon")
        await expect(desk.get_by_text("No session is created here")).to_be_visible()
        assert server.node.cordon.closed
        with pytest.raises(RequestRefused, match="cordoned"):
            await cid.create("orbit")

        await button(desk, "Drain").click()
        await answer(desk, "Drain")
        await expect(desk.get_by_text("1 of 1 sessions are left")).to_be_visible()
        await button(desk, "Uncordon").click()
        await answer(desk, "Uncordon")
        await expect(desk.get_by_text("Sessions are created here.")).to_be_visible()
        assert not server.node.cordon.closed


async def test_a_session_is_watched_in_the_games_own_page_ended_and_gone_through_tick_by_tick(
    server: Server, desk: Page
) -> None:
    async with pilots(server, "Ann", "Bob", game="fourline") as seats:
        host = host_of(server, seats[0])
        await come_true(lambda: seats[0].latest.game.turn is not None)
        await drop(seats, 3, 3, 2)
        await log_in(desk, server, f"/sessions/{seats[0].session}")
        async with desk.expect_popup() as opened:
            await desk.get_by_role("link", name="Watch live").click()
        watched = await opened.value
        await until(watched, "globalThis.rallypoint?.seat?.spectator && rallypoint.seat.latest.game.moves === '332'")
        await drop(seats, 4)
        await until(watched, "rallypoint.seat.latest.game.moves === '3324'")
        await watched.close()

        await desk.keyboard.press("e")
        await answer(desk, "End session", Reason="for the test")
        await expect(desk.get_by_text("for the test").first).to_be_visible()
        await expect(desk.get_by_role("link", name="Replay")).to_be_visible()

        last = (await kept(desk, seats[0]))["last"]
        assert last == host.core.tick
        await desk.get_by_role("link", name="Time travel").click()
        slider = desk.get_by_role("slider", name="Tick")
        await expect(slider).to_have_value(str(last))
        for key, tick in ("ArrowLeft", last - 1), ("ArrowLeft", last - 2), ("Home", 0), ("ArrowRight", 1):
            await slider.press(key)
            said = await api(desk, f"/sessions/{seats[0].session}/ticks/{tick}")
            await expect(desk.get_by_text(f"Tick {tick} at")).to_be_visible()
            moves = desk.get_by_role("treeitem").filter(has_text="moves")
            await expect(moves).to_contain_text(f'"{said["state"]["game"]["moves"]}"')
        await desk.get_by_role("link", name="Time travel").press("Shift+ArrowRight")
        await expect(slider).to_have_value(str(min(11, last)))

        async with desk.expect_popup() as opened:
            await desk.get_by_role("link", name="Replay").click()
        replay = await opened.value
        await until(replay, "globalThis.rallypoint?.seat?.lastTick > 0")


HOSTILE = '<img src=x onerror="globalThis.hacked=1">'
NAMES = "<svg onload=hacked=1>", "\u202eevil\u202c\u200b<b>x", "W" * 64
LONG = ("\u202e" + HOSTILE).ljust(64, "W")


@pytest.mark.parametrize("size", [DESK, PHONE], ids=["desk", "phone"])
async def test_what_strangers_typed_is_text_in_every_view_and_breaks_none_of_them(
    server: Server, desk: Page, size: dict[str, int]
) -> None:
    await desk.set_viewport_size(size)  # type: ignore[arg-type]  # as the library's own type has it
    async with (
        pilots(server, *NAMES, meta={HOSTILE[:30]: HOSTILE * 3}) as seats,
        waiting(server, "<i>waits</i>"),
    ):
        session, player = seats[0].session, seats[1].player
        await log_in(desk, server)
        await post(desk, f"/players/{player}/mute", minutes=5, name=LONG, reason=HOSTILE)
        await post(desk, "/players/nobody/mute", minutes=5, name=LONG, reason="\u202e" + HOSTILE)
        await post(desk, f"/players/{player}/message", text="\u202e" + HOSTILE)
        await post(desk, f"/sessions/{session}/pause", reason=HOSTILE)
        for path, words in {
            "/": ["Tick lateness by game"],
            "/queues": ["ranked"],
            "/queues/ranked": ["<i>waits</i>"],
            "/sessions": [session],
            f"/sessions/{session}": ["<svg onload=hacked=1>", HOSTILE],
            f"/sessions/{session}?tab=timeline": [HOSTILE],
            f"/sessions/{session}?tab=travel": [HOSTILE[:20]],
            "/players": ["<svg onload=hacked=1>", "evil<b>x"],
            f"/players/{player}": ["evil<b>x", HOSTILE],
            "/players/nobody": [HOSTILE],
            "/node": [session],
            "/audit": [HOSTILE, "\u202e" + HOSTILE],
            "/settings": ["outbox_bytes_max"],
            "/queues/<b>none": ["There is no such queue"],
        }.items():
            await go(desk, path)
            await expect(desk.get_by_text("Looking…")).to_have_count(0)
            for each in words:
                await expect(desk.get_by_text(each).first).to_be_attached()
            await expect_fits(desk)
            await expect_inert(desk)
        await go(desk, f"/players/{player}")
        await button(desk, "Kick…").click()
        await expect(dialog(desk)).to_contain_text("Kick evil<b>x?")
        await expect_fits(desk)
        await expect_inert(desk)
        await answer(desk, "Kick")
        await toast(desk, "evil<b>x was kicked.")


async def test_the_keyboard_alone_leads_from_the_login_to_the_end_of_a_session(server: Server, desk: Page) -> None:
    password = await server.operators.add("ada", Role.ADMIN)
    keys = desk.keyboard
    async with pilots(server, "Ann", "Bob") as seats, pilots(server, "Cid", "Dan") as others:
        await desk.goto(server.ops.url)
        await expect(desk.get_by_label("Name")).to_be_focused()
        assert await focus(desk) == "Name"
        await keys.type("ada")
        await keys.press("Tab")
        assert await focus(desk) == "Password"
        await keys.type(password)
        await keys.press("Enter")
        await expect(desk.get_by_role("heading", level=1)).to_have_text("Overview")

        await keys.press("g")
        await keys.press("s")
        await expect(desk.get_by_role("row")).to_have_count(3)  # one is the head
        await focus(desk)
        await keys.press("/")
        assert await focus(desk) == "Id, room code or player"
        await keys.type("Cid")
        await expect(desk.get_by_role("row").and_(desk.locator(":visible"))).to_have_count(2)
        await keys.press("ArrowDown")
        await focus(desk)
        await keys.press("Enter")
        await expect(desk.get_by_role("heading", level=1)).to_have_text(f"Session {others[0].session}")
        await expect(row(desk, "Cid")).to_be_visible()
        for _ in range(12):  # wherever Tab leads, one sees where one is
            await keys.press("Tab")
            await focus(desk)
        await keys.press("e")
        await expect(dialog(desk)).to_be_visible()
        assert await focus(desk) == "Reason"
        await keys.press("Escape")
        await expect(dialog(desk)).to_have_count(0)
        await focus(desk)
        await keys.press("e")
        await keys.press("Enter")
        assert await others[0].wait_closed() is not None
        assert host_of(server, seats[0]).running
        await expect(desk.get_by_text("Ended: ended by an operator")).to_be_visible()
        await focus(desk)


async def test_a_queue_says_why_somebody_waits_is_paused_and_other_rules_are_tried_on_it(
    server: Server, desk: Page
) -> None:
    async with waiting(server, "Ann"), connect(server.lobby_url, name="Bob") as bob:
        await log_in(desk, server, "/queues")
        await row(desk, "ranked").filter(has_text="fourline").get_by_role("link").click()
        await row(desk, "Ann").click()
        await expect(desk.get_by_role("definition").filter(has_text="nobody else waits")).to_be_visible()
        await desk.keyboard.press("p")
        await expect(dialog(desk)).to_contain_text("1 player waits there.")
        await answer(desk, "Pause")
        await expect(desk.get_by_text("nobody has been matched")).to_be_visible()
        play = asyncio.ensure_future(bob.play("ranked"))
        await expect(row(desk, "Bob")).to_contain_text("the queue is paused")

        await desk.keyboard.press("r")
        rules = desk.get_by_role("textbox", name="Rules of ranked as TOML")
        text = await rules.input_value()
        await rules.fill(text.replace("limit = 3", "limit = 5", 1))
        await button(desk, "Try these rules").click()
        await expect(desk.get_by_role("heading", name="What is different")).to_be_visible()
        await expect(desk.get_by_role("listitem").filter(has_text="5")).to_be_visible()
        await rules.fill(text.replace("limit = 3", "limit = true", 1))
        await button(desk, "Try these rules").click()
        await expect(desk.get_by_text("These cannot be rules of this queue")).to_be_visible()

        assert not play.done()
        await button(desk, "Resume queue ranked").click()
        assert (await play).state is SeatState.PLAYING


async def test_a_viewer_sees_everything_and_can_press_nothing_that_changes_something(
    server: Server, desk: Page
) -> None:
    async with pilots(server, "Ann", "Bob") as seats, waiting(server, "Cid"):
        session, player = seats[0].session, seats[0].player
        await log_in(desk, server, f"/sessions/{session}", Role.VIEWER)
        for path, words in {
            f"/sessions/{session}": "Ann",
            "/sessions": session,
            "/players": "Ann",
            f"/players/{player}": "seated",
            "/queues": "ranked",
            "/queues/ranked": "Cid",
            "/queues/ranked?tab=rules": "Rules in force",
            "/node": "An admin can cordon and drain.",
        }.items():
            await go(desk, path)
            await expect(desk.get_by_text(words).first).to_be_visible()
            for key in "p", "e", "m", "k", "u", ".":
                await desk.keyboard.press(key)
            for word in "Pause", "Message", "Mute", "Kick", "End", "Lock", "Cordon", "Drain", "Try these rules":
                for one in await desk.get_by_role("button", name=word).all():
                    await expect(one).to_be_disabled()
            await expect(dialog(desk)).to_have_count(0)
        assert [one["action"] for one in (await api(desk, "/audit"))["rows"]] == ["login"]


async def test_what_is_done_to_all_that_a_filter_finds_is_counted_asked_and_then_done_to_just_those(
    server: Server, desk: Page
) -> None:
    async with (
        pilots(server, "Ann", "Bob") as flying,
        pilots(server, "Cid", game="fourline") as one,
        pilots(server, "Dan", game="fourline") as two,
    ):
        await log_in(desk, server, "/sessions")
        await desk.get_by_label("Game").select_option("fourline")
        await button(desk, "End 2…").click()
        await expect(dialog(desk)).to_contain_text("2 sessions with game fourline")
        async with pilots(server, "Eve", game="fourline") as three:
            await button(dialog(desk), "End 2 sessions").click()
            await expect(dialog(desk)).to_contain_text("It was 2 sessions a moment ago, and nothing was done.")
            await answer(desk, "End 3 sessions", Reason="all of them")
            await toast(desk, "Ended 3 sessions.")
            for seats in one, two, three:
                await seats[0].wait_closed()
        assert host_of(server, flying[0]).running
        await expect(desk.get_by_text("No sessions.")).to_be_visible()
