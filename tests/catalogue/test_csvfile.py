import csv
import io
import os
from collections.abc import Callable, Sequence
from contextlib import suppress
from datetime import UTC, datetime
from decimal import Decimal
from http import HTTPStatus
from pathlib import Path
from unicodedata import normalize

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from cinema.catalogue.csvfile import COLUMNS, RefusedRow, UnreadableFile, read_movies
from cinema.catalogue.csvrow import MovieRow, price_of_year

PRICE = Decimal("9.99")
REAL_FILE = Path(
    os.environ.get("CINEMA_IMDB_CSV")
    or Path(__file__).resolve().parents[3] / "shared" / "data" / "imdb_top_1000.csv"
)
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
Write = Callable[..., Path]


def encoded(*rows: dict[str, str], header: Sequence[str] = COLUMNS) -> bytes:
    text = io.StringIO(newline="")
    writer = csv.DictWriter(text, header, extrasaction="ignore", restval="")
    writer.writeheader()
    writer.writerows(rows)
    return text.getvalue().encode()


@pytest.fixture
def write(tmp_path: Path) -> Write:
    def write_file(content: bytes) -> Path:
        path = tmp_path / "movies.csv"
        path.write_bytes(content)
        return path

    return write_file


def read(path: Path) -> list[MovieRow | RefusedRow]:
    return list(read_movies(path, PRICE, False))


def fault(path: Path) -> UnreadableFile:
    with pytest.raises(UnreadableFile) as caught:
        read(path)
    assert caught.value.status == HTTPStatus.UNPROCESSABLE_ENTITY
    assert caught.value.code == "unreadable_file"
    return caught.value


# -- the real file ---------------------------------------------------------------------------


@pytest.mark.skipif(not REAL_FILE.exists(), reason="the file is not beside this checkout")
def test_the_real_file_is_read_but_for_the_film_whose_year_is_a_certificate() -> None:
    rows = read(REAL_FILE)
    films = [row for row in rows if isinstance(row, MovieRow)]
    assert len(films) == 999
    assert [row for row in rows if isinstance(row, RefusedRow)] == [
        RefusedRow(968, 'the year is "PG", not a number', "Apollo 13")
    ]
    assert sum(film.certification == "Not Rated" for film in films) == 101
    assert sum(film.meta_score is None for film in films) == 157
    assert sum(film.gross is None for film in films) == 169
    assert len({(film.name, film.year, film.time) for film in films}) == 999
    assert sorted(film.time for film in films if film.name == "Drishyam") == [160, 163]
    assert any(film.name == "Ôkami kodomo no Ame to Yuki" for film in films)
    assert all(len(set(film.stars)) == len(film.stars) for film in films)


# -- one row ---------------------------------------------------------------------------------


def test_a_row_becomes_a_film(write: Write) -> None:
    assert read(write(encoded(GOOD))) == [HEAT]


def test_columns_may_stand_in_any_order_and_others_are_ignored(write: Write) -> None:
    header = ["Poster_Link", *reversed(COLUMNS)]
    assert read(write(encoded(GOOD | {"Poster_Link": "x"}, header=header))) == [HEAT]


def test_a_byte_order_mark_and_any_line_end_do_no_harm(write: Write) -> None:
    content = encoded(GOOD)
    assert read(write(b"\xef\xbb\xbf" + content)) == [HEAT]
    assert read(write(content.replace(b"\r\n", b"\n"))) == [HEAT]
    assert read(write(content.rstrip())) == [HEAT]


