"""Movies whose moment has come are announced once, by whichever worker is first."""

import asyncio
import json

from cinema.catalogue.service import release_due
from cinema.database import fetch
from tests.factories import make_movie
from tests.house import emitted
from tests.rounds import rounds


async def set_release(movie_id: int, when: str) -> None:
    await fetch(f"UPDATE movies SET release_at = now() + interval '{when}' WHERE id = $1", movie_id)


async def test_a_movie_is_announced_when_its_moment_has_passed_and_not_again(
    database: None,
) -> None:
    due, ahead, plain = [await make_movie(name) for name in ("Due", "Ahead", "Plain")]
    await set_release(due.id, "-1 second")
    await set_release(ahead.id, "1 hour")
    before = await emitted()

    assert [await release_due(), await release_due()] == [1, 0]

    assert (await emitted())[len(before) :] == ["movie.released"]
    [row] = await fetch("SELECT topics, data FROM outbox WHERE type = 'movie.released'")
    assert row["topics"] == [f"movie:{due.id}", "catalogue"]
    assert json.loads(row["data"]) == {"movie_id": due.id, "name": "Due"}
    moments = await fetch("SELECT id FROM movies WHERE release_at IS NULL ORDER BY id")
    assert [row["id"] for row in moments] == [due.id, plain.id]


async def test_a_movie_that_is_held_back_is_announced_when_it_goes_on_sale(
    database: None,
) -> None:
    movie = await make_movie(is_available=False)
    await set_release(movie.id, "-1 day")
    assert await release_due() == 0
    await fetch("UPDATE movies SET is_available = true")
    assert await release_due() == 1


async def test_a_deleted_movie_is_not_announced(database: None) -> None:
    movie = await make_movie()
    await set_release(movie.id, "-1 day")
    await fetch("UPDATE movies SET deleted_at = now()")
    assert await release_due() == 0


async def test_two_workers_announce_each_of_many_movies_once(database: None) -> None:
    movies = [await make_movie() for _ in range(5)]
    for number in range(rounds(20)):
        for movie in movies:
            await set_release(movie.id, "-1 second")
        counts = await asyncio.gather(release_due(), release_due(), release_due())
        assert sum(counts) == len(movies)
        assert (await emitted()).count("movie.released") == (number + 1) * len(movies)
