"""The cart: its row is the lock under which everything in it changes."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from decimal import Decimal

from cinema.cart.errors import AlreadyInCart, AlreadyPurchased, InPendingOrder, NotInCart
from cinema.cart.events import CartChanged
from cinema.cart.models import Cart
from cinema.cart.queries import AVAILABLE
from cinema.catalogue.errors import MovieNotFound, MovieUnavailable
from cinema.database import atomic, current_transaction, fetch
from cinema.library.queries import Holding, holdings
from cinema.outbox import emit


@dataclass(frozen=True, slots=True)
class CartLine:
    """A movie in a locked cart, at the price it has at this moment."""

    movie_id: int
    name: str
    price: Decimal
    is_available: bool


@dataclass(frozen=True, slots=True)
class LockedCart:
    version: int
    lines: tuple[CartLine, ...]


@dataclass(frozen=True, slots=True)
class LeftOut:
    """A movie that cannot be bought; `reason` is already_purchased, in_pending_order or
    not_available."""

    movie_id: int
    name: str
    reason: str


async def require_on_sale(movie_id: int) -> None:
    """Refuse what cannot be bought; raises MovieNotFound, MovieUnavailable."""
    rows = await fetch(
        f"SELECT {AVAILABLE} AS available FROM movies m"  # noqa: S608
        " WHERE id = $1 AND deleted_at IS NULL",
        movie_id,
    )
    if not rows:
        raise MovieNotFound
    if not rows[0]["available"]:
        raise MovieUnavailable


@atomic
async def add_movie(user_id: int, movie_id: int) -> None:
    """Put a movie into the cart.

    Raises MovieNotFound, MovieUnavailable, AlreadyPurchased, InPendingOrder, AlreadyInCart.
    """
    cart = await _lock_cart(user_id)
    rows = await fetch(
        f"SELECT price, {AVAILABLE} AS available FROM movies m"  # noqa: S608
        " WHERE id = $1 AND deleted_at IS NULL FOR SHARE",
        movie_id,
    )
    if not rows:
        raise MovieNotFound
    held = (await holdings(user_id, [movie_id])).get(movie_id, Holding())
    if held.purchased:
        raise AlreadyPurchased
    if held.order_id:
        raise InPendingOrder(order_id=held.order_id)
    if not rows[0]["available"]:
        raise MovieUnavailable
    added = await fetch(
        "INSERT INTO cart_items (cart_id, movie_id, price_when_added) VALUES ($1, $2, $3)"
        " ON CONFLICT (cart_id, movie_id) DO NOTHING RETURNING id",
        cart.id,
        movie_id,
        rows[0]["price"],
    )
    if not added:
        raise AlreadyInCart
    await _changed(cart)


@atomic
async def merge(user_id: int, movie_ids: Sequence[int]) -> list[LeftOut]:
    """Put what lay in a guest's cart into the user's, and return what could not be.

    A movie that is there already stays as it is, so that doing it again changes nothing; one
    that does not exist any more is nobody's concern.
    """
    cart = await _lock_cart(user_id)
    rows = await fetch(
        f"SELECT m.id, m.name, {AVAILABLE} AS is_available FROM movies m"  # noqa: S608
        " WHERE m.id = ANY($1::bigint[]) AND m.deleted_at IS NULL ORDER BY m.id FOR SHARE",
        list(movie_ids),
    )
    held = await holdings(user_id, movie_ids)
    left_out = [
        LeftOut(row["id"], row["name"], reason)
        for row in rows
        if (reason := _obstacle(held.get(row["id"], Holding()), row["is_available"]))
    ]
    refused = {movie.movie_id for movie in left_out}
    added = await fetch(
        "INSERT INTO cart_items (cart_id, movie_id, price_when_added)"
        " SELECT $1, m.id, m.price FROM unnest($2::bigint[]) WITH ORDINALITY AS w (id, place)"
        " JOIN movies m ON m.id = w.id AND m.deleted_at IS NULL ORDER BY w.place"
        " ON CONFLICT (cart_id, movie_id) DO NOTHING RETURNING id",
        cart.id,
        [movie_id for movie_id in movie_ids if movie_id not in refused],
    )
    if added:
        await _changed(cart)
    return left_out


def _obstacle(held: Holding, is_available: bool) -> str:
    if held.purchased:
        return "already_purchased"
    if held.order_id:
        return "in_pending_order"
    return "" if is_available else "not_available"


@atomic
async def remove_movie(user_id: int, movie_id: int) -> None:
    """Take a movie out of the cart; raises NotInCart."""
    if not await _remove(await _lock_cart(user_id), [movie_id]):
        raise NotInCart


@atomic
async def clear(user_id: int) -> None:
    cart = await _lock_cart(user_id)
    if await fetch("DELETE FROM cart_items WHERE cart_id = $1 RETURNING id", cart.id):
        await _changed(cart)


async def lock(user_id: int) -> None:
    """Keep the user from claiming movies until the caller's transaction ends."""
    await _lock_cart(user_id)


async def lock_lines(user_id: int) -> LockedCart:
    """Lock the cart and its movies' prices until the caller's transaction ends."""
    cart = await _lock_cart(user_id)
    rows = await fetch(
        f"SELECT m.id AS movie_id, m.name, m.price, {AVAILABLE} AS is_available"  # noqa: S608
        "  FROM cart_items i JOIN movies m ON m.id = i.movie_id"
        " WHERE i.cart_id = $1 ORDER BY m.id FOR SHARE OF m",
        cart.id,
    )
    return LockedCart(cart.version, tuple(CartLine(**row) for row in rows))


async def remove_bought(user_id: int, movie_ids: Collection[int]) -> None:
    """Take out what was just bought, as a step of the caller's transaction."""
    await _remove(await _lock_cart(user_id), movie_ids)


async def _lock_cart(user_id: int) -> Cart:
    current_transaction()
    await fetch("INSERT INTO carts (user_id) VALUES ($1) ON CONFLICT DO NOTHING", user_id)
    return await Cart.filter(user_id=user_id).select_for_update().get()


async def _remove(cart: Cart, movie_ids: Collection[int]) -> bool:
    removed = await fetch(
        "DELETE FROM cart_items WHERE cart_id = $1 AND movie_id = ANY($2::bigint[]) RETURNING id",
        cart.id,
        list(movie_ids),
    )
    if removed:
        await _changed(cart)
    return bool(removed)


async def _changed(cart: Cart) -> None:
    [row] = await fetch(
        "UPDATE carts SET version = version + 1 WHERE id = $1 RETURNING version,"
        " (SELECT count(*) FROM cart_items WHERE cart_id = $1) AS items",
        cart.id,
    )
    await emit(CartChanged(user_id=cart.user_id, version=row["version"], items=row["items"]))