@pytest.mark.parametrize(
    ("column", "text", "field", "value"),
    [
        ("Series_Title", "  The \t Third\u00a0Man ", "name", "The Third Man"),
        ("Series_Title", "Ame\u0301lie", "name", "Amélie"),
        ("Series_Title", "N" * 250, "name", "N" * 250),
        ("Released_Year", "1888", "year", 1888),
        ("Runtime", "91", "time", 91),
        ("Certificate", "", "certification", "Not Rated"),
        ("Genre", "Drama, Crime,drama,, Crime ", "genres", ("Drama", "Crime")),
        ("Genre", "", "genres", ()),
        ("IMDB_Rating", "9", "imdb", Decimal("9.0")),
        ("IMDB_Rating", "10", "imdb", Decimal("10.0")),
        ("Meta_score", "", "meta_score", None),
        ("Meta_score", "80.0", "meta_score", 80),
        ("Meta_score", "100", "meta_score", 100),
        ("Director", "", "directors", ()),
        ("Star2", "AL PACINO", "stars", ("Al Pacino", "Val Kilmer", "Jon Voight")),
        ("No_of_Votes", "0", "votes", 0),
        ("Gross", "", "gross", None),
        ("Gross", "1,234.50", "gross", Decimal("1234.50")),
        ("Overview", "Two\nlines", "description", "Two lines"),
    ],
)
def test_a_field_is_understood(
    write: Write, column: str, text: str, field: str, value: object
) -> None:
    (film,) = read(write(encoded(GOOD | {column: text})))
    assert isinstance(film, MovieRow)
    assert getattr(film, field) == value


NEXT_YEAR = datetime.now(UTC).year + 1


@pytest.mark.parametrize(
    ("column", "text", "reason"),
    [
        ("Series_Title", " \u200b ", "the name is empty"),
        ("Series_Title", "N" * 251, "the name has 251 characters, more than 250"),
        ("Series_Title", "He\x07at", 'the name holds a control character: "He\ufffdat"'),
        ("Series_Title", "\u202etaeH", 'the name holds a control character: "\ufffdtaeH"'),
        ("Released_Year", " ", "the year is missing"),
        ("Released_Year", "PG", 'the year is "PG", not a number'),
        ("Released_Year", "١٩٩٥", 'the year is "١٩٩٥", not a number'),
        ("Released_Year", "1887", f"the year 1887 is not between 1888 and {NEXT_YEAR}"),
        ("Released_Year", "9999", f"the year 9999 is not between 1888 and {NEXT_YEAR}"),
        ("Runtime", "", "the runtime is missing"),
        ("Runtime", "2 h", 'the runtime is "2 h", not like "142 min"'),
        ("Runtime", "0 min", "the runtime 0 is not between 1 and 100000 minutes"),
        ("IMDB_Rating", "", "the rating is missing"),
        ("IMDB_Rating", "8,3", 'the rating is "8,3", not a number with one decimal'),
        ("IMDB_Rating", "8.35", 'the rating is "8.35", not a number with one decimal'),
        ("IMDB_Rating", "10.1", "the rating 10.1 is not between 0 and 10"),
        ("IMDB_Rating", "-1", 'the rating is "-1", not a number with one decimal'),
        ("Meta_score", "high", 'the meta score is "high", not a whole number'),
        ("Meta_score", "101", "the meta score 101 is not between 0 and 100"),
        ("No_of_Votes", "", "the number of votes is missing"),
        ("No_of_Votes", "1,23", 'the number of votes is "1,23", not a whole number'),
        ("No_of_Votes", "2147483648", "the number of votes is above 2,147,483,647"),
        ("Gross", "$1", 'the gross is "$1", not an amount'),
        ("Gross", "10000000000000", "the gross is not below 10,000,000,000,000"),
        ("Gross", "9" * 200, f'the gross is "{"9" * 60}…", not an amount'),
        ("Genre", "Drama," + "G" * 101, "the genre has 101 characters, more than 100"),
        ("Star3", "S" * 101, "the star has 101 characters, more than 100"),
        ("Certificate", "R\x01", 'the certificate holds a control character: "R\ufffd"'),
    ],
)
def test_a_bad_field_refuses_its_row_and_no_other(
    write: Write, column: str, text: str, reason: str
) -> None:
    before, refused, after = read(write(encoded(GOOD, GOOD | {column: text}, GOOD)))
    assert (before, after) == (HEAT, HEAT)
    assert isinstance(refused, RefusedRow)
    assert (refused.number, refused.reason) == (3, reason)


