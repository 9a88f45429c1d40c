"""A transaction ends with its connection back in the pool, whatever happens to it."""

import asyncio
import os
import signal
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any, cast

import asyncpg
import pytest
from aiohttp.test_utils import TestClient, TestServer
from tortoise.backends.asyncpg.client import TransactionWrapper
from tortoise.connection import get_connection

from cinema.app import create_app
from cinema.database import (
    COMMAND_TIMEOUT,
    atomic,
    credentials,
    current_transaction,
    fetch,
    in_transaction,
    open_database,
    sqlstate,
    transaction,
)
from cinema.devstack.postgres import PostgresServer
from cinema.engine import ACQUIRE_TIMEOUT, Client
from cinema.events import Event
from cinema.migrate import migrate
from cinema.outbox import emit
from cinema.settings import Settings
from tests.conftest import make_settings
from tests.servers import Servers
from tests.waiting import eventually

POOL = 3


class NothingHappened(Event):
    type = "nothing.happened"


@pytest.fixture
async def pool(servers: Servers, migrated: str, clean: None) -> AsyncIterator[Any]:
    async with open_database(make_settings(servers, migrated, database_pool=POOL), "test"):
        await fetch("SELECT 1")
        yield get_connection("default")._pool


def engine() -> Client:
    return cast(Client, get_connection("default"))


def is_whole(pool: Any) -> bool:
    """Say whether each connection is in the pool or lies ready for the next statement."""
    return bool(pool.get_idle_size() + len(engine().ready) == pool.get_size())


async def test_a_failed_use_case_rolls_back_and_gives_its_connection_back(pool: Any) -> None:
    async def use_case() -> None:
        async with transaction():
            await fetch("INSERT INTO genres (name) VALUES ('Noir')")
            raise ZeroDivisionError

    for _ in range(POOL + 1):
        with pytest.raises(ZeroDivisionError):
            await use_case()
    assert await fetch("SELECT name FROM genres") == []
    assert is_whole(pool)


