"""How fast films come in: a synthetic file of 100,000 rows into an empty database.

Run `python -m bench.import_rate [ROWS]`; it starts a PostgreSQL of its own and prints rows/s.
"""

import asyncio
import csv
import random
import sys
import time
from decimal import Decimal
from pathlib import Path

from cinema.catalogue.csvfile import COLUMNS
from cinema.catalogue.importer import import_file
from cinema.database import open_database
from cinema.devstack.data import temporary_folder
from cinema.devstack.postgres import run_postgres
from cinema.migrate import migrate
from cinema.settings import Settings

ROWS = 100_000
GENRES = ("Action", "Comedy", "Crime", "Drama", "Horror", "Romance", "Sci-Fi", "Western")
WORDS = ("night", "river", "without", "end", "nobody", "crosses", "twice", "city", "beyond")


def write_file(path: Path, rows: int) -> None:
    dice = random.Random(1)
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file)
        writer.writerow(COLUMNS)
        for number in range(rows):
            writer.writerow(row(dice, number))


def row(dice: random.Random, number: int) -> list[str]:
    """Make a film out of 20,000 stars and 5,000 directors."""
    stars = [f"Star Nº {dice.randrange(20_000)}" for _ in range(4)]
    return [
        f"Film {number} {dice.choice(WORDS)}",
        str(dice.randint(1920, 2025)),
        dice.choice(["U", "PG", "R", ""]),
        f"{dice.randint(60, 240)} min",
        ", ".join(dice.sample(GENRES, 3)),
        f"{dice.randint(10, 99) / 10}",
        " ".join(dice.choices(WORDS, k=25)),
        dice.choice(["", str(dice.randint(0, 100))]),
        f"Director {dice.randrange(5_000)}",
        *stars,
        f"{dice.randrange(2_000_000):,}",
        dice.choice(["", f"{dice.randrange(900_000_000):,}"]),
    ]


async def measure(rows: int) -> None:
    with temporary_folder() as folder:
        path = folder / "films.csv"
        write_file(path, rows)
        async with run_postgres(folder / "postgres") as postgres:
            settings = make_settings(await postgres.ensure_database("cinema"))
            await migrate(settings)
            async with open_database(settings, "bench"):
                for attempt in ("empty database", "everything known"):
                    began = time.perf_counter()
                    report = await import_file(path, price=Decimal("9.99"))
                    seconds = time.perf_counter() - began
                    print(
                        f"{attempt}: {report.read:,} rows, {report.added:,} added,"
                        f" {len(report.refused):,} refused in {seconds:.1f} s:"
                        f" {report.read / seconds:,.0f} rows/s"
                    )


def make_settings(database_url: str) -> Settings:
    """Only the database is used; the rest has to be there."""
    return Settings(
        database_url=database_url,
        redis_url="redis://127.0.0.1:1",
        s3_url="http://127.0.0.1:1",
        s3_access_key="none",
        s3_secret_key="none",
        smtp_url="smtp://127.0.0.1:1",
        public_url="http://127.0.0.1:1",
        secret_key="-" * 32,
        access_token_keys="bench:" + "-" * 32,
        stripe_api_key="none",
    )


if __name__ == "__main__":
    asyncio.run(measure(int(sys.argv[1]) if len(sys.argv) > 1 else ROWS))
