"""What is kept for anonymous readers: never old, never another's, never too much."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

import pytest
from aiohttp.test_utils import TestClient, TestServer

from cinema.app import create_app
from cinema.database import dedicated_connection, fetch
from cinema.http.cache import CACHE, Cache, Versions
from cinema.http.endpoint import Shared
from cinema.http.kept import Kept, Shelf
from cinema.settings import Settings
from tests.conftest import Client, resources_of
from tests.factories import make_movie
from tests.house import make_buyer
from tests.rounds import rounds

ROUNDS = rounds(200)


@asynccontextmanager
async def other_app(settings: Settings) -> AsyncIterator[Client]:
    """A second web process in all but name: it shares nothing with the first but the servers."""
    async with TestClient(TestServer(create_app(settings))) as client:
        yield client


def cache_of(client: Client) -> Cache:
    assert client.app is not None
    return client.app[CACHE]


def shelf_of(client: Client, shared: Shared = Shared.CATALOGUE) -> Shelf:
    return cache_of(client).shelf(shared)


async def read(client: Client, path: str) -> Any:
    async with client.get(path) as response:
        assert response.status == 200
        return await response.json()


async def test_no_reader_sees_what_was_before_an_acknowledged_commit(
    client: Client, settings: Settings
) -> None:
    """The writer's connection belongs to neither application; readers never stop meanwhile."""
    movie = await make_movie("Solaris")
    address, done = f"/api/v1/movies/{movie.id}", asyncio.Event()

    async def keep_reading(reader: Client) -> None:
        while not done.is_set():
            await read(reader, "/api/v1/movies?per_page=20")
            await read(reader, address)

    async with other_app(settings) as other, dedicated_connection(settings) as writer:
        crowd = [asyncio.create_task(keep_reading(one)) for one in (client, other) * 4]
        for number in range(1, ROUNDS + 1):
            await writer.execute("UPDATE movies SET likes = $1 WHERE id = $2", number, movie.id)
            one, listed, far = await asyncio.gather(
                read(client, address),
                read(other, "/api/v1/movies?per_page=20"),
                read(other, address),
            )
            assert one["likes"] == listed["items"][0]["likes"] == far["likes"] == number
        done.set()
        await asyncio.gather(*crowd)


async def test_an_answer_is_kept_until_something_changes(client: Client) -> None:
    movie = await make_movie("Solaris")
    for hits in (0, 1, 2):
        await read(client, "/api/v1/movies")
        assert shelf_of(client).hits == hits
    await fetch("UPDATE movies SET price = 1 WHERE id = $1", movie.id)
    body = await read(client, "/api/v1/movies")
    assert (body["items"][0]["price"], shelf_of(client).hits) == ("1.00", 2)


@pytest.mark.parametrize(
    "change",
    [
        "UPDATE movies SET name = 'Stalker'",
        "UPDATE genres SET name = 'Poem'",
        "UPDATE stars SET name = 'Nobody'",
        "UPDATE directors SET name = 'Nobody'",
        "UPDATE certifications SET name = 'X'",
        "DELETE FROM movies_genres",
        "DELETE FROM movies_stars",
        "DELETE FROM movies_directors",
        "UPDATE movies SET deleted_at = now()",
    ],
)
async def test_every_table_that_is_shown_moves_the_version(client: Client, change: str) -> None:
    await make_movie("Solaris")
    before = await read(client, "/api/v1/movies")
    await fetch(change)
    assert await read(client, "/api/v1/movies") != before


async def test_a_change_that_is_rolled_back_leaves_what_is_kept(
    client: Client, settings: Settings
) -> None:
    await make_movie("Solaris")
    before = await read(client, "/api/v1/movies")
    async with dedicated_connection(settings) as writer:
        change = writer.transaction()
        await change.start()
        await writer.execute("UPDATE movies SET name = 'Stalker'")
        assert await read(client, "/api/v1/movies") == before
        await change.rollback()
    assert await read(client, "/api/v1/movies") == before
    assert shelf_of(client).hits == 2


async def test_writers_of_different_films_never_wait_for_one_another(
    client: Client, settings: Settings
) -> None:
    movies = [await make_movie(f"Film {number}") for number in range(2)]
    async with (
        dedicated_connection(settings) as one,
        dedicated_connection(settings) as two,
        one.transaction(),
        two.transaction(),
    ):
        for writer, movie in ((one, movies[0]), (two, movies[1])):
            await writer.execute("SET LOCAL lock_timeout = '1s'")
            await writer.execute("UPDATE movies SET likes = 1 WHERE id = $1", movie.id)


