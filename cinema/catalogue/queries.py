from collections.abc import Sequence
from dataclasses import replace
from decimal import Decimal
from typing import Any
from uuid import UUID

from pydantic import TypeAdapter

from cinema.catalogue import listing
from cinema.catalogue.errors import MovieNotFound
from cinema.catalogue.links import poster_links, trailer_link
from cinema.catalogue.schemas import MovieOut, MovieQuery
from cinema.database import fetch
from cinema.http.body import PATH_ID
from cinema.http.cache import Versions
from cinema.tallies import Tallies

MOVIES = TypeAdapter(list[MovieOut])
NAMES = """ARRAY(SELECT o.name FROM movies_{table} r JOIN {table} o ON o.id = r.{column}
          WHERE r.movie_id = m.id ORDER BY o.name) AS {table}"""

SELECT = f"""
SELECT m.id, m.uuid, m.name, m.year, m.time, m.imdb, m.votes, m.meta_score, m.gross,
       m.description, m.price, m.is_available, m.release_at, m.likes, m.dislikes, m.favorites,
       m.comments, m.rating_sum, m.rating_count, m.poster_key AS key_poster,
       m.trailer_key AS key_trailer, c.name AS certification,
       {NAMES.format(table="genres", column="genre_id")},
       {NAMES.format(table="directors", column="director_id")},
       {NAMES.format(table="stars", column="star_id")}
       {{extra}}
  FROM movies m JOIN certifications c ON c.id = m.certification_id
"""  # noqa: S608 - composed of constants
LISTING = ", (SELECT coalesce(sum(listing), 0)::bigint FROM catalogue_versions) AS listing"
"""The version of what filters find, at the moment of the statement that it is part of."""
EVERYTHING = ", (SELECT coalesce(sum(movies), 0)::bigint FROM catalogue_versions) AS everything"
"""How many movies there are, likewise."""


async def list_movies(
    query: MovieQuery,
    currency: str,
    *,
    tallies: Tallies | None = None,
    favorites_of: int | None = None,
) -> tuple[list[MovieOut], int]:
    """Return one page of the catalogue and how many movies match; two statements at most.

    `tallies`: where totals are kept, so that one statement is enough until a list changes.
    """
    where = listing.conditions(query, favorites_of)
    counted = replace(where, values=list(where.values))
    orders = listing.order_of(query, where)
    rows = await _page(where, orders, query.per_page, query.offset, EVERYTHING + LISTING)
    if len(rows) < query.per_page and (rows or not query.offset):
        total = query.offset + len(rows)  # the last page counts those before it
    elif rows and "hits" in rows[0]:
        total = rows[0]["hits"]
    elif rows and where.is_everything:
        total = rows[0]["everything"]
    else:
        seen = rows[0]["listing"] if rows else None
        # Who favours what is no matter of the catalogue's version.
        total = await _total(counted, seen, tallies if favorites_of is None else None)
    return _movies(rows, currency), total


async def _total(where: listing.Conditions, seen: int | None, tallies: Tallies | None) -> int:
    what = (str(where), *map(str, where.values))
    known = tallies.find(what, seen) if tallies is not None and seen is not None else None
    if known is not None:
        return known
    [row] = await fetch(
        f"SELECT count(*) AS n{LISTING} FROM movies m WHERE {where}",  # noqa: S608
        *where.values,
    )
    if tallies is not None:
        tallies.keep(what, row["listing"], row["n"])
    total: int = row["n"]
    return total


async def catalogue_versions() -> Versions:
    """Return a number that every commit that changes a movie or its names has moved, and one that
    has been moved by those that change what is on some list."""
    [row] = await fetch(
        "SELECT coalesce(sum(version), 0)::bigint AS catalogue,"
        " coalesce(sum(listing), 0)::bigint AS listing FROM catalogue_versions"
    )
    return Versions(**row)


