"""The catalogue's list follows an index, whatever its order and wherever its page is."""

from decimal import Decimal

import pytest

from cinema.catalogue import queries
from cinema.catalogue.importer import Offer, import_offers
from cinema.catalogue.schemas import MovieQuery, SortKey
from cinema.catalogue.statements import list_statement
from cinema.database import fetch
from tests.factories import make_movie, movie_row

MANY = 20_000
FILL = f"""
INSERT INTO movies (name, year, time, imdb, votes, meta_score, description, price,
                    certification_id, release_at, rating_sum, rating_count, created_at)
SELECT 'Film ' || n, 1900 + n % 120, 60 + n % 200, (n % 100) / 10.0, n * 7 % 100003,
       nullif(n % 101, 0), '', n % 1000, certification_id,
       CASE WHEN n % 50 = 0 THEN now() + n * interval '1 hour' END, n % 10, n % 2,
       now() - n * interval '1 minute'
  FROM generate_series(1, {MANY}) n, movies
"""
SORTS = [f"{sign}{key}" for key in SortKey if key != SortKey.RELEVANCE for sign in ("", "-")]


async def plan(query: MovieQuery) -> str:
    asked = list_statement(query, "usd", None)
    rows = await fetch(f"EXPLAIN {asked.page}", *asked.values)
    return "\n".join(row["QUERY PLAN"] for row in rows)


@pytest.fixture
async def crowd(database: None) -> None:
    await make_movie("The first")
    await fetch(FILL)
    await fetch("ANALYZE movies")


async def test_no_order_and_no_cursor_reads_every_movie(crowd: None) -> None:
    scans = {}
    for sort in SORTS:
        first = MovieQuery(sort=sort, cursor="")
        movies, more = await queries.list_cards_after(first, "usd")
        assert (len(movies), more is None) == (20, False)
        deep = MovieQuery(sort=sort, cursor=more)
        for name, query in (("first", first), ("deep", deep)):
            text = await plan(query)
            if f"using movies_by_{sort.lstrip('-')}" not in text:
                scans[f"{sort} {name}"] = text
    assert scans == {}


async def test_a_cursor_begins_where_it_stands_in_the_index(crowd: None) -> None:
    _, more = await queries.list_cards_after(MovieQuery(sort="-votes", cursor=""), "usd")
    text = await plan(MovieQuery(sort="-votes", cursor=more))
    assert "Index Cond: (ROW(votes, id) < ROW(" in text


async def test_narrow_filters_and_searches_read_no_other_movie(crowd: None) -> None:
    narrow = (
        MovieQuery(price_min=Decimal(999), price_max=Decimal(999)),
        MovieQuery(q="nothing"),
    )
    for query in narrow:
        assert "Seq Scan on movies m" not in await plan(query)


async def test_after_an_import_no_page_waits_for_statistics(database: None) -> None:
    await import_offers(Offer(movie_row(f"Film {n}", votes=n)) for n in range(500))
    assert "using movies_by_votes" in await plan(MovieQuery(sort="-votes"))
