"""How many movies each choice of a filter would show."""

from decimal import Decimal
from typing import Any

from cinema.catalogue import listing
from cinema.catalogue.schemas import DecadeFacet, Facets, MovieQuery, NameFacet, PriceFacet
from cinema.database import fetch

PRICES = tuple(map(Decimal, ("0.00", "0.01", "5.00", "10.00", "15.00")))
"""Where each band of prices begins; the first holds what is free, the last has no end."""
ENDS = (PRICES[0], *(start - Decimal("0.01") for start in PRICES[2:]), None)

GENRES = """
SELECT o.name AS value, count(*) AS movies
  FROM movies m JOIN movies_genres r ON r.movie_id = m.id JOIN genres o ON o.id = r.genre_id
 WHERE {where} GROUP BY o.id ORDER BY movies DESC, o.name
"""
# A deleted movie has no genre any more, so that nobody has to look at the movies.
GENRES_OF_ALL = """
SELECT o.name AS value, r.movies
  FROM (SELECT genre_id, count(*) AS movies FROM movies_genres GROUP BY genre_id) r
  JOIN genres o ON o.id = r.genre_id
 ORDER BY movies DESC, o.name
"""
CERTIFICATIONS = """
SELECT o.name AS value, count(*) AS movies
  FROM movies m JOIN certifications o ON o.id = m.certification_id
 WHERE {where} GROUP BY o.id ORDER BY movies DESC, o.name
"""
DECADES = """
SELECT m.year / 10 * 10 AS decade, count(*) AS movies
  FROM movies m WHERE {where} GROUP BY decade ORDER BY decade DESC
"""
BANDS = """
SELECT width_bucket(m.price, '{bounds}'::numeric[]) AS band, count(*) AS movies
  FROM movies m WHERE {where} GROUP BY band ORDER BY band
"""


async def count_facets(query: MovieQuery) -> Facets:
    """Count each facet under every filter but its own; four statements.

    Without its own filter a facet shows what another choice, or one more, would find.
    """
    bounds = f"{{{','.join(map(str, PRICES))}}}"
    decades = await _counted(DECADES, query, year=None, year_min=None, year_max=None)
    bands = await _counted(BANDS.replace("{bounds}", bounds), query, price_min=None, price_max=None)
    return Facets(
        genres=[NameFacet(**row) for row in await _genres(query)],
        certifications=[
            NameFacet(**row) for row in await _counted(CERTIFICATIONS, query, certification=())
        ],
        decades=[
            DecadeFacet(year_min=row["decade"], year_max=row["decade"] + 9, movies=row["movies"])
            for row in decades
        ],
        prices=[
            PriceFacet(
                price_min=PRICES[row["band"] - 1],
                price_max=ENDS[row["band"] - 1],
                movies=row["movies"],
            )
            for row in bands
        ],
    )


async def _genres(query: MovieQuery) -> list[dict[str, Any]]:
    if listing.conditions(query.model_copy(update={"genre": ()})).is_everything:
        return await fetch(GENRES_OF_ALL)
    return await _counted(GENRES, query, genre=())


async def _counted(statement: str, query: MovieQuery, **own: object) -> list[dict[str, Any]]:
    where = listing.conditions(query.model_copy(update=own))
    return await fetch(statement.replace("{where}", str(where)), *where.values)
