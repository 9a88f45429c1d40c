"""Everybody can use it: by keyboard, without scripts, with a screen reader, in both looks."""

from pathlib import Path

import pytest
from axe_playwright_python.async_playwright import Axe
from playwright.async_api import Page, expect

from cinema.roles import Role
from tests.accounts_factory import PASSWORD
from tests.e2e.windows import Visitor, Windows

ARTEFACTS = Path(__file__).parents[2] / "artefacts"
WCAG = {"runOnly": ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]}
OPEN_PAGES = (
    "/",
    "/?q=zzzz",
    "/movies/1",
    "/login",
    "/register",
    "/activate?token=x",
    "/activate/resend",
    "/password/forgot",
    "/password/reset?token=x",
    "/unsubscribe?token=x",
    "/cart",
    "/dev/mail",
    "/no-such-page",
)
OWN_PAGES = (
    "/movies/2",
    "/cart",
    "/orders",
    "/payments",
    "/library",
    "/favorites",
    "/notifications",
    "/profile",
    "/profile/delete",
    "/password/change",
    "/staff/reports",
    "/staff/import",
    "/staff/movies/1/media",
    "/admin",
    "/admin/users/1",
    "/admin/audit",
)
WIDTHS = {360: 780, 768: 1024, 1440: 900}


async def wear(page: Page, scheme: str) -> None:
    await page.evaluate("s => { document.documentElement.dataset.theme = s; }", scheme)


async def faults(page: Page) -> list[str]:
    """Return what axe finds in the light look, and which contrasts it minds in the dark one."""
    await wear(page, "light")
    light = (await Axe().run(page, options=WCAG)).response
    assert len(light["passes"]) > 15, "axe has looked at nothing"
    await wear(page, "dark")
    dark = (await Axe().run(page, options={"runOnly": ["color-contrast"]})).response
    return [
        f"{page.url}: {violation['id']}: {node['html'][:160]}"
        for violation in light["violations"] + dark["violations"]
        for node in violation["nodes"]
    ]


@pytest.mark.timeout(300)
async def test_axe_finds_nothing_on_any_page_in_either_look(windows: Windows) -> None:
    # A fade that is still running has a contrast of its own.
    visitor = await windows.customer(Role.ADMIN, reduced_motion="reduce")
    stranger = await windows.visitor(reduced_motion="reduce")
    number = await visitor.order("Vertigo")
    await visitor.page.goto("/movies/2")
    await visitor.page.get_by_label("Your comment").fill("Worth every minute.")
    await visitor.page.get_by_role("button", name="Post").click()
    found = []
    for who, paths in ((stranger, OPEN_PAGES), (visitor, (*OWN_PAGES, f"/orders/{number}"))):
        for path in paths:
            await who.page.goto(path)
            found += await faults(who.page)
    assert found == []


@pytest.mark.timeout(300)
async def test_no_page_is_wider_than_its_window(windows: Windows) -> None:
    """Its pictures are kept in `artefacts/`, to be looked at."""
    visitor = await windows.customer(Role.ADMIN, reduced_motion="reduce", color_scheme="dark")
    number = await visitor.order("Blade Runner")
    await visitor.page.goto("/movies/2")
    await visitor.page.get_by_role("button", name="Add to cart").click()
    ARTEFACTS.mkdir(exist_ok=True)
    for path in ("/", *OWN_PAGES, f"/orders/{number}"):
        await visitor.page.goto(path)
        for width, height in WIDTHS.items():
            await visitor.page.set_viewport_size({"width": width, "height": height})
            page_width = await visitor.page.evaluate("document.documentElement.scrollWidth")
            assert page_width <= width, path
            name = path.replace(f"/{number}", "/one").strip("/").replace("/", "-") or "films"
            picture = ARTEFACTS / f"{name}-{width}.png"
            await visitor.page.screenshot(path=picture, full_page=path != "/")


