from playwright.async_api import expect

from tests.e2e.windows import Windows
from tests.waiting import eventually

DECLINED = "4000000000000002"


async def test_the_order_page_of_another_window_turns_to_paid_by_itself(windows: Windows) -> None:
    buyer = await windows.customer()
    number = await buyer.order("Alien")
    watcher = await buyer.another_window()
    await watcher.page.goto(f"/orders/{number}")
    await watcher.is_live()
    await expect(watcher.page.get_by_text("Waiting for payment")).to_be_visible()

    await buyer.pay()

    await expect(watcher.page.get_by_text("Paid. The films are in your library.")).to_be_visible()
    bell = watcher.page.locator("#bell")
    await expect(bell).to_have_attribute("aria-label", "Notifications: 1 unread")
    await expect(watcher.page.locator("#cart-badge")).to_have_attribute(
        "aria-label", "Cart: 0 films"
    )
    await buyer.page.wait_for_url(f"**/orders/{number}?session_id=*")
    await expect(buyer.page.get_by_text("Paid. The films are in your library.")).to_be_visible()
    await buyer.page.get_by_role("link", name="Open the library").click()
    await expect(buyer.page.get_by_role("link", name="Alien")).to_be_visible()


async def test_a_declined_card_is_explained_and_the_order_can_be_paid_again(
    windows: Windows,
) -> None:
    buyer = await windows.customer()
    number = await buyer.order("Casablanca")
    watcher = await buyer.another_window()
    await watcher.page.goto(f"/orders/{number}")
    await watcher.is_live()

    await buyer.pay(DECLINED)

    failed = watcher.page.get_by_text("The payment did not go through.")
    await expect(failed).to_be_visible()
    await expect(watcher.page.get_by_text("A payment was declined")).to_be_visible()
    await watcher.page.get_by_role("button", name="Try another card").click()
    await watcher.page.wait_for_url("**/pay/**")
    await watcher.give_card("4242424242424242")
    await watcher.page.wait_for_url(f"**/orders/{number}?session_id=*")
    await expect(watcher.page.get_by_text("Paid. The films are in your library.")).to_be_visible()


async def test_an_order_that_is_not_paid_in_time_expires_before_the_readers_eyes(
    windows: Windows,
) -> None:
    buyer = await windows.customer()
    number = await buyer.order("Playtime")
    await buyer.is_live()

    await windows.house.sql("UPDATE orders SET expires_at = now() WHERE id = $1", number)

    expired = buyer.page.get_by_text("This order has expired. Nothing was charged")
    await expect(expired).to_be_visible(timeout=30_000)
    await expect(buyer.page.get_by_role("button", name="Pay $")).to_have_count(0)


async def test_a_receipt_comes_by_mail(windows: Windows) -> None:
    buyer = await windows.newcomer()
    await buyer.page.goto("/profile")
    email = await buyer.page.locator("main .lead").inner_text()
    number = await buyer.order("Metropolis")
    await buyer.pay()
    await buyer.page.wait_for_url(f"**/orders/{number}?session_id=*")

    async def receipt() -> list[str]:
        texts = [mail["text"] for mail in await buyer.mails(email)]
        return [text for text in texts if "Metropolis" in text and str(number) in text]

    assert await eventually(receipt, timeout=15)


async def test_a_canceled_order_frees_its_films(windows: Windows) -> None:
    buyer = await windows.customer()
    await buyer.order("Vertigo")
    await buyer.page.get_by_text("Cancel the order").click()
    await buyer.page.get_by_role("button", name="Yes, cancel it").click()
    await expect(buyer.page.get_by_text("This order was canceled.")).to_be_visible()
    await buyer.film("Vertigo")
    await expect(buyer.page.get_by_role("link", name="In your cart")).to_be_visible()


async def test_a_free_film_needs_no_card(windows: Windows) -> None:
    buyer = await windows.customer()
    number = await buyer.order("A Trip to the Moon")
    await buyer.page.get_by_role("button", name="Take it, it is free").click()
    await buyer.page.wait_for_url(f"**/orders/{number}")
    await expect(buyer.page.get_by_text("Paid. The films are in your library.")).to_be_visible()
