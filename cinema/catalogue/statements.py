"""The statements of the catalogue's list, each made once: what is asked for again differs in
nothing but its answer."""

from dataclasses import dataclass
from functools import lru_cache
from typing import Any

from cinema.catalogue import listing
from cinema.catalogue.cards import SEPARATOR, card
from cinema.catalogue.schemas import MovieQuery

VERSIONS = """(SELECT coalesce(sum(listing), 0)::bigint AS listing,
       coalesce(sum(movies), 0)::bigint AS movies FROM catalogue_versions) v"""
"""The version of what filters find and how many movies there are, at the moment of the statement
that it is part of."""


@dataclass(frozen=True, slots=True)
class ListStatement:
    """What PostgreSQL is asked for a list, by `count` for its total alone; values are bound."""

    page: str
    values: tuple[Any, ...]
    count: str
    counted: tuple[Any, ...]
    orders: tuple[listing.Order, ...]
    is_everything: bool

    @property
    def tally(self) -> tuple[str, ...]:
        """What its total is known by."""
        return (self.count, *map(str, self.counted))


@lru_cache(maxsize=1024)
def list_statement(query: MovieQuery, currency: str, favorites_of: int | None) -> ListStatement:
    """Write the statements of a query.

    By number a page is one row: the `ids` and `cards` of cinema.catalogue.cards, the VERSIONS, and
    the `hits` of a ranked search. By cursor it is a row for each movie and one for the movie that
    follows, each with the keys of the order as `key_0`, ...
    """
    where = listing.conditions(query, favorites_of)
    counted, is_everything = tuple(where.values), where.is_everything
    count = (
        f"SELECT n, v.listing FROM (SELECT count(*) AS n FROM movies m WHERE {where}) counted,"  # noqa: S608
        f" {VERSIONS}"
    )
    orders = listing.order_of(query, where)
    if query.cursor:
        listing.after(query.cursor, orders, where)
    shown = f"m.id, {card(where.bind(currency))} AS card"
    write = _numbered if query.cursor is None else _by_cursor
    page = write(query, shown, where, orders)
    return ListStatement(page, tuple(where.values), count, counted, tuple(orders), is_everything)


def _numbered(
    query: MovieQuery, shown: str, where: listing.Conditions, orders: list[listing.Order]
) -> str:
    window = f"LIMIT {query.per_page} OFFSET {query.offset}"
    hits = ""
    if orders[0].is_rank:
        rows, hits = _ranked(f"{shown}, hits", where, orders, window), ", min(hits) AS hits"
    else:
        order_by = ", ".join(map(str, orders))
        # The movies that are passed over are not put together.
        rows = (
            f"SELECT {shown} FROM (SELECT m.* FROM movies m WHERE {where}"  # noqa: S608
            f" ORDER BY {order_by} {window}) m"
        )
    return (
        f"SELECT array_agg(id) AS ids, string_agg(card, chr({ord(SEPARATOR)})) AS cards{hits},"  # noqa: S608
        f" min(v.listing) AS listing, min(v.movies) AS movies FROM ({rows}) page, {VERSIONS}"
    )


def _by_cursor(
    query: MovieQuery, shown: str, where: listing.Conditions, orders: list[listing.Order]
) -> str:
    window = f"LIMIT {query.per_page + 1}"
    if orders[0].is_rank:
        keys = "".join(f", rank_{n}::text AS key_{n}" for n in range(len(orders)))
        return _ranked(shown + keys, where, orders, window)
    keys = "".join(f", {order.expression}::text AS key_{n}" for n, order in enumerate(orders))
    order_by = ", ".join(map(str, orders))
    return f"SELECT {shown}{keys} FROM movies m WHERE {where} ORDER BY {order_by} {window}"  # noqa: S608


def _ranked(shown: str, where: listing.Conditions, orders: list[listing.Order], window: str) -> str:
    """Rank every hit, which no index does, by as little of it as that takes, and count them all;
    the movies of the page are looked up afterwards."""
    ranks = ", ".join(f"{order.expression} AS rank_{n}" for n, order in enumerate(orders))
    order_by = ", ".join(order.by(f"rank_{n}") for n, order in enumerate(orders))
    return (
        f"SELECT {shown} FROM movies m JOIN ("  # noqa: S608
        f"SELECT m.id AS movie_id, count(*) OVER () AS hits, {ranks} FROM movies m WHERE {where}"
        f" ORDER BY {order_by} {window}) page ON page.movie_id = m.id ORDER BY {order_by}"
    )
