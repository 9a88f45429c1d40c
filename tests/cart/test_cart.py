"""The cart over REST: what may lie in it, what is refused, and who is told."""

import asyncio
from decimal import Decimal
from typing import Any

import pytest

from cinema.catalogue.models import Movie
from cinema.database import fetch, transaction
from cinema.library import service as library
from cinema.settings import Settings
from tests.conftest import Client
from tests.factories import make_movie
from tests.house import Buyer, emitted, make_buyer


@pytest.fixture
async def buyer(client: Client, settings: Settings) -> Buyer:
    return await make_buyer(client, settings)


async def add(buyer: Buyer, movie_id: int) -> tuple[int, Any]:
    return await buyer.call("POST", "/cart/items", {"movie_id": movie_id})


async def movie_ids(buyer: Buyer) -> list[int]:
    _, cart = await buyer.call("GET", "/cart")
    return [item["movie_id"] for item in cart["items"]]


async def refused(buyer: Buyer, movie_id: int, status: int, code: str) -> Any:
    """Try to add a movie, and see that it is refused and nothing has happened."""
    before = await movie_ids(buyer), await emitted()
    got, body = await add(buyer, movie_id)
    assert (got, body["code"]) == (status, code)
    assert (await movie_ids(buyer), await emitted()) == before
    return body


async def test_a_cart_shows_what_lies_in_it_at_todays_prices(buyer: Buyer) -> None:
    first = await make_movie("Solaris", year=1972, price=Decimal("9.99"), genres=("Drama", "Art"))
    second = await make_movie("Mirror", price=Decimal("4.50"))
    await buyer.add(first.id, second.id)
    await Movie.filter(id=first.id).update(price=Decimal("12.49"))

    status, cart = await buyer.call("GET", "/cart")

    assert status == 200
    assert (cart["total"], cart["currency"], cart["version"]) == ("16.99", "usd", 2)
    assert [item["movie_id"] for item in cart["items"]] == [second.id, first.id]
    shown = cart["items"][1]
    assert {key: shown[key] for key in ("name", "year", "genres", "is_available")} == {
        "name": "Solaris", "year": 1972, "genres": ["Art", "Drama"], "is_available": True
    }  # fmt: skip
    assert (shown["price"], shown["price_when_added"], shown["price_change"]) == (
        "12.49", "9.99", "2.50"
    )  # fmt: skip


async def test_a_movie_that_was_withdrawn_stays_in_sight_but_not_in_the_total(buyer: Buyer) -> None:
    kept, withdrawn = await make_movie(price=Decimal("3.00")), await make_movie()
    await buyer.add(kept.id, withdrawn.id)
    await Movie.filter(id=withdrawn.id).update(is_available=False)
    _, cart = await buyer.call("GET", "/cart")
    assert cart["total"] == "3.00"
    assert [item["is_available"] for item in cart["items"]] == [False, True]


async def test_a_movie_that_does_not_exist_is_not_found(buyer: Buyer) -> None:
    await refused(buyer, 4711, 404, "movie_not_found")


async def test_a_deleted_movie_is_not_found(buyer: Buyer) -> None:
    movie = await make_movie()
    await fetch("UPDATE movies SET deleted_at = now()")
    await refused(buyer, movie.id, 404, "movie_not_found")


async def test_a_movie_that_is_not_on_sale_is_refused(buyer: Buyer) -> None:
    movie = await make_movie(is_available=False)
    await refused(buyer, movie.id, 409, "movie_not_available")


async def test_a_movie_before_its_release_is_refused(buyer: Buyer) -> None:
    movie = await make_movie()
    await fetch("UPDATE movies SET release_at = now() + interval '1 minute'")
    await refused(buyer, movie.id, 409, "movie_not_available")
    await fetch("UPDATE movies SET release_at = now() - interval '1 minute'")
    assert (await add(buyer, movie.id))[0] == 201


async def test_a_movie_twice_is_refused(buyer: Buyer) -> None:
    movie = await make_movie()
    await buyer.add(movie.id)
    await refused(buyer, movie.id, 409, "movie_already_in_cart")


