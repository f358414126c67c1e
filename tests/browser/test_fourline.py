"""Two people play fourline in two pages."""

from playwright.async_api import Page, expect

from rallypoint.app import Server

from .conftest import NewPage
from .players import come_in, expect_words, hook, of_seat


async def _drop(page: Page, column: int, disc: str) -> None:
    button = hook(page, f"column-{column}")
    await expect(button).to_be_enabled()
    await button.click()
    await expect(page.locator(f'[data-test^="cell-"][data-disc="{disc}"]')).not_to_have_count(0)


async def test_two_pages_play_a_game_to_its_end_and_a_rematch_with_the_seats_changed(
    server: Server, new_page: NewPage
) -> None:
    ann, bob = await new_page(), await new_page()
    await come_in(ann, server, "fourline", "Ann")
    await expect_words(hook(ann, "status"), "place 1|first")
    await come_in(bob, server, "fourline", "Bob")
    first, second = await of_seat(0, ann, bob), await of_seat(1, ann, bob)

    for row in range(3):
        await _drop(first, 3, "0")
        await _drop(second, 4, "1")
        assert row < 3
    await _drop(first, 3, "0")
    await expect_words(hook(first, "result"), "won")
    await expect_words(hook(second, "result"), "lost|won")

    await hook(first, "rematch").click()
    await hook(second, "rematch").click()
    await expect(hook(second, "column-3")).to_be_enabled()  # who was second begins
    await _drop(second, 3, "0")
