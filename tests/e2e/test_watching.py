"""Watching: by keyboard, on two devices, and on with the film when its address has run out."""

from pathlib import Path

from playwright.async_api import Page, expect

from cinema.roles import Role
from tests.e2e.test_access import faults
from tests.e2e.windows import Visitor, Windows
from tests.waiting import eventually

CLIP = Path(__file__).parents[2] / "cinema/devstack/demo_clip.webm"
BUY = """
WITH o AS (
    INSERT INTO orders (user_id, currency, total_amount, expires_at, status)
    SELECT u.id, 'usd', 1, now(), 'paid' FROM users u WHERE u.email = $1 RETURNING id, user_id
), i AS (
    INSERT INTO order_items (order_id, movie_id, movie_name, price_at_order)
    SELECT o.id, m.id, m.name, 1 FROM o, movies m WHERE m.name = $2 RETURNING id, movie_id
)
INSERT INTO purchases (user_id, movie_id, order_item_id)
SELECT o.user_id, i.movie_id, i.id FROM o, i
"""


async def owner_of(windows: Windows, film: str) -> tuple[Visitor, str]:
    """Open the window of somebody who owns a film; returns the address as well."""
    email = await windows.house.make_account()
    await windows.house.sql(BUY, email, film)
    visitor = await windows.visitor()
    await visitor.log_in(email)
    return visitor, email


async def ask(page: Page, what: str) -> float:
    """Ask the player for one of its numbers."""
    number: float = await page.evaluate(f"document.getElementById('player').{what}")
    return number


async def at(page: Page) -> float:
    """Where the player is, in seconds, once it knows its film."""

    async def is_ready() -> bool:
        return await ask(page, "readyState") >= 1 and not await ask(page, "seeking")

    await eventually(is_ready, timeout=15)
    return await ask(page, "currentTime")


async def reaches(page: Page, seconds: float) -> None:
    async def is_there() -> bool:
        return await ask(page, "currentTime") >= seconds

    await eventually(is_there, timeout=15)


async def open_film(visitor: Visitor, film: str) -> Page:
    await visitor.page.goto("/library")
    await visitor.page.get_by_role("link", name=film, exact=True).first.click()
    await visitor.is_live()
    assert "Your library" not in await visitor.page.title()
    return visitor.page


async def test_a_film_goes_on_where_another_device_stopped(windows: Windows) -> None:
    tv, email = await owner_of(windows, "Alien")
    phone = await windows.visitor(viewport={"width": 360, "height": 780})
    await phone.log_in(email)
    screen, hand = await open_film(tv, "Alien"), await open_film(phone, "Alien")
    assert (await at(screen), await at(hand)) == (0, 0)

    await screen.evaluate("document.getElementById('player').muted = true")
    await screen.locator("body").press("ArrowRight")
    await reaches(screen, 10)

    await reaches(hand, 10)
    await expect(hand.locator("#player-said")).to_contain_text("where you are on another device")
    assert await faults(hand) == []
    await hand.goto("/library")
    await expect(hand.get_by_role("heading", name="Go on watching")).to_be_visible()
    await hand.get_by_role("link", name="Alien", exact=True).first.click()
    assert await at(hand) == 10
    await expect(hand.locator("#player-said")).to_contain_text(
        "Going on where you stopped, at 0:10"
    )


async def test_an_address_that_has_run_out_is_asked_for_again(windows: Windows) -> None:
    visitor, _ = await owner_of(windows, "Fargo")
    page = await open_film(visitor, "Fargo")
    await at(page)
    await page.evaluate("document.getElementById('player').currentTime = 7")
    assert await at(page) == 7

    # What a link that has run out looks like: the storage refuses it.
    await page.evaluate(
        "() => { const v = document.getElementById('player');"
        " v.src = v.src.replace('X-Amz-Signature=', 'X-Amz-Signature=0'); }"
    )

    async def is_renewed() -> bool:
        renewed = await page.evaluate(
            "!document.getElementById('player').src.includes('X-Amz-Signature=0')"
        )
        return bool(renewed)

    await eventually(is_renewed, timeout=15)
    assert round(await at(page)) == 7
    await expect(page.locator("#player-said")).not_to_contain_text("cannot be played")


async def test_a_film_that_the_staff_sends_in_plays_at_once_for_who_waits_for_it(
    windows: Windows,
) -> None:
    visitor, _ = await owner_of(windows, "Ran")
    await windows.house.sql("UPDATE movies SET video_key = NULL WHERE name = 'Ran'")
    page = await open_film(visitor, "Ran")
    await expect(page.get_by_text("This film has no video yet.")).to_be_visible()
    staff = await windows.customer(Role.MODERATOR)
    await staff.film("Ran")
    await staff.page.goto(staff.page.url.replace("/movies/", "/staff/movies/") + "/media")

    await staff.page.locator("#f-video").set_input_files(CLIP)
    await staff.page.get_by_role("button", name="Send video in").click()

    await expect(staff.page.get_by_text("The video is in.")).to_be_visible()
    await expect(page.locator("#player")).to_be_visible(timeout=15_000)
    assert await at(page) == 0