async def test_a_movie_that_is_bought_is_refused(buyer: Buyer) -> None:
    movie = await make_movie()
    await buyer.add(movie.id)
    order_id = await buyer.order()
    await buyer.call("DELETE", "/cart/items")
    await make_bought(buyer.user.id, order_id)
    body = await refused(buyer, movie.id, 409, "movie_already_purchased")
    assert "repeat purchases are not allowed" in body["detail"]


async def make_bought(user_id: int, order_id: int) -> None:
    items = await fetch("SELECT id, movie_id FROM order_items WHERE order_id = $1", order_id)
    async with transaction():
        await library.release(order_id)
        await library.grant(user_id, [library.SoldItem(i["id"], i["movie_id"]) for i in items])


async def test_a_movie_in_a_pending_order_is_refused_with_the_orders_id(buyer: Buyer) -> None:
    movie = await make_movie()
    await buyer.add(movie.id)
    order_id = await buyer.order()
    await buyer.call("DELETE", f"/cart/items/{movie.id}")
    body = await refused(buyer, movie.id, 409, "movie_in_pending_order")
    assert body["order_id"] == order_id


@pytest.mark.parametrize(
    "body",
    [{}, {"movie_id": 0}, {"movie_id": -1}, {"movie_id": "one"}, {"movie_id": 1.5},
     {"movie_id": None}, {"movie_id": True}, {"movie_id": "1"}, {"movie_id": 1, "price": "0.01"}],
)  # fmt: skip
async def test_a_body_that_names_no_movie_is_refused(buyer: Buyer, body: Any) -> None:
    status, problem = await buyer.call("POST", "/cart/items", body)
    assert (status, problem["code"]) == (422, "invalid_request")
    assert await emitted() == []


async def test_a_stranger_is_told_to_log_in(client: Client) -> None:
    for method, path in (
        ("GET", "/cart"), ("POST", "/cart/items"), ("DELETE", "/cart/items"),
        ("DELETE", "/cart/items/1"),
    ):  # fmt: skip
        json = {"movie_id": 1} if method == "POST" else None
        response = await client.request(method, f"/api/v1{path}", json=json)
        assert response.status == 401, path
        assert response.headers["WWW-Authenticate"] == "Bearer"
        detail = (await response.json())["detail"]
        assert detail == "To get access to the cart you need to log in or register."


async def test_each_change_raises_the_version_and_is_told_once(buyer: Buyer) -> None:
    first, second = await make_movie(), await make_movie()
    await buyer.add(first.id, second.id)
    status, cart = await buyer.call("DELETE", f"/cart/items/{first.id}")
    assert (status, cart["version"]) == (200, 3)
    status, cart = await buyer.call("DELETE", "/cart/items")
    assert (status, cart["version"], cart["items"], cart["total"]) == (200, 4, [], "0.00")

    told = await fetch("SELECT topics, data FROM outbox WHERE type = 'cart.changed' ORDER BY id")
    assert {tuple(event["topics"]) for event in told} == {(f"user:{buyer.user.id}",)}
    assert len(told) == 4


async def test_what_changes_nothing_is_told_to_nobody(buyer: Buyer) -> None:
    status, cart = await buyer.call("DELETE", "/cart/items")
    assert (status, cart["version"]) == (200, 0)
    status, body = await buyer.call("DELETE", "/cart/items/4711")
    assert (status, body["code"]) == (404, "movie_not_in_cart")
    assert await emitted() == []


async def test_another_users_cart_is_untouched(
    client: Client, buyer: Buyer, settings: Settings
) -> None:
    other = await make_buyer(client, settings)
    movie = await make_movie()
    await buyer.add(movie.id)
    await other.add(movie.id)
    await buyer.call("DELETE", "/cart/items")
    assert await movie_ids(other) == [movie.id]
    _, cart = await other.call("GET", "/cart")
    assert cart["version"] == 1


async def test_thirty_requests_at_once_add_a_movie_once(buyer: Buyer) -> None:
    movie = await make_movie()
    answers = await asyncio.gather(*(add(buyer, movie.id) for _ in range(30)))
    assert sorted(status for status, _ in answers) == [201] + [409] * 29
    assert (await emitted()).count("cart.changed") == 1
    _, cart = await buyer.call("GET", "/cart")
    assert (len(cart["items"]), cart["version"]) == (1, 1)
