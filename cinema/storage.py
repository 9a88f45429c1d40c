"""Objects in S3: the only module that speaks it."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

import aioboto3
from botocore.config import Config

from cinema.settings import Settings


class Storage:
    """The bucket of this cinema."""

    def __init__(self, client: Any, bucket: str) -> None:
        self._client = client
        self._bucket = bucket


@asynccontextmanager
async def open_storage(settings: Settings) -> AsyncIterator[Storage]:
    config = Config(
        signature_version="s3v4",
        connect_timeout=3,
        read_timeout=10,
        retries={"max_attempts": 2, "mode": "standard"},
        s3={"addressing_style": "path"},
    )
    session = aioboto3.Session(
        aws_access_key_id=settings.s3_access_key.get_secret_value(),
        aws_secret_access_key=settings.s3_secret_key.get_secret_value(),
        region_name=settings.s3_region,
    )
    async with session.client("s3", endpoint_url=settings.s3_url, config=config) as client:
        yield Storage(client, settings.s3_bucket)
