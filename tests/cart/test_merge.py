"""A guest's cart becomes the account's: once, whole, and without what cannot be bought."""

import asyncio
from decimal import Decimal

import pytest

from cinema.cart import service
from cinema.cart.queries import get_cart, get_guest_cart
from cinema.cart.service import LeftOut
from cinema.catalogue.models import Movie
from cinema.database import fetch
from cinema.orders.errors import CartChanged
from cinema.orders.schemas import PlaceOrder
from cinema.orders.service import place_order
from tests.accounts_factory import make_user
from tests.factories import make_movie
from tests.house import emitted
from tests.payments.till import place

pytestmark = pytest.mark.usefixtures("database")


async def lies_in(user_id: int) -> list[int]:
    return [item.movie_id for item in (await get_cart(user_id, "usd")).items]


async def test_the_films_keep_their_order_and_take_todays_prices() -> None:
    user = await make_user()
    first, second = await make_movie(price=Decimal("9.99")), await make_movie()
    shown = await get_guest_cart([first.id, second.id], "usd")
    assert [item.movie_id for item in shown.items] == [second.id, first.id]
    assert await service.merge(user.id, [first.id, second.id]) == []
    assert await lies_in(user.id) == [second.id, first.id]
    cart = await get_cart(user.id, "usd")
    assert [item.price_change for item in cart.items] == [Decimal(0)] * 2


async def test_twenty_logins_at_once_take_a_cart_over_once() -> None:
    user = await make_user()
    movie_ids = [(await make_movie()).id for _ in range(5)]
    await asyncio.gather(*(service.merge(user.id, movie_ids) for _ in range(20)))
    assert sorted(await lies_in(user.id)) == sorted(movie_ids)
    assert (await emitted()).count("cart.changed") == 1
    assert (await get_cart(user.id, "usd")).version == 1


async def test_what_cannot_be_bought_is_returned_with_its_reason() -> None:
    user = await make_user()
    waiting, withdrawn, deleted, fine = [await make_movie(f"Film {n} of four") for n in range(4)]
    await place(user.id, waiting.id)
    await service.clear(user.id)
    await Movie.filter(id=withdrawn.id).update(is_available=False)
    await fetch("UPDATE movies SET deleted_at = now() WHERE id = $1", deleted.id)
    everything = [waiting.id, withdrawn.id, deleted.id, fine.id, 10**12]
    assert await service.merge(user.id, everything) == [
        LeftOut(waiting.id, "Film 0 of four", "in_pending_order"),
        LeftOut(withdrawn.id, "Film 1 of four", "not_available"),
    ]
    assert await lies_in(user.id) == [fine.id]


async def test_a_cart_that_nothing_is_added_to_stays_as_it_was() -> None:
    user, movie = await make_user(), await make_movie()
    await service.merge(user.id, [movie.id])
    before = await emitted()
    await service.merge(user.id, [movie.id, 10**12])
    await service.merge(user.id, [])
    assert await emitted() == before
    assert (await get_cart(user.id, "usd")).version == 1


async def test_a_page_that_showed_the_cart_before_the_merge_cannot_order_it() -> None:
    user, first, second = await make_user(), await make_movie(), await make_movie()
    await service.add_movie(user.id, first.id)
    await service.merge(user.id, [second.id])
    with pytest.raises(CartChanged):
        await place_order(user.id, PlaceOrder(cart_version=1), currency="usd", lifetime_minutes=30)
    assert await fetch("SELECT id FROM orders") == []
