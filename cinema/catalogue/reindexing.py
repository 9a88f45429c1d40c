"""The index held against the catalogue: films that it does not know, or knows by names of old, and
words that it miscounts."""

from collections.abc import AsyncIterator
from dataclasses import dataclass

from cinema.catalogue.cards import LABELS
from cinema.catalogue.indexing import index_movies
from cinema.catalogue.search import BEGIN
from cinema.catalogue.vocabulary import TRIGRAMS, WORDS
from cinema.database import atomic, bulk_execute, fetch, transaction

BATCH = 500
"""Films whose search is written in one transaction."""

# A search without the mark was written by an older release, or never.
UNKNOWN = f"""
m.deleted_at IS NULL AND (m.search IS NULL OR NOT m.search @@ '''{BEGIN}'''::tsquery
                          OR m.labels IS DISTINCT FROM {LABELS})
"""
COUNTED = f"""
SELECT coalesce(held.word, w.word) AS word, coalesce(held.movies, 0) AS movies
  FROM (SELECT word, count(*) AS movies FROM movies m, unnest({WORDS}) word
         WHERE m.deleted_at IS NULL GROUP BY word) held
  FULL JOIN search_words w ON w.word = held.word
 WHERE coalesce(held.movies, 0) <> coalesce(w.movies, -1)
"""  # noqa: S608 - composed of constants
RECOUNT = f"""
WITH wrong AS ({COUNTED}),
     written AS (
         INSERT INTO search_words AS w (word, trigrams, movies)
         SELECT word, {TRIGRAMS}, movies FROM wrong
         ON CONFLICT (word) DO UPDATE SET movies = excluded.movies)
SELECT count(*) AS n FROM wrong
"""  # noqa: S608 - composed of constants


@dataclass(frozen=True, slots=True)
class SearchFaults:
    """How many films the search does not know, and how many words it counts wrongly."""

    movies: int
    words: int

    def __bool__(self) -> bool:
        return bool(self.movies or self.words)


async def search_faults() -> SearchFaults:
    """Compare the search with the whole catalogue; takes long for a large one."""
    async with transaction():
        await bulk_execute("SET LOCAL statement_timeout = 0")
        [movies] = await bulk_execute(f"SELECT count(*) AS n FROM movies m WHERE {UNKNOWN}")  # noqa: S608
        [words] = await bulk_execute(f"SELECT count(*) AS n FROM ({COUNTED}) wrong")  # noqa: S608
    return SearchFaults(movies["n"], words["n"])


async def repair_search() -> SearchFaults:
    """Write the search of every film that it does not know, then count the words anew."""
    movies = sum([written async for written in _write_unknown()])
    return SearchFaults(movies, await _recount())


async def _write_unknown() -> AsyncIterator[int]:
    while written := await _write_some():
        yield written


@atomic
async def _write_some() -> int:
    rows = await fetch(
        f"SELECT id FROM movies m WHERE {UNKNOWN} ORDER BY id LIMIT {BATCH} FOR NO KEY UPDATE"  # noqa: S608
    )
    if rows:
        await index_movies([row["id"] for row in rows])
    return len(rows)


@atomic
async def _recount() -> int:
    await bulk_execute("SET LOCAL statement_timeout = 0")
    # Whoever changes a film waits with its words until these are counted: none is lost.
    await bulk_execute("LOCK TABLE search_words IN SHARE ROW EXCLUSIVE MODE")
    [row] = await bulk_execute(RECOUNT)
    return int(row["n"])
