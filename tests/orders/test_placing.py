"""From the cart to an order: what is taken over, what is left out, and what is refused."""

import asyncio
from datetime import datetime, timedelta
from decimal import Decimal
from typing import Any

import pytest

from cinema.catalogue.models import Movie
from cinema.database import fetch
from cinema.settings import Settings
from tests.cart.test_cart import make_bought
from tests.conftest import Client
from tests.factories import make_movie
from tests.house import Buyer, emitted, make_buyer
from tests.invariants import assert_books_balance

ROUNDS = 5


@pytest.fixture
async def buyer(client: Client, settings: Settings) -> Buyer:
    return await make_buyer(client, settings)


async def order(buyer: Buyer, body: Any = None, **headers: str) -> tuple[int, Any]:
    return await buyer.call("POST", "/orders", body or {}, **headers)


async def refused(buyer: Buyer, body: Any, status: int, code: str) -> Any:
    """Try to order, and see that it is refused and nothing has happened."""
    before = await traces()
    got, problem = await order(buyer, body)
    assert (got, problem["code"]) == (status, code)
    assert await traces() == before
    return problem


async def traces() -> Any:
    counts = await fetch(
        "SELECT (SELECT count(*) FROM orders) AS orders, (SELECT count(*) FROM cart_items) AS cart,"
        " (SELECT count(*) FROM pending_items) AS claims"
    )
    return counts, await emitted()


async def test_an_order_takes_over_names_and_prices_as_they_are_now(buyer: Buyer) -> None:
    first = await make_movie("Solaris", price=Decimal("9.99"))
    second = await make_movie("Mirror", price=Decimal("4.50"))
    await buyer.add(first.id, second.id)

    status, placed = await order(buyer, {"expected_total": "14.49", "cart_version": 2})

    assert (status, placed["excluded"]) == (201, [])
    shown = placed["order"]
    assert (shown["status"], shown["total_amount"], shown["currency"]) == (
        "pending", "14.49", "usd"
    )  # fmt: skip
    assert [(i["movie_id"], i["name"], i["price"]) for i in shown["items"]] == [
        (first.id, "Solaris", "9.99"), (second.id, "Mirror", "4.50")
    ]  # fmt: skip
    created, expires = (datetime.fromisoformat(shown[at]) for at in ("created_at", "expires_at"))
    assert expires - created == timedelta(minutes=30)
    assert [entry["what"] for entry in shown["timeline"]] == ["created"]

    await Movie.filter(id=first.id).update(price=Decimal("99.00"), name="Solaris II")
    _, later = await buyer.call("GET", f"/orders/{shown['id']}")
    assert later["items"] == shown["items"]
    assert later["total_amount"] == "14.49"
    [event] = await fetch("SELECT topics, data FROM outbox WHERE type = 'order.created'")
    assert event["topics"] == [f"user:{buyer.user.id}", "staff"]
    await assert_books_balance()


async def test_what_cannot_be_ordered_is_left_out_and_named(buyer: Buyer) -> None:
    bought, withdrawn, kept = [await make_movie(name) for name in ("Stalker", "Mirror", "Ran")]
    await buyer.add(bought.id)
    await make_bought(buyer.user.id, await buyer.order())
    await buyer.call("DELETE", "/cart/items")
    await buyer.add(withdrawn.id, kept.id)
    await fetch(
        "INSERT INTO cart_items (cart_id, movie_id, price_when_added) SELECT id, $1, 1 FROM carts",
        bought.id,
    )
    await Movie.filter(id=withdrawn.id).update(is_available=False)

    status, placed = await order(buyer, {"expected_total": "9.99"})

    assert status == 201
    assert [item["movie_id"] for item in placed["order"]["items"]] == [kept.id]
    assert placed["excluded"] == [
        {"movie_id": bought.id, "name": "Stalker", "reason": "already_purchased"},
        {"movie_id": withdrawn.id, "name": "Mirror", "reason": "not_available"},
    ]


async def test_an_empty_cart_is_refused(buyer: Buyer) -> None:
    await refused(buyer, {}, 422, "cart_empty")


async def test_a_cart_of_which_nothing_is_left_is_refused_with_the_reasons(buyer: Buyer) -> None:
    movie = await make_movie("Mirror")
    await buyer.add(movie.id)
    await Movie.filter(id=movie.id).update(is_available=False)
    problem = await refused(buyer, {}, 409, "nothing_to_order")
    assert problem["excluded"] == [
        {"movie_id": movie.id, "name": "Mirror", "reason": "not_available"}
    ]