async def list_movies_after(
    query: MovieQuery, currency: str, *, favorites_of: int | None = None
) -> tuple[list[MovieOut], str | None]:
    """Return the page behind the query's cursor and the cursor of the next one; one statement."""
    where = listing.conditions(query, favorites_of)
    orders = listing.order_of(query, where)
    if query.cursor:
        listing.after(query.cursor, orders, where)
    rows = await _page(where, orders, query.per_page + 1, 0)
    page = rows[: query.per_page]
    more = listing.next_cursor(page[-1], orders) if len(rows) > len(page) else None
    return _movies(page, currency), more


async def _page(
    where: listing.Conditions,
    orders: list[listing.Order],
    limit: int,
    offset: int,
    extra: str = "",
) -> list[dict[str, Any]]:
    return await fetch(page_statement(where, orders, limit, offset, extra), *where.values)


def page_statement(
    where: listing.Conditions,
    orders: list[listing.Order],
    limit: int,
    offset: int,
    extra: str = "",
) -> str:
    """Write the statement of a page; its rows hold the keys of the order as `key_0`, ..."""
    window = f"LIMIT {limit} OFFSET {offset}"
    if orders[0].is_rank:
        return _ranked_statement(where, orders, window, extra)
    keys = "".join(
        f", {order.expression}::text AS key_{number}" for number, order in enumerate(orders)
    )
    order_by = ", ".join(map(str, orders))
    return f"{SELECT.format(extra=extra + keys)} WHERE {where} ORDER BY {order_by} {window}"


def _ranked_statement(
    where: listing.Conditions, orders: list[listing.Order], window: str, extra: str
) -> str:
    """Rank every hit, which no index does, by as little of it as that takes, and count them all;
    the movies of the page are looked up afterwards."""
    ranks = ", ".join(f"{order.expression} AS rank_{n}" for n, order in enumerate(orders))
    order_by = ", ".join(order.by(f"rank_{n}") for n, order in enumerate(orders))
    keys = "".join(f", rank_{n}::text AS key_{n}" for n in range(len(orders)))
    return (
        f"{SELECT.format(extra=f'{extra}, hits{keys}')} JOIN ("  # noqa: S608 - values are bound
        f"SELECT m.id AS movie_id, count(*) OVER () AS hits, {ranks} FROM movies m WHERE {where}"
        f" ORDER BY {order_by} {window}) page ON page.movie_id = m.id ORDER BY {order_by}"
    )


async def get_movie(key: str, currency: str) -> MovieOut:
    """Return the movie of an id or a uuid; raises MovieNotFound."""
    column, value = _key(key)
    rows = await fetch(
        f"{SELECT.format(extra='')} WHERE {column} = $1 AND m.deleted_at IS NULL", value
    )
    if not rows:
        raise MovieNotFound
    [movie] = _movies(rows, currency)
    return movie


async def movies_by_id(movie_ids: Sequence[int], currency: str) -> dict[int, MovieOut]:
    """Return those of the movies that are there, in one statement."""
    rows = await fetch(
        f"{SELECT.format(extra='')} WHERE m.id = ANY($1::bigint[]) AND m.deleted_at IS NULL",
        list(movie_ids),
    )
    return {movie.id: movie for movie in _movies(rows, currency)}


def _key(key: str) -> tuple[str, int | UUID]:
    if PATH_ID.fullmatch(key):
        return "m.id", int(key)
    try:
        return "m.uuid", UUID(key)
    except ValueError:
        raise MovieNotFound from None


def _movies(rows: list[dict[str, Any]], currency: str) -> list[MovieOut]:
    # One call for all: to validate film by film costs as much again. What is no field is ignored.
    return MOVIES.validate_python([_facts(row, currency) for row in rows])


def _facts(row: dict[str, Any], currency: str) -> dict[str, Any]:
    count = row["rating_count"]
    average = round(Decimal(row["rating_sum"]) / count, 1) if count else None
    posters = poster_links(row["uuid"], row["key_poster"])
    row["currency"] = currency
    row["rating"] = {"average": average, "count": count}
    row["poster"], row["posters"] = posters["medium"], posters
    row["trailer"] = trailer_link(row["id"], row["key_trailer"])
    return row
