"""Cursors and pages."""

from contextlib import suppress

import pytest
from aiohttp import web
from aiohttp.test_utils import make_mocked_request
from hypothesis import given
from hypothesis import strategies as st

from cinema.errors import InvalidRequest
from cinema.http.pagination import PageQuery, cursor_id, decode_cursor, encode_cursor, page_of


def request_for(path: str) -> web.Request:
    return make_mocked_request("GET", path)


@given(st.lists(st.one_of(st.integers(), st.text(), st.none()), max_size=5))
def test_a_cursor_is_read_as_it_was_written(values: list[object]) -> None:
    assert decode_cursor(encode_cursor(values), len(values)) == values


@given(st.text(max_size=80))
def test_what_is_no_cursor_is_refused_and_never_breaks(text: str) -> None:
    with suppress(InvalidRequest):
        decode_cursor(text, 1)


@pytest.mark.parametrize("value", [[-1], ["x"], [1.5], [None], ["9" * 19], [True], [["1"]]])
def test_a_cursor_that_holds_no_id_is_refused(value: list[object]) -> None:
    with pytest.raises(InvalidRequest):
        cursor_id(encode_cursor(value))


def test_the_links_keep_every_other_parameter() -> None:
    request = request_for("/api/v1/movies?genre=Drama&genre=Noir&page=2&sort=-imdb")
    page = page_of(request, PageQuery(page=2, per_page=10), ["a"], 35)
    assert page.next == "/api/v1/movies?genre=Drama&genre=Noir&page=3&sort=-imdb"
    assert page.prev == "/api/v1/movies?genre=Drama&genre=Noir&page=1&sort=-imdb"
    assert (page.total_items, page.total_pages) == (35, 4)


@pytest.mark.parametrize(
    ("number", "total", "links"),
    [(1, 0, (None, None)), (1, 10, (None, None)), (2, 11, (None, "1")), (9, 11, (None, "2"))],
)
def test_a_list_ends(number: int, total: int, links: tuple[str | None, str | None]) -> None:
    items: list[str] = []
    page = page_of(request_for("/x"), PageQuery(page=number, per_page=10), items, total)
    found = tuple(link and link.rpartition("=")[2] for link in (page.next, page.prev))
    assert found == links
