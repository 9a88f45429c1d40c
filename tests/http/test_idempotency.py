"""The same key twice: one effect and one answer."""

import asyncio
import hashlib

import pytest

from cinema.catalogue.models import Movie
from cinema.database import fetch
from cinema.settings import Settings
from tests.conftest import Client
from tests.factories import make_movie
from tests.house import Buyer, make_buyer

ORDERS = "/api/v1/orders"


async def buyer_with_a_cart(client: Client, settings: Settings) -> tuple[Buyer, Movie]:
    buyer, movie = await make_buyer(client, settings), await make_movie()
    await buyer.add(movie.id)
    return buyer, movie


async def place(
    buyer: Buyer, key: str, raw: bytes = b"{}", path: str = ORDERS
) -> tuple[int, bytes, str | None]:
    headers = buyer.headers | {"Idempotency-Key": key, "Content-Type": "application/json"}
    response = await buyer.client.post(path, data=raw, headers=headers)
    return response.status, await response.read(), response.headers.get("Idempotent-Replayed")


async def orders() -> int:
    [row] = await fetch("SELECT count(*) AS n FROM orders")
    return int(row["n"])


async def hold(buyer: Buyer, key: str, *, locked_for: str) -> None:
    """Leave the claim of a process that has not answered."""
    await fetch(
        "INSERT INTO idempotency_keys (user_id, key, route, body_hash, locked_until, answer)"
        " VALUES ($1, $2, $3, $4, now() + $5::text::interval, '')",
        buyer.user.id,
        key,
        f"POST {ORDERS}",
        hashlib.sha256(b"{}").hexdigest(),
        locked_for,
    )


async def test_the_same_request_twice_makes_one_order_and_the_same_bytes(
    client: Client, settings: Settings
) -> None:
    buyer, _ = await buyer_with_a_cart(client, settings)
    first, again = await place(buyer, "one"), await place(buyer, "one")
    assert (first[0], first[2]) == (201, None)
    assert again == (201, first[1], "true")
    assert await orders() == 1


async def test_ten_at_once_make_one_order(client: Client, settings: Settings) -> None:
    buyer, _ = await buyer_with_a_cart(client, settings)
    answers = await asyncio.gather(*(place(buyer, "one") for _ in range(10)))
    assert {status for status, _, _ in answers} <= {201, 409}
    assert len({body for status, body, _ in answers if status == 201}) == 1
    assert await orders() == 1


async def test_the_key_with_another_body_is_refused(client: Client, settings: Settings) -> None:
    buyer, _ = await buyer_with_a_cart(client, settings)
    await place(buyer, "one")
    status, body, _ = await place(buyer, "one", b'{"expected_total": "1.00"}')
    assert status == 422
    assert b"idempotency_key_reused" in body


async def test_a_refusal_is_an_answer_and_comes_again(client: Client, settings: Settings) -> None:
    buyer = await make_buyer(client, settings)
    first = await place(buyer, "one")
    movie = await make_movie()
    await buyer.add(movie.id)
    again = await place(buyer, "one")
    assert first[0] == again[0] == 422
    assert again[2] == "true"
    assert await orders() == 0


async def test_another_user_has_keys_of_his_own(client: Client, settings: Settings) -> None:
    first, movie = await buyer_with_a_cart(client, settings)
    second = await make_buyer(client, settings)
    await second.add(movie.id)
    one, two = await place(first, "same"), await place(second, "same")
    assert (one[0], two[0]) == (201, 201)
    assert one[1] != two[1]
    assert await orders() == 2


async def test_while_the_first_runs_the_second_is_told_to_come_back(
    client: Client, settings: Settings
) -> None:
    buyer, _ = await buyer_with_a_cart(client, settings)
    await hold(buyer, "one", locked_for="30 seconds")
    headers = buyer.headers | {"Idempotency-Key": "one", "Content-Type": "application/json"}
    response = await client.post(ORDERS, data=b"{}", headers=headers)
    assert (response.status, response.headers["Retry-After"]) == (409, "1")
    assert (await response.json())["code"] == "idempotency_key_in_use"
    assert await orders() == 0


async def test_the_key_of_a_process_that_died_is_free_after_its_lock(
    client: Client, settings: Settings
) -> None:
    buyer, _ = await buyer_with_a_cart(client, settings)
    await hold(buyer, "one", locked_for="-1 second")
    assert (await place(buyer, "one"))[0] == 201
    assert await orders() == 1


async def test_a_key_is_kept_for_a_day(client: Client, settings: Settings) -> None:
    buyer, _ = await buyer_with_a_cart(client, settings)
    first = await place(buyer, "one")
    for age, replayed in (("23 hours 59 minutes", "true"), ("24 hours 1 minute", None)):
        await fetch("UPDATE idempotency_keys SET created_at = now() - $1::text::interval", age)
        status, body, seen = await place(buyer, "one")
        assert seen == replayed
        assert (status, body) == (first[0], first[1]) or replayed is None
    assert await orders() == 1


@pytest.mark.parametrize("key", ["x" * 256, "é", ""])
async def test_a_key_that_is_none_is_refused(client: Client, settings: Settings, key: str) -> None:
    buyer, _ = await buyer_with_a_cart(client, settings)
    assert (await place(buyer, key))[0] == 422
    assert await orders() == 0
