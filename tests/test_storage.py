"""The object storage, against a real S3 server."""

from collections.abc import AsyncIterator

import httpx
import pytest

from cinema.errors import TooLarge
from cinema.resources import Resources
from cinema.settings import Settings
from cinema.storage import PART, Storage, StorageUnavailable, open_storage


@pytest.fixture
async def storage(resources: Resources) -> Storage:
    await resources.storage.ensure_bucket()
    await resources.storage.delete(*await resources.storage.list_keys())
    return resources.storage


async def chunks(size: int, chunk: int = 1_000_000) -> AsyncIterator[bytes]:
    for start in range(0, size, chunk):
        yield b"x" * min(chunk, size - start)


async def test_an_object_is_stored_read_and_deleted(storage: Storage) -> None:
    await storage.put("a/b.txt", b"film", "text/plain")
    assert await storage.get("a/b.txt") == b"film"
    assert await storage.list_keys("a/") == ["a/b.txt"]
    await storage.delete("a/b.txt")
    await storage.delete("a/b.txt")
    assert await storage.get("a/b.txt") is None


async def test_a_link_reads_one_object_and_nothing_else(storage: Storage) -> None:
    await storage.put("a.txt", b"0123456789", "text/plain")
    await storage.put("b.txt", b"secret", "text/plain")
    link = await storage.presigned_get("a.txt", 60, "film.txt")
    async with httpx.AsyncClient() as browser:
        answer = await browser.get(link, headers={"Range": "bytes=2-4"})
        assert answer.content == b"234"
        assert answer.headers["Content-Disposition"] == 'attachment; filename="film.txt"'
        assert (await browser.get(link.replace("a.txt?", "b.txt?"))).status_code == 403


@pytest.mark.parametrize("size", [0, 1, PART - 1, PART, PART + 1, 2 * PART + 5])
async def test_a_stream_is_stored_in_parts(storage: Storage, size: int) -> None:
    assert await storage.put_stream("film.bin", chunks(size), "video/mp4", limit=size) == size
    stored = await storage.get("film.bin")
    assert stored is not None
    assert len(stored) == size


async def test_a_stream_past_its_limit_leaves_nothing(storage: Storage) -> None:
    with pytest.raises(TooLarge):
        await storage.put_stream("film.bin", chunks(PART + 2), "video/mp4", limit=PART + 1)
    assert await storage.get("film.bin") is None


async def test_a_storage_that_is_away_is_a_503(settings: Settings) -> None:
    changed = settings.model_copy(update={"s3_url": "http://127.0.0.1:1"})
    async with open_storage(changed) as storage:
        with pytest.raises(StorageUnavailable):
            await storage.put("a.txt", b"film", "text/plain")
