from collections.abc import Sequence
from decimal import Decimal
from typing import Any

from cinema.cart.schemas import CartItemOut, CartOut
from cinema.catalogue.links import POSTER
from cinema.catalogue.schemas import MovieMe, MovieOut
from cinema.database import fetch

AVAILABLE = "(m.is_available AND m.deleted_at IS NULL AND coalesce(m.release_at <= now(), true))"
"""When a movie can be bought: the one place that says so."""

MOVIE = f"""
SELECT m.id AS movie_id, m.name, m.year, m.price, {AVAILABLE} AS is_available, {POSTER} AS poster,
       ARRAY(SELECT g.name FROM movies_genres r JOIN genres g ON g.id = r.genre_id
             WHERE r.movie_id = m.id ORDER BY g.name) AS genres
"""  # noqa: S608 - composed of constants
CART = f"""{MOVIE}, i.price_when_added, i.added_at, c.version,
       m.price - i.price_when_added AS price_change
  FROM carts c LEFT JOIN cart_items i ON i.cart_id = c.id LEFT JOIN movies m ON m.id = i.movie_id
 WHERE c.user_id = $1 ORDER BY i.added_at DESC, i.id DESC
"""
GUEST_CART = f"""{MOVIE}, m.price AS price_when_added, now() AS added_at,
       m.price - m.price AS price_change
  FROM unnest($1::bigint[]) WITH ORDINALITY AS w (id, place)
  JOIN movies m ON m.id = w.id AND m.deleted_at IS NULL ORDER BY w.place DESC
"""

STANDINGS = """
SELECT m.id AS movie_id,
       EXISTS (SELECT FROM cart_items i JOIN carts c ON c.id = i.cart_id
                WHERE c.user_id = $1 AND i.movie_id = m.id) AS in_cart,
       EXISTS (SELECT FROM purchases WHERE user_id = $1 AND movie_id = m.id
                  AND revoked_at IS NULL) AS purchased,
       (SELECT i.order_id FROM pending_items p JOIN order_items i ON i.id = p.order_item_id
         WHERE p.user_id = $1 AND p.movie_id = m.id) AS order_id,
       (SELECT value::text FROM movie_reactions WHERE user_id = $1 AND movie_id = m.id) AS reaction,
       (SELECT value FROM movie_ratings WHERE user_id = $1 AND movie_id = m.id) AS rating,
       EXISTS (SELECT FROM favorites WHERE user_id = $1 AND movie_id = m.id) AS favorite
  FROM unnest($2::bigint[]) AS m (id)
"""


async def get_cart(user_id: int, currency: str) -> CartOut:
    rows = await fetch(CART, user_id)
    version = rows[0]["version"] if rows else 0
    return _cart([row for row in rows if row["movie_id"] is not None], currency, version)


async def get_guest_cart(movie_ids: Sequence[int], currency: str) -> CartOut:
    """Return the cart of somebody without an account; it has no version, and no old prices."""
    return _cart(await fetch(GUEST_CART, list(movie_ids)), currency, 0)


def _cart(rows: Sequence[dict[str, Any]], currency: str, version: int) -> CartOut:
    items = [CartItemOut(**row) for row in rows]
    total = sum((item.price for item in items if item.is_available), Decimal("0.00"))
    return CartOut(items=items, total=total, currency=currency, version=version)


async def standings_of(user_id: int | None, movie_ids: Sequence[int]) -> dict[int, MovieMe]:
    """Return what each movie is to the caller; one statement, however many movies."""
    if user_id is None or not movie_ids:
        return {}
    rows = await fetch(STANDINGS, user_id, list(movie_ids))
    return {row.pop("movie_id"): MovieMe(**row) for row in rows}


async def add_standings(user_id: int | None, movies: Sequence[MovieOut]) -> None:
    """Fill in what each movie is to the caller."""
    standings = await standings_of(user_id, [movie.id for movie in movies])
    for movie in movies:
        movie.me = standings.get(movie.id)


async def movies_in_cart(user_id: int) -> set[int]:
    rows = await fetch(
        "SELECT i.movie_id FROM cart_items i JOIN carts c ON c.id = i.cart_id WHERE c.user_id = $1",
        user_id,
    )
    return {row["movie_id"] for row in rows}
