"""A movie leaves the catalogue, and every cart that it stands in.

The order of the locks is that of a purchase: the carts first, then the movie. A cart that took
the movie in between the two is locked last; if its owner orders at that very moment, PostgreSQL
ends the deadlock and one of the two begins again.
"""

from dataclasses import dataclass

from cinema.cart.events import CartChanged
from cinema.catalogue.errors import MovieInCarts, MovieInOrders, MoviePurchased
from cinema.catalogue.events import MovieDeleteBlocked, MovieTakenFromCarts
from cinema.catalogue.service import bury_movie, lock_movie
from cinema.database import atomic, fetch
from cinema.outbox import emit

TOLD_AT_ONCE = 500
"""Owners of carts that one event names: what follows it stays a short piece of work."""

# One statement, so that a movie which goes from an open order to its buyer is seen in one of them.
STANDINGS = """
SELECT EXISTS (SELECT FROM purchases WHERE movie_id = $1) AS is_purchased,
       (SELECT count(*) FROM pending_items WHERE movie_id = $1) AS orders,
       (SELECT count(*) FROM cart_items WHERE movie_id = $1) AS carts
"""
LOCK_CARTS = """
SELECT c.id FROM carts c JOIN cart_items i ON i.cart_id = c.id
 WHERE i.movie_id = $1 ORDER BY c.id FOR UPDATE OF c
"""
COUNT_CHANGE = """
UPDATE carts c SET version = version + 1 WHERE c.id = ANY($1::bigint[])
RETURNING c.user_id, c.version, (SELECT count(*) FROM cart_items i WHERE i.cart_id = c.id) AS items
"""


@dataclass(frozen=True, slots=True)
class Standings:
    """What stands in the way of deleting a movie."""

    is_purchased: bool
    orders: int
    carts: int


async def standings(movie_id: int) -> Standings:
    [row] = await fetch(STANDINGS, movie_id)
    return Standings(**row)


async def delete_movie(movie_id: int, moderator_id: int, *, confirmed: bool) -> None:
    """Delete a movie softly; `confirmed`, it is taken out of the carts that it stands in.

    Raises MovieNotFound, MoviePurchased, MovieInOrders, and MovieInCarts, of which the staff is
    told.
    """
    carts = await _delete(movie_id, moderator_id, confirmed)
    if carts:
        # Said outside of the transaction: that the staff is told has to be committed.
        raise MovieInCarts(f"The movie is in {carts} carts.", carts=carts)


@atomic
async def _delete(movie_id: int, moderator_id: int, confirmed: bool) -> int:
    """Delete, or return in how many carts the movie stands that nobody agreed to change."""
    if confirmed:
        await fetch(LOCK_CARTS, movie_id)
    portrait = await lock_movie(movie_id)
    found = await standings(movie_id)
    if found.is_purchased:
        raise MoviePurchased
    if found.orders:
        raise MovieInOrders(f"{found.orders} orders wait for their payment.", orders=found.orders)
    name = str(portrait["name"])
    if found.carts and not confirmed:
        blocked = MovieDeleteBlocked(
            movie_id=movie_id, name=name, carts=found.carts, user_id=moderator_id
        )
        await emit(blocked)
        return found.carts
    await _take_out(movie_id, name)
    await bury_movie(movie_id, portrait)
    return 0


async def _take_out(movie_id: int, name: str) -> None:
    removed = await fetch("DELETE FROM cart_items WHERE movie_id = $1 RETURNING cart_id", movie_id)
    owners = await fetch(COUNT_CHANGE, [row["cart_id"] for row in removed])
    for owner in owners:
        await emit(CartChanged(**owner))
    user_ids = sorted(owner["user_id"] for owner in owners)
    for start in range(0, len(user_ids), TOLD_AT_ONCE):
        some = tuple(user_ids[start : start + TOLD_AT_ONCE])
        await emit(MovieTakenFromCarts(movie_id=movie_id, name=name, user_ids=some))
