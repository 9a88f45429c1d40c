"""The front page: its filters are links, counted, and the address holds them."""

import gzip
import re
from html import unescape

from cinema.database import fetch
from tests.catalogue.statements import statements
from tests.web.visiting import Visitor, words

LINK = re.compile(
    r'<li><a href="([^"]*)"( aria-current="true")?><span>([^<]*)</span>(?:<span [^>]*>([\d,]+)<)?'
)
CHIP = re.compile(r'<a class="tag" href="([^"]*)">([^<]*)<svg')


def choices(page: str) -> dict[str, tuple[str, bool, str]]:
    """Return every choice of the filters: its address, whether it is in force, how many films."""
    return {
        unescape(label): (unescape(link), bool(current), movies)
        for link, current, label, movies in LINK.findall(page)
    }


def chips(page: str) -> dict[str, str]:
    return {unescape(label): unescape(link) for link, label in CHIP.findall(page)}


async def test_a_choice_shows_as_many_films_as_it_promises(
    visitor: Visitor, films: dict[str, int]
) -> None:
    found = choices(await visitor.read("/?sort=year"))
    for label in ("Western", "1960s", "Free", "R", "$5.00 to $9.99"):
        link, is_chosen, movies = found[label]
        assert not is_chosen
        page = await visitor.read(link)
        assert choices(page)[label] == ("/?sort=year", True, movies)
        assert f"{movies} film" in words(page)


async def test_a_choice_is_taken_out_by_its_own_link_and_by_the_chip(
    visitor: Visitor, films: dict[str, int]
) -> None:
    path = "/?q=the&genre=Drama&genre=War&year_min=1960&year_max=1969&price_min=5&sort=year"
    page = await visitor.read(path + "&page=1&per_page=7")
    assert chips(page) == {
        "“the”": "/?genre=Drama&genre=War&year_min=1960&year_max=1969&price_min=5&sort=year",
        "Drama": "/?q=the&genre=War&year_min=1960&year_max=1969&price_min=5&sort=year",
        "War": "/?q=the&genre=Drama&year_min=1960&year_max=1969&price_min=5&sort=year",
        "1960s": "/?q=the&genre=Drama&genre=War&price_min=5&sort=year",
        "$5.00 and more": "/?q=the&genre=Drama&genre=War&year_min=1960&year_max=1969&sort=year",
    }
    found = choices(page)
    assert found["Drama"][:2] == (chips(page)["Drama"], True)
    assert found["1960s"][:2] == (
        "/?q=the&genre=Drama&genre=War&price_min=5&sort=year", True
    )  # fmt: skip
    other = next(link for label, (link, _, _) in found.items() if label == "Western")
    assert other.count("genre=") == 3


async def test_every_filter_of_the_list_can_be_taken_out(
    visitor: Visitor, films: dict[str, int]
) -> None:
    path = (
        "/?star=Tom+Hanks&director=Ridley+Scott&certification=PG&year=1994&imdb_min=8"
        "&price_max=0&available=false"
    )
    page = await visitor.read(path)
    assert list(chips(page)) == [
        "By Ridley Scott", "With Tom Hanks", "Rated PG", "1994", "Free", "IMDb: 8 and more",
        "Not on sale",
    ]  # fmt: skip
    assert "No film fits." in words(page)
    for link in chips(page).values():
        assert len(chips(await visitor.read(link))) == 6


async def test_the_forms_carry_the_filters_along(visitor: Visitor, films: dict[str, int]) -> None:
    page = await visitor.read("/?q=man&genre=Drama&year_min=1990&sort=-imdb&page=1")
    search, years = re.findall(r"<form.*?</form>", page, re.DOTALL)[:2]
    hidden = re.compile(r'type="hidden" name="(\w+)" value="([^"]*)"')
    assert hidden.findall(search) == [("genre", "Drama"), ("year_min", "1990")]
    assert hidden.findall(years) == [("q", "man"), ("genre", "Drama"), ("sort", "-imdb")]
    assert '<option value="-imdb" selected>' in page
    assert '<option value="">Best match</option>' in page


async def test_the_counts_are_those_of_the_moment(visitor: Visitor, films: dict[str, int]) -> None:
    for expected in ("12", "11"):
        first, again = [choices(await visitor.read("/"))["Sci-Fi"][2] for _ in "ab"]
        assert (first, again) == (expected, expected)
        await fetch("DELETE FROM movies_genres WHERE movie_id = $1", films["Alien"])


async def test_a_page_costs_as_many_statements_whatever_it_shows(
    visitor: Visitor, films: dict[str, int]
) -> None:
    found = []
    for path in ("/?q=zzz", "/", "/?genre=Drama&genre=War&q=a&sort=-rating,name"):
        async with statements() as seen:
            await visitor.read(path)
        found.append(len(seen))
    # The page, its total or the words that may be meant, the version, and the four counts; the
    # total of everything comes with the page.
    assert found == [7, 6, 7]


async def test_a_search_with_every_filter_weighs_little(
    visitor: Visitor, films: dict[str, int]
) -> None:
    page = await visitor.read("/?genre=Drama&genre=Crime&certification=R&q=a&available=true")
    assert page.count('<li class="card">') > 3
    assert len(gzip.compress(page.encode())) <= 10 * 1024
