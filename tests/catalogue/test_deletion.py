"""A movie is deleted: what stands in the way, what happens to carts, and who is told."""

import asyncio
import json
from typing import Any

import pytest

from cinema.cart import service as cart
from cinema.cart.withdrawal import delete_movie
from cinema.catalogue.errors import MovieInOrders, MovieNotFound, MoviePurchased, MovieUnavailable
from cinema.catalogue.models import Movie
from cinema.database import fetch
from cinema.errors import CinemaError
from cinema.orders.errors import CartEmpty, NothingToOrder
from cinema.orders.schemas import PlaceOrder
from cinema.orders.service import place_order
from cinema.roles import Role
from cinema.settings import Settings
from tests.accounts_factory import make_user
from tests.cart.test_cart import make_bought
from tests.catalogue.moderating import SOLARIS, add, audited, make_moderator, refused, traces
from tests.conftest import Client
from tests.factories import make_movie
from tests.house import Buyer, emitted, make_buyer
from tests.rounds import rounds

RACES = 100


@pytest.fixture
async def moderator(client: Client, settings: Settings) -> Buyer:
    return await make_moderator(client, settings)


async def events(kind: str) -> list[tuple[Any, Any]]:
    rows = await fetch("SELECT topics, data FROM outbox WHERE type = $1 ORDER BY id", kind)
    return [(row["topics"], json.loads(row["data"])) for row in rows]


async def test_a_movie_that_nobody_wants_is_gone_and_its_name_free(moderator: Buyer) -> None:
    made = await add(moderator)
    status, nothing = await moderator.call("DELETE", f"/movies/{made['uuid']}")
    assert (status, nothing) == (204, None)

    for path in (f"/movies/{made['id']}", f"/movies/{made['uuid']}"):
        assert (await moderator.call("GET", path))[0] == 404
    for path in ("/movies", "/movies?q=tarkovsky", "/movies?genre=Drama"):
        assert (await moderator.call("GET", path))[1]["total_items"] == 0
    assert await events("movie.deleted") == [
        ([f"movie:{made['id']}", "catalogue"], {"movie_id": made["id"], "name": "Solaris"})
    ]
    [(actor, subject, before, after)] = await audited("movie.deleted")
    assert (actor, subject, after) == (moderator.user.id, f"movie:{made['id']}", None)
    assert before["stars"] == ["Donatas Banionis", "Natalya Bondarchuk"]
    await refused(moderator, "DELETE", f"/movies/{made['id']}", None, 404, "movie_not_found")
    await refused(moderator, "PATCH", f"/movies/{made['id']}", {}, 404, "movie_not_found")
    assert (await add(moderator))["name"] == SOLARIS["name"]


async def test_a_movie_that_was_bought_stays_even_when_the_purchase_was_taken_back(
    client: Client, settings: Settings, moderator: Buyer
) -> None:
    movie = await make_movie()
    buyer = await make_buyer(client, settings)
    await buyer.add(movie.id)
    await make_bought(buyer.user.id, await buyer.order())
    path = f"/movies/{movie.id}?confirm=true"
    await refused(moderator, "DELETE", path, None, 409, "movie_purchased")
    await fetch("UPDATE purchases SET revoked_at = now()")
    await refused(moderator, "DELETE", path, None, 409, "movie_purchased")


async def test_a_movie_in_an_open_order_stays_until_the_order_is_closed(
    client: Client, settings: Settings, moderator: Buyer
) -> None:
    movie = await make_movie()
    buyer = await make_buyer(client, settings)
    await buyer.add(movie.id)
    order_id = await buyer.order()
    path = f"/movies/{movie.id}?confirm=true"
    problem = await refused(moderator, "DELETE", path, None, 409, "movie_in_orders")
    assert problem["orders"] == 1
    assert (await buyer.call("POST", f"/orders/{order_id}/cancel"))[0] == 200
    assert (await moderator.call("DELETE", path))[0] == 204


async def test_a_movie_in_carts_stays_and_the_staff_is_told(
    client: Client, settings: Settings, moderator: Buyer
) -> None:
    movie = await make_movie("Stalker")
    for _ in range(3):
        await (await make_buyer(client, settings)).add(movie.id)
    before = await traces()

    for confirm in ("", "?confirm=false"):
        status, problem = await moderator.call("DELETE", f"/movies/{movie.id}{confirm}")
        assert (status, problem["code"], problem["carts"]) == (409, "movie_in_carts", 3)

    *same, told = await traces()
    assert same == list(before[:-1])
    assert told == before[-1] + ["movie.delete_blocked"] * 2
    assert (await events("movie.delete_blocked"))[0] == (
        ["staff"],
        {"movie_id": movie.id, "name": "Stalker", "carts": 3, "user_id": moderator.user.id},
    )


