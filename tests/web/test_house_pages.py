"""What every page stands on: static files, posters, problems, the mailbox of development."""

import gzip
import json
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from pathlib import Path
from types import SimpleNamespace

import pytest
from aiohttp.test_utils import TestClient, TestServer, make_mocked_request

from cinema.app import create_app
from cinema.catalogue.queries import get_movie
from cinema.database import fetch
from cinema.http.pagination import PageQuery
from cinema.web.filters import device, duration, moment_of, money, standing
from cinema.web.listing import pager
from cinema.web.posters import poster_url
from cinema.web.static import FOLDER, assets, static_url
from tests.conftest import make_settings
from tests.servers import Servers
from tests.web.visiting import Visitor, words


async def test_a_static_file_is_kept_for_ever_under_the_address_of_its_content(
    visitor: Visitor,
) -> None:
    response = await visitor.get(static_url("base.css"))
    assert response.headers["Cache-Control"] == "public, max-age=31536000, immutable"
    assert response.headers["Content-Type"] == "text/css; charset=utf-8"
    assert response.headers["X-Content-Type-Options"] == "nosniff"
    assert await response.read() == (FOLDER / "base.css").read_bytes()


async def test_a_static_file_of_another_release_is_not_kept(visitor: Visitor) -> None:
    response = await visitor.get("/static/000000000000/base.css")
    assert (response.status, response.headers["Cache-Control"]) == (200, "no-store")


@pytest.mark.parametrize("name", ["no.css", "a" * 300, "..%2f..%2fsettings.py", "%00"])
async def test_a_static_file_that_is_not_there_is_404(visitor: Visitor, name: str) -> None:
    assert (await visitor.get(f"/static/0/{name}")).status == 404


def test_all_scripts_together_weigh_at_most_15_kib() -> None:
    scripts = [asset.content for name, asset in assets().items() if name.endswith(".js")]
    assert sum(len(gzip.compress(script)) for script in scripts) <= 15 * 1024


async def test_a_poster_is_kept_for_ever_until_what_it_shows_changes(
    visitor: Visitor, films: dict[str, int]
) -> None:
    url = poster_url(await get_movie(str(films["Alien"]), "usd"))
    drawn = await visitor.get(url)
    assert drawn.headers["Content-Type"].startswith("image/svg+xml")
    assert "immutable" in drawn.headers["Cache-Control"]
    assert "Alien" in await drawn.text()
    other = await visitor.get(url.split("?")[0] + "?v=old")
    assert "immutable" not in other.headers["Cache-Control"]
    assert (await visitor.get("/posters/" + "0" * 36 + ".svg")).status == 404


async def test_a_page_that_is_not_there_answers_in_words_to_a_browser_only(
    visitor: Visitor,
) -> None:
    page = await visitor.get("/no-such-page")
    assert page.status == 404
    assert "There is no such thing" in words(await page.text())
    program = await visitor.client.get("/no-such-page")
    assert program.headers["Content-Type"].startswith("application/problem+json")
    api = await visitor.get("/api/v1/no-such-thing")
    assert api.headers["Content-Type"].startswith("application/problem+json")


async def test_the_page_of_a_problem_names_the_request_and_shows_no_cause(
    visitor: Visitor,
) -> None:
    response = await visitor.get("/no-such-page", **{"X-Request-ID": "abc-123"})
    page = await response.text()
    assert "abc-123" in page
    assert "Traceback" not in page


async def test_a_page_that_breaks_says_so_without_its_cause(visitor: Visitor) -> None:
    await visitor.log_in()
    await fetch("ALTER TABLE movies RENAME TO movies_elsewhere")
    try:
        response = await visitor.get("/")
    finally:
        await fetch("ALTER TABLE movies_elsewhere RENAME TO movies")
    page = await response.text()
    assert response.status == 500
    assert "Something broke on our side" in words(page)
    assert "movies" not in words(page)
    assert 'href="/">Try again' in page
    assert "data-channel" not in page, "a page without a position in the log hears nothing"


async def test_every_page_carries_the_headers_of_the_house(visitor: Visitor) -> None:
    await visitor.log_in()
    for path in ("/", "/cart", "/no-such-page", "/movies/1", static_url("page.js")):
        headers = (await visitor.get(path)).headers
        assert headers["X-Content-Type-Options"] == "nosniff", path
        assert headers["Referrer-Policy"] == "strict-origin-when-cross-origin", path
        assert "frame-ancestors 'none'" in headers["Content-Security-Policy"], path
        assert headers["Server"] == "cinema", path
    assert (await visitor.get("/cart")).headers["Cache-Control"] == "no-store"
    assert "Cookie" in (await visitor.get("/cart")).headers["Vary"]


