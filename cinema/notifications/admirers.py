"""Those who keep a film as a favourite and do not own it: many, so a page at a time."""

from collections.abc import AsyncIterator
from decimal import Decimal

from cinema.database import fetch

PAGE = 4000
"""Rows of one statement."""

# The index on a film's favourites is not in their order: each page sorts what is left of them.
ADMIRERS = """
SELECT f.user_id FROM favorites f
 WHERE f.movie_id = $1 AND f.user_id > $2
   AND NOT EXISTS (SELECT FROM purchases p WHERE p.user_id = f.user_id
                      AND p.movie_id = f.movie_id AND p.revoked_at IS NULL)
 ORDER BY f.user_id LIMIT $3
"""
OFFER = "SELECT name FROM movies WHERE id = $1 AND deleted_at IS NULL AND is_available"


async def admirers(movie_id: int) -> AsyncIterator[list[int]]:
    """Yield the ids of users in pages, each of a statement of its own."""
    last = 0
    while rows := await fetch(ADMIRERS, movie_id, last, PAGE):
        yield [row["user_id"] for row in rows]
        last = rows[-1]["user_id"]


async def offered_name(movie_id: int, price: Decimal | None = None) -> str | None:
    """Name a movie that is on sale, at this price where one is given; None if it is not."""
    rows = await fetch(f"{OFFER} AND ($2::numeric IS NULL OR price = $2)", movie_id, price)
    return str(rows[0]["name"]) if rows else None