def test_a_refused_row_is_told_by_its_name_and_the_row_a_spreadsheet_shows(write: Write) -> None:
    lines = GOOD | {"Overview": "one\ntwo\nthree"}
    bad = GOOD | {"Series_Title": " Nameless\n", "Released_Year": ""}
    content = encoded(lines, lines).rstrip() + b"\r\n\r\n" + encoded(bad).split(b"\r\n", 1)[1]
    assert read(write(content))[2:] == [RefusedRow(5, "the year is missing", "Nameless")]


# -- the price -------------------------------------------------------------------------------


def test_newer_films_cost_more_when_the_year_decides(write: Write) -> None:
    years = ["1950", "1970", "1995", "2009", "2010", "2024"]
    path = write(encoded(*(GOOD | {"Released_Year": year} for year in years)))
    films = list(read_movies(path, None, True))
    assert [film.price for film in films if isinstance(film, MovieRow)] == [
        Decimal(price) for price in ("3.99", "5.99", "7.99", "9.99", "11.99", "14.99")
    ]


def test_the_price_never_falls_with_the_year() -> None:
    prices = [price_of_year(year) for year in range(1888, 2040)]
    assert prices == sorted(prices)


@pytest.mark.parametrize(
    ("price", "by_year"),
    [
        (None, False),
        (PRICE, True),
        (Decimal("-0.01"), False),
        (Decimal("1.005"), False),
        (Decimal("100000000"), False),
        (Decimal("NaN"), False),
    ],
)
def test_a_price_that_makes_no_sense_is_the_callers_fault(
    write: Write, price: Decimal | None, by_year: bool
) -> None:
    with pytest.raises(ValueError, match="price"):
        next(read_movies(write(encoded(GOOD)), price, by_year))


# -- the whole file --------------------------------------------------------------------------


def test_a_file_that_is_not_there_is_unreadable(tmp_path: Path) -> None:
    reason = "The file cannot be opened: No such file or directory."
    assert str(fault(tmp_path / "none.csv")) == reason


def test_an_empty_file_is_unreadable(write: Write) -> None:
    assert str(fault(write(b""))) == "The file is empty."
    assert str(fault(write(b"\r\n\r\n"))) == "The file is empty."


def test_a_header_alone_holds_no_films(write: Write) -> None:
    assert read(write(encoded())) == []


def test_missing_columns_are_named(write: Write) -> None:
    header = [column for column in COLUMNS if column not in {"Runtime", "Gross"}]
    error = fault(write(encoded(GOOD, header=header)))
    assert str(error) == "The header lacks: Runtime, Gross."
    assert error.extra == {"missing": ["Runtime", "Gross"]}


def test_a_column_that_stands_twice_is_named(write: Write) -> None:
    error = fault(write(encoded(GOOD, header=[*COLUMNS, "Genre"])))
    assert str(error) == "The header has more than one: Genre."


def test_another_encoding_is_told_with_the_position_of_its_byte(write: Write) -> None:
    content = encoded(GOOD, GOOD | {"Director": "Agnès Varda"}).decode().encode("latin-1")
    at = content.index(b"\xe8")
    error = fault(write(content))
    assert str(error) == f"The file is not UTF-8: byte {at} is 0xe8."
    assert error.extra == {"byte": at}


def test_a_file_of_utf_16_is_not_utf_8(write: Write) -> None:
    content = encoded(GOOD).decode().encode("utf-16")
    assert str(fault(write(content))) == "The file is not UTF-8: byte 0 is 0xff."


def test_a_nul_is_told_with_its_position(write: Write) -> None:
    content = encoded(GOOD) + b"\0"
    assert str(fault(write(content))) == f"The file holds a NUL at byte {len(content) - 1}."


