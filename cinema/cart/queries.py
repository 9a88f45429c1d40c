from collections.abc import Sequence
from decimal import Decimal

from cinema.cart.schemas import CartItemOut, CartOut
from cinema.catalogue.schemas import MovieMe, MovieOut
from cinema.database import fetch
from cinema.library.queries import Holding, holdings

AVAILABLE = "(m.is_available AND m.deleted_at IS NULL AND coalesce(m.release_at <= now(), true))"
"""When a movie can be bought: the one place that says so."""

CART = f"""
SELECT m.id AS movie_id, m.name, m.year, m.price, i.price_when_added, i.added_at, c.version,
       m.price - i.price_when_added AS price_change, {AVAILABLE} AS is_available,
       '/posters/' || m.uuid || '.svg' AS poster,
       ARRAY(SELECT g.name FROM movies_genres r JOIN genres g ON g.id = r.genre_id
             WHERE r.movie_id = m.id ORDER BY g.name) AS genres
  FROM carts c LEFT JOIN cart_items i ON i.cart_id = c.id LEFT JOIN movies m ON m.id = i.movie_id
 WHERE c.user_id = $1 ORDER BY i.added_at DESC, i.id DESC
"""  # noqa: S608 - composed of constants


async def get_cart(user_id: int, currency: str) -> CartOut:
    rows = await fetch(CART, user_id)
    version = rows[0]["version"] if rows else 0
    items = [CartItemOut(**row) for row in rows if row["movie_id"] is not None]
    total = sum((item.price for item in items if item.is_available), Decimal("0.00"))
    return CartOut(items=items, total=total, currency=currency, version=version)


async def add_standings(user_id: int | None, movies: Sequence[MovieOut]) -> None:
    """Fill in what each movie is to the caller; two statements, however many movies."""
    if user_id is None:
        return
    in_cart = await movies_in_cart(user_id)
    held = await holdings(user_id, [movie.id for movie in movies])
    for movie in movies:
        holding = held.get(movie.id, Holding())
        movie.me = MovieMe(
            in_cart=movie.id in in_cart, purchased=holding.purchased, order_id=holding.order_id
        )


async def movies_in_cart(user_id: int) -> set[int]:
    rows = await fetch(
        "SELECT i.movie_id FROM cart_items i JOIN carts c ON c.id = i.cart_id WHERE c.user_id = $1",
        user_id,
    )
    return {row["movie_id"] for row in rows}
