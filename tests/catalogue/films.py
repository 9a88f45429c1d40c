"""A good row, what it becomes, and files made of such rows."""

import csv
import io
from collections.abc import Callable, Sequence
from decimal import Decimal
from pathlib import Path

from cinema.catalogue.csvfile import COLUMNS, RefusedRow, read_movies
from cinema.catalogue.csvrow import MovieRow

WriteCsv = Callable[[bytes], Path]
PRICE = Decimal("9.99")
GOOD = {
    "Series_Title": "Heat",
    "Released_Year": "1995",
    "Certificate": "R",
    "Runtime": "170 min",
    "Genre": "Crime, Drama",
    "IMDB_Rating": "8.3",
    "Overview": "A thief and a detective keep the same hours.",
    "Meta_score": "76",
    "Director": "Michael Mann",
    "Star1": "Al Pacino",
    "Star2": "Robert De Niro",
    "Star3": "Val Kilmer",
    "Star4": "Jon Voight",
    "No_of_Votes": "577,113",
    "Gross": "67,436,818",
}
HEAT = MovieRow(
    name="Heat",
    year=1995,
    time=170,
    imdb=Decimal("8.3"),
    votes=577_113,
    meta_score=76,
    gross=Decimal(67_436_818),
    description="A thief and a detective keep the same hours.",
    price=PRICE,
    certification="R",
    genres=("Crime", "Drama"),
    directors=("Michael Mann",),
    stars=("Al Pacino", "Robert De Niro", "Val Kilmer", "Jon Voight"),
)


def encoded(*rows: dict[str, str], header: Sequence[str] = COLUMNS) -> bytes:
    text = io.StringIO(newline="")
    writer = csv.DictWriter(text, header, extrasaction="ignore", restval="")
    writer.writeheader()
    writer.writerows(rows)
    return text.getvalue().encode()


def read(path: Path) -> list[MovieRow | RefusedRow]:
    return list(read_movies(path, PRICE, False))
