"""Trailers and films: stored as they arrive, and nothing left of what is refused."""

import asyncio
from collections.abc import AsyncIterator
from datetime import timedelta
from typing import Any

import httpx
import pytest

from cinema.catalogue.media import delete_medium, sweep_media
from cinema.catalogue.models import Movie
from cinema.database import fetch
from cinema.storage import PART, Storage
from tests.accounts.pictures import picture
from tests.catalogue.sending import keys_of, send, send_form
from tests.catalogue.videos import large_mp4, live_webm, mp4, webm
from tests.conftest import Client, resources_of
from tests.factories import make_movie
from tests.house import emitted, run_jobs
from tests.servers import Servers
from tests.waiting import eventually

VIDEOS = {
    "video/mp4": (mp4(), large_mp4()),
    "video/webm": (webm(), live_webm()),
}


@pytest.mark.parametrize("medium", ["trailer", "video"])
async def test_a_video_is_told_by_its_content_and_stored_whole(
    client: Client, bucket: Storage, staff: dict[str, str], movie: Movie, medium: str
) -> None:
    for kind, files in VIDEOS.items():
        for data in files:
            assert (await send_form(client, staff, movie.id, medium, data))[0] == 200
            await run_jobs(resources_of(client))
            [key] = await bucket.list_keys()
            assert await bucket.get(key) == data
            async with httpx.AsyncClient() as browser:
                answer = await browser.get(await bucket.presigned_get(key, 60))
            assert answer.headers["Content-Type"] == kind
    # The same as a bare body, under a type that is wrong.
    status, _ = await send(client, staff, f"{movie.id}/{medium}", webm(), "application/x-anything")
    assert status == 200
    assert (await emitted()).count("movie.changed") == 5


BAD_VIDEOS = {
    "nothing": (b"", 415, "video_refused"),
    "a word": (b"short", 415, "video_refused"),
    "a picture": (picture("PNG"), 415, "video_refused"),
    "a page": (b"<html><script>alert(1)</script></html>", 415, "video_refused"),
    "a Matroska": (webm(kind=b"matroska"), 415, "video_refused"),
    "a QuickTime": (b"\0\0\0\x14ftypqt  " + b"\0" * 100, 415, "video_refused"),
    "an MP4 less one byte": (mp4()[:-1], 400, "video_damaged"),
    "an MP4 cut off in its index": (mp4()[:40], 400, "video_damaged"),
    "a long MP4 cut off": (large_mp4()[:1000], 400, "video_damaged"),
    "an MP4 without index": (mp4().replace(b"moov", b"free"), 400, "video_damaged"),
    "an MP4 and junk": (mp4()[:20] + b"\0\0\0\1junk", 400, "video_damaged"),
    "a WebM less one byte": (webm()[:-1], 400, "video_damaged"),
    "a WebM cut off in its header": (webm()[:30], 400, "video_damaged"),
    "too large": (mp4(12_000), 413, "video_too_large"),
}


