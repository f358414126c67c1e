"""What operators say and do, as players read it in a page: as plain text, whatever it is."""

from playwright.async_api import Dialog, Page, expect

from rallypoint.app import Server
from rallypoint.runtime.player_desk import PlayerDesk
from rallypoint_protocol.ids import PlayerId, SessionId

from .conftest import NewPage
from .players import come_in, expect_words, hook, seat_of, until

HOSTILE = "<img src=x onerror=alert(1)>"


def players(server: Server) -> PlayerDesk:
    assert server.desks.players is not None
    return server.desks.players


async def _playing(server: Server, new_page: NewPage) -> tuple[Page, SessionId, PlayerId, list[str]]:
    """Ann's page, in a session with Bob, and what her page has said with `alert`."""
    ann, bob = await new_page(), await new_page()
    alerts: list[str] = []

    async def dismiss(dialog: Dialog) -> None:
        alerts.append(dialog.message)
        await dialog.dismiss()

    ann.on("dialog", dismiss)
    await come_in(ann, server, "orbit", "Ann")
    await come_in(bob, server, "orbit", "Bob")
    seat = await seat_of(ann)
    await seat_of(bob)
    return ann, SessionId(seat["session"]), PlayerId(seat["player"]), alerts


async def test_a_hostile_message_is_text_and_stays_until_it_is_closed(server: Server, new_page: NewPage) -> None:
    ann, _, player, alerts = await _playing(server, new_page)
    players(server).message(player, "op", HOSTILE)
    notice = hook(ann, "notice")
    await expect(notice).to_contain_text("Message from an operator")
    await expect(notice).to_contain_text(HOSTILE)
    assert await ann.locator(".rp-toasts img").count() == 0
    await hook(ann, "notice-close").focus()
    await ann.keyboard.press("Enter")
    await expect(notice).to_have_count(0)
    assert alerts == []


async def test_a_paused_session_says_so_until_it_goes_on(server: Server, new_page: NewPage) -> None:
    ann, session, _, alerts = await _playing(server, new_page)
    desk = server.desks.sessions
    assert desk is not None
    desk.pause(session, "op", HOSTILE)
    status = hook(ann, "status")
    await expect(status).to_have_text(f"The session is paused by an operator: {HOSTILE}.")
    assert await status.locator("img").count() == 0
    await ann.evaluate("rallypoint.lobby.cut()")
    await until(ann, "rallypoint.lobby.resumes === 1 && rallypoint.lobby.state === 'connected'")
    await expect_words(status, "paused by an operator")
    desk.resume(session, "op")
    await expect(status).to_have_text("")
    assert alerts == []


async def test_who_is_muted_reads_until_when_and_who_may_chat_again_reads_that(
    server: Server, new_page: NewPage
) -> None:
    ann, _, player, alerts = await _playing(server, new_page)
    players(server).mute(player, "Ann", "op", 5, HOSTILE)
    notice = hook(ann, "notice")
    await expect_words(notice, r"An operator has muted you until .*\d\d")
    await expect(notice).to_contain_text(HOSTILE)
    players(server).unmute(player, "op")
    await expect_words(ann.locator(".rp-toasts"), "You can chat again")
    assert alerts == []


async def test_who_is_kicked_reads_so_and_may_come_in_again(server: Server, new_page: NewPage) -> None:
    ann, _, player, _ = await _playing(server, new_page)
    players(server).kick(player, "op", "spam")
    await expect_words(hook(ann, "status"), "you were removed from the session")
    await hook(ann, "back").click()
    await until(ann, "rallypoint.lobby?.state === 'connected' && rallypoint.seat === null")
    assert await ann.evaluate("rallypoint.lobby.player") == player
    await expect(hook(ann, "status")).to_have_text("")


async def test_who_is_kicked_in_the_lobby_reads_so_and_may_ask_for_a_game(server: Server, new_page: NewPage) -> None:
    ann = await new_page()
    await come_in(ann, server, "orbit", "Ann")
    await until(ann, "rallypoint.lobby?.state === 'connected'")
    await hook(ann, "cancel").click()
    players(server).kick(PlayerId(await ann.evaluate("rallypoint.lobby.player")), "op", "")
    await expect_words(hook(ann, "status"), "an operator has removed you")
    await hook(ann, "quick").click()
    await expect_words(hook(ann, "status"), "waiting for somebody")
