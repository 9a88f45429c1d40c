"""Reading films from a CSV file: a bad row is refused and told, a bad file refused as a whole."""

import csv
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from decimal import Decimal
from http import HTTPStatus
from operator import itemgetter
from pathlib import Path
from typing import IO, ClassVar

from cinema.catalogue.csvrow import MOST_PRICE, MovieRow, Refusal, read_row, shortened
from cinema.errors import CinemaError

COLUMNS = (
    "Series_Title",
    "Released_Year",
    "Certificate",
    "Runtime",
    "Genre",
    "IMDB_Rating",
    "Overview",
    "Meta_score",
    "Director",
    "Star1",
    "Star2",
    "Star3",
    "Star4",
    "No_of_Votes",
    "Gross",
)
LONGEST_FIELD = 128 * 1024  # characters: the limit of the csv module
_LONGEST_LINE = 8 * 1024 * 1024  # bytes: a file without line ends must not fill the memory


class UnreadableFile(CinemaError):
    """The file as a whole cannot be read; nothing of it may be kept."""

    status: ClassVar[HTTPStatus] = HTTPStatus.UNPROCESSABLE_ENTITY
    code: ClassVar[str] = "unreadable_file"
    title: ClassVar[str] = "The file cannot be read"


@dataclass(frozen=True, slots=True)
class RefusedRow:
    """A row that was not taken; `number` is the row in a spreadsheet, where the header is row 1."""

    number: int
    reason: str
    name: str


def read_movies(
    path: Path, price: Decimal | None, price_by_year: bool
) -> Iterator[MovieRow | RefusedRow]:
    """Yield every row of a UTF-8 file with the columns `COLUMNS`, as a film or as refused.

    The file is streamed. Columns may stand in any order and others are ignored. A record is one
    row, however many lines its fields span; an empty line is a row too, and is passed over. The
    price is either the one given or by `PRICES_BY_YEAR`.

    Raises `UnreadableFile`, possibly after many rows were yielded: write all or nothing.
    Raises `ValueError` unless exactly one way to price is chosen and the price is a valid one.
    """
    _check_pricing(price, price_by_year)
    try:
        file = path.open("rb")
    except OSError as error:
        raise UnreadableFile(f"The file cannot be opened: {error.strerror}.") from error
    with file:
        records = _records(file)
        header = next(records, None)
        if header is None:
            raise UnreadableFile("The file is empty.")
        positions = _positions(header[1])
        pick, width = itemgetter(*positions), len(header[1])
        last_year = datetime.now(UTC).year + 1
        for number, record in records:
            if len(record) != width:
                counts = f"{len(record)} fields where the header has {width}"
                raise UnreadableFile(f"Row {number} has {counts}.", row=number)
            fields = pick(record)
            try:
                yield read_row(fields, last_year, price)
            except Refusal as refusal:
                yield RefusedRow(number, str(refusal), shortened(fields[0].strip()))


def _check_pricing(price: Decimal | None, price_by_year: bool) -> None:
    if (price is None) != price_by_year:
        raise ValueError("Give either a price or price_by_year.")
    if price is None:
        return
    if not price.is_finite() or not 0 <= price <= MOST_PRICE:
        raise ValueError(f"The price must be between 0 and {MOST_PRICE}.")
    if price != price.quantize(Decimal("0.01")):
        raise ValueError("The price must have no more than two decimals.")


def _records(file: IO[bytes]) -> Iterator[tuple[int, list[str]]]:
    """Yield the records that are not empty lines, numbered as rows of a spreadsheet."""
    number = 0
    reader = csv.reader(_lines(file), strict=True)
    while True:
        number += 1
        try:
            record = next(reader, None)
        except csv.Error as error:
            raise UnreadableFile(f"Row {number}: {_explained(error)}.", row=number) from error
        if record is None:
            return
        if record:
            yield number, record


def _lines(file: IO[bytes]) -> Iterator[str]:
    offset = 0
    while line := file.readline(_LONGEST_LINE):
        if len(line) == _LONGEST_LINE:
            raise UnreadableFile(f"A line is longer than {_LONGEST_LINE:,} bytes.", byte=offset)
        try:
            text = line.decode()
        except UnicodeDecodeError as error:
            byte = offset + error.start
            found = f"byte {byte} is 0x{line[error.start]:02x}"
            raise UnreadableFile(f"The file is not UTF-8: {found}.", byte=byte) from error
        if "\0" in text:
            byte = offset + line.index(b"\0")
            raise UnreadableFile(f"The file holds a NUL at byte {byte}.", byte=byte)
        yield text if offset else text.removeprefix("\ufeff")
        offset += len(line)


def _explained(error: csv.Error) -> str:
    message = str(error)
    if "field limit" in message:
        missing = "is a closing quotation mark missing?"
        return f"a field is longer than {LONGEST_FIELD:,} characters ({missing})"
    if "unexpected end of data" in message:
        return "a quotation mark is opened and never closed"
    if "expected after" in message:
        return "text follows a closing quotation mark"
    if "new-line character" in message:
        return "a carriage return stands inside a field that is not quoted"
    return message


def _positions(header: Sequence[str]) -> list[int]:
    names = [name.strip() for name in header]
    missing = [column for column in COLUMNS if column not in names]
    if missing:
        raise UnreadableFile(f"The header lacks: {', '.join(missing)}.", missing=missing)
    twice = [column for column in COLUMNS if names.count(column) > 1]
    if twice:
        raise UnreadableFile(f"The header has more than one: {', '.join(twice)}.", twice=twice)
    return [names.index(column) for column in COLUMNS]
