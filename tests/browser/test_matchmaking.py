"""Queues with rules and parties, in a browser: why one waits, accepting a match, playing together."""

from __future__ import annotations

import re

from playwright.async_api import Page, expect

from rallypoint.app import Server

from .conftest import NewPage
from .players import expect_words, hook, seat_of, until, url

WIDE, PHONE = {"width": 1120, "height": 800}, {"width": 360, "height": 720}


async def at_home(page: Page, server: Server, name: str, query: str = "") -> None:
    """In the lobby of four in a line, under that name."""
    await page.goto(url(server, "fourline", query))
    await hook(page, "name").fill(name)
    await expect(hook(page, "queue-ranked")).to_be_visible()


async def inside(page: Page, members: int) -> None:
    """In a party of so many."""
    await until(page, f"globalThis.rallypoint?.lobby?.party?.members.length === {members}")


async def test_who_waits_is_told_why_and_a_declined_match_leaves_the_other_waiting(
    server: Server, new_page: NewPage
) -> None:
    ann, bob = await new_page(viewport=WIDE), await new_page(viewport=PHONE)
    await at_home(ann, server, "Ann")
    await at_home(bob, server, "Bob")

    # --- Ann waits: why, for how long, and rule by rule ---
    await hook(ann, "queue-ranked").click()
    await expect_words(hook(ann, "why"), r"\w")
    await expect_words(hook(ann, "estimate"), "too few matches")
    await ann.locator("summary").click()
    await expect_words(hook(ann, "why-rules"), r"rating: 0 of 0 fit, widens in \d+ s")

    # --- a reload keeps her place ---
    await ann.reload()
    await expect_words(hook(ann, "estimate"), "too few matches")
    await expect(hook(ann, "cancel")).to_be_visible()

    # --- Bob comes and says no: he is out, she waits on ---
    await hook(bob, "queue-ranked").click()
    for page in (ann, bob):
        await expect_words(hook(page, "ready"), r"ranked\s*\d+ s\s*[01] of 2")
        await expect(hook(page, "ready-accept")).to_be_focused()
    await ann.keyboard.press("Enter")
    await expect_words(hook(bob, "ready-others"), "1 of 2 have accepted")
    await bob.keyboard.press("Escape")
    await expect(hook(bob, "ready")).to_have_count(0)
    await expect_words(hook(bob, "status"), "you declined the match")
    await expect_words(ann.locator(".rp-toasts"), "you keep your place")
    await expect_words(hook(ann, "why"), r"\w")

    # --- Bob changes his mind, and both accept ---
    await hook(bob, "queue-ranked").click()
    for page in (ann, bob):
        await hook(page, "ready-accept").click()
    one, other = await seat_of(ann), await seat_of(bob)
    assert one["session"] == other["session"]
    assert await ann.evaluate("rallypoint.seat.queue") == "ranked"
    await expect(hook(ann, "ready")).to_have_count(0)

    # --- the end changes ratings, which the lobby shows ---
    await ann.evaluate("() => { rallypoint.seat.act(rallypoint.seat.inputs.Resign()); }")
    await hook(bob, "result").wait_for()
    await hook(bob, "back").click()
    await expect(hook(bob, "board-row")).to_have_count(2)
    await expect_words(hook(bob, "board-me"), "you are 1 of 2")


async def test_friends_come_in_by_a_link_and_play_together(server: Server, new_page: NewPage) -> None:
    ann, bob = await new_page(viewport=WIDE), await new_page(viewport=PHONE)
    await at_home(ann, server, "Ann")
    await hook(ann, "party-create").click()
    await inside(ann, 1)
    await expect(hook(ann, "party-share")).to_be_focused()
    code = await hook(ann, "party-code").inner_text()
    assert re.fullmatch(r"\w{6}", code)

    # --- by a link, then out, and in again by the code ---
    await bob.goto(url(server, "fourline", f"?party={code}"))
    await inside(bob, 2)
    await hook(bob, "party-leave").click()
    await inside(ann, 1)
    await hook(bob, "party-join-code").fill(f" {code.lower()} ")
    await hook(bob, "party-join").click()
    await inside(ann, 2)

    # --- not before all are ready ---
    await hook(ann, "quick").click()
    await expect_words(hook(ann, "status"), "not everybody in your party is ready")
    await hook(bob, "party-ready").click()
    await expect_words(hook(bob, "status"), "waiting for the leader")
    await expect_words(hook(ann, "party-hint"), "all are ready")
    await hook(ann, "quick").click()
    one, other = await seat_of(ann), await seat_of(bob)
    assert one["session"] == other["session"]

    # --- the next game takes who is ready along, also from the result of the last one ---
    await ann.evaluate("() => { rallypoint.seat.act(rallypoint.seat.inputs.Resign()); }")
    for page in (ann, bob):
        await hook(page, "result").wait_for()
    await hook(ann, "back").click()
    await until(ann, "rallypoint.lobby.party.members.every((it) => !it.seated)")
    await hook(ann, "quick").click()
    await until(bob, f"rallypoint.seat?.session !== '{one['session']}'")
    again = await seat_of(bob)
    assert again["session"] == (await seat_of(ann))["session"]

    # --- who stops waiting is not ready; who is removed is told ---
    await bob.evaluate("() => { rallypoint.seat.act(rallypoint.seat.inputs.Resign()); }")
    for page in (ann, bob):
        await hook(page, "result").wait_for()
        await hook(page, "back").click()
    await expect_words(hook(bob, "status"), "waiting for the leader")
    await hook(bob, "party-ready").click()
    await expect_words(hook(ann, "party-hint"), "when all are ready")
    await hook(ann, "party-kick").nth(1).click()
    await expect_words(bob.locator(".rp-toasts"), "removed from the party")
    await expect(hook(bob, "party-create")).to_be_visible()