async def test_a_price_that_was_raised_is_refused_with_old_and_new(buyer: Buyer) -> None:
    movie = await make_movie(price=Decimal("9.99"))
    await buyer.add(movie.id)
    await Movie.filter(id=movie.id).update(price=Decimal("12.00"))
    problem = await refused(buyer, {"expected_total": "9.99"}, 409, "price_changed")
    assert (problem["expected_total"], problem["total"]) == ("9.99", "12.00")
    assert (await order(buyer, {"expected_total": "12.00"}))[0] == 201


async def test_a_cart_that_changed_in_another_tab_is_refused_with_its_version(buyer: Buyer) -> None:
    await buyer.add((await make_movie()).id, (await make_movie()).id)
    problem = await refused(buyer, {"cart_version": 1}, 409, "cart_changed")
    assert problem["version"] == 2


async def test_a_movie_in_another_pending_order_is_refused_with_the_orders_ids(
    buyer: Buyer,
) -> None:
    await buyer.add((await make_movie()).id)
    first = await buyer.order()
    await buyer.add((await make_movie()).id)
    problem = await refused(buyer, {}, 409, "already_in_order")
    assert problem["order_ids"] == [first]


@pytest.mark.parametrize(
    "body",
    [{"expected_total": "-1"}, {"expected_total": "1.999"}, {"expected_total": "NaN"},
     {"expected_total": "x"}, {"expected_total": 9.99}, {"expected_total": 10},
     {"expected_total": "1e1"}, {"expected_total": True}, {"cart_version": -1},
     {"cart_version": "two"}, {"surprise": 1}],
)  # fmt: skip
async def test_a_body_that_makes_no_sense_is_refused(buyer: Buyer, body: Any) -> None:
    await buyer.add((await make_movie()).id)
    await refused(buyer, body, 422, "invalid_request")


async def test_fifty_requests_at_once_place_one_order(client: Client, settings: Settings) -> None:
    movies = [await make_movie() for _ in range(3)]
    for _ in range(ROUNDS):
        buyer = await make_buyer(client, settings)
        await buyer.add(*(movie.id for movie in movies))

        answers = await asyncio.gather(*(order(buyer) for _ in range(50)))

        placed = [body["order"]["id"] for status, body in answers if status == 201]
        assert len(placed) == 1
        others = [(status, body) for status, body in answers if status != 201]
        assert {(status, body["code"]) for status, body in others} == {(409, "already_in_order")}
        assert {tuple(body["order_ids"]) for _, body in others} == {tuple(placed)}
        rows = await fetch("SELECT id FROM orders WHERE user_id = $1", buyer.user.id)
        assert [row["id"] for row in rows] == placed
    assert (await emitted()).count("order.created") == ROUNDS
    await assert_books_balance()


async def test_the_same_key_twice_places_one_order_and_repeats_its_bytes(
    client: Client, buyer: Buyer
) -> None:
    await buyer.add((await make_movie()).id)
    headers = buyer.headers | {"Idempotency-Key": "click"}
    first = await client.post("/api/v1/orders", json={}, headers=headers)
    second = await client.post("/api/v1/orders", json={}, headers=headers)
    assert (first.status, second.status) == (201, 201)
    assert await first.read() == await second.read()
    assert await fetch("SELECT count(*) AS n FROM orders") == [{"n": 1}]


async def test_the_same_key_with_another_body_is_refused(buyer: Buyer) -> None:
    await buyer.add((await make_movie()).id)
    key = {"Idempotency-Key": "click"}
    assert (await order(buyer, {}, **key))[0] == 201
    status, problem = await order(buyer, {"cart_version": 1}, **key)
    assert (status, problem["code"]) == (422, "idempotency_key_reused")
    assert await fetch("SELECT count(*) AS n FROM orders") == [{"n": 1}]


async def test_a_key_whose_process_died_is_tried_again_after_its_lock(buyer: Buyer) -> None:
    await buyer.add((await make_movie()).id)
    key = {"Idempotency-Key": "click"}
    await order(buyer, {}, **key)
    await fetch("UPDATE idempotency_keys SET status = NULL, answer = ''")
    status, problem = await order(buyer, {}, **key)
    assert (status, problem["code"]) == (409, "idempotency_key_in_use")

    await fetch("UPDATE idempotency_keys SET locked_until = now() - interval '1 second'")
    status, problem = await order(buyer, {}, **key)
    assert (status, problem["code"]) == (409, "already_in_order")
    assert await fetch("SELECT count(*) AS n FROM orders") == [{"n": 1}]
