"""Objects in S3: the only module that speaks it."""

from collections.abc import AsyncIterator, Iterator
from contextlib import AsyncExitStack, asynccontextmanager, contextmanager, suppress
from datetime import UTC, datetime, timedelta
from functools import cache
from typing import Any

import aioboto3
from botocore.config import Config
from botocore.exceptions import BotoCoreError, ClientError

from cinema.errors import NotFound, TooLarge, Unavailable
from cinema.settings import Settings

PART = 5 * 1024 * 1024
"""Bytes of one part of a streamed upload: the least that S3 takes; it takes 10,000 of them."""
CHUNK = 256 * 1024
CONFIG = Config(
    signature_version="s3v4",
    connect_timeout=3,
    read_timeout=10,
    retries={"max_attempts": 2, "mode": "standard"},
    s3={"addressing_style": "path"},
    # Trailing checksums are young: many servers that call themselves S3 refuse them.
    request_checksum_calculation="when_required",
    response_checksum_validation="when_required",
)


class ObjectMissing(NotFound):
    code, title = "object_missing", "The stored object is gone"


class StorageUnavailable(Unavailable):
    code, title = "storage_unavailable", "The object storage is out of reach"


class Storage:
    """The bucket of this cinema. Each method raises StorageUnavailable when S3 fails."""

    def __init__(self, client: Any, public_client: Any, bucket: str) -> None:
        self._client = client
        self._public_client = public_client
        self._bucket = bucket

    async def ensure_bucket(self) -> None:
        """Create the bucket where it is missing."""
        with _failing():
            try:
                await self._client.head_bucket(Bucket=self._bucket)
            except ClientError as error:
                if error.response["ResponseMetadata"]["HTTPStatusCode"] != 404:
                    raise
                await self._client.create_bucket(Bucket=self._bucket)

    async def put(self, key: str, body: bytes, content_type: str) -> None:
        with _failing():
            await self._client.put_object(
                Bucket=self._bucket, Key=key, Body=body, ContentType=content_type
            )

    async def put_stream(
        self, key: str, chunks: AsyncIterator[bytes], content_type: str, *, limit: int
    ) -> int:
        """Upload what comes, never more than two parts of it in memory; returns its bytes.

        Raises TooLarge past `limit` bytes; a failed upload leaves nothing behind.
        """
        with _failing():
            upload = await self._client.create_multipart_upload(
                Bucket=self._bucket, Key=key, ContentType=content_type
            )
        target = {"Bucket": self._bucket, "Key": key, "UploadId": upload["UploadId"]}
        try:
            with _failing():
                size, parts = await self._upload_parts(target, chunks, limit)
                await self._client.complete_multipart_upload(
                    **target, MultipartUpload={"Parts": parts}
                )
        except BaseException:
            await self._abort(target)
            raise
        return size

    async def _abort(self, target: dict[str, str]) -> None:
        """Give the parts up; those that cannot be reached now are swept later."""
        with suppress(StorageUnavailable), _failing():
            await self._client.abort_multipart_upload(**target)

    async def abort_stale_uploads(self, age: timedelta) -> int:
        """Give up uploads that were begun so long ago and never ended; returns how many."""
        before = datetime.now(UTC) - age
        with _failing():
            try:
                answer = await self._client.list_multipart_uploads(Bucket=self._bucket)
            except ClientError as error:
                # So rclone says that there are none.
                if error.response["Error"]["Code"] != "NoSuchUpload":
                    raise
                return 0
        stale = [item for item in answer.get("Uploads", []) if item["Initiated"] <= before]
        for item in stale:
            names = {"Key": item["Key"], "UploadId": item["UploadId"]}
            await self._abort({"Bucket": self._bucket, **names})
        return len(stale)

    async def _upload_parts(
        self, target: dict[str, str], chunks: AsyncIterator[bytes], limit: int
    ) -> tuple[int, list[dict[str, Any]]]:
        size = 0
        parts: list[dict[str, Any]] = []
        async for part in _parts(chunks):
            size += len(part)
            if size > limit:
                raise TooLarge
            number = len(parts) + 1
            stored = await self._client.upload_part(**target, PartNumber=number, Body=part)
            parts.append({"PartNumber": number, "ETag": stored["ETag"]})
        return size, parts

    async def get(self, key: str) -> bytes | None:
        """Return a small object whole; None where there is none."""
        with _failing():
            try:
                answer = await self._client.get_object(Bucket=self._bucket, Key=key)
            except self._client.exceptions.NoSuchKey:
                return None
            body: bytes = await answer["Body"].read()
            return body

    async def stream(self, key: str) -> AsyncIterator[bytes]:
        """Read an object of any size in chunks; raises ObjectMissing."""
        with _failing():
            try:
                answer = await self._client.get_object(Bucket=self._bucket, Key=key)
            except self._client.exceptions.NoSuchKey:
                raise ObjectMissing(key) from None
            async for chunk in answer["Body"].iter_chunks(CHUNK):
                yield chunk

    async def delete(self, *keys: str) -> None:
        """Delete objects; one that is not there is deleted already."""
        with _failing():
            for key in keys:
                await self._client.delete_object(Bucket=self._bucket, Key=key)

    async def list_keys(self, prefix: str = "") -> list[str]:
        """Return up to 1,000 keys that begin so."""
        [page] = [page async for page in self._pages(prefix, 1)]
        return [item["Key"] for item in page]

    async def old_keys(self, prefix: str, age: timedelta) -> AsyncIterator[list[str]]:
        """Go through the keys of objects that are at least so old, up to 1,000 at a time."""
        before = datetime.now(UTC) - age
        async for page in self._pages(prefix):
            yield [item["Key"] for item in page if item["LastModified"] <= before]

    async def _pages(
        self, prefix: str, limit: int | None = None
    ) -> AsyncIterator[list[dict[str, Any]]]:
        place: dict[str, str] = {}
        number = 0
        while limit is None or number < limit:
            with _failing():
                answer = await self._client.list_objects_v2(
                    Bucket=self._bucket, Prefix=prefix, **place
                )
            yield answer.get("Contents", [])
            number += 1
            if not answer.get("IsTruncated"):
                return
            place = {"ContinuationToken": answer["NextContinuationToken"]}

    async def presigned_get(self, key: str, seconds: int, filename: str | None = None) -> str:
        """Return a link that reads the object for a while; no request is made for it.

        `filename`: the browser saves it under this name instead of showing it.
        """
        params = {"Bucket": self._bucket, "Key": key}
        if filename is not None:
            params["ResponseContentDisposition"] = f'attachment; filename="{filename}"'
        url: str = await self._public_client.generate_presigned_url(
            "get_object", Params=params, ExpiresIn=seconds
        )
        return url


