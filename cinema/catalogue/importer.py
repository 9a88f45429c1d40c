"""Films in bulk: copied into a staging table, then made set by set, all in one transaction."""

from collections.abc import AsyncIterable, AsyncIterator, Callable, Iterable, Iterator
from dataclasses import dataclass, field
from datetime import datetime
from decimal import Decimal
from pathlib import Path
from typing import Any

from cinema.catalogue.cards import LABELS_ARE_WRITTEN
from cinema.catalogue.csvfile import RefusedRow, read_movies
from cinema.catalogue.csvrow import MovieRow
from cinema.catalogue.events import CatalogueImported
from cinema.catalogue.indexing import DOCUMENT
from cinema.catalogue.labels import LINKED
from cinema.catalogue.search import words
from cinema.catalogue.vocabulary import ADD, WORDS
from cinema.database import bulk_copy, bulk_execute, transaction
from cinema.outbox import emit

Progress = Callable[[int], None]
Records = Iterable[tuple[Any, ...]] | AsyncIterable[tuple[Any, ...]]
PROGRESS_STEP = 500
"""Rows between two calls of a progress function."""


@dataclass(frozen=True, slots=True)
class Offer:
    """A film and the terms on which it is offered."""

    row: MovieRow
    is_available: bool = True
    release_at: datetime | None = None


@dataclass(slots=True)
class ImportReport:
    read: int = 0
    added: int = 0
    refused: list[RefusedRow] = field(default_factory=list)

    @property
    def known(self) -> int:
        """How many rows were there already, or stood twice in the file."""
        return self.read - self.added - len(self.refused)


PATIENT = (
    "idle_in_transaction_session_timeout = 0",
    "statement_timeout = 0",
    "lock_timeout = '60s'",
    "work_mem = '64MB'",
)
MANY = 50
"""Films after which the catalogue is another one. PostgreSQL would look at it within a minute;
until then it would plan for an empty one, and a page of the list took 17 ms instead of 3."""
COUNT_ANEW = (
    "ANALYZE movies, movies_genres, movies_directors, movies_stars, genres, directors, stars,"
    " search_words"
)
COLUMNS = (
    "name", "year", "time", "imdb", "votes", "meta_score", "gross", "description", "price",
    "is_available", "release_at", "certification", "genres", "directors", "stars",
    "folded_name", "folded_people", "folded_genres", "folded_description",
)  # fmt: skip

STAGE = """
CREATE TEMPORARY TABLE staged (
    line bigint GENERATED ALWAYS AS IDENTITY,
    name text, year smallint, time int, imdb numeric, votes int, meta_score smallint,
    gross numeric, description text, price numeric, is_available boolean, release_at timestamptz,
    certification text, genres text[], directors text[], stars text[],
    folded_name text, folded_people text, folded_genres text, folded_description text
) ON COMMIT DROP
"""

# Two imports at once would each insert what the other has not committed yet and wait for it in
# another order: they take turns instead.
TAKE_TURNS = "SELECT pg_advisory_xact_lock(hashtext('catalogue.import'))"

SOURCES = {
    "certifications": "certification",
    "genres": "unnest(genres)",
    "directors": "unnest(directors)",
    "stars": "unnest(stars)",
}
"""Where the staged rows have the names of each table; in the order in which all lock them."""

# A name that is there must not be renamed before its films have it, nor without their search.
KEEP_NAMES = """
SELECT FROM {table} o WHERE lower(o.name) IN (SELECT lower({source}) FROM staged)
 ORDER BY o.id FOR KEY SHARE
"""

NAMES = """
INSERT INTO {table} (name)
SELECT DISTINCT ON (lower(name)) name FROM (SELECT line, {source} AS name FROM staged) named
ORDER BY lower(name), line
ON CONFLICT (lower(name)) DO NOTHING
"""

# As they are spelt in their tables, in the form of movie_labels, and set by set like all else here.
LABELS_OF = """'"{kind.field}":' || coalesce({kind.table}.names, '[]')"""
GIVEN_NAMES = """LEFT JOIN (
SELECT line, to_json(array_agg(DISTINCT o.name ORDER BY o.name)) AS names
  FROM (SELECT line, lower(unnest({kind.table})) AS name FROM staged) given
  JOIN {kind.table} o ON lower(o.name) = given.name GROUP BY line) {kind.table} USING (line)"""

