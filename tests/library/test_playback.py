"""Playing what one owns: a short-lived address in parts, for the owner and nobody else."""

from datetime import UTC, datetime, timedelta

import httpx
import pytest

from cinema.database import fetch
from cinema.settings import Settings
from cinema.storage import Storage
from tests.catalogue.videos import webm
from tests.conftest import Client, resources_of
from tests.factories import make_movie
from tests.house import Buyer, make_buyer
from tests.library.test_library import buy


@pytest.fixture
async def buyer(client: Client, settings: Settings) -> Buyer:
    return await make_buyer(client, settings)


@pytest.fixture
async def bucket(client: Client) -> Storage:
    storage = resources_of(client).storage
    await storage.ensure_bucket()
    await storage.put("videos/solaris.webm", webm(), "video/webm")
    return storage


async def with_video(buyer: Buyer) -> int:
    movie_id = await buy(buyer, "Solaris")
    await fetch("UPDATE movies SET video_key = 'videos/solaris.webm' WHERE id = $1", movie_id)
    return movie_id


async def test_the_owner_plays_in_parts(buyer: Buyer, bucket: Storage) -> None:
    movie_id = await with_video(buyer)
    await buyer.call("PUT", f"/library/{movie_id}/progress", {"position": 7, "version": 1})
    status, playback = await buyer.call("GET", f"/library/{movie_id}/playback")
    assert (status, playback["content_type"]) == (200, "video/webm")
    assert (playback["progress"]["position"], playback["progress"]["version"]) == (7, 1)
    left = datetime.fromisoformat(playback["expires_at"]) - datetime.now(UTC)
    assert timedelta(seconds=290) < left <= timedelta(seconds=300)
    async with httpx.AsyncClient() as browser:
        for asked, expected in (("bytes=4-9", webm()[4:10]), ("bytes=-5", webm()[-5:])):
            part = await browser.get(playback["url"], headers={"Range": asked})
            assert (part.status_code, part.content) == (206, expected)
        other = playback["url"].replace("solaris.webm", "other.webm")
        assert (await browser.get(other)).status_code == 403


async def test_nobody_else_plays_it(
    client: Client, buyer: Buyer, bucket: Storage, settings: Settings
) -> None:
    movie_id = await with_video(buyer)
    other, never_bought = await make_buyer(client, settings), (await make_movie()).id
    for who, which in ((other, movie_id), (buyer, never_bought), (buyer, 999_999)):
        status, answer = await who.call("GET", f"/library/{which}/playback")
        assert (status, answer["code"]) == (404, "not_in_library")
    assert (await client.get(f"/api/v1/library/{movie_id}/playback")).status == 401


async def test_a_purchase_that_was_paid_back_no_longer_plays(buyer: Buyer, bucket: Storage) -> None:
    movie_id = await with_video(buyer)
    await fetch("UPDATE purchases SET revoked_at = now()")
    status, answer = await buyer.call("GET", f"/library/{movie_id}/playback")
    assert (status, answer["code"]) == (404, "not_in_library")


async def test_a_deleted_movie_still_plays_for_its_owner_and_one_without_a_film_says_so(
    buyer: Buyer, bucket: Storage
) -> None:
    movie_id = await with_video(buyer)
    await fetch("UPDATE movies SET deleted_at = now()")
    assert (await buyer.call("GET", f"/library/{movie_id}/playback"))[0] == 200
    await fetch("UPDATE movies SET video_key = NULL")
    status, answer = await buyer.call("GET", f"/library/{movie_id}/playback")
    assert (status, answer["code"]) == (404, "video_missing")
