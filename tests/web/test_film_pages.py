import gzip
import re

import pytest

from cinema.database import fetch
from tests.web.visiting import Visitor, words

XSS = "<script>alert(1)</script><img src=x onerror=alert(1)>\"'"


async def test_the_front_page_shows_the_films_and_weighs_little(
    visitor: Visitor, films: dict[str, int]
) -> None:
    page = await visitor.read("/")
    assert f"{len(films)} films , page 1 of 4" in words(page)
    assert page.count('<li class="card">') == 24
    assert len(gzip.compress(page.encode())) <= 30 * 1024


async def test_the_address_holds_the_filter(visitor: Visitor, films: dict[str, int]) -> None:
    page = await visitor.read("/?q=&genre=Western&year_min=1960&year_max=&sort=year")
    assert '<a class="tag" href="/?year_min=1960&amp;sort=year">Western' in page
    assert 'value="1960"' in page
    assert '<option value="year" selected>Oldest</option>' in page
    assert "The Good, the Bad and the Ugly" in words(page)
    assert "Alien" not in words(page)


async def test_the_search_finds_a_film_by_its_director(
    visitor: Visitor, films: dict[str, int]
) -> None:
    page = words(await visitor.read("/?q=kurosawa"))
    assert "Seven Samurai" in page
    assert "Casablanca" not in page


async def test_page_links_keep_the_filter(visitor: Visitor, films: dict[str, int]) -> None:
    page = await visitor.read("/?genre=Drama&sort=year")
    assert '<a href="/?genre=Drama&amp;sort=year&amp;page=2" rel="next">' in page


async def test_an_empty_answer_says_what_to_do(visitor: Visitor, films: dict[str, int]) -> None:
    assert "No film fits." in words(await visitor.read("/?q=zzzzzz"))


@pytest.mark.parametrize(
    "query", ["year_min=abc", "page=0", "sort=color", "x=1", "page=1&page=2", "q=" + "a" * 101]
)
async def test_a_filter_that_is_none_is_refused_in_words(visitor: Visitor, query: str) -> None:
    response = await visitor.get(f"/?{query}")
    assert response.status == 422
    assert "text/html" in response.headers["Content-Type"]


async def test_words_of_a_visitor_are_shown_as_text(
    visitor: Visitor, films: dict[str, int]
) -> None:
    await visitor.log_in()
    path = f"/movies/{films['Alien']}"
    await visitor.post(f"{path}/comments", {"text": XSS})
    for page in (await visitor.read(path), await (await visitor.get(f"/?q={XSS[:60]}")).text()):
        assert "<script>alert" not in page
        assert "<img src=x" not in page
    assert XSS in words(await visitor.read(path))


async def test_a_film_page_tells_all_and_offers_the_cart(
    visitor: Visitor, films: dict[str, int]
) -> None:
    path = f"/movies/{films['Alien']}"
    stranger = words(await visitor.read(path))
    assert "Ridley Scott" in stranger
    assert "Add to cart" in stranger
    await visitor.log_in()
    assert "Add to cart" in words(await visitor.read(path))


async def test_a_comment_is_read_by_everybody(visitor: Visitor, films: dict[str, int]) -> None:
    user = await visitor.log_in()
    path = f"/movies/{films['Alien']}"
    response = await visitor.post(f"{path}/comments", {"text": "In space.\nNobody."})
    assert response.headers["Location"] == f"{path}#comment-1"
    await visitor.post("/logout")
    page = await visitor.read(path)
    assert "In space.\nNobody." in page
    assert f"Visitor {user.id}" in page
    assert user.email not in page


async def test_an_empty_comment_is_refused_beside_its_field(
    visitor: Visitor, films: dict[str, int]
) -> None:
    await visitor.log_in()
    response = await visitor.post(f"/movies/{films['Alien']}/comments", {"text": "   "})
    assert response.status == 422
    assert 'id="e-text"' in await response.text()
    assert await fetch("SELECT id FROM comments") == []


async def test_live_elements_carry_the_position_of_their_data(
    visitor: Visitor, films: dict[str, int]
) -> None:
    user = await visitor.log_in()
    page = await visitor.read(f"/movies/{films['Alien']}")
    [row] = await fetch("SELECT epoch, last_seq FROM realtime_epoch")
    cursors = set(re.findall(r'data-cursor="([^"]*)"', page))
    assert cursors == {f"{row['epoch']}.{row['last_seq']}"}
    channels = set(re.findall(r'data-channel="([^"]*)"', page))
    assert channels == {f"movie:{films['Alien']}", f"user:{user.id}"}
    for tag in re.findall(r"<[^>]*data-live-replace[^>]*>", page):
        assert ' id="' in tag, "a fragment is found again by its id"


async def test_no_page_holds_an_inline_script_or_style(
    visitor: Visitor, films: dict[str, int]
) -> None:
    await visitor.log_in()
    for path in ("/", f"/movies/{films['Alien']}", "/profile", "/cart"):
        response = await visitor.get(path)
        page = await response.text()
        assert not re.search(r"<style|\sstyle=|\son[a-z]+=|javascript:", page), path
        scripts = re.findall(r"<script[^>]*>", page)
        policy = response.headers["Content-Security-Policy"]
        nonce = re.search(r"'nonce-([^']+)'", policy)
        assert nonce is not None
        assert scripts
        assert all(f'nonce="{nonce[1]}"' in script and "src=" in script for script in scripts)


async def test_a_film_that_is_not_there_is_a_page_of_its_own(visitor: Visitor) -> None:
    response = await visitor.get("/movies/999")
    assert response.status == 404
    assert "To the films" in words(await response.text())
