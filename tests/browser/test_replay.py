"""A session that is over is watched again, from a link that somebody has shared."""

from playwright.async_api import expect

from rallypoint.app import Server

from .conftest import NewPage
from .players import come_in, hook, of_seat, seat_of, until, url

MOVES = [3, 4, 3, 4, 3, 4, 3]


async def test_a_finished_game_can_be_watched_scrubbed_and_shared_by_link(server: Server, new_page: NewPage) -> None:
    ann, bob = await new_page(), await new_page()
    await come_in(ann, server, "fourline", "Ann")
    await come_in(bob, server, "fourline", "Bob")
    pages = [await of_seat(0, ann, bob), await of_seat(1, ann, bob)]
    session = (await seat_of(ann))["session"]
    for number, column in enumerate(MOVES):
        await hook(pages[number % 2], f"column-{column}").click()
    await expect(hook(ann, "result")).to_be_visible()

    await expect(hook(ann, "watch-replay")).to_be_visible()
    cid = await new_page()
    await cid.goto(url(server, "fourline", f"?replay={session}"))
    await expect(hook(cid, "replay-bar")).to_be_visible()
    await until(cid, "rallypoint.seat.lastTick > 0 && rallypoint.seat.tick === rallypoint.seat.lastTick")
    assert len(await cid.evaluate("rallypoint.seat.latest.game.moves")) == len(MOVES)

    await cid.evaluate("rallypoint.seat.pause(), rallypoint.seat.seek(rallypoint.seat.firstTick + 5)")
    middle = await cid.evaluate("[rallypoint.seat.tick, rallypoint.seat.latest.game.moves]")
    assert 0 < len(middle[1]) < len(MOVES)
    await expect(cid.locator('[data-test^="cell-"][data-disc]')).to_have_count(len(middle[1]))

    await cid.goto(url(server, "fourline", f"?replay={session}&tick={middle[0]}"))
    await until(cid, f"globalThis.rallypoint?.seat?.tick >= {middle[0]}")
    assert await cid.evaluate("rallypoint.seat.spectator")


async def test_a_replay_that_there_is_not_is_said_so(server: Server, new_page: NewPage) -> None:
    ann = await new_page()
    await ann.goto(url(server, "fourline", "?replay=0123456789abcdef"))
    await expect(ann.locator("body")).to_contain_text("That replay cannot be shown")
