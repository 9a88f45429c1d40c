import os
from contextlib import suppress
from http import HTTPStatus
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from cinema.catalogue.csvfile import COLUMNS, RefusedRow, UnreadableFile, read_movies
from cinema.catalogue.csvrow import MovieRow
from tests.catalogue.films import GOOD, HEAT, PRICE, WriteCsv, encoded, read

REAL_FILE = Path(
    os.environ.get("CINEMA_IMDB_CSV")
    or Path(__file__).resolve().parents[3] / "shared" / "data" / "imdb_top_1000.csv"
)


def fault(path: Path) -> UnreadableFile:
    with pytest.raises(UnreadableFile) as caught:
        read(path)
    assert caught.value.status == HTTPStatus.UNPROCESSABLE_ENTITY
    assert caught.value.code == "unreadable_file"
    return caught.value


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


def test_a_file_that_is_not_there_is_unreadable(tmp_path: Path) -> None:
    reason = "The file cannot be opened: No such file or directory."
    assert str(fault(tmp_path / "none.csv")) == reason


def test_an_empty_file_is_unreadable(write_csv: WriteCsv) -> None:
    assert str(fault(write_csv(b""))) == "The file is empty."
    assert str(fault(write_csv(b"\r\n\r\n"))) == "The file is empty."


def test_a_header_alone_holds_no_films(write_csv: WriteCsv) -> None:
    assert read(write_csv(encoded())) == []


def test_missing_columns_are_named(write_csv: WriteCsv) -> None:
    header = [column for column in COLUMNS if column not in {"Runtime", "Gross"}]
    error = fault(write_csv(encoded(GOOD, header=header)))
    assert str(error) == "The header lacks: Runtime, Gross."
    assert error.extra == {"missing": ["Runtime", "Gross"]}


def test_a_column_that_stands_twice_is_named(write_csv: WriteCsv) -> None:
    error = fault(write_csv(encoded(GOOD, header=[*COLUMNS, "Genre"])))
    assert str(error) == "The header has more than one: Genre."


def test_another_encoding_is_told_with_the_position_of_its_byte(write_csv: WriteCsv) -> None:
    content = encoded(GOOD, GOOD | {"Director": "Agnès Varda"}).decode().encode("latin-1")
    at = content.index(b"\xe8")
    error = fault(write_csv(content))
    assert str(error) == f"The file is not UTF-8: byte {at} is 0xe8."
    assert error.extra == {"byte": at}


def test_a_file_of_utf_16_is_not_utf_8(write_csv: WriteCsv) -> None:
    content = encoded(GOOD).decode().encode("utf-16")
    assert str(fault(write_csv(content))) == "The file is not UTF-8: byte 0 is 0xff."


def test_a_nul_is_told_with_its_position(write_csv: WriteCsv) -> None:
    content = encoded(GOOD) + b"\0"
    assert str(fault(write_csv(content))) == f"The file holds a NUL at byte {len(content) - 1}."


@pytest.mark.parametrize(("row", "count"), [("Heat,1995,R", 3), ("x," * 15 + "x", 16)])
def test_a_row_with_another_number_of_fields_is_told(
    write_csv: WriteCsv, row: str, count: int
) -> None:
    error = fault(write_csv(encoded(GOOD) + row.encode()))
    assert str(error) == f"Row 3 has {count} fields where the header has 15."
    assert error.extra == {"row": 3}


def test_a_quotation_mark_that_never_closes_is_told(write_csv: WriteCsv) -> None:
    content = encoded(GOOD) + b'"Heat,1995'
    assert str(fault(write_csv(content))) == "Row 3: a quotation mark is opened and never closed."


def test_text_behind_a_closing_quotation_mark_is_told(write_csv: WriteCsv) -> None:
    content = encoded(GOOD) + b'"He"at,1995'
    assert str(fault(write_csv(content))) == "Row 3: text follows a closing quotation mark."


def test_a_field_without_measure_is_told(write_csv: WriteCsv) -> None:
    error = fault(write_csv(encoded(GOOD | {"Overview": "x" * (128 * 1024 + 1)})))
    assert str(error) == (
        "Row 2: a field is longer than 131,072 characters (is a closing quotation mark missing?)."
    )


def test_a_file_without_line_ends_does_not_fill_the_memory(write_csv: WriteCsv) -> None:
    assert str(fault(write_csv(b"x" * (9 << 20)))) == "A line is longer than 8,388,608 bytes."


def test_lone_carriage_returns_are_told(write_csv: WriteCsv) -> None:
    content = encoded(GOOD).replace(b"\r\n", b"\r")
    reason = "Row 1: a carriage return stands inside a field that is not quoted."
    assert str(fault(write_csv(content))) == reason


def test_rows_before_a_fault_are_handed_out_first(write_csv: WriteCsv) -> None:
    rows = read_movies(write_csv(encoded(GOOD) + b"half"), PRICE, False)
    assert next(rows) == HEAT
    with pytest.raises(UnreadableFile):
        next(rows)


@given(st.binary(max_size=2_000), st.integers(0, 300))
@settings(suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_any_bytes_are_read_refused_or_unreadable(
    write_csv: WriteCsv, noise: bytes, at: int
) -> None:
    good = encoded(GOOD, GOOD)
    with suppress(UnreadableFile):
        rows = read(write_csv(good[:at] + noise + good[at:]))
        assert all(isinstance(row, MovieRow | RefusedRow) for row in rows)


def test_columns_may_stand_in_any_order_and_others_are_ignored(write_csv: WriteCsv) -> None:
    header = ["Poster_Link", *reversed(COLUMNS)]
    assert read(write_csv(encoded(GOOD | {"Poster_Link": "x"}, header=header))) == [HEAT]


def test_a_byte_order_mark_and_any_line_end_do_no_harm(write_csv: WriteCsv) -> None:
    content = encoded(GOOD)
    assert read(write_csv(b"\xef\xbb\xbf" + content)) == [HEAT]
    assert read(write_csv(content.replace(b"\r\n", b"\n"))) == [HEAT]
    assert read(write_csv(content.rstrip())) == [HEAT]


def test_a_refused_row_is_told_by_its_name_and_the_row_a_spreadsheet_shows(
    write_csv: WriteCsv,
) -> None:
    lines = GOOD | {"Overview": "one\ntwo\nthree"}
    bad = GOOD | {"Series_Title": " Nameless\n", "Released_Year": ""}
    content = encoded(lines, lines).rstrip() + b"\r\n\r\n" + encoded(bad).split(b"\r\n", 1)[1]
    assert read(write_csv(content))[2:] == [RefusedRow(5, "the year is missing", "Nameless")]
