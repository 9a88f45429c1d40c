"""Browser windows, and what a visitor does in them."""

import re
from typing import Any
from urllib.parse import quote

from playwright.async_api import Browser, BrowserContext, ConsoleMessage, Page, expect

from cinema.roles import Role
from tests.accounts_factory import PASSWORD
from tests.e2e.house import House
from tests.waiting import eventually

EXPECTED = re.compile(r"Failed to load resource: the server responded with a status of 4\d\d")
"""A refusal that a test provokes is no fault of the page."""


class Windows:
    """Opens windows and listens to their consoles."""

    def __init__(self, house: House, browser: Browser) -> None:
        self.house = house
        self.browser = browser
        self.complaints: list[str] = []
        self._contexts: list[BrowserContext] = []

    async def visitor(self, **options: Any) -> "Visitor":
        """Open the window of somebody new: with cookies of its own, and not logged in."""
        context = await self.browser.new_context(base_url=self.house.url, **options)
        self._contexts.append(context)
        return await self.another(context)

    async def another(self, context: BrowserContext) -> "Visitor":
        """Open one more window of the same browser."""
        page = await context.new_page()
        page.set_default_timeout(15_000)
        page.on("console", self._listen)
        page.on("pageerror", lambda error: self.complaints.append(str(error)))
        return Visitor(self, context, page)

    async def close(self) -> None:
        for context in self._contexts:
            await context.close()

    async def newcomer(self, **options: Any) -> "Visitor":
        """Open the window of somebody who has registered, activated and logged in by hand."""
        visitor = await self.visitor(**options)
        email = self.house.new_email()
        await visitor.register(email)
        await visitor.activate(email)
        await visitor.log_in(email)
        return visitor

    async def customer(self, role: Role = Role.USER, **options: Any) -> "Visitor":
        """Open the window of somebody who has an account and is logged in."""
        visitor = await self.visitor(**options)
        await visitor.log_in(await self.house.make_account(role))
        return visitor

    def _listen(self, message: ConsoleMessage) -> None:
        if message.type in {"error", "warning"} and not EXPECTED.match(message.text):
            self.complaints.append(message.text)


class Visitor:
    """One window."""

    def __init__(self, windows: Windows, context: BrowserContext, page: Page) -> None:
        self.windows = windows
        self.context = context
        self.page = page

    async def another_window(self) -> "Visitor":
        return await self.windows.another(self.context)

    async def register(self, email: str) -> None:
        await self.page.goto("/register")
        await self.page.get_by_label("E-mail").fill(email)
        await self.page.get_by_label("Password").fill(PASSWORD)
        await self.page.get_by_role("button", name="Make the account").click()
        await expect(self.page.get_by_role("heading", name="Look into your mail")).to_be_visible()

    async def mails(self, email: str) -> list[dict[str, Any]]:
        answer = await self.context.request.get("/dev/mail.json", params={"to": email})
        mails: list[dict[str, Any]] = await answer.json()
        return mails

    async def link_for(self, email: str, path: str) -> str:
        """Wait for a mail with a link to this path, and return the link."""

        async def find() -> str:
            links = [link for mail in await self.mails(email) for link in mail["links"]]
            return next((link for link in links if f"{path}?" in link), "")

        return await eventually(find, timeout=15)

    async def activate(self, email: str) -> None:
        await self.page.goto(await self.link_for(email, "/activate"))
        await self.page.get_by_role("button", name="Activate the account").click()
        await self.page.wait_for_url("**/login")

    async def log_in(self, email: str, password: str = PASSWORD) -> None:
        if "/login" not in self.page.url:
            await self.page.goto("/login")
        await self.page.get_by_label("E-mail").fill(email)
        await self.page.get_by_label("Password").fill(password)
        await self.page.get_by_role("button", name="Log in").click()
        await expect(self.page.locator("#bell")).to_be_visible()

    async def film(self, title: str) -> None:
        """Find a film and open its page."""
        await self.page.goto(f"/?q={quote(title)}")
        await self.page.get_by_role("link", name=title, exact=True).click()
        await expect(self.page.get_by_role("heading", name=title, level=1)).to_be_visible()

    async def order(self, title: str) -> int:
        """Put a film into the cart and order it; returns the order's number."""
        await self.film(title)
        await self.page.get_by_role("button", name="Add to cart").click()
        await self.page.get_by_role("link", name="In your cart").click()
        await self.page.get_by_role("button", name="Order and pay").click()
        await self.page.wait_for_url("**/orders/*")
        return int(self.page.url.rsplit("/", 1)[1])

    async def pay(self, card: str = "4242424242424242") -> None:
        """Go from the order's page to Stripe's and give a card there."""
        await self.open_payment()
        await self.give_card(card)

    async def open_payment(self) -> None:
        """Go from the order's page to Stripe's."""
        await self.page.locator("#order form[action$='/checkout'] button").click()
        await self.page.wait_for_url("**/pay/**")

    async def give_card(self, card: str) -> None:
        await self.page.get_by_label("Card number").fill(card)
        await self.page.get_by_label("Expiry").fill("12/34")
        await self.page.get_by_label("Security code").fill("123")
        await self.page.get_by_role("button", name="Pay $").click()

    async def is_live(self) -> None:
        """Wait until the page hears its channels."""
        await expect(self.page.locator("[data-live-state]")).to_have_text("Live", timeout=15_000)
