"""The catalogue's list as SQL: one statement for a page and one for its total."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

from cinema.catalogue.schemas import MovieQuery, SortKey
from cinema.catalogue.search import Search, read_search, tsquery
from cinema.errors import InvalidRequest
from cinema.http.pagination import decode_cursor, encode_cursor

RATING = (
    "(CASE WHEN m.rating_count > 0 THEN m.rating_sum::numeric / m.rating_count ELSE {nothing} END)"
)
COLUMNS = {
    SortKey.PRICE: ("m.price", "numeric"),
    SortKey.YEAR: ("m.year", "smallint"),
    SortKey.IMDB: ("m.imdb", "numeric"),
    SortKey.VOTES: ("m.votes", "int"),
    SortKey.NAME: ("m.name", "text"),
    SortKey.TIME: ("m.time", "int"),
    SortKey.META_SCORE: ("coalesce(m.meta_score, {nothing})", "int"),
    SortKey.RATING: (RATING, "numeric"),
    SortKey.RELEASE_AT: ("coalesce(m.release_at, {nothing})", "timestamptz"),
    SortKey.CREATED_AT: ("m.created_at", "timestamptz"),
}
NOTHING = {
    SortKey.META_SCORE: ("101", "-1"),
    SortKey.RATING: ("11", "-1"),
    SortKey.RELEASE_AT: ("'infinity'", "'-infinity'"),
}
"""What stands for a missing value, up and down: it is always the last, and an index holds it."""
RELATED = {"genre": "genres", "star": "stars", "director": "directors"}
SQUEEZED = 32
"""PostgreSQL's option that brings a rank between 0 and 1."""


@dataclass(slots=True)
class Conditions:
    """A WHERE clause in the making; values are always bound, never written into it."""

    clauses: list[str] = field(default_factory=lambda: ["m.deleted_at IS NULL"])
    values: list[Any] = field(default_factory=list)

    def bind(self, value: Any) -> str:
        self.values.append(value)
        return f"${len(self.values)}"

    def add(self, template: str, value: Any) -> None:
        self.clauses.append(template.format(self.bind(value)))

    @property
    def is_everything(self) -> bool:
        """Whether nothing narrows the list, so that its total is known without counting."""
        return len(self.clauses) == 1

    def __str__(self) -> str:
        return " AND ".join(self.clauses)


@dataclass(frozen=True, slots=True)
class Order:
    """One key of the order; its expression is never NULL, so that an index can follow it."""

    expression: str
    kind: str
    descending: bool
    is_rank: bool = False
    """Whether it is made for one search, so that no index can follow it after all."""

    def __str__(self) -> str:
        return self.by(self.expression)

    def by(self, expression: str) -> str:
        return f"{expression} {'DESC' if self.descending else 'ASC'}"

    @property
    def sign(self) -> str:
        return "<" if self.descending else ">"


def _order(name: SortKey, descending: bool) -> Order:
    expression, kind = COLUMNS[name]
    nothing = NOTHING.get(name, ("", ""))[descending]
    return Order(expression.format(nothing=nothing), kind, descending)


def conditions(query: MovieQuery, favorites_of: int | None = None) -> Conditions:
    where = Conditions()
    if favorites_of is not None:
        where.add("m.id IN (SELECT movie_id FROM favorites WHERE user_id = {})", favorites_of)
    bounds = {
        "m.year = {}": query.year,
        "m.year >= {}": query.year_min,
        "m.year <= {}": query.year_max,
        "m.imdb >= {}": query.imdb_min,
        "m.imdb <= {}": query.imdb_max,
        "m.price >= {}": query.price_min,
        "m.price <= {}": query.price_max,
        "m.is_available = {}": query.available,
    }
    for template, value in bounds.items():
        if value is not None:
            where.add(template, value)
    for name, table in RELATED.items():
        if names := getattr(query, name):
            where.add(_related(table, f"{name}_id"), list(names))
    if query.certification:
        where.add(
            "m.certification_id IN"
            " (SELECT id FROM certifications"
            "   WHERE lower(name) IN (SELECT lower(unnest({}::text[]))))",
            list(query.certification),
        )
    if query.q.strip():
        found = tsquery(query.q)
        where.add("m.search @@ {}::tsquery", found) if found else where.clauses.append("false")
    return where


