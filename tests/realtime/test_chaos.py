"""Redis and PostgreSQL are cut, killed, emptied, frozen: nothing is lost, nothing comes twice."""

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import AsyncExitStack, asynccontextmanager
from pathlib import Path

import pytest
from aiohttp.test_utils import TestClient, TestServer

from cinema.app import create_app
from cinema.database import fetch
from cinema.devstack.postgres import PostgresServer
from cinema.devstack.redis import RedisServer
from cinema.migrate import migrate
from cinema.realtime import close_sockets, doorbell
from cinema.realtime.feeding import FEED
from cinema.resources import command_client
from cinema.settings import Settings
from tests.conftest import make_settings, resources_of
from tests.realtime.proxy import fault_proxy
from tests.realtime.speaking import Speaker, caught_up, happen, waiting
from tests.servers import Servers
from tests.waiting import eventually
from workers.relay import Relay

pytestmark = pytest.mark.chaos


@asynccontextmanager
async def stage(settings: Settings) -> AsyncIterator[Speaker]:
    """Run the web process and a relay on these settings."""
    async with AsyncExitStack() as stack:
        client = await stack.enter_async_context(TestClient(TestServer(create_app(settings))))
        stop = asyncio.Event()
        running = asyncio.create_task(Relay(resources_of(client)).run(stop))
        yield await stack.enter_async_context(Speaker(client, settings))
        stop.set()
        await running


@pytest.fixture
async def redis(tmp_path: Path) -> AsyncIterator[RedisServer]:
    server = RedisServer(tmp_path / "redis", keep=False)
    await server.start()
    yield server
    await server.stop()


@pytest.fixture
def own(servers: Servers, migrated: str, clean: None, redis: RedisServer) -> Settings:
    """Settings with a Redis of this test's own."""
    return make_settings(servers, migrated, redis_url=redis.url)


def heard(speaker: Speaker) -> Callable[[], bool]:
    app = speaker.client.app
    assert app is not None
    return lambda: app[FEED].doorbell.heard


async def stream(count: int, pause: float = 0.01) -> None:
    for number in range(count):
        await happen("movie:1", number=number)
        await asyncio.sleep(pause)


async def test_killed_redis_connections_lose_nothing(own: Settings) -> None:
    async with stage(own) as speaker, command_client(own) as redis:
        socket = await speaker.listen("movie:1")
        producing = asyncio.create_task(stream(200))
        while not producing.done():
            await redis.client_kill_filter(_type="pubsub")
            await asyncio.sleep(0.15)
        await producing
        assert await socket.hear_numbers(200) == list(range(200))


async def test_dropped_messages_are_repaired(own: Settings) -> None:
    """One message in ten never leaves Redis; the last of all is among them."""
    async with stage(own) as speaker:
        socket = await speaker.listen("movie:1")
        app = speaker.client.app
        assert app is not None
        ring, count = app[FEED].doorbell._ring, 0

        async def deaf(text: str) -> None:
            nonlocal count
            count += 1
            if count % 10:
                await ring(text)

        app[FEED].doorbell._ring = deaf
        await stream(100, 0.002)
        assert await socket.hear_numbers(100) == list(range(100))
        # The relay rings again for what it could not note in time, so there may be more than 100.
        assert count >= 10


async def test_redis_stopped_and_back_empty_loses_nothing(
    own: Settings, redis: RedisServer
) -> None:
    async with stage(own) as speaker:
        socket = await speaker.listen("movie:1")
        await happen("movie:1", number=0)
        assert await socket.hear_numbers(1) == [0]

        await redis.kill()
        for number in range(1, 20):
            await happen("movie:1", number=number)
            # The pages stay live without it.
            assert await socket.hear_numbers(1, timeout=1) == [number]

        await redis.start()
        await eventually(heard(speaker))
        await happen("movie:1", number=20)
        assert await socket.hear_numbers(1, timeout=3) == [20]

        while await waiting("published_at IS NULL"):  # noqa: ASYNC110
            await asyncio.sleep(0.02)
        await happen("movie:1", number=21)
        assert await socket.hear_numbers(1) == [21]


