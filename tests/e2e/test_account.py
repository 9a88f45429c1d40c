"""The life of an account, as its owner lives it."""

import asyncio
import io
import json

from PIL import Image
from playwright.async_api import expect

from tests.e2e.windows import Windows

RENEWED = "Another-rain-8"


def photograph() -> bytes:
    buffer = io.BytesIO()
    Image.new("RGB", (640, 480), "teal").save(buffer, "JPEG")
    return buffer.getvalue()


async def test_a_forgotten_password_is_replaced_through_the_mail(windows: Windows) -> None:
    email = await windows.house.make_account()
    visitor = await windows.visitor()
    page = visitor.page
    await page.goto("/login")
    await page.get_by_role("link", name="Forgot the password?").click()
    await page.get_by_label("E-mail").fill(email)
    await page.get_by_role("button", name="Send the link").click()
    await page.goto(await visitor.link_for(email, "/password/reset"))
    await page.get_by_label("New password").fill("weak")
    await page.get_by_label("New password").evaluate("field => field.removeAttribute('minlength')")
    await page.get_by_role("button", name="Set the password").click()
    await expect(page.get_by_label("New password")).to_have_attribute("aria-invalid", "true")
    await page.get_by_label("New password").fill(RENEWED)
    await page.get_by_role("button", name="Set the password").click()

    await page.wait_for_url("**/login")

    await visitor.log_in(email, RENEWED)


async def test_a_picture_is_seen_before_and_after_it_is_sent(windows: Windows) -> None:
    visitor = await windows.customer()
    page = visitor.page
    await page.goto("/profile")
    picture = {"name": "me.jpg", "mimeType": "image/jpeg", "buffer": photograph()}
    await page.get_by_label("Choose a picture").set_input_files(picture)  # type: ignore[arg-type]
    await expect(page.get_by_role("img", name="The chosen picture")).to_be_visible()

    await page.get_by_role("button", name="Use this picture").click()

    shown = page.get_by_role("img", name="Your picture")
    await expect(shown).to_be_visible()
    assert await shown.evaluate("image => image.decode().then(() => image.naturalWidth)") > 0


async def test_one_device_logs_the_other_out(windows: Windows) -> None:
    email = await windows.house.make_account()
    here, there = await windows.visitor(), await windows.visitor()
    await here.log_in(email)
    await there.log_in(email)
    await here.page.goto("/profile")
    await here.page.get_by_role("button", name="Log out of").click()
    await expect(here.page.get_by_text("That device is logged out.")).to_be_visible()

    await there.page.goto("/library")

    await expect(there.page.get_by_role("heading", name="Welcome back")).to_be_visible()
    await here.page.goto("/library")
    await expect(here.page.get_by_role("heading", name="Your library")).to_be_visible()


async def test_an_account_is_exported_and_deleted(windows: Windows) -> None:
    email = await windows.house.make_account()
    visitor = await windows.visitor()
    page = visitor.page
    await visitor.log_in(email)
    await page.goto("/profile")
    async with page.expect_download() as started:
        await page.get_by_role("link", name="Download all my data").click()
    file = await (await started.value).path()
    document = await asyncio.to_thread(file.read_text)
    assert json.loads(document)["account"]["email"] == email

    await page.get_by_role("link", name="Delete the account").click()
    await page.get_by_role("button", name="Delete my account").click()

    await expect(page.get_by_text("Your account is deleted. Goodbye.")).to_be_visible()
    await page.goto("/login")
    await page.get_by_label("E-mail").fill(email)
    await page.get_by_label("Password").fill("Demo-cinema-1")
    await page.get_by_role("button", name="Log in").click()
    await expect(page.get_by_text("Invalid email or password")).to_be_visible()


async def test_words_of_a_visitor_make_no_element_of_the_page(windows: Windows) -> None:
    writer, reader = await windows.customer(), await windows.customer()
    attacks = (
        "<img src=x onerror=alert(1)>",
        "<svg/onload=alert(1)>",
        "</textarea><script>alert(1)</script>",
        "{{ 7*7 }}",
        '"><iframe src=javascript:alert(1)>',
    )
    await reader.film("Persona")
    await reader.is_live()
    await writer.film("Persona")
    for attack in attacks:
        await writer.page.get_by_label("Your comment").fill(attack)
        await writer.page.get_by_role("button", name="Post").click()
        comments = reader.page.locator("#comments")
        await expect(comments.get_by_text(attack, exact=True)).to_be_visible()
    for window in (reader, writer):
        assert await window.page.locator("#comments :is(img, svg, script, iframe)").count() == 0
