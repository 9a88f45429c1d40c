"""Rows for tests: what is not given does not matter to the test."""

from decimal import Decimal
from itertools import count

from cinema.catalogue.csvrow import MovieRow
from cinema.catalogue.importer import Offer, import_offers
from cinema.catalogue.models import Movie

_numbers = count(1)


def movie_row(name: str | None = None, **changes: object) -> MovieRow:
    values: dict[str, object] = {
        "name": name or f"Film {next(_numbers)}",
        "year": 1999,
        "time": 120,
        "imdb": Decimal("7.5"),
        "votes": 1000,
        "meta_score": None,
        "gross": None,
        "description": "A film.",
        "price": Decimal("9.99"),
        "certification": "PG",
        "genres": ("Drama",),
        "directors": ("Agnès Varda",),
        "stars": ("Corinne Marchand",),
    }
    return MovieRow(**(values | changes))  # type: ignore[arg-type]


async def make_movie(
    name: str | None = None, *, is_available: bool = True, **changes: object
) -> Movie:
    row = movie_row(name, **changes)
    await import_offers([Offer(row, is_available=is_available)])
    return await Movie.get(name=row.name, year=row.year, time=row.time, deleted_at=None)
