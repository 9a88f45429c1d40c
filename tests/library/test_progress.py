"""How far a film is watched: one place for all devices, and never less seen than was seen."""

import asyncio
from typing import Any

import pytest

from cinema.database import fetch
from cinema.library.queries import list_resumable, watched
from cinema.outbox import OutboxMessage
from cinema.settings import Settings
from tests.conftest import Client
from tests.factories import make_movie
from tests.house import Buyer, emitted, make_buyer
from tests.library.test_library import buy


@pytest.fixture
async def buyer(client: Client, settings: Settings) -> Buyer:
    return await make_buyer(client, settings)


async def save(buyer: Buyer, movie_id: int, **body: Any) -> tuple[int, Any]:
    return await buyer.call("PUT", f"/library/{movie_id}/progress", body)


async def places(movie_id: int) -> list[dict[str, Any]]:
    return await fetch(
        "SELECT position, duration, version FROM watch_progress WHERE movie_id = $1", movie_id
    )


async def test_the_library_knows_where_one_stopped(buyer: Buyer) -> None:
    movie_id = await buy(buyer, "Solaris")
    status, kept = await save(buyer, movie_id, position=90, version=1, duration=6000)
    assert status == 200
    _, library = await buyer.call("GET", "/library")
    [item] = library["items"]
    assert item["progress"] == kept
    assert (kept["position"], kept["duration"], kept["version"]) == (90, 6000, 1)
    assert item["has_video"] is False


async def test_the_highest_version_is_the_last_word(buyer: Buyer) -> None:
    movie_id = await buy(buyer, "Solaris")
    await save(buyer, movie_id, position=90, version=5)
    for version in (4, 5):
        status, kept = await save(buyer, movie_id, position=10, version=version)
        assert (status, kept["position"], kept["version"]) == (200, 90, 5)
    _, kept = await save(buyer, movie_id, position=10, version=6)
    assert (kept["position"], kept["version"]) == (10, 6)
    assert (await emitted()).count("progress.changed") == 2


async def test_a_change_reaches_the_users_own_channel_and_no_other(buyer: Buyer) -> None:
    movie_id = await buy(buyer, "Solaris")
    await save(buyer, movie_id, position=90, version=1, duration=6000)
    [event] = await OutboxMessage.filter(type="progress.changed")
    assert event.topics == [f"user:{buyer.user.id}"]
    assert event.data == {
        "user_id": buyer.user.id,
        "movie_id": movie_id,
        "position": 90,
        "duration": 6000,
        "version": 1,
    }


async def test_of_many_devices_at_once_the_highest_version_stays(buyer: Buyer) -> None:
    movie_id = await buy(buyer, "Solaris")
    await asyncio.gather(
        *(save(buyer, movie_id, position=version, version=version) for version in range(1, 31))
    )
    assert await places(movie_id) == [{"position": 30, "duration": 0, "version": 30}]


NO_PLACES: tuple[dict[str, Any], ...] = (
    {},
    {"position": -1, "version": 1},
    {"position": 1},
    {"position": 1, "version": 0},
    {"position": 1.5, "version": 1},
    {"position": "1", "version": 1},
    {"position": 1, "version": 2**53 + 1},
    {"position": 1, "version": 1, "duration": 0},
    {"position": 604_801, "version": 1},
    {"position": 1, "version": 1, "user_id": 7},
)


async def test_what_is_no_place_is_refused(buyer: Buyer) -> None:
    movie_id = await buy(buyer, "Solaris")
    for body in NO_PLACES:
        status, _ = await save(buyer, movie_id, **body)
        assert status in {400, 422}, body
    assert await places(movie_id) == []


async def test_a_movie_of_others_or_of_nobody_has_no_place(
    client: Client, buyer: Buyer, settings: Settings
) -> None:
    movie_id = await buy(buyer, "Solaris")
    other = await make_buyer(client, settings)
    never_bought = (await make_movie()).id
    for who, which in ((other, movie_id), (buyer, never_bought), (buyer, 999_999)):
        status, answer = await save(who, which, position=1, version=1)
        assert (status, answer["code"]) == (404, "not_in_library")
    await fetch("UPDATE purchases SET revoked_at = now()")
    status, _ = await save(buyer, movie_id, position=1, version=1)
    assert status == 404
    assert await fetch("SELECT FROM watch_progress") == []
    assert "progress.changed" not in await emitted()


async def test_ten_minutes_or_a_tenth_count_as_watched(buyer: Buyer) -> None:
    movie_id, other = await buy(buyer, "Solaris"), await buy(buyer, "Mirror")
    for position, duration, is_watched in (
        (0, 6000, False),
        (599, 6000, False),
        (600, 6000, True),
        (9, 100, False),
        (10, 100, True),
        (599, None, False),
        (600, None, True),
    ):
        await fetch("DELETE FROM watch_progress")
        await save(buyer, movie_id, position=position, version=1, duration=duration)
        seen = {movie_id} if is_watched else set()
        assert await watched(buyer.user.id, [movie_id, other]) == seen, (position, duration)
    assert await watched(buyer.user.id, []) == set()
    assert await watched(buyer.user.id + 1, [movie_id]) == set()


async def test_who_winds_back_has_still_watched(buyer: Buyer) -> None:
    movie_id = await buy(buyer, "Solaris")
    await save(buyer, movie_id, position=5000, version=1, duration=6000)
    await save(buyer, movie_id, position=0, version=2)
    assert await watched(buyer.user.id, [movie_id]) == {movie_id}
    assert await places(movie_id) == [{"position": 0, "duration": 6000, "version": 2}]


async def test_what_one_is_in_the_midst_of_is_offered_again_the_latest_first(buyer: Buyer) -> None:
    names = ("Solaris", "Mirror", "Stalker", "Nostalghia", "No file yet")
    ids = [await buy(buyer, name) for name in names]
    await fetch("UPDATE movies SET video_key = 'videos/x.webm' WHERE name <> 'No file yet'")
    for movie_id, position in zip(ids, (100, 200, 95, 0, 100), strict=True):
        duration = 100 if position == 95 else 1000
        await save(buyer, movie_id, position=position, version=1, duration=duration)
    resumed = await list_resumable(buyer.user.id)
    assert [item.name for item in resumed] == ["Mirror", "Solaris"]


async def test_where_one_was_is_shown_in_the_export_and_goes_with_the_account(
    buyer: Buyer,
) -> None:
    movie_id = await buy(buyer, "Solaris")
    await save(buyer, movie_id, position=90, version=1, duration=6000)
    _, document = await buyer.call("GET", "/accounts/me/export")
    [line] = document["watching"]
    assert (line["movie_id"], line["name"], line["position"]) == (movie_id, "Solaris", 90)
    assert (await buyer.call("DELETE", "/accounts/me"))[0] in {200, 204}
    assert await places(movie_id) == []
