from dataclasses import replace
from datetime import UTC, datetime
from decimal import Decimal
from typing import Any
from unicodedata import normalize

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from cinema.catalogue.csvfile import RefusedRow, read_movies
from cinema.catalogue.csvrow import MovieRow, price_of_year
from tests.catalogue.films import GOOD, HEAT, PRICE, WriteCsv, encoded, read


def test_a_row_becomes_a_film(write_csv: WriteCsv) -> None:
    assert read(write_csv(encoded(GOOD))) == [HEAT]


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
    write_csv: WriteCsv, column: str, text: str, field: str, value: object
) -> None:
    (film,) = read(write_csv(encoded(GOOD | {column: text})))
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
    write_csv: WriteCsv, column: str, text: str, reason: str
) -> None:
    before, refused, after = read(write_csv(encoded(GOOD, GOOD | {column: text}, GOOD)))
    assert (before, after) == (HEAT, HEAT)
    assert isinstance(refused, RefusedRow)
    assert (refused.number, refused.reason) == (3, reason)


def test_newer_films_cost_more_when_the_year_decides(write_csv: WriteCsv) -> None:
    years = ["1950", "1970", "1995", "2009", "2010", "2024"]
    path = write_csv(encoded(*(GOOD | {"Released_Year": year} for year in years)))
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
        (Decimal(100000000), False),
        (Decimal("NaN"), False),
    ],
)
def test_a_price_that_makes_no_sense_is_the_callers_fault(
    write_csv: WriteCsv, price: Decimal | None, by_year: bool
) -> None:
    with pytest.raises(ValueError, match="price"):
        next(read_movies(write_csv(encoded(GOOD)), price, by_year))


printable = st.characters(exclude_categories=["C", "Z"])
words = st.lists(st.text(printable, min_size=1, max_size=12), min_size=1, max_size=4)
phrases = words.map(" ".join)


facts = st.fixed_dictionaries(
    {
        "year": st.integers(1888, NEXT_YEAR),
        "time": st.integers(1, 99_999),
        "imdb": st.integers(0, 100).map(lambda tenths: Decimal(tenths) / 10),
        "votes": st.integers(0, 2**31 - 1),
        "meta_score": st.none() | st.integers(0, 100),
        "gross": st.none() | st.integers(0, 10**13 - 1).map(Decimal),
    }
)


@given(name=phrases, description=phrases, known=facts)
@settings(suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_what_is_written_is_read_back(
    write_csv: WriteCsv, name: str, description: str, known: dict[str, Any]
) -> None:
    row = {
        "Series_Title": name,
        "Overview": description,
        "Released_Year": str(known["year"]),
        "Runtime": f"{known['time']} min",
        "IMDB_Rating": str(known["imdb"]),
        "Meta_score": "" if known["meta_score"] is None else str(known["meta_score"]),
        "No_of_Votes": f"{known['votes']:,}",
        "Gross": "" if known["gross"] is None else f"{known['gross']:,}",
    }
    (film,) = read(write_csv(encoded(GOOD | row)))
    assert film == replace(HEAT, name=nfc(name), description=nfc(description), **known)


def nfc(text: str) -> str:
    return normalize("NFC", text)
