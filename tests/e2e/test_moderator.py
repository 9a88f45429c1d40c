"""A moderator's day: what is done on the staff's pages is seen at once by those who buy."""

import re

from playwright.async_api import expect

from cinema.roles import Role
from tests.accounts.pictures import picture
from tests.catalogue.films import GOOD, encoded
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


async def import_films(moderator: Visitor) -> None:
    page = moderator.page
    file = encoded(
        GOOD | {"Series_Title": "Dawn Patrol"},
        GOOD | {"Series_Title": "Dusk Patrol", "Released_Year": "soon"},
    )
    await page.goto("/staff/import")
    await page.get_by_label("File", exact=True).set_input_files(
        {"name": "films.csv", "mimeType": "text/csv", "buffer": file}
    )
    await page.get_by_role("button", name="Import").click()
    done = page.get_by_text("2 rows: 1 added, 0 already there, 1 refused")
    await expect(done).to_be_visible(timeout=20_000)


async def give_poster(moderator: Visitor) -> None:
    page = moderator.page
    await page.get_by_role("link", name="Send files in").click()
    now = page.locator("#now-poster")
    await expect(now).to_have_text("A drawn one stands in.")
    await page.locator("#f-poster").set_input_files(
        {"name": "poster.png", "mimeType": "image/png", "buffer": picture(size=(400, 600))}
    )
    await page.get_by_role("button", name="Send poster in").click()
    await expect(now).to_have_text("Sent in.")
    await page.get_by_role("link", name=f"‹ {FILM}").click()


async def test_a_film_is_made_fixed_and_deleted_under_the_eyes_of_its_buyers(
    windows: Windows,
) -> None:
    moderator, buyer = await windows.customer(Role.MODERATOR), await windows.customer()
    await import_films(moderator)
    await make_film(moderator)
    await give_poster(moderator)

    await buyer.film(FILM)
    await buyer.is_live()
    staff = moderator.page
    await staff.get_by_label("Name", exact=True).fill(FIXED)
    await staff.get_by_label("Price in USD").fill("4.50")
    await staff.get_by_role("button", name="Save").click()
    await expect(staff.get_by_role("heading", name=FIXED, level=1)).to_be_visible()
    await expect(buyer.page.get_by_text("$4.50").first).to_be_visible()

    await buyer.page.get_by_role("button", name="Add to cart").click()
    badge = buyer.page.locator("#cart-badge")
    await expect(badge).to_have_attribute("aria-label", re.compile("^Cart: 1"))
    await staff.get_by_role("link", name="Delete…").click()
    await expect(staff.get_by_text("It is in 1 cart.")).to_be_visible()
    await staff.get_by_role("button", name="Delete and take out of carts").click()
    await expect(staff.get_by_text(f"“{FIXED}” is deleted.")).to_be_visible()
    # The film's page is gone, but what stands in its head is still told.
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
