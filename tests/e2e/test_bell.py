"""The bell in real browsers: live in every tab, and read in all of them at once."""

import re

from playwright.async_api import expect

from tests.e2e.windows import Visitor, Windows


async def bell_shows(visitor: Visitor, unread: int) -> None:
    bell = visitor.page.locator("#bell")
    label = f"Notifications: {unread} unread"
    await expect(bell).to_have_attribute("aria-label", label, timeout=15_000)


async def test_a_like_rings_in_every_tab_and_reading_it_in_one_silences_all(
    windows: Windows,
) -> None:
    author, fan = await windows.customer(), await windows.customer()
    for visitor in (author, fan):
        await visitor.film("Stalker")
        await visitor.is_live()
    await author.page.get_by_label("Your comment", exact=True).fill("The room, at last.")
    await author.page.get_by_role("button", name="Post", exact=True).click()
    heard = fan.page.locator("#comments .thread").filter(has_text="The room, at last.")
    await expect(heard).to_be_visible()

    other = await author.another_window()
    await other.page.goto("/notifications")
    await other.is_live()
    await heard.get_by_role("button", name="Like the comment of").click()
    for tab in (author, other):
        await bell_shows(tab, 1)
    notice = other.page.locator("#notifications .notice")
    await expect(notice).to_contain_text("liked your comment on Stalker.")

    await author.page.goto("/notifications")
    await author.page.get_by_role("button", name=re.compile("^Mark as read")).click()
    await bell_shows(author, 0)
    await bell_shows(other, 0)
    await expect(notice).not_to_contain_text("Unread")
    await notice.get_by_role("link").click()
    await expect(other.page.locator("article:target")).to_contain_text("The room, at last.")
