"""Films in bulk: taken in once, whole or not at all."""

import asyncio
import csv
import hashlib
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from cinema.catalogue.csvfile import UnreadableFile
from cinema.catalogue.importer import ImportReport, Offer, import_file, import_offers
from cinema.database import fetch
from tests.catalogue.films import GOOD, PRICE, WriteCsv, encoded
from tests.factories import movie_row
from tests.house import emitted

pytestmark = pytest.mark.usefixtures("database")

REAL = Path(__file__).parents[3] / "shared" / "data" / "imdb_top_1000.csv"
TABLES = (
    "movies", "genres", "stars", "directors", "certifications", "movies_genres", "movies_stars",
    "movies_directors", "outbox",
)  # fmt: skip


async def digests() -> dict[str, str]:
    """Return a fingerprint of everything in the catalogue, table by table."""
    found = {}
    for table in TABLES:
        rows = await fetch(f"SELECT t::text AS row FROM {table} t ORDER BY 1")
        found[table] = hashlib.sha256(repr(rows).encode()).hexdigest()
    return found


async def take(path: Path) -> ImportReport:
    return await import_file(path, price=PRICE)


async def counts(*tables: str) -> list[int]:
    return [(await fetch(f"SELECT count(*) AS n FROM {table}"))[0]["n"] for table in tables]


def many(number: int) -> list[dict[str, str]]:
    return [GOOD | {"Series_Title": f"Film {n}", "Star1": f"Star {n % 7}"} for n in range(number)]


@pytest.mark.skipif(not REAL.exists(), reason="the real file is not part of the product")
async def test_the_real_file_is_taken_in_once() -> None:
    report = await take(REAL)
    assert (report.read, report.added, report.known) == (1000, 999, 0)
    [refused] = report.refused
    assert (refused.number, refused.name) == (968, "Apollo 13")
    assert refused.reason == 'the year is "PG", not a number'
    assert await counts("movies", "genres") == [999, 21]
    assert await fetch("SELECT count(*) AS n FROM movies WHERE name = 'Drishyam'") == [{"n": 2}]
    with REAL.open(encoding="utf-8", newline="") as file:
        rows = [row for row in csv.DictReader(file) if row["Series_Title"] != "Apollo 13"]
    stars = {row[f"Star{n}"].strip().lower() for row in rows for n in range(1, 5)}
    directors = {row["Director"].strip().lower() for row in rows}
    assert await counts("stars", "directors") == [len(stars), len(directors)]
    before = await digests()

    again = await take(REAL)

    assert (again.read, again.added, again.known, len(again.refused)) == (1000, 0, 999, 1)
    assert await digests() == before
    assert await emitted() == ["catalogue.imported"]


async def test_a_film_is_stored_as_it_stands_in_the_file(write_csv: WriteCsv) -> None:
    await take(write_csv(encoded(GOOD)))
    [movie] = await fetch(
        "SELECT m.name, year, time, imdb, votes, meta_score, gross, price, c.name AS certification,"
        " is_available FROM movies m JOIN certifications c ON c.id = certification_id"
    )
    assert movie == {
        "name": "Heat", "year": 1995, "time": 170, "imdb": Decimal("8.3"), "votes": 577_113,
        "meta_score": 76, "gross": Decimal("67436818.00"), "price": PRICE, "certification": "R",
        "is_available": True,
    }  # fmt: skip
    stars = await fetch("SELECT name FROM stars ORDER BY name")
    assert [star["name"] for star in stars] == [
        "Al Pacino", "Jon Voight", "Robert De Niro", "Val Kilmer"
    ]  # fmt: skip


async def test_a_name_is_made_once_whatever_its_case(write_csv: WriteCsv) -> None:
    rows = [
        GOOD | {"Series_Title": "One", "Genre": "Drama, CRIME", "Star1": "AL PACINO"},
        GOOD | {"Series_Title": "Two", "Genre": "crime, drama", "Star1": "al pacino"},
        GOOD | {"Series_Title": "Three", "Certificate": "r", "Director": "MICHAEL MANN"},
    ]
    await take(write_csv(encoded(*rows)))
    await take(write_csv(encoded(GOOD | {"Series_Title": "Four", "Genre": "dRAMA"})))
    assert await counts("movies", "genres", "stars", "directors", "certifications") == [
        4, 2, 4, 1, 1
    ]  # fmt: skip
    assert await fetch("SELECT name FROM genres ORDER BY name") == [
        {"name": "CRIME"}, {"name": "Drama"}
    ]  # fmt: skip


