"""Redis as `cinema dev` and the tests run it."""

import os
from pathlib import Path

import pytest
from redis.asyncio import Redis
from redis.exceptions import ConnectionError, TimeoutError

from cinema.devstack.errors import DevstackError
from cinema.devstack.ports import free_port
from cinema.devstack.redis import RedisServer, find_redis, run_redis


async def test_a_kept_redis_has_its_keys_after_a_restart(tmp_path: Path) -> None:
    async with run_redis(tmp_path) as server, Redis.from_url(server.url) as client:
        await client.set("film", "Stalker")
    async with run_redis(tmp_path) as server, Redis.from_url(server.url) as client:
        assert await client.get("film") == b"Stalker"


async def test_a_redis_that_is_not_kept_comes_back_empty_on_the_same_address() -> None:
    async with run_redis(keep=False) as server:
        url = server.url
        async with Redis.from_url(url) as client:
            await client.set("film", "Stalker")
        await server.stop()
        async with Redis.from_url(url) as client:
            with pytest.raises(ConnectionError):
                await client.dbsize()

        await server.start()

        assert server.url == url
        async with Redis.from_url(url) as client:
            assert await client.dbsize() == 0


async def test_a_killed_redis_starts_again_with_its_keys(tmp_path: Path) -> None:
    async with run_redis(tmp_path) as server:
        async with Redis.from_url(server.url) as client:
            await client.set("film", "Stalker")
        await server.kill()
        await server.start()
        async with Redis.from_url(server.url) as client:
            assert await client.get("film") == b"Stalker"


async def test_a_paused_redis_keeps_its_connections_and_says_nothing() -> None:
    async with run_redis(keep=False) as server:
        async with Redis.from_url(server.url, socket_timeout=0.3, retry=None) as client:
            await client.get("film")
            server.pause()
            with pytest.raises(TimeoutError):
                await client.get("film")
            server.resume()
        async with Redis.from_url(server.url) as client:
            assert await client.dbsize() == 0


async def test_two_of_them_do_not_meet() -> None:
    async with run_redis(keep=False) as one, run_redis(keep=False) as other:
        assert one.port != other.port
        async with Redis.from_url(one.url) as client:
            await client.set("film", "Stalker")
        async with Redis.from_url(other.url) as client:
            assert await client.dbsize() == 0


async def test_a_port_in_use_is_an_error_that_shows_the_log(tmp_path: Path) -> None:
    async with run_redis(keep=False) as holder:
        other = RedisServer(tmp_path, port=holder.port)
        with pytest.raises(DevstackError, match="Address already in use"):
            await other.start()
        assert not other.running


async def test_the_server_is_reachable_from_this_machine_alone() -> None:
    async with run_redis(keep=False) as server, Redis.from_url(server.url) as client:
        assert (await client.config_get("bind"))["bind"] == "127.0.0.1"


def test_the_binary_is_found_without_a_path(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PATH", "")
    assert os.access(find_redis(), os.X_OK)


def test_a_free_port_is_no_port_of_a_listener() -> None:
    assert len({free_port() for _ in range(5)}) >= 4
