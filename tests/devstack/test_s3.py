"""S3 as `cinema dev` and the tests run it."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import aioboto3
import httpx
import pytest
from botocore.config import Config
from botocore.exceptions import ClientError

from cinema.devstack.errors import DevstackError
from cinema.devstack.s3 import S3Server, run_s3
from cinema.devstack.s3_door import open_door


@asynccontextmanager
async def connected(
    server: S3Server, access_key: str | None = None, url: str | None = None
) -> AsyncIterator[Any]:
    session = aioboto3.Session(
        aws_access_key_id=access_key or server.access_key,
        aws_secret_access_key=server.secret_key,
        region_name="us-east-1",
    )
    config = Config(signature_version="s3v4", s3={"addressing_style": "path"})
    async with session.client("s3", endpoint_url=url or server.url, config=config) as client:
        yield client


async def test_the_bucket_is_there_and_objects_are_kept_over_a_restart(tmp_path: Path) -> None:
    async with run_s3(tmp_path) as server, connected(server) as client:
        await client.put_object(
            Bucket="cinema", Key="avatars/1.png", Body=b"0123456789", ContentType="image/png"
        )
    async with run_s3(tmp_path) as server, connected(server) as client:
        answer = await client.get_object(Bucket="cinema", Key="avatars/1.png")
        assert await answer["Body"].read() == b"0123456789"
        assert answer["ContentType"] == "image/png"


async def test_a_presigned_link_serves_ranges_and_refuses_a_wrong_signature() -> None:
    async with run_s3() as server, connected(server) as client, httpx.AsyncClient() as http:
        await client.put_object(Bucket="cinema", Key="a.webp", Body=b"0123456789")
        link = await client.generate_presigned_url(
            "get_object", Params={"Bucket": "cinema", "Key": "a.webp"}
        )
        part = await http.get(link, headers={"Range": "bytes=2-4"})
        assert part.content == b"234"
        assert part.headers["Content-Range"] == "bytes 2-4/10"

        forged = await http.get(link.replace("X-Amz-Signature=", "X-Amz-Signature=0"))
        assert forged.status_code == 403
        anonymous = await http.get(f"{server.url}/cinema/a.webp")
        assert anonymous.status_code in (400, 403)


@asynccontextmanager
async def a_film_behind_the_door() -> AsyncIterator[tuple[httpx.AsyncClient, str]]:
    """A link for browsers to ten bytes, and a browser."""
    async with (
        run_s3() as server,
        open_door(server.url) as door,
        connected(server) as client,
        connected(server, url=door.url) as public,
        httpx.AsyncClient() as browser,
    ):
        await client.put_object(
            Bucket="cinema", Key="a b.webm", Body=b"0123456789", ContentType="video/webm"
        )
        link = await public.generate_presigned_url(
            "get_object", Params={"Bucket": "cinema", "Key": "a b.webm"}
        )
        yield browser, link


async def test_a_browser_gets_the_bytes_it_asks_for_as_a_part() -> None:
    async with a_film_behind_the_door() as (browser, link):
        for asked, bytes_, range_ in (
            ("bytes=2-4", b"234", "bytes 2-4/10"),
            ("bytes=0-", b"0123456789", "bytes 0-9/10"),
            ("bytes=7-", b"789", "bytes 7-9/10"),
            ("bytes=-3", b"789", "bytes 7-9/10"),
            ("bytes=8-100", b"89", "bytes 8-9/10"),
        ):
            part = await browser.get(link, headers={"Range": asked})
            assert (part.status_code, part.content) == (206, bytes_)
            assert part.headers["Content-Range"] == range_
            assert part.headers["Content-Length"] == str(len(bytes_))
            assert part.headers["Content-Type"] == "video/webm"
        for asked in ("bytes=10-", "bytes=20-30", "bytes=4-2"):
            assert (await browser.get(link, headers={"Range": asked})).status_code == 416
        whole = await browser.get(link)
        assert (whole.status_code, whole.content) == (200, b"0123456789")


async def test_the_door_lets_nobody_in_without_a_signature() -> None:
    async with a_film_behind_the_door() as (browser, link):
        forged = link.replace("X-Amz-Signature=", "X-Amz-Signature=0")
        assert (await browser.get(forged)).status_code == 403
        assert (await browser.get(link.partition("?")[0])).status_code in {400, 403}
        assert (await browser.put(link, content=b"x")).status_code == 405


async def test_an_s3_that_is_away_is_a_bad_gateway_and_comes_back() -> None:
    async with run_s3() as server, open_door(server.url) as door, httpx.AsyncClient() as browser:
        await server.stop()
        assert (await browser.get(f"{door.url}/cinema/a")).status_code == 502
        await server.start()
        assert (await browser.get(f"{door.url}/cinema/a")).status_code in {400, 403}


async def test_a_foreign_key_is_refused() -> None:
    async with run_s3() as server, connected(server, access_key="somebody") as client:
        with pytest.raises(ClientError, match="InvalidAccessKeyId"):
            await client.put_object(Bucket="cinema", Key="a.png", Body=b"x")
        assert not (server.data / "objects/cinema/a.png").exists()


async def test_a_restart_keeps_the_address() -> None:
    async with run_s3() as server:
        url = server.url
        await server.stop()
        assert not server.running
        await server.start()
        assert server.url == url
        async with connected(server) as client:
            assert "Contents" not in await client.list_objects_v2(Bucket="cinema")


async def test_a_port_that_another_server_holds_is_an_error_that_shows_the_log(
    tmp_path: Path,
) -> None:
    async with run_s3() as holder:
        other = S3Server(tmp_path, access_key="cinema", secret_key="secret")
        other.port = holder.port
        with pytest.raises(DevstackError, match="address already in use"):
            await other.start()
        assert not other.running


def test_a_key_that_rclone_cannot_take_is_refused(tmp_path: Path) -> None:
    with pytest.raises(DevstackError, match="too short"):
        S3Server(tmp_path, access_key="AK", secret_key="long enough")
    with pytest.raises(DevstackError, match="comma"):
        S3Server(tmp_path, access_key="cinema", secret_key="a,b")
