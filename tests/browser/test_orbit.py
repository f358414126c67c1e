"""People play orbit: on a network that breaks, over reloads, in two tabs, on a phone."""

import asyncio

from playwright.async_api import Page, expect

from rallypoint.app import Server

from .conftest import NewPage
from .players import come_in, expect_words, hook, seat_of, until, url

CUTS = 5


async def _two_pilots(server: Server, new_page: NewPage) -> tuple[Page, Page]:
    ann, bob = await new_page(), await new_page()
    await come_in(ann, server, "orbit", "Ann")
    await come_in(bob, server, "orbit", "Bob")
    await seat_of(ann)
    await seat_of(bob)
    return ann, bob


async def test_a_page_whose_socket_is_cut_again_and_again_never_loses_its_seat(
    server: Server, new_page: NewPage
) -> None:
    ann, _ = await _two_pilots(server, new_page)
    before = await seat_of(ann)
    await ann.keyboard.down("ArrowUp")
    for number in range(CUTS):
        if number % 2:
            await ann.evaluate("rallypoint.seat.cut()")
        else:  # from the other side, without a word
            for connection in list(server.game_port.connections):
                connection.abort(1006, "cut by the test")
        await until(ann, f"rallypoint.seat.stats.resumes === {number + 1}")
        tick = (await seat_of(ann))["tick"]
        await until(ann, f"rallypoint.seat.latest.tick >= {tick + 10}")
    await until(ann, "rallypoint.seat.stats.hashChecks > 0")  # the server sends one every few seconds
    after = await seat_of(ann)
    assert (after["session"], after["index"], after["player"]) == (
        before["session"],
        before["index"],
        before["player"],
    )
    assert after["stats"]["hashMismatches"] == after["stats"]["desyncs"] == 0


async def test_a_page_says_for_how_long_its_seat_is_kept_while_the_server_cannot_be_reached(
    server: Server, new_page: NewPage
) -> None:
    ann, bob = await _two_pilots(server, new_page)
    await ann.context.set_offline(True)
    await ann.evaluate("rallypoint.seat.cut()")
    await expect_words(hook(ann, "status"), r"reconnecting, your seat is kept for \d+ s")
    await expect_words(bob.locator("body"), r"Ann is away, \d+ s")
    await ann.context.set_offline(False)
    await seat_of(ann)


async def test_a_reloaded_page_is_back_in_its_seat_without_a_click(server: Server, new_page: NewPage) -> None:
    ann, _ = await _two_pilots(server, new_page)
    before = await seat_of(ann)
    await ann.reload()
    after = await seat_of(ann)
    assert (after["session"], after["index"]) == (before["session"], before["index"])


async def test_a_second_tab_takes_over_and_the_first_one_says_so_and_can_take_it_back(
    server: Server, new_page: NewPage
) -> None:
    ann, _ = await _two_pilots(server, new_page)
    before = await seat_of(ann)
    tab = await new_page(ann.context)
    await tab.goto(url(server, "orbit"))
    after = await seat_of(tab)
    assert (after["session"], after["index"]) == (before["session"], before["index"])
    await expect_words(hook(ann, "status"), "you play in another tab now")
    await hook(ann, "play-here").click()
    again = await seat_of(ann)
    assert (again["session"], again["index"]) == (before["session"], before["index"])
    await expect_words(hook(tab, "status"), "you play in another tab now")


async def test_a_phone_can_steer_and_shoot_and_nothing_is_cut_off(server: Server, new_page: NewPage) -> None:
    bob = await new_page()
    phone = await new_page(viewport={"width": 360, "height": 640}, has_touch=True, is_mobile=True)
    await come_in(phone, server, "orbit", "Ann")
    await come_in(bob, server, "orbit", "Bob")
    await seat_of(phone)
    assert await phone.evaluate("document.documentElement.scrollWidth <= innerWidth")
    for name in "left", "right", "thrust", "fire":
        box = await hook(phone, f"touch-{name}").bounding_box()
        assert box is not None
        assert min(box["width"], box["height"]) >= 44
        assert box["x"] >= 0
        assert box["x"] + box["width"] <= 360
        assert box["y"] + box["height"] <= 640
    await until(phone, "rallypoint.seat.latest.me.one('Ship')")
    await hook(phone, "touch-fire").tap()
    await until(phone, "rallypoint.seat.applied > 0")


async def test_the_keyboard_alone_is_enough_to_play_to_leave_and_to_come_again(
    server: Server, new_page: NewPage
) -> None:
    ann, bob = await new_page(), await new_page()
    await come_in(bob, server, "orbit", "Bob")
    await ann.goto(url(server, "orbit"))
    await hook(ann, "name").focus()
    await ann.keyboard.type("Ann")
    await ann.keyboard.press("Enter")
    await seat_of(ann)
    await ann.keyboard.press("Space")
    await until(ann, "rallypoint.seat.applied > 0")
    await hook(ann, "leave").focus()
    await ann.keyboard.press("Enter")
    await expect(hook(ann, "quick")).to_be_visible()


async def test_a_lost_connection_of_every_few_seconds_does_not_stop_the_game(server: Server, new_page: NewPage) -> None:
    ann, _ = await _two_pilots(server, new_page)
    server.simulate("Ann", "latency=80ms,drop=2s")
    await until(ann, "rallypoint.seat.stats.losses >= 2")
    async with asyncio.timeout(20):
        await seat_of(ann)


async def test_a_page_that_lost_sight_of_its_seat_gets_it_back_when_it_asks_for_a_game(
    server: Server, new_page: NewPage
) -> None:
    ann, _ = await _two_pilots(server, new_page)
    before = await seat_of(ann)
    await ann.evaluate("rallypoint.seat.close()")  # not left: the server keeps it
    await hook(ann, "back").click()
    await hook(ann, "quick").click()
    after = await seat_of(ann)
    assert (after["session"], after["index"]) == (before["session"], before["index"])