async def test_with_a_confirmation_it_leaves_the_carts_and_their_owners_are_told(
    client: Client, settings: Settings, moderator: Buyer
) -> None:
    movie, kept = await make_movie("Stalker"), await make_movie("Mirror")
    owners = [await make_buyer(client, settings) for _ in range(2)]
    await owners[0].add(movie.id, kept.id)
    await owners[1].add(movie.id)

    assert (await moderator.call("DELETE", f"/movies/{movie.id}?confirm=true"))[0] == 204

    carts = [(await owner.call("GET", "/cart"))[1] for owner in owners]
    assert [[item["movie_id"] for item in cart["items"]] for cart in carts] == [[kept.id], []]
    assert [cart["version"] for cart in carts] == [3, 2]
    ids = [owner.user.id for owner in owners]
    assert await events("movie.taken_from_carts") == [
        ([], {"movie_id": movie.id, "name": "Stalker", "user_ids": ids})
    ]
    assert (await events("cart.changed"))[-2:] == [
        ([f"user:{ids[0]}"], {"user_id": ids[0], "version": 3, "items": 1}),
        ([f"user:{ids[1]}"], {"user_id": ids[1], "version": 2, "items": 0}),
    ]


async def test_what_is_not_a_confirmation_is_refused(moderator: Buyer) -> None:
    movie = await make_movie()
    for query in ("confirm=perhaps", "confirm=", "sure=true", "confirm=true&confirm=false"):
        await refused(
            moderator, "DELETE", f"/movies/{movie.id}?{query}", None, 422, "invalid_request"
        )


async def attempt(act: Any) -> str:
    """Run one side of a race; only a refusal that says why is an answer."""
    try:
        await act
    except CinemaError as error:
        return type(error).__name__
    return "done"


async def test_a_movie_is_never_deleted_and_in_a_cart(database: None) -> None:
    moderator = await make_user(Role.MODERATOR)
    users = [await make_user() for _ in range(4)]
    for _ in range(rounds(RACES)):
        movie = await make_movie()
        await cart.add_movie(users[0].id, movie.id)

        outcomes = await asyncio.gather(
            *(attempt(cart.add_movie(user.id, movie.id)) for user in users[1:]),
            attempt(delete_movie(movie.id, moderator.id, confirmed=True)),
        )

        assert outcomes[-1] == "done"
        assert set(outcomes[:-1]) <= {"done", MovieNotFound.__name__}
        assert await fetch("SELECT 1 FROM cart_items") == []
    versions = await fetch("SELECT sum(version)::int AS n FROM carts")
    assert versions == [{"n": (await emitted()).count("cart.changed")}]


async def test_a_movie_is_never_deleted_and_in_an_order(database: None) -> None:
    moderator = await make_user(Role.MODERATOR)
    user = await make_user()
    for _ in range(rounds(RACES)):
        movie = await make_movie()
        await cart.add_movie(user.id, movie.id)
        order = place_order(user.id, PlaceOrder(), currency="usd", lifetime_minutes=30)

        outcome = await asyncio.gather(
            attempt(order), attempt(delete_movie(movie.id, moderator.id, confirmed=True))
        )

        assert tuple(outcome) in {
            ("done", MovieInOrders.__name__),
            (CartEmpty.__name__, "done"),
            (NothingToOrder.__name__, "done"),
        }
        await fetch("DELETE FROM pending_items")
        await fetch("DELETE FROM cart_items")


async def test_a_movie_that_is_being_paid_is_not_deleted(database: None) -> None:
    moderator = await make_user(Role.MODERATOR)
    user = await make_user()
    for _ in range(rounds(50)):
        movie = await make_movie()
        await cart.add_movie(user.id, movie.id)
        placed = await place_order(user.id, PlaceOrder(), currency="usd", lifetime_minutes=30)

        refusal, _ = await asyncio.gather(
            attempt(delete_movie(movie.id, moderator.id, confirmed=True)),
            make_bought(user.id, placed.order.id),
        )

        assert refusal in {MovieInOrders.__name__, MoviePurchased.__name__}
        assert await Movie.filter(id=movie.id, deleted_at=None).exists()


async def test_two_moderators_delete_a_movie_once(database: None) -> None:
    moderators = [await make_user(Role.MODERATOR) for _ in range(2)]
    for _ in range(rounds(10)):
        movie = await make_movie()
        outcomes = await asyncio.gather(
            *(attempt(delete_movie(movie.id, one.id, confirmed=True)) for one in moderators)
        )
        assert sorted(outcomes) == [MovieNotFound.__name__, "done"]
    assert (await emitted()).count("movie.deleted") == rounds(10)


async def test_a_movie_that_is_withdrawn_stays_deletable(database: None) -> None:
    moderator, user = await make_user(Role.MODERATOR), await make_user()
    movie = await make_movie(is_available=False)
    assert await attempt(cart.add_movie(user.id, movie.id)) == MovieUnavailable.__name__
    assert await attempt(delete_movie(movie.id, moderator.id, confirmed=False)) == "done"