async def test_a_video_that_is_none_or_not_whole_leaves_nothing(
    client: Client,
    bucket: Storage,
    staff: dict[str, str],
    movie: Movie,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    settings = resources_of(client).settings
    monkeypatch.setitem(settings.__dict__, "video_max_bytes", 10_000)
    for name, (data, status, code) in BAD_VIDEOS.items():
        for answer in (
            await send(client, staff, f"{movie.id}/video", data),
            await send_form(client, staff, movie.id, "video", data),
        ):
            assert (name, answer[0], answer[1]["code"]) == (name, status, code)
    assert await bucket.list_keys() == []
    assert await keys_of(movie) == [None, None, None]
    assert "movie.changed" not in await emitted()


async def test_a_form_that_breaks_off_leaves_nothing(
    client: Client, bucket: Storage, staff: dict[str, str], movie: Movie
) -> None:
    body = b'--x\r\nContent-Disposition: form-data; name="video"; filename="a"\r\n\r\n' + mp4()[:-9]
    for kind, data in {
        "multipart/form-data; boundary=x": body,
        "multipart/form-data": body,
        "multipart/form-data; boundary=y": body,
        "multipart/mixed; boundary=x": body,
    }.items():
        status, _ = await send(client, staff, f"{movie.id}/video", data, kind)
        assert status in {400, 415}
    answer = await client.put(
        f"/api/v1/movies/{movie.id}/video",
        data=mp4(),
        headers=staff | {"Content-Encoding": "x-unknown"},
    )
    assert answer.status in {400, 415}
    assert await bucket.list_keys() == []


async def test_a_sender_who_hangs_up_leaves_no_parts_behind(
    client: Client, bucket: Storage, staff: dict[str, str], movie: Movie
) -> None:
    _, writer = await asyncio.open_connection("127.0.0.1", client.port)
    writer.write(
        f"PUT /api/v1/movies/{movie.id}/video HTTP/1.1\r\nHost: x\r\n"
        f"Authorization: {staff['Authorization']}\r\nContent-Length: 30000000\r\n\r\n".encode()
    )
    writer.write(mp4(30_000_000)[:9_000_000])
    await writer.drain()
    client_of_s3 = bucket._client

    async def uploads() -> int:
        answer = await client_of_s3.list_multipart_uploads(Bucket=bucket._bucket)
        return len(answer.get("Uploads", []))

    await eventually(uploads)
    writer.transport.abort()
    await eventually(lambda: _none(uploads))
    assert await bucket.list_keys() == []
    assert await keys_of(movie) == [None, None, None]


async def _none(count: Any) -> bool:
    return bool(await count() == 0)


async def test_a_commit_that_fails_leaves_no_object(
    client: Client, bucket: Storage, staff: dict[str, str], movie: Movie
) -> None:
    async def film() -> AsyncIterator[bytes]:
        yield mp4()[:500]
        await fetch("UPDATE movies SET deleted_at = now()")
        yield mp4()[500:]

    status, answer = await send(client, staff, f"{movie.id}/video", film())
    assert (status, answer["code"]) == (404, "movie_not_found")
    assert await bucket.list_keys() == []


async def test_a_movie_that_is_not_there_is_refused_before_its_film_is_read(
    client: Client, bucket: Storage, staff: dict[str, str]
) -> None:
    for path, data in (("999/video", mp4()), ("999/trailer", webm())):
        status, answer = await send(client, staff, path, data)
        assert (status, answer["code"]) == (404, "movie_not_found")
    assert (await send_form(client, staff, 999, "poster", picture("PNG")))[0] == 404
    assert await bucket.list_keys() == []


async def test_a_film_that_two_movies_share_goes_with_the_last_of_them(
    client: Client, bucket: Storage, staff: dict[str, str], movie: Movie
) -> None:
    other = await make_movie("Mirror")
    await bucket.put("videos/shared.webm", webm(), "video/webm")
    await fetch("UPDATE movies SET video_key = 'videos/shared.webm', trailer_key = video_key")
    await fetch("UPDATE movies SET trailer_key = video_key")
    for path in (f"{movie.id}/video", f"{movie.id}/trailer", f"{other.id}/trailer"):
        await client.delete(f"/api/v1/movies/{path}", headers=staff)
        await run_jobs(resources_of(client))
        assert await bucket.list_keys() == ["videos/shared.webm"]
    await client.delete(f"/api/v1/movies/{other.id}/video", headers=staff)
    await run_jobs(resources_of(client))
    assert await bucket.list_keys() == []
    await delete_medium(bucket, "videos/shared.webm")


async def test_objects_that_no_movie_names_are_swept(
    client: Client, bucket: Storage, staff: dict[str, str], movie: Movie
) -> None:
    await send_form(client, staff, movie.id, "poster", picture("PNG"))
    await send(client, staff, f"{movie.id}/trailer", webm())
    kept = await bucket.list_keys()
    for key in ("posters/lost/400.webp", "videos/lost.mp4", "trailers/lost.webm"):
        await bucket.put(key, b"lost", "image/webp")
    await bucket.put("avatars/another/512.webp", b"x", "image/webp")
    assert await sweep_media(bucket) == 0
    assert await sweep_media(bucket, timedelta(seconds=-1)) == 3
    assert await bucket.list_keys() == sorted([*kept, "avatars/another/512.webp"])


async def test_a_trailer_plays_for_everybody_in_parts(
    client: Client, bucket: Storage, staff: dict[str, str], movie: Movie
) -> None:
    address = f"/api/v1/movies/{movie.id}/trailer"
    assert (await (await client.get(address)).json())["code"] == "trailer_missing"
    assert (await client.get("/api/v1/movies/999/trailer")).status == 404
    _, shown = await send(client, staff, f"{movie.id}/trailer", webm())
    assert shown["trailer"] == address
    answer = await client.get(address, allow_redirects=False)
    assert (answer.status, answer.headers["Cache-Control"]) == (302, "private, max-age=150")
    async with httpx.AsyncClient() as browser:
        part = await browser.get(answer.headers["Location"], headers={"Range": "bytes=4-7"})
    assert (part.status_code, part.content) == (206, webm()[4:8])


async def test_a_storage_that_dies_under_an_upload_is_a_503_and_keeps_nothing(
    client: Client, bucket: Storage, staff: dict[str, str], movie: Movie, servers: Servers
) -> None:
    async def film() -> AsyncIterator[bytes]:
        data = mp4(3 * PART)
        yield data[: PART + 1000]
        servers.background.run(servers.s3.kill())
        yield data[PART + 1000 :]

    try:
        status, answer = await send(client, staff, f"{movie.id}/video", film())
    finally:
        servers.background.run(servers.s3.start())
    assert (status, answer["code"]) == (503, "storage_unavailable")
    assert await bucket.list_keys() == []
    assert await keys_of(movie) == [None, None, None]
    assert (await send(client, staff, f"{movie.id}/video", mp4()))[0] == 200


async def test_a_storage_that_is_away_is_a_503_and_nothing_is_half_done(
    client: Client, bucket: Storage, staff: dict[str, str], movie: Movie
) -> None:
    await send_form(client, staff, movie.id, "poster", picture("PNG"))
    before = await keys_of(movie)
    storage = resources_of(client).storage
    names = storage._bucket
    # A bucket that is not there fails as every other trouble of the storage does.
    storage._bucket = "nowhere"
    try:
        for medium, data in (("poster", picture("PNG")), ("video", mp4()), ("trailer", webm())):
            status, answer = await send_form(client, staff, movie.id, medium, data)
            assert (status, answer["code"]) == (503, "storage_unavailable")
    finally:
        storage._bucket = names
    assert await keys_of(movie) == before
    assert (await emitted()).count("movie.changed") == 1
