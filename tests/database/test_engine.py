"""A connection that lies ready is as good as one from the pool, and in nobody's way."""

import asyncio
from collections.abc import AsyncIterator
from typing import cast

import asyncpg
import pytest
from tortoise.connection import get_connection
from tortoise.exceptions import OperationalError

from cinema.database import current_transaction, fetch, open_database, transaction
from cinema.engine import READY, Client
from tests.conftest import make_settings
from tests.servers import Servers

POOL = READY + 2
PID = "SELECT pg_backend_pid() AS pid"


@pytest.fixture
async def engine(servers: Servers, migrated: str, clean: None) -> AsyncIterator[Client]:
    async with open_database(make_settings(servers, migrated, database_pool=POOL), "test"):
        await fetch("SELECT 1")
        yield cast(Client, get_connection("default"))


def free(engine: Client) -> int:
    return int(engine._pool.get_idle_size()) + len(engine.ready)


async def test_statements_one_after_another_share_a_connection(engine: Client) -> None:
    pids = {(await fetch(PID))[0]["pid"] for _ in range(20)}
    assert (len(pids), len(engine.ready)) == (1, 1)


async def test_so_many_lie_ready_and_the_pool_keeps_the_rest(engine: Client) -> None:
    await asyncio.gather(*(fetch("SELECT pg_sleep(0.05)") for _ in range(POOL)))
    assert len(engine.ready) == READY
    assert free(engine) == POOL


async def test_a_statement_that_failed_lays_nothing_ready(engine: Client) -> None:
    with pytest.raises(OperationalError):
        await fetch("SELECT no_such_column")
    assert (len(engine.ready), free(engine)) == (0, 1)


async def test_a_cancelled_statement_lays_nothing_ready(engine: Client) -> None:
    for _ in range(20):
        statement = asyncio.create_task(fetch("SELECT pg_sleep(1)"))
        await asyncio.sleep(0.005)
        statement.cancel()
        await asyncio.wait([statement])
        assert engine.ready == []
    assert (await fetch("SELECT 7 AS n"))[0]["n"] == 7


async def test_a_connection_that_died_is_not_handed_out(engine: Client, migrated: str) -> None:
    await asyncio.gather(*(fetch("SELECT pg_sleep(0.05)") for _ in range(2)))
    [row] = await fetch(PID)
    assert len(engine.ready) == 2
    killer = await asyncpg.connect(migrated)
    await killer.execute(
        "SELECT pg_terminate_backend(pid) FROM pg_stat_activity"
        " WHERE datname = current_database() AND pid <> pg_backend_pid()"
    )
    await killer.close()
    await asyncio.sleep(0.1)
    for _ in range(3):
        assert (await fetch(PID))[0]["pid"] != row["pid"]
    assert len(engine.ready) == 1
    assert free(engine) == engine._pool.get_size()


async def test_who_waits_for_the_pool_comes_before_who_may_come(engine: Client) -> None:
    """A statement that ends while somebody waits gives its connection to the pool."""
    held = [await engine.take() for _ in range(POOL - 1)]
    statement = asyncio.create_task(fetch("SELECT pg_sleep(0.1)"))
    await asyncio.sleep(0.05)
    waiters = [asyncio.create_task(fetch("SELECT 1")) for _ in range(5)]
    async with asyncio.timeout(2):
        await asyncio.gather(statement, *waiters)
    for connection in held:
        await engine.give_back(connection)
    assert free(engine) == POOL


async def test_a_task_that_outlives_its_transaction_finds_the_connection_shut(
    engine: Client,
) -> None:
    async with transaction():
        connection = current_transaction()._connection
    await fetch("SELECT 1")
    with pytest.raises(asyncpg.InterfaceError, match="released back to the pool"):
        await connection.fetch("DELETE FROM movies")
    assert len(engine.ready) == 1