async def test_the_total_is_exact_whatever_came_and_went(client: Client) -> None:
    first, *_ = [await make_movie(f"Film {number}") for number in range(5)]
    assert (await read(client, "/api/v1/movies"))["total_items"] == 5
    await fetch("UPDATE movies SET deleted_at = now() WHERE id <> $1", first.id)
    assert (await read(client, "/api/v1/movies"))["total_items"] == 1
    await fetch("UPDATE movies SET deleted_at = NULL WHERE id = $1", first.id + 1)
    assert (await read(client, "/api/v1/movies"))["total_items"] == 2


async def test_what_a_film_is_to_one_caller_is_told_to_no_other(
    client: Client, settings: Settings
) -> None:
    movie = await make_movie("Solaris")
    buyer = await make_buyer(client, settings)
    for address in ("/api/v1/movies", f"/api/v1/movies/{movie.id}"):
        anonymous = await read(client, address)
        async with client.get(address, headers=buyer.headers) as response:
            mine = await response.json()
            assert response.headers["Cache-Control"] == "no-store"
        again = await read(client, address)
        assert again == anonymous != mine
        assert '"in_cart"' not in str(again)


async def test_a_bad_token_is_refused_although_the_answer_is_kept(client: Client) -> None:
    await read(client, "/api/v1/movies")
    response = await client.get("/api/v1/movies", headers={"Authorization": "Bearer no"})
    assert response.status == 401


async def test_the_order_of_parameters_makes_no_other_answer(client: Client) -> None:
    await make_movie("Solaris")
    await read(client, "/api/v1/movies?year_min=1900&per_page=5")
    await read(client, "/api/v1/movies?per_page=5&year_min=1900")
    assert (shelf_of(client).hits, len(shelf_of(client))) == (1, 1)


LISTS = ("/api/v1/movies/facets", "/api/v1/genres", "/api/v1/directors?per_page=5")


@pytest.mark.parametrize("address", LISTS)
async def test_what_is_counted_for_lists_outlives_a_like(client: Client, address: str) -> None:
    movie = await make_movie("Solaris")
    shelf = shelf_of(client, Shared.LISTING)
    before = await read(client, address)
    for hits in (1, 2):
        await fetch("UPDATE movies SET likes = likes + 1 WHERE id = $1", movie.id)
        assert await read(client, address) == before
        assert shelf.hits == hits


@pytest.mark.parametrize("address", LISTS)
async def test_what_is_counted_for_lists_is_counted_again_for_a_new_film(
    client: Client, address: str
) -> None:
    await make_movie("Solaris")
    before = await read(client, address)
    await make_movie("Stalker")
    assert await read(client, address) != before
    assert shelf_of(client, Shared.LISTING).hits == 0


async def test_a_renamed_genre_is_listed_by_its_new_name(client: Client) -> None:
    await make_movie("Solaris")
    [genre, *_] = (await read(client, "/api/v1/genres"))["items"]
    await fetch("UPDATE genres SET name = 'Gris' WHERE id = $1", genre["id"])
    names = [item["name"] for item in (await read(client, "/api/v1/genres"))["items"]]
    assert "Gris" in names
    assert genre["name"] not in names


async def test_refusals_are_not_kept(client: Client) -> None:
    for _ in range(2):
        assert (await client.get("/api/v1/movies?sort=nothing")).status == 422
        assert (await client.get("/api/v1/movies/404")).status == 404
    assert (shelf_of(client).hits, len(shelf_of(client))) == (0, 0)


async def test_nothing_is_answered_from_memory_while_redis_is_flushed(client: Client) -> None:
    """Redis has no part in it: what it forgets or loses changes nothing."""
    movie = await make_movie("Solaris")
    await read(client, "/api/v1/movies")
    await resources_of(client).redis.flushall()
    await fetch("UPDATE movies SET likes = 7 WHERE id = $1", movie.id)
    assert (await read(client, "/api/v1/movies"))["items"][0]["likes"] == 7


def test_it_holds_so_many_bytes_and_drops_the_least_lately_used() -> None:
    cache = Shelf(max_bytes=10_000)
    cache.find(1, "a")
    for key in ("a", "b", "c", "d"):
        cache.find(1, "a")
        cache.keep(1, key, Kept(b"x" * 1000))
    assert cache.bytes <= 10_000
    assert [cache.find(1, key) is not None for key in "abcd"] == [True, False, True, True]
    cache.keep(1, "e", Kept(b"x" * 5000))
    assert cache.find(1, "e") is None


def test_what_was_read_under_a_version_that_has_passed_is_not_kept() -> None:
    cache = Shelf()
    cache.find(1, "a")
    cache.find(2, "b")
    cache.keep(1, "a", Kept(b"old"))
    assert (len(cache), cache.find(2, "a")) == (0, None)


async def test_without_a_proof_the_handler_answers(client: Client) -> None:
    await make_movie("Solaris")
    cache = cache_of(client)

    async def broken() -> Versions:
        raise OSError("gone")

    await read(client, "/api/v1/movies")
    cache.versions._read = broken
    await read(client, "/api/v1/movies")
    assert shelf_of(client).hits == 0
