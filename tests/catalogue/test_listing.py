"""The list of films: every filter, every order, pages and cursors."""

import random
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from itertools import pairwise
from typing import Any
from urllib.parse import quote

import pytest

from cinema.catalogue.importer import Offer, import_offers
from cinema.database import fetch
from cinema.settings import Settings
from tests.catalogue.statements import statements
from tests.conftest import Client
from tests.factories import make_movie, movie_row
from tests.house import make_buyer

SORTS = (
    "price", "year", "imdb", "votes", "name", "time", "meta_score", "rating", "release_at",
    "created_at",
)  # fmt: skip
NULLABLE = {"meta_score", "rating", "release_at"}
MANY = 250


async def get(client: Client, query: str = "") -> tuple[int, Any]:
    async with client.get(f"/api/v1/movies?{query}") as response:
        return response.status, await response.json()


async def names(client: Client, query: str) -> set[str]:
    status, body = await get(client, f"per_page=100&{query}")
    assert status == 200, body
    assert body["total_items"] == len(body["items"])
    return {movie["name"] for movie in body["items"]}


@pytest.fixture
async def shelf(client: Client) -> Client:
    """Four films that differ in everything."""
    await make_movie(
        "Solaris", year=1972, imdb=Decimal("8.0"), price=Decimal("9.99"), certification="PG",
        genres=("Drama", "Sci-Fi"), directors=("Andrei Tarkovsky",), stars=("Natalya Bondarchuk",),
    )  # fmt: skip
    await make_movie(
        "Alien", year=1979, imdb=Decimal("8.5"), price=Decimal("12.00"), certification="R",
        genres=("Horror", "Sci-Fi"), directors=("Ridley Scott",), stars=("Sigourney Weaver",),
    )  # fmt: skip
    await make_movie(
        "Les Émigrés", year=1990, imdb=Decimal("6.1"), price=Decimal("0.00"), certification="U",
        genres=("Comédie",), directors=("Édouard Molinaro",), stars=("Isabelle Adjani",),
    )  # fmt: skip
    await make_movie(
        "Withdrawn", is_available=False, year=2001, imdb=Decimal("5.0"), price=Decimal("5.00"),
        certification="R", genres=("Drama",), directors=("Ridley Scott",), stars=("Nobody",),
    )  # fmt: skip
    return client


ALL = {"Solaris", "Alien", "Les Émigrés", "Withdrawn"}


@pytest.mark.parametrize(
    ("query", "found"),
    [
        ("", ALL),
        ("year=1979", {"Alien"}),
        ("year_min=1979", ALL - {"Solaris"}),
        ("year_max=1979", {"Solaris", "Alien"}),
        ("year_min=1973&year_max=1989", {"Alien"}),
        ("imdb_min=8.0", {"Solaris", "Alien"}),
        ("imdb_max=6.1", {"Les Émigrés", "Withdrawn"}),
        ("price_min=5", ALL - {"Les Émigrés"}),
        ("price_max=9.99", ALL - {"Alien"}),
        ("price_max=0", {"Les Émigrés"}),
        ("genre=Sci-Fi", {"Solaris", "Alien"}),
        ("genre=sci-fi", {"Solaris", "Alien"}),
        ("genre=Drama&genre=Horror", ALL - {"Les Émigrés"}),
        ("genre=COMÉDIE", {"Les Émigrés"}),
        ("genre=Western", set()),
        ("star=sigourney weaver", {"Alien"}),
        ("director=Ridley Scott", {"Alien", "Withdrawn"}),
        ("director=ÉDOUARD MOLINARO", {"Les Émigrés"}),
        ("certification=r&certification=PG", ALL - {"Les Émigrés"}),
        ("available=true", ALL - {"Withdrawn"}),
        ("available=false", {"Withdrawn"}),
        ("director=Ridley Scott&genre=Horror", {"Alien"}),
        ("director=Ridley Scott&genre=Horror&available=false", set()),
    ],
)  # fmt: skip
async def test_a_filter_keeps_what_it_says(shelf: Client, query: str, found: set[str]) -> None:
    assert await names(shelf, quote(query, safe="=&")) == found


async def test_a_deleted_film_is_in_no_list(shelf: Client) -> None:
    await fetch("UPDATE movies SET deleted_at = now() WHERE name = 'Alien'")
    assert await names(shelf, "") == ALL - {"Alien"}
    assert await names(shelf, "q=alien") == set()


@pytest.mark.parametrize(
    "query",
    [
        "sort=title", "sort=-", "sort=imdb,", "sort=imdb;name", "sort=imdb,-imdb", "colour=red",
        "year=abc", "year=1887", "year=2201", "imdb_min=11", "imdb_min=NaN", "price_min=-1",
        "price_max=1e400", "page=0", "page=10001", "page=x", "per_page=0", "per_page=101",
        "available=perhaps", "genre=", "year=1979&year=1980", "sort=year,imdb,votes,name,time",
        "q=" + "x" * 101, "star=" + "x" * 101, "&".join(f"genre=g{n}" for n in range(21)),
    ],
)  # fmt: skip
async def test_a_query_that_makes_no_sense_is_refused(client: Client, query: str) -> None:
    status, body = await get(client, query)
    assert (status, body["code"]) == (422, "invalid_request"), query
    assert body["errors"]


@pytest.mark.parametrize("cursor", ["x", "W10", "WyJhIiwiMSJd", "W251bGwsbnVsbF0", "WzEsMl0",
                                    "WyIxIiwiYSJd", "WyIxIiwiXHUwMDAwIl0", "WyIxIiwiXHVkODAwIl0",
                                    "eyJhIjoxfQ", "%00", "é"])  # fmt: skip
