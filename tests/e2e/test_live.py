from playwright.async_api import expect

from tests.e2e.windows import Visitor, Windows

FILM = "Seven Samurai"


async def say(visitor: Visitor, text: str) -> None:
    await visitor.page.get_by_label("Your comment").fill(text)
    await visitor.page.get_by_role("button", name="Post").click()
    await expect(visitor.page.locator("#comments").get_by_text(text)).to_be_visible()


async def test_two_browsers_read_each_others_comments_as_they_are_written(
    windows: Windows,
) -> None:
    mira, noor = await windows.customer(), await windows.customer()
    for visitor in (mira, noor):
        await visitor.film(FILM)
        await visitor.is_live()

    await say(mira, "The rain at the end!")
    await expect(noor.page.locator("#comments").get_by_text("The rain at the end!")).to_be_visible()
    await say(noor, "And the mud.")

    await expect(mira.page.locator("#comments").get_by_text("And the mud.")).to_be_visible()
    await expect(mira.page.locator("#comments li")).to_have_count(2)


async def test_a_window_that_was_offline_misses_nothing_and_says_so(windows: Windows) -> None:
    reader, writer = await windows.customer(), await windows.customer()
    await reader.film("Tokyo Story")
    await reader.is_live()
    await writer.film("Tokyo Story")

    await reader.context.set_offline(True)
    state = reader.page.locator("[data-live-state]")
    await expect(state).to_have_text("Reconnecting…")
    await say(writer, "Quiet, and then it hits.")
    await reader.context.set_offline(False)

    heard = reader.page.locator("#comments").get_by_text("Quiet, and then it hits.")
    await expect(heard).to_be_visible(timeout=20_000)
    windows.complaints[:] = [c for c in windows.complaints if "ERR_INTERNET_DISCONNECTED" not in c]


async def test_a_half_written_comment_survives_the_arrival_of_another(windows: Windows) -> None:
    reader, writer = await windows.customer(), await windows.customer()
    await reader.film("Ran")
    await reader.is_live()
    await reader.page.get_by_label("Your comment").fill("I was about to say")
    await writer.film("Ran")

    await say(writer, "The castle burns.")

    await expect(reader.page.locator("#comments").get_by_text("The castle burns.")).to_be_visible()
    await expect(reader.page.get_by_label("Your comment")).to_have_value("I was about to say")
    await expect(reader.page.get_by_label("Your comment")).to_be_focused()


async def test_the_cart_of_one_window_counts_in_the_other(windows: Windows) -> None:
    visitor = await windows.customer()
    other = await visitor.another_window()
    await other.page.goto("/")
    await other.is_live()
    await visitor.film("Jaws")

    await visitor.page.get_by_role("button", name="Add to cart").click()

    badge = other.page.locator("#cart-badge")
    await expect(badge).to_have_attribute("aria-label", "Cart: 1 film")


async def test_a_session_that_has_run_out_is_renewed_without_a_word(windows: Windows) -> None:
    visitor = await windows.customer()
    await visitor.context.clear_cookies(name="cinema_access")

    await visitor.page.goto("/library")

    await expect(visitor.page.get_by_role("heading", name="Your library")).to_be_visible()
    await visitor.is_live()


async def test_logging_out_in_one_window_ends_the_other(windows: Windows) -> None:
    visitor = await windows.customer()
    other = await visitor.another_window()
    await other.page.goto("/library")
    await other.is_live()
    await visitor.page.locator(".menu > summary").click()
    await visitor.page.get_by_role("button", name="Log out").click()
    await expect(visitor.page.get_by_text("You are logged out.")).to_be_visible()

    await other.page.goto("/orders")

    await expect(other.page.get_by_role("heading", name="Welcome back")).to_be_visible()
