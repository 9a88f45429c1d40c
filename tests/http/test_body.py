"""Bodies and queries that nobody should send: refused in clear words, never a 500."""

import asyncio
import json
from contextlib import suppress

import pytest
from hypothesis import HealthCheck, given
from hypothesis import settings as profile
from hypothesis import strategies as st

from cinema.app import MAX_BODY
from cinema.database import fetch
from cinema.errors import MalformedRequest
from cinema.http import body
from cinema.http.body import MAX_DEPTH, MAX_INTEGER, parse_json
from cinema.settings import Settings
from tests.accounts_factory import bearer, make_user
from tests.conftest import Client

LOGIN = "/api/v1/accounts/login"
CART = "/api/v1/cart/items"
JSON = {"Content-Type": "application/json"}

HOSTILE: list[tuple[str, bytes, int]] = [
    ("nothing", b"", 400),
    ("a space", b" ", 400),
    ("half an object", b'{"movie_id": 1', 400),
    ("two objects", b"{}{}", 400),
    ("no JSON", b"movie_id=1", 400),
    ("a comment", b'{"movie_id": 1 /* one */}', 400),
    ("single quotes", b"{'movie_id': 1}", 400),
    ("NaN", b'{"movie_id": NaN}', 400),
    ("Infinity", b'{"movie_id": Infinity}', 400),
    ("a number past every float", b'{"movie_id": 1e999}', 400),
    ("2^63", b'{"movie_id": 9223372036854775808}', 400),
    ("2^53 + 1", b'{"movie_id": 9007199254740993}', 400),
    ("a number of 5,000 digits", b'{"movie_id": ' + b"9" * 5000 + b"}", 400),
    ("a member twice", b'{"movie_id": 1, "movie_id": 2}', 400),
    ("a NUL", b'{"movie_id": "\\u0000"}', 400),
    ("a NUL in a name", b'{"movie\\u0000id": 1}', 400),
    ("half a surrogate pair", b'{"movie_id": "\\ud800"}', 400),
    ("Latin-1", '{"movie_id": "é"}'.encode("latin-1"), 400),
    ("UTF-16", '{"movie_id": 1}'.encode("utf-16"), 400),
    ("10,000 deep lists", b"[" * 10_000 + b"]" * 10_000, 400),
    ("10,000 deep objects", b'{"a":' * 10_000 + b"1" + b"}" * 10_000, 400),
    ("2,000 members", json.dumps({str(n): n for n in range(2000)}).encode(), 400),
    ("too large", b'{"movie_id": "' + b"x" * MAX_BODY + b'"}', 413),
    ("a list", b"[1]", 422),
    ("null", b"null", 422),
    ("a text", b'"movie_id"', 422),
    ("the wrong type", b'{"movie_id": {"$gt": 0}}', 422),
    ("a negative id", b'{"movie_id": -1}', 422),
    ("a member too many", b'{"movie_id": 1, "price": "0.01"}', 422),
    ("a word for a number", b'{"movie_id": "one"}', 422),
]


@pytest.mark.parametrize(("raw", "status"), [h[1:] for h in HOSTILE], ids=[h[0] for h in HOSTILE])
async def test_a_hostile_body_is_refused_in_clear_words_and_changes_nothing(
    client: Client, settings: Settings, raw: bytes, status: int
) -> None:
    headers = await bearer(await make_user(), settings) | JSON
    response = await client.post(CART, data=raw, headers=headers)
    problem = await response.json()
    assert response.status == status, problem
    assert response.content_type == "application/problem+json"
    assert problem["status"] == status
    assert len(problem["detail"]) > 10
    assert await fetch("SELECT count(*) AS n FROM cart_items") == [{"n": 0}]


@pytest.mark.parametrize(
    ("headers", "status"),
    [
        ({"Content-Type": "text/plain"}, 415),
        ({"Content-Type": "application/x-www-form-urlencoded"}, 415),
        ({"Content-Type": "application/json", "Content-Encoding": "gzip"}, 415),
    ],
)
async def test_another_type_or_encoding_is_refused(
    client: Client, settings: Settings, headers: dict[str, str], status: int
) -> None:
    caller = await bearer(await make_user(), settings)
    response = await client.post(CART, data=b"{}", headers=caller | headers)
    assert response.status in {status, 400}


async def test_every_faulty_field_is_named_and_no_value_is_echoed(client: Client) -> None:
    response = await client.post(LOGIN, json={"email": 7, "password": ["canary"], "x": 1})
    problem = await response.json()
    assert response.status == 422
    named = {tuple(fault["loc"]) for fault in problem["errors"]}
    assert {("body", "email"), ("body", "password")} <= named
    assert "canary" not in await response.text()


@pytest.mark.parametrize(
    "path",
    [
        "/api/v1/orders/9223372036854775808",
        "/api/v1/orders/-1",
        "/api/v1/orders/0x10",
        "/api/v1/orders/%00",
        "/api/v1/orders/%D9%A1",  # an Arabic one
        "/api/v1/orders/1e3",
        "/api/v1/movies/" + "9" * 100,
        "/api/v1/movies/00000000-0000-0000-0000-000000000000",
    ],
)
async def test_what_cannot_be_an_id_does_not_exist(
    client: Client, settings: Settings, path: str
) -> None:
    response = await client.get(path, headers=await bearer(await make_user(), settings))
    assert response.status == 404


@pytest.mark.parametrize(
    "query",
    [
        "page=0",
        "page=1e9",
        "page=9223372036854775808",
        "per_page=101",
        "per_page=1&per_page=2",
        "cursor=!!!",
        "cursor=" + "A" * 600,
        "unknown=1",
        "page=%00",
        "cursor=%ED%A0%80",
    ],
)
async def test_a_hostile_query_is_refused(client: Client, settings: Settings, query: str) -> None:
    headers = await bearer(await make_user(), settings)
    response = await client.get(f"/api/v1/orders?{query}", headers=headers)
    assert response.status in {400, 422}, await response.text()


async def test_a_body_that_does_not_arrive_is_given_up(
    client: Client, settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(body, "BODY_DEADLINE", 0.2)
    reader, writer = await asyncio.open_connection(client.host, client.port)
    writer.write(
        f"POST {LOGIN} HTTP/1.1\r\nHost: {client.host}\r\nContent-Type: application/json\r\n"
        "Content-Length: 100\r\n\r\n{".encode()
    )
    status = await asyncio.wait_for(reader.readline(), 5)
    writer.close()
    assert status.split()[1] == b"400"


@given(st.binary(max_size=200))
@profile(max_examples=200, suppress_health_check=[HealthCheck.too_slow])
def test_any_bytes_are_a_value_or_a_refusal(raw: bytes) -> None:
    with suppress(MalformedRequest):
        parse_json(raw)


def test_the_bounds_themselves_are_accepted() -> None:
    deep = b"[" * MAX_DEPTH + b"]" * MAX_DEPTH
    assert parse_json(str(MAX_INTEGER).encode()) == MAX_INTEGER
    assert isinstance(parse_json(deep), list)
    assert parse_json('"é\U0001f3ac"'.encode()) == "é\U0001f3ac"