async def test_letters_that_only_one_side_lowers_do_not_break_the_import() -> None:
    row = movie_row("Ipek", stars=("İpek", "i\u0307pek", "ipek", "ΟΔΟΣ", "οδοσ", "οδος"))
    assert await import_offers([Offer(row)]) == 1
    assert await import_offers([Offer(row)]) == 0


async def test_a_film_twice_in_a_file_is_added_once(write_csv: WriteCsv) -> None:
    other = GOOD | {"Runtime": "171 min"}
    report = await take(write_csv(encoded(GOOD, GOOD | {"Star1": "Somebody"}, other)))
    assert (report.read, report.added, report.known) == (3, 2, 1)
    assert await counts("movies") == [2]


async def test_a_film_that_is_there_keeps_its_price_and_its_people(write_csv: WriteCsv) -> None:
    await take(write_csv(encoded(GOOD)))
    await fetch("UPDATE movies SET price = 1.00, is_available = false")
    path = write_csv(encoded(GOOD | {"Star1": "Somebody Else", "IMDB_Rating": "1.0"}))
    assert (await take(path)).added == 0
    [movie] = await fetch("SELECT price, is_available, imdb FROM movies")
    assert movie == {"price": Decimal("1.00"), "is_available": False, "imdb": Decimal("8.3")}
    assert await counts("movies_stars") == [4]


async def test_a_deleted_film_comes_in_again(write_csv: WriteCsv) -> None:
    path = write_csv(encoded(GOOD))
    await take(path)
    await fetch("UPDATE movies SET deleted_at = now()")
    assert (await take(path)).added == 1
    assert await counts("movies", "stars") == [2, 4]


@pytest.mark.parametrize(
    "broken",
    [
        encoded(*many(700)) + "Mañana".encode("latin-1") + b"\n",
        encoded(*many(700)) + b"half,a,row\n",
        encoded(*many(700)) + b'"never closed\n',
        encoded(*many(700)) + b"nul \x00\n",
        encoded(*many(5), header=[name for name in GOOD if name != "Runtime"]),
        b"",
    ],
    ids=["wrong encoding", "half a row", "open quotation", "NUL", "missing column", "empty"],
)
async def test_a_broken_file_leaves_the_database_as_it_was(
    write_csv: WriteCsv, broken: bytes
) -> None:
    await take(write_csv(encoded(GOOD)))
    before = await digests()
    with pytest.raises(UnreadableFile):
        await take(write_csv(broken))
    assert await digests() == before


async def test_a_failure_in_mid_import_leaves_the_database_as_it_was(write_csv: WriteCsv) -> None:
    before = await digests()

    def offers() -> Any:
        yield Offer(movie_row("One"))
        raise RuntimeError("the disk is gone")

    with pytest.raises(RuntimeError, match="disk"):
        await import_offers(offers())
    assert await digests() == before


async def test_two_imports_at_once_add_every_film_once(write_csv: WriteCsv) -> None:
    path = write_csv(encoded(*many(300)))
    first, second = await asyncio.gather(take(path), take(path))
    assert sorted([first.added, second.added]) == [0, 300]
    assert await counts("movies", "genres", "stars") == [300, 2, 10]
    assert await emitted() == ["catalogue.imported"]


async def test_the_progress_is_told_on_the_way_and_at_the_end(write_csv: WriteCsv) -> None:
    told: list[int] = []
    await import_file(write_csv(encoded(*many(1200))), price=PRICE, progress=told.append)
    assert told == [500, 1000, 1200]


async def test_without_a_price_the_newer_film_costs_more(write_csv: WriteCsv) -> None:
    old, new = GOOD | {"Released_Year": "1931"}, GOOD | {"Released_Year": "2020"}
    await import_file(write_csv(encoded(old, new)), price=None, price_by_year=True)
    [first, second] = await fetch("SELECT price FROM movies ORDER BY year")
    assert first["price"] < second["price"]
