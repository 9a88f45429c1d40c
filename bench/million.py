"""A million films and ten million comments beside a thousand films: is anything slower?

Run it as `python -m bench.million [MOVIES] [COMMENTS]`. Two databases are filled by SQL, the
small one with 1,000 films and as many comments for each; one web process reads each. Before each
request somebody likes a film, so that no answer that holds a film can be a kept one. What is
printed is the median of the same requests at both, taken in turns, and their ratio (the aim is at
most 2 for each). The rare search finds about as many films in both, as a title does; a common
word finds a thousandth of the catalogue, whatever its size.

What a filter finds is counted once and then known until a list changes. The last lines are what
that takes: the same requests, but a price is changed before each. They are meant to grow.
"""

import asyncio
import os
import sys
import tempfile
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from time import perf_counter

import aiohttp
import asyncpg
import uvloop

from bench.realtime_stage import environment, listening, percentile
from cinema.catalogue import listing
from cinema.catalogue.schemas import MovieQuery
from cinema.database import bulk_execute, dedicated_connection, fetch, open_database, transaction
from cinema.devstack.ports import free_port
from cinema.devstack.postgres import PostgresServer
from cinema.devstack.redis import RedisServer
from cinema.http.pagination import encode_cursor
from cinema.migrate import migrate
from cinema.settings import Settings

MOVIES, COMMENTS = 1_000_000, 10_000_000
SMALL = 1_000
ROUNDS = 100
PER_PAGE = 20
BATCH = 200_000
PREPARE = (
    "INSERT INTO certifications (id, name) VALUES (1, 'G')",
    "INSERT INTO genres (id, name) SELECT n, 'Genre ' || n FROM generate_series(1, 20) n",
    "INSERT INTO directors (id, name) SELECT n, 'Director ' || n"
    " FROM generate_series(1, greatest($1::int / 5, 1)) n",
    "INSERT INTO stars (id, name) SELECT n, 'Star ' || n"
    " FROM generate_series(1, greatest($1::int / 2, 1)) n",
    "INSERT INTO users (id, email, password_hash, is_active, group_id)"
    " SELECT n, n || '@bench.example', '!', true, (SELECT min(id) FROM user_groups)"
    " FROM generate_series(1, 1000) n",
)
# Ten films share a word of their names; one word in a thousand names is the same everywhere.
FILMS = """
INSERT INTO movies (id, name, year, time, imdb, votes, description, price, certification_id,
                    search, labels)
SELECT n, name, 1920 + n % 100, 80 + n % 90, n % 100 / 10.0, n::bigint * 7919 % 2000003, '',
       n % 30 + 0.99, 1,
       '^:1A'::tsvector || setweight(to_tsvector('simple', name), 'A') || '$:1A'::tsvector,
       movie_labels(n, 1)
  FROM generate_series($1::int, $2::int) n,
       LATERAL (SELECT 'word' || lpad((n / 10)::text, 6, '0')
                       || CASE WHEN n % 1000 = 0 THEN ' midnight' ELSE '' END
                       || ' part' || n AS name) named
"""
LINKS = (
    "INSERT INTO movies_genres (movie_id, genre_id)"
    " SELECT n, (n + g * 7) % 20 + 1 FROM generate_series($1::int, $2::int) n,"
    " generate_series(1, 2) g",
    "INSERT INTO movies_directors (movie_id, director_id)"
    " SELECT n, n % greatest($3::int / 5, 1) + 1 FROM generate_series($1::int, $2::int) n",
    "INSERT INTO movies_stars (movie_id, star_id)"
    " SELECT n, (n * s) % greatest($3::int / 2, 1) + 1"
    " FROM generate_series($1::int, $2::int) n, generate_series(1, 2) s ON CONFLICT DO NOTHING",
)
SAID = (
    "INSERT INTO comments (movie_id, user_id, text)"
    " SELECT n % $3::int + 1, n % 1000 + 1, 'Said ' || n FROM generate_series($1::int, $2::int) n"
)


async def made(settings: Settings, movies: int, comments: int) -> str:
    """Fill a database; return the cursor of its last page."""
    await migrate(settings)
    await fill(settings, movies, comments)
    return await last_page(settings, movies)


async def fill(settings: Settings, movies: int, comments: int) -> None:
    async with open_database(settings, "bench"):
        for statement in PREPARE:
            await run(statement, movies)
        for first in range(1, movies + 1, BATCH):
            last = min(first + BATCH - 1, movies)
            for statement in LINKS:
                await run(statement, first, last, movies)
            await run("ANALYZE")  # or the labels are gathered without an index
            await run(FILMS, first, last)
        for first in range(1, comments + 1, BATCH):
            await run(SAID, first, min(first + BATCH - 1, comments), movies)
        await run("UPDATE catalogue_versions SET movies = 0")
        await run(
            "INSERT INTO catalogue_versions (slot, movies) VALUES (0, $1::int)"
            " ON CONFLICT (slot) DO UPDATE SET movies = excluded.movies",
            movies,
        )
        await run("ANALYZE")


async def run(statement: str, *values: int) -> None:
    """Without triggers and foreign keys: what is written is known to be whole."""
    named = [value for number, value in enumerate(values, 1) if f"${number}" in statement]
    async with transaction():
        await fetch("SET LOCAL statement_timeout = 0")
        await fetch("SET LOCAL session_replication_role = replica")
        await bulk_execute(statement, *named)