async def _parts(chunks: AsyncIterator[bytes]) -> AsyncIterator[bytes]:
    """Gather chunks into parts; a stream of nothing is one empty part."""
    buffer = bytearray()
    sent = False
    async for chunk in chunks:
        buffer += chunk
        while len(buffer) >= PART:
            with memoryview(buffer) as view:
                part = bytes(view[:PART])
            del buffer[:PART]
            sent = True
            yield part
    if buffer or not sent:
        yield bytes(buffer)


@contextmanager
def _failing() -> Iterator[None]:
    try:
        yield
    except (BotoCoreError, ClientError, OSError, TimeoutError) as error:
        raise StorageUnavailable(f"The storage failed: {type(error).__name__}") from error


@cache
def _session(access_key: str, secret_key: str, region: str) -> aioboto3.Session:
    """The description of S3, a fifth of a second to read; it holds no connection."""
    return aioboto3.Session(
        aws_access_key_id=access_key, aws_secret_access_key=secret_key, region_name=region
    )


@asynccontextmanager
async def open_storage(settings: Settings) -> AsyncIterator[Storage]:
    session = _session(
        settings.s3_access_key.get_secret_value(),
        settings.s3_secret_key.get_secret_value(),
        settings.s3_region,
    )
    async with AsyncExitStack() as stack:
        client = await stack.enter_async_context(
            session.client("s3", endpoint_url=settings.s3_url, config=CONFIG)
        )
        public_client = client
        if settings.s3_public_url:
            # A signature names the host, so links are signed for the one that browsers see.
            public_client = await stack.enter_async_context(
                session.client("s3", endpoint_url=settings.s3_public_url, config=CONFIG)
            )
        yield Storage(client, public_client, settings.s3_bucket)
