"""Likes, ratings and favourites: one of each for a visitor and a movie, and exact counts."""

from typing import Any

import pytest

from cinema.database import fetch
from cinema.settings import Settings
from tests.conftest import Client
from tests.factories import make_movie
from tests.house import Buyer, emitted
from tests.social.talking import counters, refused, someone, told


@pytest.fixture
async def visitor(client: Client, settings: Settings) -> Buyer:
    return await someone(client, settings)


async def test_a_like_is_one_however_often_and_a_dislike_takes_its_place(visitor: Buyer) -> None:
    movie = await make_movie()
    path = f"/movies/{movie.id}/reaction"
    for _ in range(2):
        answer = await visitor.call("PUT", path, {"value": "like"})
        assert answer == (200, {"likes": 1, "dislikes": 0, "value": "like"})
    answer = await visitor.call("PUT", path, {"value": "dislike"})
    assert answer == (200, {"likes": 0, "dislikes": 1, "value": "dislike"})
    for _ in range(2):
        answer = await visitor.call("DELETE", path)
        assert answer == (200, {"likes": 0, "dislikes": 0, "value": None})
    assert await told("reaction.changed") == [
        {"movie_id": movie.id, "likes": 1, "dislikes": 0},
        {"movie_id": movie.id, "likes": 0, "dislikes": 1},
        {"movie_id": movie.id, "likes": 0, "dislikes": 0},
    ]
    assert await fetch("SELECT id FROM movie_reactions") == []


async def test_ratings_make_an_average_and_a_histogram(
    client: Client, settings: Settings, visitor: Buyer
) -> None:
    movie, other = await make_movie(), await make_movie()
    second = await someone(client, settings)
    path = f"/movies/{movie.id}/rating"
    assert await visitor.call("PUT", path, {"value": 3}) == (
        200, {"average": "3.0", "count": 1, "value": 3},
    )  # fmt: skip
    await visitor.call("PUT", path, {"value": 10})
    _, rated = await second.call("PUT", path, {"value": 7})
    assert rated == {"average": "8.5", "count": 2, "value": 7}
    await second.call("PUT", f"/movies/{other.id}/rating", {"value": 1})

    ratings = await (await client.get(f"/api/v1/movies/{movie.id}/ratings")).json()
    assert ratings == {"average": "8.5", "count": 2, "histogram": [0, 0, 0, 0, 0, 0, 1, 0, 0, 1]}
    _, shown = await visitor.call("GET", f"/movies/{movie.id}")
    assert shown["rating"] == {"average": "8.5", "count": 2}

    _, back = await visitor.call("DELETE", path)
    assert back == {"average": "7.0", "count": 1, "value": None}
    assert [event["rating_sum"] for event in await told("rating.changed")] == [3, 10, 17, 1, 7]


async def test_a_movie_that_nobody_has_rated_has_no_average(client: Client) -> None:
    movie = await make_movie()
    ratings = await (await client.get(f"/api/v1/movies/{movie.id}/ratings")).json()
    assert ratings == {"average": None, "count": 0, "histogram": [0] * 10}


NO_VOTES: list[tuple[str, Any]] = [
    *(("reaction", {"value": value}) for value in ("love", "", None, 1)),
    *(("rating", {"value": value}) for value in (0, 11, -1, 5.5, "ten", None, True)),
    ("rating", {}),
    ("rating", {"value": 5, "why": "x"}),
]


async def test_a_vote_that_is_none_is_refused(visitor: Buyer) -> None:
    movie = await make_movie()
    before = await emitted()
    for path, body in NO_VOTES:
        answer = await visitor.call("PUT", f"/movies/{movie.id}/{path}", body)
        assert refused(answer) == (422, "invalid_request"), (path, body)
    assert set((await counters(movie.id)).values()) == {0}
    assert await emitted() == before


async def test_favourites_are_kept_once_and_told_to_their_owner_alone(visitor: Buyer) -> None:
    movie = await make_movie()
    path = f"/favorites/{movie.id}"
    for _ in range(2):
        assert await visitor.call("PUT", path) == (200, {"favorite": True, "favorites": 1})
    for _ in range(2):
        assert await visitor.call("DELETE", path) == (200, {"favorite": False, "favorites": 0})
    rows = await fetch("SELECT type, topics, data::text FROM outbox WHERE type LIKE 'favorite%'")
    assert [(row["type"], row["topics"]) for row in rows] == [
        ("favorites.changed", [f"movie:{movie.id}"]),
        ("favorite.changed", [f"user:{visitor.user.id}"]),
    ] * 2
    public = [row["data"] for row in rows if row["type"] == "favorites.changed"]
    assert not any("user" in data for data in public)


