"""The library: what one has bought, as long as it is not revoked."""

import pytest

from cinema.database import fetch
from cinema.settings import Settings
from tests.cart.test_cart import make_bought
from tests.conftest import Client
from tests.factories import make_movie
from tests.house import Buyer, make_buyer


@pytest.fixture
async def buyer(client: Client, settings: Settings) -> Buyer:
    return await make_buyer(client, settings)


async def buy(buyer: Buyer, name: str) -> int:
    movie = await make_movie(name, genres=("Drama", "Art"))
    movie_id: int = movie.id
    await buyer.add(movie.id)
    await make_bought(buyer.user.id, await buyer.order())
    await buyer.call("DELETE", "/cart/items")
    return movie_id


async def test_the_library_lists_what_was_bought_newest_first(buyer: Buyer) -> None:
    first, second = await buy(buyer, "Solaris"), await buy(buyer, "Mirror")
    status, library = await buyer.call("GET", "/library")
    assert (status, library["total_items"]) == (200, 2)
    assert [(item["movie_id"], item["name"]) for item in library["items"]] == [
        (second, "Mirror"), (first, "Solaris")
    ]  # fmt: skip
    shown = library["items"][0]
    assert (shown["genres"], shown["year"], shown["time"]) == (["Art", "Drama"], 1999, 120)
    assert shown["poster"] == f"/posters/{shown['uuid']}.svg"


async def test_a_page_behind_the_end_still_knows_the_total(buyer: Buyer) -> None:
    await buy(buyer, "Solaris")
    _, library = await buyer.call("GET", "/library?page=2&per_page=1")
    assert (library["items"], library["total_items"], library["total_pages"]) == ([], 1, 1)
    assert library["prev"] == "/api/v1/library?page=1&per_page=1"


async def test_what_was_revoked_is_gone(buyer: Buyer) -> None:
    await buy(buyer, "Solaris")
    await fetch("UPDATE purchases SET revoked_at = now()")
    _, library = await buyer.call("GET", "/library")
    assert (library["items"], library["total_items"]) == ([], 0)


async def test_a_deleted_movie_stays_with_those_who_bought_it(buyer: Buyer) -> None:
    await buy(buyer, "Solaris")
    await fetch("UPDATE movies SET deleted_at = now()")
    _, library = await buyer.call("GET", "/library")
    assert [item["name"] for item in library["items"]] == ["Solaris"]


async def test_nobody_sees_anothers_library(
    client: Client, buyer: Buyer, settings: Settings
) -> None:
    await buy(buyer, "Solaris")
    other = await make_buyer(client, settings)
    _, library = await other.call("GET", "/library")
    assert library["items"] == []


async def test_a_movie_tells_what_it_is_to_the_caller(client: Client, buyer: Buyer) -> None:
    bought = await buy(buyer, "Solaris")
    ordered, in_cart, nothing = [(await make_movie()).id for _ in range(3)]
    await buyer.add(ordered)
    order_id = await buyer.order()
    await buyer.call("DELETE", "/cart/items")
    await buyer.add(in_cart)
    _, listed = await buyer.call("GET", "/movies?sort=created_at")
    standings = {movie["id"]: movie["me"] for movie in listed["items"]}
    opinions = {"reaction": None, "rating": None, "favorite": False}
    empty = {"in_cart": False, "purchased": False, "order_id": None, **opinions}
    assert standings == {
        bought: empty | {"purchased": True},
        ordered: empty | {"order_id": order_id},
        in_cart: empty | {"in_cart": True},
        nothing: empty,
    }
    stranger = await (await client.get(f"/api/v1/movies/{bought}")).json()
    assert stranger["me"] is None