async def test_words_without_a_space_stay_within_the_window(windows: Windows) -> None:
    visitor = await windows.customer(viewport={"width": 360, "height": 780})
    await visitor.film("Le Samouraï")
    path = visitor.page.url
    await windows.house.sql(
        "UPDATE user_profiles SET first_name = repeat('Ж', 100), last_name = repeat('W', 100)"
        " WHERE user_id = (SELECT max(id) FROM users)"
    )
    await windows.house.sql(
        "UPDATE movies SET name = repeat('W', 250) WHERE name = $1", "Le Samouraï"
    )
    await visitor.page.get_by_label("Your comment").fill("x" * 500)
    await visitor.page.get_by_role("button", name="Post").click()
    await visitor.page.get_by_role("button", name="Add to cart").click()
    for address in (path, "/cart", "/profile"):
        await visitor.page.goto(address)
        width = await visitor.page.evaluate("document.documentElement.scrollWidth")
        assert width <= 360, address


async def test_a_film_is_bought_without_any_script(windows: Windows) -> None:
    buyer = await windows.customer(java_script_enabled=False)
    number = await buyer.order("Fargo")
    await buyer.pay()
    await buyer.page.wait_for_url(f"**/orders/{number}?session_id=*")

    # Without a script the page does not turn by itself: it is asked again, as a reader would.
    for _ in range(50):
        if await buyer.page.get_by_text("Paid. The films are in your library.").is_visible():
            break
        await buyer.page.reload()
    await buyer.page.get_by_role("link", name="Open the library").click()

    await expect(buyer.page.get_by_role("link", name="Fargo")).to_be_visible()


async def press_to(page: Page, selector: str) -> None:
    """Press Tab until the focus is there, and see that it can be seen."""
    for _ in range(120):
        await page.keyboard.press("Tab")
        if await page.evaluate("s => document.activeElement?.matches(s)", selector):
            outline = await page.evaluate(
                "() => { const e = document.activeElement, o = getComputedStyle(e).outlineStyle;"
                " return o !== 'none' || getComputedStyle(e.closest('.card') || e).outlineStyle; }"
            )
            assert outline not in {"none", False}, selector
            return
    raise AssertionError(f"Tab never came to {selector}")


async def test_a_film_is_found_and_bought_with_the_keyboard_alone(windows: Windows) -> None:
    visitor = await windows.visitor()
    page, email = visitor.page, await windows.house.make_account()
    await page.goto("/login")
    await press_to(page, "#f-email")
    await page.keyboard.type(email)
    await press_to(page, "#f-password")
    await page.keyboard.type(PASSWORD)
    await page.keyboard.press("Enter")
    await page.wait_for_url("**/")
    await press_to(page, "#q")
    await page.keyboard.type("Solaris")
    await page.keyboard.press("Enter")
    await page.wait_for_url("**q=Solaris**")
    await press_to(page, ".card a")
    await page.keyboard.press("Enter")
    await page.wait_for_url("**/movies/*")
    await press_to(page, "#act button")
    await page.keyboard.press("Enter")
    await expect(page.get_by_role("link", name="In your cart")).to_be_visible()
    await press_to(page, "#act a[href='/cart']")
    await page.keyboard.press("Enter")
    await page.wait_for_url("**/cart")
    await press_to(page, "form[action='/orders'] button")
    await page.keyboard.press("Enter")
    await page.wait_for_url("**/orders/*")
    await press_to(page, "form[action$='/checkout'] button")
    await page.keyboard.press("Enter")
    await page.wait_for_url("**/pay/**")
    await visitor.give_card("4242424242424242")
    await expect(page.get_by_text("Paid. The films are in your library.")).to_be_visible()


async def test_escape_closes_the_menu_and_gives_the_focus_back(windows: Windows) -> None:
    visitor = await windows.customer()
    summary = visitor.page.locator(".menu > summary")
    await summary.focus()
    await visitor.page.keyboard.press("Enter")
    await expect(visitor.page.get_by_role("button", name="Log out")).to_be_visible()

    await visitor.page.keyboard.press("Escape")

    await expect(visitor.page.get_by_role("button", name="Log out")).to_be_hidden()
    await expect(summary).to_be_focused()


async def test_the_chosen_look_is_remembered(windows: Windows) -> None:
    visitor: Visitor = await windows.visitor(color_scheme="dark")
    await visitor.page.goto("/")
    root = visitor.page.locator("html")
    await expect(root).to_have_attribute("data-theme", "dark")

    await visitor.page.get_by_role("button", name="Switch between").click()
    await visitor.page.reload()

    await expect(root).to_have_attribute("data-theme", "light")
