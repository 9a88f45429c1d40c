"""One's own orders, and nobody else's."""

import pytest

from cinema.settings import Settings
from tests.conftest import Client
from tests.factories import make_movie
from tests.house import Buyer, make_buyer


@pytest.fixture
async def buyer(client: Client, settings: Settings) -> Buyer:
    return await make_buyer(client, settings)


async def place(buyer: Buyer, count: int) -> list[int]:
    placed = []
    for _ in range(count):
        await buyer.add((await make_movie()).id)
        placed.append(await buyer.order())
        await buyer.call("DELETE", "/cart/items")
    return placed


async def test_the_list_is_newest_first_and_the_cursor_walks_the_same_way(buyer: Buyer) -> None:
    placed = await place(buyer, 5)
    _, first = await buyer.call("GET", "/orders?per_page=2")
    assert [order["id"] for order in first["items"]] == placed[:2:-1]
    assert (first["total_items"], first["total_pages"], first["prev"]) == (5, 3, None)
    assert first["next"] == "/api/v1/orders?per_page=2&page=2"

    walked, cursor = [], ""
    while cursor is not None:
        _, page = await buyer.call("GET", f"/orders?per_page=2&cursor={cursor}")
        walked += [order["id"] for order in page["items"]]
        cursor = page["next_cursor"]
    assert walked == placed[::-1]


async def test_another_users_order_answers_as_one_that_does_not_exist(
    client: Client, buyer: Buyer, settings: Settings
) -> None:
    [order_id] = await place(buyer, 1)
    other = await make_buyer(client, settings)
    foreign, missing = [
        await other.call("GET", f"/orders/{number}") for number in (order_id, order_id + 1000)
    ]
    for _, body in (foreign, missing):
        del body["instance"]
    assert foreign == missing
    assert (foreign[0], foreign[1]["code"]) == (404, "order_not_found")
    _, listed = await other.call("GET", "/orders")
    assert (listed["items"], listed["total_items"]) == ([], 0)


@pytest.mark.parametrize("number", ["0", "999999999999999999", "00000001"])
async def test_an_order_number_that_nobody_has_is_not_found(buyer: Buyer, number: str) -> None:
    assert (await buyer.call("GET", f"/orders/{number}"))[0] == 404


@pytest.mark.parametrize("cursor", ["x", "bnVsbA", "W251bGxd", "WyIxIiwiMiJd", "WyItMSJd", "WzFd"])
async def test_a_cursor_that_is_none_is_refused(buyer: Buyer, cursor: str) -> None:
    status, body = await buyer.call("GET", f"/orders?cursor={cursor}")
    assert (status, body["code"]) == (422, "invalid_request")


async def test_a_stranger_sees_no_orders(client: Client) -> None:
    for path in ("/orders", "/orders/1", "/payments", "/payments/1", "/library"):
        response = await client.get(f"/api/v1{path}")
        assert (response.status, response.headers["WWW-Authenticate"]) == (401, "Bearer"), path
