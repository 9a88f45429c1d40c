"""A film is not held in memory: what an upload costs the web process.

`UPLOAD_MB=300 pytest tests/catalogue/test_upload_memory.py -s` sends as much and says the figure.
"""

import asyncio
import os
import re
import socket
import subprocess
import sys
from collections.abc import AsyncIterator
from pathlib import Path

import aiohttp
import pytest

from cinema.database import fetch, open_database
from cinema.roles import Role
from cinema.settings import Settings
from cinema.storage import open_storage
from tests.accounts_factory import bearer, make_user
from tests.catalogue.videos import live_webm
from tests.chaos.processes import running
from tests.factories import make_movie
from tests.waiting import eventually

MEGABYTES = int(os.environ.get("UPLOAD_MB", "60"))
MOST_GROWTH = 40 * 1024
"""KiB."""
CHUNK = b"x" * 1024 * 1024


def memory(process: "subprocess.Popen[bytes]") -> int:
    """The resident memory of a process in KiB."""
    status = Path(f"/proc/{process.pid}/status").read_text()
    found = re.search(r"VmRSS:\s+(\d+) kB", status)
    assert found is not None
    return int(found[1])


async def film(megabytes: int) -> AsyncIterator[bytes]:
    yield live_webm(0)
    for _ in range(megabytes):
        yield CHUNK


async def answers(url: str) -> bool:
    try:
        async with aiohttp.ClientSession() as session, session.get(f"{url}/healthz") as answer:
            return answer.status == 200
    except aiohttp.ClientError:
        return False


async def send(url: str, headers: dict[str, str], megabytes: int) -> None:
    async with (
        aiohttp.ClientSession() as session,
        session.put(
            f"{url}/api/v1/movies/1/video", data=film(megabytes), headers=headers
        ) as answer,
    ):
        assert answer.status == 200, await answer.text()


@pytest.mark.chaos
@pytest.mark.skipif(not Path("/proc/self/status").exists(), reason="reads /proc")
@pytest.mark.usefixtures("clean")
async def test_a_film_is_stored_without_being_held_in_memory(
    settings: Settings, tmp_path: Path
) -> None:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    own = settings.model_copy(update={"port": port, "public_url": f"http://127.0.0.1:{port}"})
    peak = 0
    async with open_database(own, "test"), open_storage(own) as storage:
        await storage.ensure_bucket()
        await make_movie()
        headers = await bearer(await make_user(Role.MODERATOR), own)
        with running(own, "serve", tmp_path / "web.log") as web:
            await eventually(lambda: answers(own.public_url), timeout=30)
            await send(own.public_url, headers, 20)
            before = memory(web)
            sending = asyncio.create_task(send(own.public_url, headers, MEGABYTES))
            while not sending.done():
                peak = max(peak, memory(web))
                await asyncio.sleep(0.02)
            await sending
        [row] = await fetch("SELECT video_key FROM movies")
        size = sum([len(chunk) async for chunk in storage.stream(row["video_key"])])
        await storage.delete(*await storage.list_keys("videos/"))
    said = f"{MEGABYTES} MiB sent: {before} KiB before, {peak} KiB at most, +{peak - before} KiB\n"
    sys.stdout.write(said)
    assert size == len(live_webm(0)) + MEGABYTES * 1024 * 1024
    assert peak - before < MOST_GROWTH