def _related(table: str, column: str) -> str:
    # The names become ids first, so that each movie is looked up in one index and no more.
    # PostgreSQL lowers both sides: its rules for a letter need not be those of Python.
    return (
        f"EXISTS (SELECT FROM movies_{table} r"  # noqa: S608 - composed of constants
        f" WHERE r.movie_id = m.id AND r.{column} = ANY(ARRAY("
        f"SELECT id FROM {table} WHERE lower(name) IN (SELECT lower(unnest({{}}::text[]))))))"
    )


def order_of(query: MovieQuery, where: Conditions) -> list[Order]:
    """Read `sort`; a search without one is ordered by its best match, a list by popularity."""
    search = read_search(query.q)
    keys = query.sort.split(",") if query.sort else ["relevance" if search else "-votes"]
    orders: list[Order] = []
    for key in keys:
        descending, name = key.startswith("-"), SortKey(key.removeprefix("-"))
        if name is not SortKey.RELEVANCE:
            orders.append(_order(name, descending))
        elif search and search.in_name:
            match = Order(_match(search, where), "real", True, is_rank=True)
            orders += [match, Order("m.votes", "int", True)]
    if not orders:
        orders.append(Order("m.votes", "int", True))
    if len({order.expression for order in orders}) != len(orders):
        raise InvalidRequest.at("query", "sort", msg="A key stands in it twice.")
    return [*orders, Order("m.id", "bigint", orders[0].descending)]


def _match(search: Search, where: Conditions) -> str:
    """Say how well a movie answers: by its whole name (5), the name's beginning (4), other words
    of the name (3), people (2), and below that by where the words stand (0 to 1)."""
    # The widest first: most of many matches are mentions and need no second look.
    steps = (search.in_names, search.in_name, search.name_begins, search.whole_name)
    rank = f"ts_rank_cd(m.search, {where.bind(search.found)}::tsquery, {SQUEEZED})"
    whens = "".join(
        f" WHEN NOT m.search @@ {where.bind(step)}::tsquery THEN {below}"
        for step, below in zip(steps, (rank, 2, 3, 4), strict=True)
    )
    return f"(CASE{whens} ELSE 5 END)"


def after(cursor: str, orders: list[Order], where: Conditions) -> None:
    """Narrow the list to what follows the row that the cursor was made of.

    In one direction that is one comparison of rows, which an index answers where it stands;
    otherwise the first key's bound is, and the rest is looked at row by row.
    """
    values = decode_cursor(cursor, len(orders))
    if not all(isinstance(value, str) for value in values):
        raise InvalidRequest.at("query", "cursor", msg="Not a cursor of this list.")
    bounds = [
        f"CAST({where.bind(value)}::text AS {order.kind})"
        for order, value in zip(orders, values, strict=True)
    ]
    first = orders[0]
    if len({order.descending for order in orders}) == 1:
        keys = ", ".join(order.expression for order in orders)
        where.clauses.append(f"({keys}) {first.sign} ({', '.join(bounds)})")
        return
    alternatives: list[str] = []
    equal: list[str] = []
    for order, bound in zip(orders, bounds, strict=True):
        alternatives.append(" AND ".join([*equal, f"{order.expression} {order.sign} {bound}"]))
        equal.append(f"{order.expression} = {bound}")
    where.clauses.append(f"{first.expression} {first.sign}= {bounds[0]}")
    where.clauses.append(f"({' OR '.join(f'({part})' for part in alternatives)})")


def next_cursor(row: dict[str, Any], orders: Sequence[Order]) -> str:
    return encode_cursor([row[f"key_{number}"] for number in range(len(orders))])
