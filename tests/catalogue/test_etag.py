"""ETag, If-None-Match and gzip on the catalogue."""

import gzip
import json

import pytest

from cinema.database import fetch
from cinema.settings import Settings
from tests.conftest import Client
from tests.factories import make_movie
from tests.house import make_buyer

LIST = "/api/v1/movies"
PLAIN = {"Accept-Encoding": "identity"}


async def tag_of(client: Client, path: str = LIST, **headers: str) -> str:
    async with client.get(path, headers=PLAIN | headers) as response:
        assert response.status == 200
        return response.headers["ETag"]


@pytest.mark.parametrize("path", [LIST, "/api/v1/movies/{id}"])
async def test_who_has_the_answer_gets_304_until_it_changes(client: Client, path: str) -> None:
    movie = await make_movie("Solaris")
    path = path.format(id=movie.id)
    tag = await tag_of(client, path)
    for known in (tag, f"W/{tag}", f'"other", {tag}', "*"):
        async with client.get(path, headers=PLAIN | {"If-None-Match": known}) as response:
            assert (response.status, await response.read()) == (304, b"")
            assert response.headers["ETag"] == tag
            assert response.headers["Cache-Control"] == "no-cache"
            assert response.headers["Vary"] == "Authorization, Cookie, Accept-Encoding"
    await fetch("UPDATE movies SET likes = 1")
    async with client.get(path, headers=PLAIN | {"If-None-Match": tag}) as response:
        assert response.status == 200
        assert response.headers["ETag"] != tag


async def test_a_caller_has_a_tag_of_its_own(client: Client, settings: Settings) -> None:
    await make_movie("Solaris")
    buyer = await make_buyer(client, settings)
    anonymous, own = await tag_of(client), await tag_of(client, **buyer.headers)
    assert anonymous != own
    for tag, status in ((own, 304), (anonymous, 200)):
        headers = {**PLAIN, **buyer.headers, "If-None-Match": tag}
        async with client.get(LIST, headers=headers) as response:
            assert response.status == status
            assert response.headers["Cache-Control"] == "no-store"


async def test_it_is_compressed_for_who_asks_and_the_tag_says_so(client: Client) -> None:
    for number in range(5):
        await make_movie(f"Film {number}")
    plain = await tag_of(client)
    client.session._auto_decompress = False
    async with client.get(LIST, headers={"Accept-Encoding": "br, gzip;q=0.5"}) as response:
        assert response.headers["Content-Encoding"] == "gzip"
        assert response.headers["ETag"] != plain
        packed = await response.read()
    async with client.get(LIST, headers=PLAIN) as response:
        assert "Content-Encoding" not in response.headers
        text = await response.read()
    assert gzip.decompress(packed) == text
    assert len(json.loads(text)["items"]) == 5
    assert len(packed) < len(text) / 2


@pytest.mark.parametrize("accepted", ["gzip;q=0", "gzip;q=0, *", "br", "", "gzip;q=x"])
async def test_it_is_not_compressed_for_who_refuses(client: Client, accepted: str) -> None:
    for number in range(5):
        await make_movie(f"Film {number}")
    async with client.get(LIST, headers={"Accept-Encoding": accepted}) as response:
        assert "Content-Encoding" not in response.headers


async def test_what_is_for_one_caller_is_not_compressed(client: Client, settings: Settings) -> None:
    for number in range(5):
        await make_movie(f"Film {number}")
    buyer = await make_buyer(client, settings)
    headers = {**buyer.headers, "Accept-Encoding": "gzip"}
    async with client.get(LIST, headers=headers) as response:
        assert "Content-Encoding" not in response.headers