async def test_a_begin_that_fails_gives_its_connection_back(
    pool: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def refuse(self: Any, *args: Any, **kwargs: Any) -> None:
        raise asyncpg.ConnectionDoesNotExistError("connection was closed")

    with monkeypatch.context() as patch:
        patch.setattr(asyncpg.transaction.Transaction, "start", refuse)
        for _ in range(POOL + 1):
            with pytest.raises(asyncpg.ConnectionDoesNotExistError):
                async with transaction():
                    raise AssertionError("the block must not run")
            assert not in_transaction()
    assert is_whole(pool)
    async with transaction():
        assert await fetch("SELECT 1 AS one") == [{"one": 1}]


async def test_a_begin_that_is_cancelled_gives_its_connection_back(
    pool: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    started = asyncio.Event()

    async def stall(self: Any, *args: Any, **kwargs: Any) -> None:
        started.set()
        await asyncio.Event().wait()

    async def use_case() -> None:
        async with transaction():
            raise AssertionError("the block must not run")

    with monkeypatch.context() as patch:
        patch.setattr(asyncpg.transaction.Transaction, "start", stall)
        for _ in range(POOL + 1):
            started.clear()
            task = asyncio.create_task(use_case())
            await started.wait()
            task.cancel()
            with pytest.raises(asyncio.CancelledError):
                await task
    assert is_whole(pool)


async def test_a_connection_that_stalls_after_the_commit_does_not_undo_the_success(
    pool: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    commit = TransactionWrapper.commit
    stalled: list[int] = []

    async def commit_and_stall(wrapper: TransactionWrapper) -> None:
        await commit(wrapper)
        os.kill(stalled[0], signal.SIGSTOP)

    monkeypatch.setattr(TransactionWrapper, "commit", commit_and_stall)
    try:
        async with transaction():
            [backend] = await fetch("SELECT pg_backend_pid() AS pid")
            stalled.append(backend["pid"])
            await fetch("INSERT INTO genres (name) VALUES ('Noir')")
    finally:
        os.kill(stalled[0], signal.SIGCONT)
    assert await fetch("SELECT name FROM genres") == [{"name": "Noir"}]
    assert is_whole(pool)


async def test_a_connection_comes_back_to_the_pool_without_a_round_trip(
    pool: Any, migrated: str
) -> None:
    statement = "SELECT pg_backend_pid() AS pid, 'the last word'"
    [backend] = await fetch(statement)
    connection = await asyncpg.connect(**credentials(migrated))
    last = "SELECT query FROM pg_stat_activity WHERE pid = $1"
    assert await connection.fetchval(last, backend["pid"]) == statement
    await connection.close()


async def test_who_waits_for_a_connection_is_told_after_the_time_out(
    pool: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("cinema.engine.ACQUIRE_TIMEOUT", 0.2)
    held = [await engine().take() for _ in range(POOL)]
    began = asyncio.get_running_loop().time()
    with pytest.raises(TimeoutError):
        async with transaction():
            raise AssertionError("the block must not run")
    assert asyncio.get_running_loop().time() - began < 1
    for connection in held:
        await engine().give_back(connection)
    assert is_whole(pool)


@pytest.mark.usefixtures("pool")
async def test_two_use_cases_that_lock_crosswise_both_succeed() -> None:
    for name in ("A", "B"):
        await fetch("INSERT INTO genres (name) VALUES ($1)", name)
    meeting = asyncio.Barrier(2)
    runs: list[str] = []

    @atomic
    async def rename(first: str, second: str) -> None:
        runs.append(first)
        lock = "SELECT id FROM genres WHERE left(name, 1) = $1 FOR UPDATE"
        await fetch(lock, first)
        if len(runs) <= 2:
            await meeting.wait()
        await fetch(lock, second)
        await fetch("UPDATE genres SET name = name || '+' WHERE left(name, 1) = $1", second)

    await asyncio.gather(rename("A", "B"), rename("B", "A"))
    assert len(runs) == 3
    names = [row["name"] for row in await fetch("SELECT name FROM genres ORDER BY name")]
    assert names == ["A+", "B+"]


@pytest.mark.usefixtures("pool")
async def test_a_use_case_is_tried_three_times_and_no_more() -> None:
    runs = 0

    @atomic
    async def unlucky() -> None:
        nonlocal runs
        runs += 1
        await fetch("DO $$ BEGIN RAISE EXCEPTION 'again' USING ERRCODE = '40001'; END $$")

    with pytest.raises(Exception, match="again") as failure:
        await unlucky()
    assert sqlstate(failure.value) == "40001"
    assert runs == 3


@pytest.mark.usefixtures("pool")
async def test_inside_a_transaction_a_use_case_is_a_savepoint_of_it() -> None:
    @atomic
    async def inner() -> None:
        await fetch("INSERT INTO genres (name) VALUES ('Inner')")
        raise ZeroDivisionError

    async with transaction():
        await fetch("INSERT INTO genres (name) VALUES ('Outer')")
        with pytest.raises(ZeroDivisionError):
            await inner()
    assert await fetch("SELECT name FROM genres") == [{"name": "Outer"}]


@pytest.mark.usefixtures("pool")
async def test_an_event_outside_a_transaction_is_refused_and_not_recorded() -> None:
    with pytest.raises(RuntimeError):
        await emit(NothingHappened())
    with pytest.raises(RuntimeError):
        current_transaction()
    assert await fetch("SELECT count(*) AS n FROM outbox") == [{"n": 0}]


@pytest.mark.chaos
async def test_a_database_that_stalls_under_load_is_a_503_and_the_pool_is_whole_afterwards(
    servers: Servers, clean: None, tmp_path: Path
) -> None:
    server = PostgresServer(tmp_path / "postgres", durable=False)
    await server.start()
    try:
        url = await server.create_database("cinema")
        settings = make_settings(servers, url, database_pool=POOL)
        await migrate(settings)
        await _stall(server, settings)
    finally:
        await server.stop()


async def _stall(server: PostgresServer, settings: Settings) -> None:
    longest = ACQUIRE_TIMEOUT + COMMAND_TIMEOUT + 2
    async with TestClient(TestServer(create_app(settings))) as client:

        async def browse() -> int:
            async with asyncio.timeout(longest):
                return (await client.get("/api/v1/movies")).status

        async def write() -> None:
            async with transaction():
                await fetch("SELECT pg_sleep(0.01)")

        assert await browse() == 200
        server.pause()
        writers = [asyncio.create_task(write()) for _ in range(POOL * 2)]
        try:
            statuses = await asyncio.gather(*(browse() for _ in range(20)))
            for writer in writers[::2]:
                writer.cancel()
        finally:
            server.resume()
        assert set(statuses) == {503}
        await asyncio.gather(*writers, return_exceptions=True)
        pool = get_connection("default")._pool

        async def answers() -> bool:
            return await browse() == 200

        await eventually(answers, timeout=15)
        await eventually(lambda: is_whole(pool), timeout=15)
        assert await asyncio.gather(*(browse() for _ in range(20))) == [200] * 20
        # The feed of the sockets asks by itself now and then.
        await eventually(lambda: is_whole(pool), timeout=5)