async def test_only_the_page_of_a_stranger_is_compressed(visitor: Visitor) -> None:
    stranger = await visitor.get("/login")
    assert stranger.headers["Content-Encoding"] in {"gzip", "deflate"}
    await visitor.log_in()
    assert "Content-Encoding" not in (await visitor.get("/cart")).headers


async def test_the_mailbox_shows_mails_newest_first(visitor: Visitor) -> None:
    folder = visitor.settings.mailbox_dir
    assert folder is not None
    for number, to in ((1, "a@example.com"), (2, "b@example.com")):
        mail = {
            "to": [to],
            "subject": f"Mail <{number}>",
            "text": "Hello",
            "html": "",
            "links": ["http://127.0.0.1:8000/activate?token=x"],
            "at": "2026-11-21T00:00:00Z",
        }
        (folder / f"2026-{number}.json").write_text(json.dumps(mail))
    page = words(await visitor.read("/dev/mail"))
    assert page.index("Mail <2>") < page.index("Mail <1>")
    listed = await (await visitor.get("/dev/mail.json?to=a@example.com")).json()
    assert [mail["subject"] for mail in listed] == ["Mail <1>"]


async def test_there_is_no_mailbox_without_its_setting(servers: Servers, migrated: str) -> None:
    settings = make_settings(servers, migrated)
    async with TestClient(TestServer(create_app(settings))) as client:
        assert (await client.get("/dev/mail")).status == 404


async def test_a_saying_that_somebody_made_up_is_not_said(visitor: Visitor) -> None:
    visitor.client.session.cookie_jar.update_cookies({"cinema_saying": "WyJnb29kIiwiaGEiXQ==.00"})
    assert 'class="said' not in await visitor.read("/login")


def test_the_page_links_name_the_ends_and_the_neighbours() -> None:
    request = make_mocked_request("GET", "/?q=a&page=5")
    shown = pager(request, PageQuery(page=5, per_page=10), 95)
    assert [number for number, _ in shown.links] == [1, None, 4, 5, 6, None, 10]
    assert (shown.prev, shown.next) == ("/?q=a&page=4", "/?q=a&page=6")
    assert shown.links[0] == (1, "/?q=a")


def test_a_page_past_the_end_links_back_to_the_last() -> None:
    request = make_mocked_request("GET", "/?page=99")
    assert pager(request, PageQuery(page=99, per_page=10), 15).prev == "/?page=2"


def test_money_carries_its_currency() -> None:
    assert money(Decimal("1234.50"), "usd") == "$1,234.50"
    assert money("9.99", "chf") == "9.99 CHF"


def test_a_film_stands_as_it_can_be_bought() -> None:
    ahead = datetime.now(UTC) + timedelta(days=3)

    def film(price: str, available: bool, release: datetime | None) -> SimpleNamespace:
        return SimpleNamespace(price=Decimal(price), is_available=available, release_at=release)

    assert standing(film("2.99", True, None), "usd") == "$2.99"
    assert standing(film("0.00", True, None), "usd") == "Free"
    assert standing(film("2.99", True, ahead), "usd") == "Soon"
    assert standing(film("2.99", False, None), "usd") == "Not on sale"


def test_times_and_devices_read_as_words() -> None:
    assert duration(134) == "2 h 14 min"
    assert duration(13) == "13 min"
    assert moment_of(datetime(2026, 11, 1, 9, 5, tzinfo=UTC)) == "1 Nov 2026, 09:05 UTC"
    assert device("Mozilla/5.0 (iPhone; CPU) AppleWebKit Safari/604") == "Safari on iPhone"
    assert device("Mozilla/5.0 (X11; Linux x86_64) Gecko Firefox/140") == "Firefox on Linux"
    assert device("curl/8.1") == "curl/8.1"
    assert device("") == "An unknown device"


def test_every_template_belongs_to_a_page_or_to_another_template() -> None:
    templates = Path(__file__).parents[2] / "templates"
    pages = Path(__file__).parents[2] / "cinema" / "web"
    files = [*pages.rglob("*.py"), *templates.rglob("*.html")]
    source = "".join(path.read_text() for path in files)
    named = {
        path.relative_to(templates).as_posix()
        for path in templates.rglob("*.html")
        if "emails" not in path.parts and path.name not in {"base.html", "ui.html"}
    }
    assert {name for name in named if f'"{name}"' not in source} == set()