async def test_a_cursor_that_is_none_of_ours_is_refused(shelf: Client, cursor: str) -> None:
    status, body = await get(shelf, f"sort=year&cursor={cursor}")
    assert status in {400, 422}, body


@pytest.fixture
async def archive(client: Client) -> Client:
    """Films with few different values, so that every order has ties, and with many NULLs."""
    dice = random.Random(7)
    await import_offers(
        Offer(
            movie_row(
                f"Film {dice.randrange(60):02} part {number}",
                year=dice.randint(1990, 1999), time=dice.choice([90, 100]),
                imdb=Decimal(dice.choice(["7.0", "7.5", "8.0"])), votes=dice.choice([10, 2000]),
                meta_score=dice.choice([None, 50, 90]),
                price=Decimal(dice.choice(["1.00", "9.99"])),
            ),
            release_at=dice.choice([None, datetime.now(UTC) + timedelta(days=dice.randint(1, 3))]),
        )
        for number in range(MANY)
    )  # fmt: skip
    await fetch(
        "UPDATE movies SET rating_count = id % 3, rating_sum = CASE WHEN id % 3 = 0 THEN 0"
        " ELSE 5 + id % 4 END, created_at = now() - (id % 5) * interval '1 day'"
    )
    return client


def value_of(movie: dict[str, Any], key: str) -> Any:
    if key == "rating":
        return movie["rating"]["average"]
    return Decimal(movie[key]) if key in {"price", "imdb"} else movie[key]


async def walk(client: Client, query: str, parts: str) -> list[int]:
    """Return the ids of the whole list, page by page or by cursors."""
    found: list[int] = []
    cursor: str | None = ""
    page = 1
    while True:
        step = f"cursor={cursor}" if parts == "cursor" else f"page={page}"
        status, body = await get(client, f"{query}&per_page=83&{step}")
        assert status == 200, body
        found += [movie["id"] for movie in body["items"]]
        cursor, page = body.get("next_cursor"), page + 1
        if cursor is None and body.get("next") is None:
            return found


@pytest.mark.parametrize("key", SORTS)
async def test_every_order_is_kept_both_ways_with_nulls_last(archive: Client, key: str) -> None:
    for sign in ("", "-"):
        query = f"sort={sign}{key}"
        by_page = await walk(archive, query, "page")
        assert len(set(by_page)) == MANY
        assert await walk(archive, query, "cursor") == by_page
        if key == "created_at":
            continue  # not shown, and compared above
        movies: dict[int, dict[str, Any]] = {}
        for page in (1, 2, 3):
            _, body = await get(archive, f"per_page=100&page={page}")
            movies |= {movie["id"]: movie for movie in body["items"]}
        values = [value_of(movies[movie_id], key) for movie_id in by_page]
        present = [value for value in values if value is not None]
        assert values[: len(present)] == present
        if key != "rating":  # rounded for the eye
            assert present == sorted(present, reverse=bool(sign))
        ties = [
            (first, second)
            for first, second in pairwise(by_page)
            if value_of(movies[first], key) == value_of(movies[second], key) and key != "rating"
        ]
        assert all((first > second) == bool(sign) for first, second in ties)


@pytest.mark.parametrize(
    "query",
    ["sort=-imdb,year", "sort=meta_score,-rating,name", "sort=-release_at,price", "q=film part",
     "q=film&sort=relevance,year", "genre=drama&sort=-meta_score&available=true", "sort=-year"],
)  # fmt: skip
async def test_a_walk_by_cursors_is_a_walk_by_pages(archive: Client, query: str) -> None:
    by_page = await walk(archive, query, "page")
    assert len(by_page) == len(set(by_page)) == MANY
    assert await walk(archive, query, "cursor") == by_page


async def test_the_links_of_a_page_keep_every_other_parameter(archive: Client) -> None:
    query = "genre=Drama&genre=Action&sort=-imdb%2Cyear&per_page=100&available=true"
    _, body = await get(archive, f"{query}&page=2")
    assert (body["page"], body["per_page"], body["total_items"], body["total_pages"]) == (
        2, 100, MANY, 3
    )  # fmt: skip
    first, last = [await (await archive.get(body[way])).json() for way in ("prev", "next")]
    assert (first["page"], first["prev"], len(first["items"])) == (1, None, 100)
    assert (last["page"], last["next"], len(last["items"])) == (3, None, 50)
    assert first["next"].count("genre=") == 2


async def test_a_page_behind_the_end_is_empty_and_leads_back(archive: Client) -> None:
    _, body = await get(archive, "page=99&per_page=100")
    assert (body["items"], body["total_items"], body["next"]) == ([], MANY, None)
    assert body["prev"].endswith("page=3&per_page=100")


async def test_the_number_of_statements_does_not_grow_with_the_list(
    archive: Client, settings: Settings
) -> None:
    buyer = await make_buyer(archive, settings)
    for headers, pages, cursors in ((None, 2, 2), (buyer.headers, 2, 2)):
        for per_page in (1, 100):
            async with statements() as seen:
                await archive.get(f"/api/v1/movies?per_page={per_page}", headers=headers)
            assert len(seen) == pages, seen
            async with statements() as seen:
                await archive.get(f"/api/v1/movies?per_page={per_page}&cursor=", headers=headers)
            assert len(seen) == cursors, seen
