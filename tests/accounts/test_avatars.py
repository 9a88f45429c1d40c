"""Avatars, with a real bucket behind them."""

import asyncio
from collections.abc import AsyncIterator
from datetime import timedelta
from io import BytesIO
from typing import Any

import httpx
import pytest
from aiohttp import FormData
from PIL import Image

from cinema.accounts.avatars import delete_avatar_objects, sweep_avatars
from cinema.accounts.models import UserProfile
from cinema.outbox import OutboxMessage
from cinema.storage import Storage
from tests.accounts.calls import events
from tests.accounts.pictures import animation, bomb, picture, with_place
from tests.accounts_factory import bearer, make_user
from tests.conftest import Client, resources_of

API = "/api/v1/profiles"


@pytest.fixture
async def bucket(client: Client) -> Storage:
    """The bucket of the application, empty before the test."""
    storage = resources_of(client).storage
    await storage.ensure_bucket()
    await storage.delete(*await storage.list_keys())
    return storage


@pytest.fixture
async def own(client: Client) -> dict[str, str]:
    return await bearer(await make_user(), resources_of(client).settings)


async def upload(
    client: Client, headers: dict[str, str], data: bytes, field: str = "avatar"
) -> tuple[int, Any]:
    form = FormData()
    form.add_field(field, data, filename="me.png", content_type="image/png")
    answer = await client.put(f"{API}/me/avatar", data=form, headers=headers)
    return answer.status, await answer.json()


PICTURES = {
    "PNG": picture("PNG"),
    "JPEG": picture("JPEG"),
    "WebP": picture("WEBP"),
    "transparent": picture("PNG", mode="RGBA"),
    "palette": picture("PNG", mode="P"),
    "grey": picture("PNG", mode="L"),
    "black and white": picture("PNG", mode="1"),
    "16 bits": picture("PNG", mode="I;16"),
    "CMYK": picture("JPEG", mode="CMYK"),
    "a dot": picture("PNG", (1, 1)),
    "the largest": picture("PNG", (4096, 3906)),
}


@pytest.mark.parametrize("name", list(PICTURES))
async def test_a_picture_becomes_two_squares(
    client: Client, bucket: Storage, own: dict[str, str], name: str
) -> None:
    status, profile = await upload(client, own, PICTURES[name])
    assert status == 200
    sizes = {}
    async with httpx.AsyncClient() as browser:
        for name, link in profile["avatar"].items():
            answer = await browser.get(link)
            assert answer.headers["Content-Type"] == "image/webp"
            sizes[name] = Image.open(BytesIO(answer.content)).size
            assert (await browser.get(link.partition("?")[0])).status_code in {400, 403}
    assert sizes == {"large": (512, 512), "small": (128, 128)}
    assert len(await bucket.list_keys()) == 2


async def test_nothing_but_the_picture_survives(
    client: Client, bucket: Storage, own: dict[str, str]
) -> None:
    assert (await upload(client, own, with_place()))[0] == 200
    for key in await bucket.list_keys():
        stored = await bucket.get(key)
        assert stored is not None
        assert b"Secret" not in stored
        assert b"Exif" not in stored.replace(b"EXIF", b"Exif")
        assert not Image.open(BytesIO(stored)).getexif()


REFUSED = {
    "a bomb": (bomb(13_000), "more than 16,000,000 pixels"),
    "a bomb that Pillow itself takes": (bomb(9_000), "side of more than 4096"),
    "a smaller bomb": (bomb(4_001), "more than 16,000,000 pixels"),
    "too wide": (picture("PNG", (4097, 1)), "side of more than 4096"),
    "a moving WebP": (animation("WEBP"), "animated"),
    "a moving PNG": (animation("PNG"), "animated"),
    "a GIF": (animation("GIF"), "no JPEG, PNG or WebP"),
    "a still GIF": (picture("GIF"), "no JPEG, PNG or WebP"),
    "a BMP": (picture("BMP"), "no JPEG, PNG or WebP"),
    "a TIFF": (picture("TIFF"), "no JPEG, PNG or WebP"),
    "an SVG": (b'<svg xmlns="http://www.w3.org/2000/svg"/>', "no JPEG, PNG or WebP"),
    "an EPS": (b"%!PS-Adobe-3.0 EPSF-3.0\n%%BoundingBox: 0 0 1 1\n", "no JPEG, PNG or WebP"),
    "a page": (b"<html><script>alert(1)</script></html>", "no JPEG, PNG or WebP"),
    "a program": (b"MZ" + b"\0" * 4096, "no JPEG, PNG or WebP"),
    "nothing": (b"", "no JPEG, PNG or WebP"),
    "half a PNG": (picture("PNG", (900, 900), mode="RGB")[:600], "damaged"),
    "half a JPEG": (picture("JPEG", (900, 900))[:2000], "damaged"),
    "half a WebP": (picture("WEBP", (900, 900), lossless=True)[:60], "damaged"),
    "a spoilt PNG": (picture("PNG")[:41] + b"\xff" * 200, "damaged"),
}


