"""Looking for a film: the names that the box offers, and the filters beside the films."""

from playwright.async_api import expect

from tests.e2e.test_access import faults
from tests.e2e.windows import Windows


async def test_a_film_is_found_by_its_first_letters_with_the_keyboard(windows: Windows) -> None:
    visitor = await windows.visitor(reduced_motion="reduce")
    page, asked = visitor.page, []
    page.on("request", lambda request: asked.append(request.url))
    await page.goto("/")
    box = page.get_by_role("combobox", name="Search for a film, a person or a word")
    await box.press_sequentially("godf")
    names = page.get_by_role("listbox", name="Names that fit")
    await expect(names.get_by_role("option")).to_have_count(1)
    await expect(box).to_have_attribute("aria-expanded", "true")
    await expect(page.get_by_text("1 name fits")).to_have_count(1)
    assert await faults(page) == []

    await box.press("Escape")
    await expect(names).to_be_hidden()
    await expect(box).to_have_value("godf")
    await box.press("ArrowDown")
    await expect(names).to_be_visible()
    await box.press("ArrowDown")
    chosen = names.get_by_role("option", selected=True)
    await expect(chosen).to_have_text("The GodfatherFilm, 1972")
    await expect(box).to_have_attribute(
        "aria-activedescendant", await chosen.get_attribute("id") or ""
    )
    await box.press("Enter")
    await expect(page.get_by_role("heading", name="The Godfather", level=1)).to_be_visible()
    assert all(url.startswith(windows.house.url) for url in asked)


async def test_a_person_is_chosen_and_filters_are_taken_in_and_out_on_a_phone(
    windows: Windows,
) -> None:
    visitor = await windows.visitor(viewport={"width": 360, "height": 740})
    page = visitor.page
    await page.goto("/")
    await page.get_by_label("Search for a film").press_sequentially("KUROS")
    await page.get_by_role("option", name="Akira Kurosawa Director").click()
    await page.wait_for_url("**/?director=Akira+Kurosawa")
    films = page.locator("#films .card")
    everything = await films.count()
    assert everything > 2

    await page.locator(".choices summary").click()
    await page.get_by_role("link", name="1980s").click()
    await expect(films).not_to_have_count(everything)
    assert await page.evaluate("document.documentElement.scrollWidth") <= 360
    await page.get_by_role("link", name="1980s Take this out").click()
    await expect(films).to_have_count(everything)