async def last_page(settings: Settings, movies: int) -> str:
    """Return the cursor of the last page, which no reader would come to by page numbers."""
    async with open_database(settings, "bench"):
        query = MovieQuery(cursor="")
        keys = listing.order_of(query, listing.conditions(query))
        columns = ", ".join(f"{key.expression}::text" for key in keys)
        order = ", ".join(map(str, keys))
        [row] = await fetch(
            f"SELECT {columns} FROM movies m WHERE deleted_at IS NULL ORDER BY {order}"
            f" OFFSET {movies - PER_PAGE - 1} LIMIT 1"
        )
    return encode_cursor(list(row.values()))


def requests(movies: int, cursor: str) -> dict[str, str]:
    api = "/api/v1/movies"
    word = f"word{movies // 20:06}"
    return {
        "the list": f"{api}?per_page={PER_PAGE}",
        "the list by cursor": f"{api}?cursor=",
        "a filtered list": f"{api}?genre=Genre 3&year_min=1990",
        "a filtered list by cursor": f"{api}?genre=Genre 3&year_min=1990&cursor=",
        "a rare search": f"{api}?q={word}",
        "a common search": f"{api}?q=midnight",
        "the last page by cursor": f"{api}?cursor={cursor}",
        "a film": f"{api}/{movies // 2}",
        "a film's comments": f"{api}/{movies // 2}/comments",
        "the facets": f"{api}/facets",
        "the genres": "/api/v1/genres",
    }


COUNTED = ("a filtered list", "the facets", "the genres")
LIKE = "UPDATE movies SET likes = likes + 1 WHERE id = 7"
REPRICE = "UPDATE movies SET price = 5 + likes % 2 WHERE id = 7"


@dataclass(frozen=True)
class House:
    """A database and the web process that reads it."""

    reader: aiohttp.ClientSession
    writer: asyncpg.Connection
    paths: dict[str, str]

    async def ask(self, name: str, *changes: str) -> float:
        """Return the milliseconds of an answer that follows the changes."""
        for change in changes:
            await self.writer.execute(change)
        began = perf_counter()
        async with self.reader.get(self.paths[name]) as answer:
            body = await answer.read()
            if answer.status != 200:
                raise RuntimeError(f"{name}: {body.decode()}")
        return (perf_counter() - began) * 1000


@asynccontextmanager
async def house(url: str, redis: str, paths: dict[str, str]) -> AsyncIterator[House]:
    port = free_port()
    env = os.environ | environment(url, redis, port) | {"CINEMA_RATE_LIMITS": "0"}
    process = await asyncio.create_subprocess_exec(sys.executable, "-m", "cinema", "serve", env=env)
    try:
        await listening(port)
        async with (
            aiohttp.ClientSession(f"http://127.0.0.1:{port}") as session,
            dedicated_connection(Settings(database_url=url)) as writer,
        ):
            yield House(session, writer, paths)
    finally:
        process.terminate()
        await process.wait()


async def compare(small: House, large: House) -> None:
    for name in small.paths:
        await show(small, large, name, name, ROUNDS, LIKE)
    for name in COUNTED:
        await show(small, large, name, f"{name}, counted", ROUNDS // 5, LIKE, REPRICE)


async def show(
    small: House, large: House, name: str, title: str, rounds: int, *changes: str
) -> None:
    times: tuple[list[float], list[float]] = ([], [])
    for _ in range(rounds):
        for number, one in enumerate((small, large)):
            times[number].append(await one.ask(name, *changes))
    few, many = (percentile(one[rounds // 10 :], 0.5) for one in times)
    print(f"{title:26} {few:7.2f} ms  {many:7.2f} ms  {many / few:5.2f}")


async def main() -> None:
    given = [int(value) for value in sys.argv[1:]]
    movies, comments = [*given, *(MOVIES, COMMENTS)[len(given) :]]
    sizes = {"small": (SMALL, SMALL * comments // movies), "large": (movies, comments)}
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        postgres, redis = (
            PostgresServer(folder / "postgres", lasting=False),
            RedisServer(folder / "redis"),
        )
        await asyncio.gather(postgres.start(), redis.start())
        try:
            urls, paths = [], []
            for database, size in sizes.items():
                began = perf_counter()
                url = await postgres.create_database(database)
                os.environ.update(environment(url, redis.url, free_port()))
                settings = Settings()
                # A task has a context of its own, and the ORM's connection lies in the context.
                cursor = await asyncio.create_task(made(settings, *size))
                urls.append(url)
                paths.append(requests(size[0], cursor))
                print(
                    f"{database}: {size[0]:,} films, {size[1]:,} comments, made in"
                    f" {perf_counter() - began:.0f} s"
                )
            async with (
                house(urls[0], redis.url, paths[0]) as small,
                house(urls[1], redis.url, paths[1]) as large,
            ):
                print(f"{'':26} {SMALL:>7,} films {movies:>9,}")
                await compare(small, large)
        finally:
            await asyncio.gather(postgres.stop(), redis.stop())


if __name__ == "__main__":
    uvloop.run(main())