async def test_a_frozen_redis_is_noticed_and_waited_out(
    own: Settings, redis: RedisServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(doorbell, "SILENCE", 0.5)
    monkeypatch.setattr(doorbell, "DEAF", 1.5)
    async with stage(own) as speaker:
        socket = await speaker.listen("movie:1")
        await eventually(heard(speaker))
        redis.pause()
        try:
            await eventually(lambda: not heard(speaker)())
            for number in range(10):
                await happen("movie:1", number=number)
                assert await socket.hear_numbers(1, timeout=1) == [number]
        finally:
            redis.resume()
        await eventually(heard(speaker), timeout=10)
        await happen("movie:1", number=10)
        assert await socket.hear_numbers(1) == [10]


async def test_a_half_open_connection_is_given_up(
    own: Settings, redis: RedisServer, servers: Servers, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(doorbell, "SILENCE", 0.5)
    monkeypatch.setattr(doorbell, "DEAF", 1.5)
    async with fault_proxy(redis.port) as proxy:
        settings = own.model_copy(update={"redis_url": f"redis://127.0.0.1:{proxy.port}/0"})
        async with stage(settings) as speaker:
            socket = await speaker.listen("movie:1")
            await eventually(heard(speaker))
            proxy.swallow = True
            await happen("movie:1", number=1)
            assert await socket.hear_numbers(1, timeout=3) == [1]
            await eventually(lambda: not heard(speaker)())
            connections = proxy.connections
            await eventually(lambda: proxy.connections > connections, timeout=4)
            proxy.swallow = False
            await eventually(heard(speaker), timeout=10)
            await happen("movie:1", number=2)
            assert await socket.hear_numbers(1) == [2]


async def test_postgres_restarted_in_mid_stream_loses_nothing(
    servers: Servers, redis: RedisServer, tmp_path: Path
) -> None:
    postgres = PostgresServer(tmp_path / "postgres", lasting=False)
    await postgres.start()
    try:
        url = await postgres.create_database("cinema")
        settings = make_settings(servers, url, redis_url=redis.url)
        await migrate(settings)
        async with stage(settings) as speaker:
            socket = await speaker.listen("movie:1")
            committed = []
            for number in range(60):
                if number in (20, 40):
                    await postgres.restart(immediate=True)
                try:
                    await happen("movie:1", number=number)
                except Exception:
                    continue  # it was not committed, so nobody may hear of it
                committed.append(number)
            assert len(committed) >= 50
            assert await socket.hear_numbers(len(committed), timeout=10) == committed
            await caught_up(speaker.hub)
    finally:
        await postgres.stop()


async def test_a_restored_database_resets_every_page(own: Settings) -> None:
    async with stage(own) as speaker:
        socket = await speaker.listen("movie:1", "catalogue")
        epoch = speaker.hub.position.epoch
        await fetch("UPDATE realtime_epoch SET epoch = 'rest0red', last_seq = 5")
        try:
            frame = await socket.hear(timeout=4)
            assert frame == {
                "type": "reset",
                "channels": ["catalogue", "movie:1"],
                "cursor": "rest0red.5",
            }
            await happen("movie:1", number=1)
            assert (await socket.hear_event())["cursor"] == "rest0red.6"
        finally:
            await fetch("UPDATE realtime_epoch SET epoch = $1", epoch)


async def test_the_end_of_the_process_sends_everybody_away(own: Settings) -> None:
    async with stage(own) as speaker:
        sockets = [await speaker.listen("movie:1") for _ in range(40)]
        app = speaker.client.app
        assert app is not None
        start = asyncio.get_running_loop().time()
        closing = asyncio.create_task(close_sockets(app))
        assert {await socket.closed() for socket in sockets} == {4503}
        await closing
        assert asyncio.get_running_loop().time() - start < 3
        late = await speaker.open()
        assert await late.closed() == 4503