MOVIES = f"""
INSERT INTO movies (name, year, time, imdb, votes, meta_score, gross, description, price,
                    is_available, release_at, certification_id, search, labels)
SELECT DISTINCT ON (s.name, s.year, s.time)
       s.name, s.year, s.time, s.imdb, s.votes, s.meta_score, s.gross, s.description, s.price,
       s.is_available, s.release_at, c.id,
       {DOCUMENT},
       '"certification":' || to_json(c.name) || ',' ||
       {" || ',' || ".join(LABELS_OF.format(kind=kind) for kind in LINKED)}
  FROM staged s JOIN certifications c ON lower(c.name) = lower(s.certification)
       {" ".join(GIVEN_NAMES.format(kind=kind) for kind in LINKED)},
       LATERAL (SELECT s.folded_name AS name, s.folded_people AS people,
                       s.folded_genres AS genres, s.folded_description AS description) given
 WHERE NOT EXISTS (SELECT FROM movies known WHERE known.deleted_at IS NULL
                      AND (known.name, known.year, known.time) = (s.name, s.year, s.time))
 ORDER BY s.name, s.year, s.time, s.line
ON CONFLICT (name, year, time) WHERE deleted_at IS NULL DO NOTHING
"""  # noqa: S608 - composed of constants

ADDED = """
CREATE TEMPORARY TABLE added (
    movie_id bigint PRIMARY KEY, genres text[], directors text[], stars text[]
) ON COMMIT DROP
"""

# Only the films of this very transaction: a film that was there keeps the people it has.
FIND_ADDED = """
INSERT INTO added
SELECT DISTINCT ON (m.id) m.id, s.genres, s.directors, s.stars
  FROM movies m JOIN staged s ON (m.name, m.year, m.time) = (s.name, s.year, s.time)
 WHERE m.id > $1 AND m.deleted_at IS NULL
 ORDER BY m.id, s.line
"""

RELATIONS = """
INSERT INTO {kind.links} (movie_id, {kind.column})
SELECT given.movie_id, o.id
  FROM (SELECT movie_id, lower(unnest({kind.table})) AS name FROM added) given
  JOIN {kind.table} o ON lower(o.name) = given.name
ON CONFLICT DO NOTHING
"""

WORDS_OF_ADDED = f"""
(SELECT word, count(*) AS more
   FROM added a JOIN movies m ON m.id = a.movie_id, unnest({WORDS}) word GROUP BY word) given
"""  # noqa: S608 - composed of constants


async def import_file(
    path: Path,
    *,
    price: Decimal | None,
    price_by_year: bool = False,
    progress: Progress | None = None,
) -> ImportReport:
    """Take in a CSV file; the database is left as it was when the file cannot be read to its end.

    Raises UnreadableFile. A row that is refused is told in the report and the others are kept.
    """
    report = ImportReport()

    def offers() -> Iterator[Offer]:
        for row in read_movies(path, price, price_by_year):
            report.read += 1
            if isinstance(row, RefusedRow):
                report.refused.append(row)
            else:
                yield Offer(row)
            if progress and report.read % PROGRESS_STEP == 0:
                progress(report.read)

    report.added = await import_offers(offers())
    if progress:
        progress(report.read)
    return report


async def import_offers(offers: Iterable[Offer] | AsyncIterable[Offer]) -> int:
    """Add the films that are not there yet, in one transaction; return how many those were."""
    records: Records = map(_record, offers) if isinstance(offers, Iterable) else _records(offers)
    async with transaction():
        for setting in (*PATIENT, LABELS_ARE_WRITTEN):
            await bulk_execute(f"SET LOCAL {setting}")
        await bulk_execute(TAKE_TURNS)
        await bulk_execute(STAGE)
        await bulk_copy("staged", COLUMNS, records)
        await bulk_execute("ANALYZE staged")
        [newest] = await bulk_execute("SELECT coalesce(max(id), 0) AS id FROM movies")
        for table, source in SOURCES.items():
            await bulk_execute(KEEP_NAMES.format(table=table, source=source))
            await bulk_execute(NAMES.format(table=table, source=source))
        # Tables that have just grown have no statistics, and the joins would be nested loops.
        await bulk_execute("ANALYZE genres, directors, stars")
        await bulk_execute(MOVIES)
        await bulk_execute(ADDED)
        await bulk_execute(FIND_ADDED, newest["id"])
        await bulk_execute("ANALYZE added")
        for kind in LINKED:
            await bulk_execute(RELATIONS.format(kind=kind))
        # Late: whoever changes a film with one of the words waits for this transaction's end.
        await bulk_execute(ADD.format(given=WORDS_OF_ADDED))
        [count] = await bulk_execute("SELECT count(*) AS n FROM added")
        added = int(count["n"])
        if added >= MANY:
            await bulk_execute(COUNT_ANEW)
        if added:
            await emit(CatalogueImported(movies=added))
    return added


async def _records(offers: AsyncIterable[Offer]) -> AsyncIterator[tuple[Any, ...]]:
    async for offer in offers:
        yield _record(offer)


def _record(offer: Offer) -> tuple[Any, ...]:
    row = offer.row
    return (
        row.name, row.year, row.time, row.imdb, row.votes, row.meta_score, row.gross,
        row.description, row.price, offer.is_available, offer.release_at, row.certification,
        row.genres, row.directors, row.stars,
        words(row.name), words(" ".join(row.directors + row.stars)), words(" ".join(row.genres)),
        words(row.description),
    )  # fmt: skip
