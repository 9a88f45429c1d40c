"""One film, and the genres, over REST."""

from decimal import Decimal

import pytest

from cinema.cart.withdrawal import delete_movie
from cinema.database import fetch
from cinema.roles import Role
from tests.accounts_factory import make_user
from tests.conftest import Client
from tests.factories import make_movie


async def test_a_film_answers_to_its_id_and_to_its_uuid(client: Client) -> None:
    made = await make_movie(
        "Solaris", year=1972, time=167, imdb=Decimal("8.0"), votes=90_000, meta_score=93,
        gross=Decimal("22168.00"), price=Decimal("9.99"), certification="PG",
        genres=("Sci-Fi", "Drama"), directors=("Andrei Tarkovsky",), stars=("Donatas Banionis",),
        description="An ocean thinks.",
    )  # fmt: skip
    by_id = await (await client.get(f"/api/v1/movies/{made.id}")).json()
    by_uuid = await (await client.get(f"/api/v1/movies/{made.uuid}")).json()
    assert by_id == by_uuid
    assert by_id == {
        "id": made.id, "uuid": str(made.uuid), "name": "Solaris", "year": 1972, "time": 167,
        "imdb": "8.0", "votes": 90_000, "meta_score": 93, "gross": "22168.00",
        "description": "An ocean thinks.", "price": "9.99", "currency": "usd",
        "certification": "PG", "genres": ["Drama", "Sci-Fi"], "directors": ["Andrei Tarkovsky"],
        "stars": ["Donatas Banionis"], "is_available": True, "release_at": None, "likes": 0,
        "dislikes": 0, "favorites": 0, "comments": 0, "rating": {"average": None, "count": 0},
        "poster": f"/posters/{made.uuid}.svg", "trailer": None, "me": None,
        "posters": dict.fromkeys(("small", "medium", "large"), f"/posters/{made.uuid}.svg"),
    }  # fmt: skip


@pytest.mark.parametrize(
    "key",
    [
        "0",
        "999999999999999999",
        "1b4e28ba-2fa1-41d2-883f-0016d3cca427",
        "-" * 36,
        "f" * 36,
        "a" * 36,
    ],
)
async def test_a_film_that_does_not_exist_is_not_found(client: Client, key: str) -> None:
    response = await client.get(f"/api/v1/movies/{key}")
    assert (response.status, (await response.json())["code"]) == (404, "movie_not_found")


@pytest.mark.parametrize("key", ["9" * 19, "-1", "x", "1.5", "%00", "١"])
async def test_what_cannot_be_a_key_is_no_address(client: Client, key: str) -> None:
    response = await client.get(f"/api/v1/movies/{key}")
    assert response.status in {400, 404}


async def test_a_deleted_film_is_not_found(client: Client) -> None:
    movie = await make_movie()
    await fetch("UPDATE movies SET deleted_at = now()")
    assert (await client.get(f"/api/v1/movies/{movie.id}")).status == 404
    assert (await client.get(f"/api/v1/movies/{movie.uuid}")).status == 404


async def test_genres_are_listed_with_their_films_counted_and_empty_ones_included(
    client: Client,
) -> None:
    await make_movie("One", genres=("Drama", "Horror"))
    await make_movie("Two", genres=("Drama",))
    moderator = await make_user(role=Role.MODERATOR)
    await delete_movie(
        (await make_movie("Three", genres=("Western",))).id, moderator.id, confirmed=False
    )
    body = await (await client.get("/api/v1/genres")).json()
    assert [(genre["name"], genre["movies"]) for genre in body["items"]] == [
        ("Drama", 2), ("Horror", 1), ("Western", 0)
    ]  # fmt: skip
