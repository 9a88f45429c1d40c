"""A moderator's day: what is done on the staff's pages is seen at once by those who buy."""

import re

from playwright.async_api import expect

from cinema.roles import Role
from tests.e2e.test_access import faults
from tests.e2e.windows import Visitor, Windows

FILM = "The Night Shift"
FIXED = "The Night Shift (restored)"


async def make_film(moderator: Visitor) -> None:
    page = moderator.page
    await page.goto("/staff")
    await page.get_by_role("link", name="New film").click()
    await page.get_by_label("Name", exact=True).fill(FILM)
    await page.get_by_label("Year").fill("1974")
    await page.get_by_label("Minutes").fill("101")
    await page.get_by_label("Price in USD").fill("9,99")
    await page.get_by_label("Description").fill("Nothing happens, and then the sun comes up.")
    await page.get_by_label("Genres").fill("Drama\nSlow cinema")
    await page.get_by_label("Directors").fill("Ada Moreno")
    await page.get_by_label("Certification").fill("PG")
    await page.get_by_label("IMDb rating").fill("7.9")
    await page.get_by_role("button", name="Add the film").click()

    price = page.get_by_label("Price in USD")
    await expect(price).to_have_attribute("aria-invalid", "true")
    await expect(price).to_be_focused()
    await expect(page.get_by_label("Genres")).to_have_value("Drama\nSlow cinema")
    await price.fill("9.99")
    await page.get_by_role("button", name="Add the film").click()
    await expect(page.get_by_role("heading", name=FILM, level=1)).to_be_visible()


async def test_a_film_is_made_fixed_and_deleted_under_the_eyes_of_its_buyers(
    windows: Windows,
) -> None:
    moderator, buyer = await windows.customer(Role.MODERATOR), await windows.customer()
    await make_film(moderator)

    await buyer.film(FILM)
    await buyer.page.get_by_role("button", name="Add to cart").click()
    await buyer.page.goto("/cart")
    await expect(buyer.page.get_by_text("$9.99").first).to_be_visible()
    await buyer.is_live()

    staff = moderator.page
    await staff.get_by_label("Name", exact=True).fill(FIXED)
    await staff.get_by_role("button", name="Save").click()
    await expect(staff.get_by_role("heading", name=FIXED, level=1)).to_be_visible()
    await staff.get_by_role("link", name="Delete…").click()
    await expect(staff.get_by_text("It is in 1 cart.")).to_be_visible()
    await staff.get_by_role("button", name="Delete and take out of carts").click()
    await expect(staff.get_by_text(f"“{FIXED}” is deleted.")).to_be_visible()

    badge = buyer.page.locator("#cart-badge")
    await expect(badge).to_have_attribute("aria-label", re.compile("^Cart: 0"))
    await staff.goto("/staff/people/genres?q=slow")
    await staff.get_by_role("button", name="Delete Slow cinema").click()
    await expect(staff.get_by_text("It is deleted.")).to_be_visible()


async def test_a_list_of_films_and_a_name_being_typed_live_side_by_side(windows: Windows) -> None:
    one, other = await windows.customer(Role.MODERATOR), await windows.customer(Role.MODERATOR)
    await one.page.goto("/staff/movies?q=ran")
    await one.is_live()
    await other.page.goto("/staff/people/directors?q=kurosawa")
    await other.is_live()
    name = other.page.get_by_label("Name of Akira Kurosawa")
    await name.fill("Kurosawa Akira")

    line = one.page.locator(".staff-film", has=one.page.get_by_role("link", name="Ran", exact=True))
    button = line.get_by_role("button")
    before = await button.inner_text()
    await button.click()
    await expect(button).not_to_have_text(before)

    await expect(name).to_have_value("Kurosawa Akira")
    await expect(name).to_be_focused()


async def test_the_staffs_pages_are_accessible(windows: Windows) -> None:
    moderator = await windows.customer(Role.MODERATOR, reduced_motion="reduce")
    for place in ("", "/movies", "/movies/1", "/people/stars"):
        await moderator.page.goto(f"/staff{place}")
        assert await faults(moderator.page) == []
