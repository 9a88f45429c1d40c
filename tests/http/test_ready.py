"""A head that was written once says what aiohttp would have written."""

import asyncio
from collections.abc import AsyncIterator

import pytest
from aiohttp.test_utils import TestClient, TestServer

from cinema.app import create_app
from tests.conftest import Client, make_settings
from tests.factories import make_movie
from tests.servers import Servers

OF_THE_MOMENT = ("date", "x-request-id", "connection")
STAYING = b"Host: cinema\r\n\r\n"
LEAVING = b"Host: cinema\r\nConnection: close\r\n\r\n"
LIST = b"GET /api/v1/movies HTTP/1.1\r\n"
Answer = tuple[bytes, dict[str, str], bytes]


async def next_answer(reader: asyncio.StreamReader) -> Answer:
    head = (await reader.readuntil(b"\r\n\r\n")).decode().split("\r\n")[:-2]
    lines = [line.split(": ", 1) for line in head[1:]]
    headers = {name.lower(): value for name, value in lines}
    assert len(headers) == len(lines), "no header stands twice"
    return head[0].encode(), headers, await reader.readexactly(int(headers["content-length"]))


async def ask(client: Client, request: bytes, answers: int = 1) -> list[Answer]:
    reader, writer = await asyncio.open_connection("127.0.0.1", client.port)
    writer.write(request)
    try:
        async with asyncio.timeout(5):
            return [await next_answer(reader) for _ in range(answers)]
    finally:
        writer.close()


def lasting(answer: Answer) -> Answer:
    status, headers, body = answer
    return status, {k: v for k, v in headers.items() if k not in OF_THE_MOMENT}, body


@pytest.fixture(params=["http://cinema.example", "https://cinema.example"])
async def house(
    request: pytest.FixtureRequest, servers: Servers, migrated: str, clean: None
) -> AsyncIterator[Client]:
    settings = make_settings(servers, migrated, public_url=request.param)
    async with TestClient(TestServer(create_app(settings))) as client:
        yield client


@pytest.mark.parametrize("coding", [b"", b"Accept-Encoding: gzip\r\n"])
async def test_it_differs_in_nothing_from_an_ordinary_answer(house: Client, coding: bytes) -> None:
    """Aiohttp itself writes the head where the connection is to be closed."""
    for number in range(5):
        await make_movie(f"Film {number}")
    [ready] = await ask(house, LIST + coding + STAYING)
    [ordinary] = await ask(house, LIST + coding + LEAVING)
    assert "connection" not in ready[1]
    assert ordinary[1]["connection"] == "close"
    assert lasting(ready) == lasting(ordinary)
    assert ready[0] == b"HTTP/1.1 200 OK"
    assert ready[1].get("content-encoding") == ("gzip" if coding else None)
    assert ready[1]["date"].endswith(" GMT")


async def test_each_answer_has_its_own_request_id_and_they_stay_in_order(client: Client) -> None:
    movies = [await make_movie(f"Film {number}") for number in range(3)]
    requests = b"".join(
        b"GET /api/v1/movies/%d HTTP/1.1\r\nX-Request-ID: r-%d\r\n%b" % (movie.id, number, STAYING)
        for number, movie in enumerate(movies)
    )
    for _ in range(2):
        answers = await ask(client, requests, len(movies))
        assert [headers["x-request-id"] for _, headers, _ in answers] == ["r-0", "r-1", "r-2"]
        for (_, _, body), movie in zip(answers, movies, strict=True):
            assert f'"id":{movie.id},'.encode() in body


async def test_an_old_reader_is_told_that_the_connection_ends(client: Client) -> None:
    reader, writer = await asyncio.open_connection("127.0.0.1", client.port)
    writer.write(b"GET /api/v1/movies HTTP/1.0\r\nHost: cinema\r\n\r\n")
    answer = await asyncio.wait_for(reader.read(), 5)
    writer.close()
    assert answer.startswith(b"HTTP/1.0 200 OK\r\n")


async def test_asking_for_the_head_alone_gets_no_body(client: Client) -> None:
    await client.get("/api/v1/movies")
    async with client.head("/api/v1/movies") as answer:
        assert (answer.status, await answer.read()) == (200, b"")
    async with client.get("/api/v1/movies") as answer:
        assert (await answer.json())["items"] == []
