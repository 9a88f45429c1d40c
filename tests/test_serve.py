"""The web process from its socket to its farewell."""

import asyncio
import json
import signal
from collections.abc import AsyncIterator
from pathlib import Path

import aiohttp
import pytest

from cinema.devstack.ports import free_port
from cinema.settings import Settings
from tests.processes import Running, running
from tests.waiting import eventually


@pytest.fixture
async def web(
    settings: Settings, clean: None, tmp_path: Path
) -> AsyncIterator[tuple[Running, str]]:
    """A web process and its address."""
    port = free_port()
    settings = settings.model_copy(
        update={"port": port, "public_url": f"http://127.0.0.1:{port}", "log_level": "info"}
    )
    async with running(settings, "serve", cwd=tmp_path, CINEMA_LOG_JSON="true") as process:
        await eventually(lambda: process.said("listening"), timeout=20)
        yield process, settings.public_url


async def test_sigterm_answers_what_runs_and_ends_with_zero(web: tuple[Running, str]) -> None:
    process, url = web
    async with aiohttp.ClientSession() as session:
        slow = b'{"email": "eve@example.com",'

        async def body() -> AsyncIterator[bytes]:
            yield slow
            process.process.send_signal(signal.SIGTERM)
            await asyncio.sleep(0.2)
            async with session.get(f"{url}/readyz") as response:
                assert response.status == 503, "the door is open, and a balancer is sent away"
                assert (await response.json())["process"] == "draining"
            yield b'"password": "wrong-password-1"}'

        async with session.post(
            f"{url}/api/v1/accounts/login",
            data=body(),
            headers={"Content-Type": "application/json", "Origin": url},
        ) as response:
            assert response.status == 401
    assert await process.end(timeout=10) == 0
    assert not process.said("Traceback")


async def test_a_line_of_the_log_is_json_with_the_requests_id(web: tuple[Running, str]) -> None:
    process, url = web
    async with aiohttp.ClientSession() as session:
        await session.get(f"{url}/healthz", headers={"X-Request-ID": "from-a-test"})
    line = await eventually(lambda: process.said("from-a-test"))
    assert line
    entry = json.loads(line)
    assert (entry["event"], entry["path"], entry["status"]) == ("request", "/healthz", 200)
    assert entry["request_id"] == "from-a-test"


async def test_a_second_process_on_the_port_is_refused_in_development(
    web: tuple[Running, str], settings: Settings, tmp_path: Path
) -> None:
    _, url = web
    port = int(url.rpartition(":")[2])
    async with running(settings, "serve", "--port", str(port), cwd=tmp_path) as second:
        async with asyncio.timeout(20):
            assert await second.process.wait() == 1
    assert second.lines[-1] == f"Cannot listen at {url}: Address already in use."
    assert not second.said("Traceback")