async def test_the_favourites_take_every_parameter_of_the_catalogue(
    client: Client, settings: Settings, visitor: Buyer
) -> None:
    other = await someone(client, settings)
    names = ("Alien", "Brazil", "Casablanca", "Dogville")
    movies = {name: await make_movie(name, year=1970 + n) for n, name in enumerate(names)}
    for name in names[:3]:
        await visitor.call("PUT", f"/favorites/{movies[name].id}")
    await other.call("PUT", f"/favorites/{movies['Dogville'].id}")

    async def listed(query: str) -> list[str]:
        status, page = await visitor.call("GET", f"/favorites?{query}")
        assert status == 200, page
        return [movie["name"] for movie in page["items"]]

    assert await listed("sort=-name") == ["Casablanca", "Brazil", "Alien"]
    assert await listed("year_min=1971&sort=year") == ["Brazil", "Casablanca"]
    assert await listed("q=alien") == ["Alien"]
    assert await listed("sort=name&per_page=1&page=2") == ["Brazil"]
    assert refused(await visitor.call("GET", "/favorites?sort=color")) == (422, "invalid_request")

    walked, cursor = [], ""
    while cursor is not None:
        _, page = await visitor.call("GET", f"/favorites?sort=name&per_page=2&cursor={cursor}")
        walked += [movie["name"] for movie in page["items"]]
        cursor = page["next_cursor"]
    assert walked == ["Alien", "Brazil", "Casablanca"]
    assert all(movie["me"]["favorite"] for movie in page["items"])


async def test_a_movie_says_what_it_is_to_the_caller_and_only_to_the_caller(
    client: Client, settings: Settings, visitor: Buyer
) -> None:
    movie, other = await make_movie(), await make_movie()
    await visitor.call("PUT", f"/movies/{movie.id}/reaction", {"value": "dislike"})
    await visitor.call("PUT", f"/movies/{movie.id}/rating", {"value": 2})
    await visitor.call("PUT", f"/favorites/{movie.id}")
    await visitor.add(movie.id)
    mine = {
        "in_cart": True, "purchased": False, "order_id": None,
        "reaction": "dislike", "rating": 2, "favorite": True,
    }  # fmt: skip
    nothing = {
        "in_cart": False, "purchased": False, "order_id": None,
        "reaction": None, "rating": None, "favorite": False,
    }  # fmt: skip
    _, shown = await visitor.call("GET", f"/movies/{movie.id}")
    assert shown["me"] == mine
    order_id = await visitor.order()
    _, listed = await visitor.call("GET", "/movies")
    found = {item["id"]: item["me"] for item in listed["items"]}
    assert found == {movie.id: mine | {"order_id": order_id}, other.id: nothing}

    _, theirs = await (await someone(client, settings)).call("GET", f"/movies/{movie.id}")
    assert theirs["me"] == nothing
    assert (await (await client.get(f"/api/v1/movies/{movie.id}")).json())["me"] is None


ACTS = (
    ("PUT", "/movies/{}/reaction", {"value": "like"}),
    ("PUT", "/movies/{}/rating", {"value": 5}),
    ("PUT", "/favorites/{}", None),
    ("DELETE", "/movies/{}/reaction", None),
    ("DELETE", "/movies/{}/rating", None),
    ("DELETE", "/favorites/{}", None),
)


async def test_a_movie_that_is_not_there_takes_no_votes(visitor: Buyer) -> None:
    gone = await make_movie()
    await fetch("UPDATE movies SET deleted_at = now() WHERE id = $1", gone.id)
    before = await emitted()
    for method, path, body in ACTS:
        addresses = [4711, gone.id] if method == "PUT" else [4711]
        for movie_id in addresses:
            answer = await visitor.call(method, path.format(movie_id), body)
            assert refused(answer) == (404, "movie_not_found"), (method, path)
    assert await emitted() == before
    for table in ("movie_reactions", "movie_ratings", "favorites"):
        assert await fetch(f"SELECT id FROM {table}") == []


async def test_what_a_deleted_movie_was_to_somebody_can_be_taken_back(visitor: Buyer) -> None:
    movie = await make_movie()
    await visitor.call("PUT", f"/favorites/{movie.id}")
    await fetch("UPDATE movies SET deleted_at = now()")
    _, page = await visitor.call("GET", "/favorites")
    assert page["items"] == []
    status, _ = await visitor.call("DELETE", f"/favorites/{movie.id}")
    assert status == 200
    assert await fetch("SELECT id FROM favorites") == []
