"""One buys, and others see it: the staff, the buyer's other tabs, and a guest who comes along."""

import asyncio
import re

from playwright.async_api import Route, expect

from cinema.roles import Role
from tests.e2e.windows import Visitor, Windows

DECLINED = "4000000000000002"


async def badge(visitor: Visitor, words: str) -> None:
    await expect(visitor.page.locator("#cart-badge")).to_have_attribute("aria-label", words)


async def test_the_sales_dashboard_moves_while_somebody_else_buys(windows: Windows) -> None:
    staff = await windows.customer(Role.MODERATOR)
    await staff.page.goto("/staff/sales")
    await staff.is_live()
    charged = staff.page.locator("dt", has_text="Charged").locator("xpath=following-sibling::dd")
    before = await charged.inner_text()
    buyer = await windows.customer()
    number = await buyer.order("Casablanca")
    watcher = await buyer.another_window()
    await watcher.page.goto(f"/orders/{number}")
    await watcher.is_live()

    await buyer.open_payment()
    await expect(watcher.page.locator(".timeline")).to_contain_text("Payment page opened")
    await buyer.give_card(DECLINED)
    await expect(watcher.page.locator(".timeline")).to_contain_text("A payment was declined")
    await expect(charged).to_have_text(before)
    await buyer.give_card("4242424242424242")

    await expect(watcher.page.get_by_text("Paid. The films are in your library.")).to_be_visible()
    steps = watcher.page.locator(".timeline li > p:first-child")
    await expect(steps).to_have_text(
        ["Order placed", "Payment page opened", "A payment was declined", "Paid"]
    )
    await expect(charged).not_to_have_text(before)
    sold = staff.page.get_by_role("row").filter(has_text="Casablanca")
    await expect(sold).to_have_count(1)


async def test_a_guests_cart_comes_along_and_follows_its_prices_in_every_tab(
    windows: Windows,
) -> None:
    guest = await windows.visitor()
    for title in ("Metropolis", "Playtime"):
        await guest.film(title)
        await guest.page.get_by_role("button", name="Add to cart").click()
    await badge(guest, "Cart: 2 films")
    address = guest.page.url
    await guest.page.goto("/cart")
    await guest.is_live()
    staff = await windows.customer(Role.MODERATOR)
    price = await reprice(staff, address, "7.77")
    line = guest.page.get_by_role("listitem").filter(has_text="Playtime")
    await expect(line).to_contain_text("$7.77")

    await guest.page.get_by_role("link", name="Log in and order").click()
    await guest.log_in(await windows.house.make_account())
    await guest.page.wait_for_url("**/cart")
    await badge(guest, "Cart: 2 films")
    await guest.is_live()
    await reprice(staff, address, price)
    await expect(line).to_contain_text(f"than when you put it in: was $7.77, now ${price}.")

    other = await guest.another_window()
    await other.page.goto("/library")
    await other.is_live()
    await line.get_by_role("button", name="Remove").click()
    await badge(other, "Cart: 1 film")


async def test_a_visitors_cart_is_the_same_in_every_tab(windows: Windows) -> None:
    guest = await windows.visitor()
    await guest.film("Metropolis")
    film, cart, plain, late = [await guest.another_window() for _ in range(4)]
    for tab, path in ((film, guest.page.url), (cart, "/cart"), (plain, "/register")):
        await tab.page.goto(path)
    rendered, added = asyncio.Event(), asyncio.Event()

    async def come_late(route: Route) -> None:
        answer = await route.fetch()
        rendered.set()
        await added.wait()
        await route.fulfill(response=answer)

    await late.page.route("**/login", come_late, times=1)
    coming = asyncio.create_task(late.page.goto("/login"))
    await rendered.wait()
    await guest.page.get_by_role("button", name="Add to cart").click()
    for tab in (guest, film, cart, plain):
        await badge(tab, "Cart: 1 film")
    added.set()
    await coming
    await badge(late, "Cart: 1 film")
    await badge(plain, "Cart: 1 film")
    await expect(film.page.get_by_role("link", name="In your cart")).to_be_visible()

    await cart.page.get_by_role("button", name="Remove").click()
    for tab in (guest, film, plain, late):
        await badge(tab, "Cart: 0 films")
    await expect(guest.page.get_by_role("button", name="Add to cart")).to_be_visible()


async def reprice(staff: Visitor, address: str, price: str) -> str:
    """Let the staff change what a film costs; returns what it cost before."""
    await staff.page.goto("/staff" + re.sub(r"^https?://[^/]+", "", address))
    field = staff.page.get_by_label("Price")
    before = await field.input_value()
    await field.fill(price)
    await staff.page.get_by_role("button", name="Save").click()
    await expect(staff.page.get_by_text("Saved.")).to_be_visible()
    return before