@pytest.mark.parametrize(("row", "count"), [("Heat,1995,R", 3), ("x," * 15 + "x", 16)])
def test_a_row_with_another_number_of_fields_is_told(write: Write, row: str, count: int) -> None:
    error = fault(write(encoded(GOOD) + row.encode()))
    assert str(error) == f"Row 3 has {count} fields where the header has 15."
    assert error.extra == {"row": 3}


def test_a_quotation_mark_that_never_closes_is_told(write: Write) -> None:
    content = encoded(GOOD) + b'"Heat,1995'
    assert str(fault(write(content))) == "Row 3: a quotation mark is opened and never closed."


def test_text_behind_a_closing_quotation_mark_is_told(write: Write) -> None:
    content = encoded(GOOD) + b'"He"at,1995'
    assert str(fault(write(content))) == "Row 3: text follows a closing quotation mark."


def test_a_field_without_measure_is_told(write: Write) -> None:
    error = fault(write(encoded(GOOD | {"Overview": "x" * (128 * 1024 + 1)})))
    assert str(error) == (
        "Row 2: a field is longer than 131,072 characters (is a closing quotation mark missing?)."
    )


def test_a_file_without_line_ends_does_not_fill_the_memory(write: Write) -> None:
    assert str(fault(write(b"x" * (9 << 20)))) == "A line is longer than 8,388,608 bytes."


def test_lone_carriage_returns_are_told(write: Write) -> None:
    content = encoded(GOOD).replace(b"\r\n", b"\r")
    reason = "Row 1: a carriage return stands inside a field that is not quoted."
    assert str(fault(write(content))) == reason


def test_rows_before_a_fault_are_handed_out_first(write: Write) -> None:
    rows = read_movies(write(encoded(GOOD) + b"half"), PRICE, False)
    assert next(rows) == HEAT
    with pytest.raises(UnreadableFile):
        next(rows)


# -- any file --------------------------------------------------------------------------------

printable = st.characters(exclude_categories=["C", "Z"])
words = st.lists(st.text(printable, min_size=1, max_size=12), min_size=1, max_size=4)
phrases = words.map(" ".join)


@given(
    name=phrases,
    description=phrases,
    year=st.integers(1888, NEXT_YEAR),
    time=st.integers(1, 99_999),
    tenths=st.integers(0, 100),
    votes=st.integers(0, 2**31 - 1),
    score=st.none() | st.integers(0, 100),
    gross=st.none() | st.integers(0, 10**13 - 1),
)
@settings(suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_what_is_written_is_read_back(
    write: Write,
    name: str,
    description: str,
    year: int,
    time: int,
    tenths: int,
    votes: int,
    score: int | None,
    gross: int | None,
) -> None:
    row = GOOD | {
        "Series_Title": name,
        "Overview": description,
        "Released_Year": str(year),
        "Runtime": f"{time} min",
        "IMDB_Rating": str(Decimal(tenths) / 10),
        "Meta_score": "" if score is None else str(score),
        "No_of_Votes": f"{votes:,}",
        "Gross": "" if gross is None else f"{gross:,}",
    }
    (film,) = read(write(encoded(row)))
    assert isinstance(film, MovieRow)
    assert (film.name, film.description) == (nfc(name), nfc(description))
    assert (film.year, film.time, film.imdb) == (year, time, Decimal(tenths) / 10)
    assert (film.votes, film.meta_score, film.gross) == (votes, score, gross)


@given(st.binary(max_size=2_000), st.integers(0, 300))
@settings(suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_any_bytes_are_read_refused_or_unreadable(write: Write, noise: bytes, at: int) -> None:
    good = encoded(GOOD, GOOD)
    with suppress(UnreadableFile):
        rows = read(write(good[:at] + noise + good[at:]))
        assert all(isinstance(row, MovieRow | RefusedRow) for row in rows)


def nfc(text: str) -> str:
    return normalize("NFC", text)