@pytest.mark.parametrize("name", list(REFUSED))
async def test_a_file_that_is_no_good_picture_leaves_nothing_behind(
    client: Client, bucket: Storage, own: dict[str, str], name: str
) -> None:
    data, reason = REFUSED[name]
    status, answer = await upload(client, own, data)
    assert (status, answer["code"]) == (422, "image_refused")
    assert reason in answer["detail"]
    assert await bucket.list_keys() == []
    assert (await UserProfile.get()).avatar_key is None
    assert await events() == []


async def test_six_mebibytes_leave_nothing_behind(
    client: Client, bucket: Storage, own: dict[str, str]
) -> None:
    data = picture("PNG") + b"\0" * (6 * 1024 * 1024)

    async def stream() -> AsyncIterator[bytes]:
        yield (b'--x\r\nContent-Disposition: form-data; name="avatar"; filename="a.png"\r\n\r\n')
        for start in range(0, len(data), 65536):
            yield data[start : start + 65536]
        yield b"\r\n--x--\r\n"

    kind = {"Content-Type": "multipart/form-data; boundary=x"}
    try:
        answer = await client.put(f"{API}/me/avatar", data=stream(), headers=own | kind)
        assert (answer.status, (await answer.json())["code"]) == (413, "image_too_large")
    except ConnectionError:
        pass  # The server hangs up on a client that goes on sending.
    assert await bucket.list_keys() == []
    assert await events() == []


async def test_a_length_that_is_too_large_is_refused_unread(
    client: Client, own: dict[str, str]
) -> None:
    reader, writer = await asyncio.open_connection("127.0.0.1", client.port)
    writer.write(
        f"PUT {API}/me/avatar HTTP/1.1\r\nHost: x\r\nAuthorization: {own['Authorization']}\r\n"
        "Content-Type: multipart/form-data; boundary=x\r\nContent-Length: 6291456\r\n\r\n".encode()
    )
    line = await asyncio.wait_for(reader.readline(), 5)
    writer.close()
    assert b" 413 " in line


@pytest.mark.parametrize(
    ("kind", "body", "status"),
    [
        ("application/json", b"{}", 415),
        ("image/png", picture("PNG"), 415),
        ("multipart/form-data", b"--x--", 400),
        ("multipart/form-data; boundary=x", b"", 400),
        ("multipart/form-data; boundary=x", b"junk", 400),
        ("multipart/form-data; boundary=x", b"--x\r\n\r\nabc\r\n--x--\r\n", 400),
        (
            "multipart/form-data; boundary=x",
            b'--x\r\nContent-Disposition: form-data; name="other"\r\n\r\nabc\r\n--x--\r\n',
            400,
        ),
    ],
)
async def test_a_form_that_is_none_is_a_clear_refusal(
    client: Client, bucket: Storage, own: dict[str, str], kind: str, body: bytes, status: int
) -> None:
    headers = own | {"Content-Type": kind}
    answer = await client.put(f"{API}/me/avatar", data=body, headers=headers)
    assert answer.status == status
    assert answer.content_type == "application/problem+json"
    assert await bucket.list_keys() == []


async def test_a_new_avatar_replaces_the_old_one_after_the_commit(
    client: Client, bucket: Storage, own: dict[str, str]
) -> None:
    await upload(client, own, picture("PNG"))
    first = (await UserProfile.get()).avatar_key
    await upload(client, own, picture("JPEG"))
    assert len(await bucket.list_keys()) == 4
    [replaced] = await OutboxMessage.filter(type="avatar.replaced")
    assert replaced.data["old_key"] == first
    for _ in range(2):
        await delete_avatar_objects(bucket, str(first))
    left = await bucket.list_keys()
    second = (await UserProfile.get()).avatar_key
    assert left == [f"{second}/128.webp", f"{second}/512.webp"]
    assert (await client.delete(f"{API}/me/avatar", headers=own)).status == 204
    assert (await client.delete(f"{API}/me/avatar", headers=own)).status == 204
    assert await OutboxMessage.filter(type="avatar.replaced").count() == 2
    profile = await (await client.get(f"{API}/me", headers=own)).json()
    assert profile["avatar"] is None


async def test_a_commit_that_fails_leaves_no_new_object(
    client: Client, bucket: Storage, own: dict[str, str]
) -> None:
    await UserProfile.all().delete()
    assert (await upload(client, own, picture("PNG")))[0] == 404
    assert await bucket.list_keys() == []


async def test_objects_that_no_profile_names_are_swept(
    client: Client, bucket: Storage, own: dict[str, str]
) -> None:
    await upload(client, own, picture("PNG"))
    kept = await bucket.list_keys()
    await bucket.put("avatars/lost/512.webp", b"lost", "image/webp")
    await bucket.put("posters/1.webp", b"another's", "image/webp")
    assert await sweep_avatars(bucket) == 0
    assert await sweep_avatars(bucket, timedelta(seconds=-1)) == 1
    assert await bucket.list_keys() == [*kept, "posters/1.webp"]
