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
from tests.rounds import rounds
from tests.servers import Servers

POOL = READY + 2
ROUNDS = rounds(50)
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


async def test_who_waits_is_handed_the_next_connection_in_the_order_of_coming(
    engine: Client,
) -> None:
    held = [await engine.take() for _ in range(POOL)]
    waiters = [asyncio.create_task(engine.take()) for _ in range(3)]
    await asyncio.sleep(0.01)
    for connection in held[:3]:
        await engine.lay_ready(connection)
    async with asyncio.timeout(1):
        handed = [await waiter for waiter in waiters]
    assert (handed, engine.ready) == (held[:3], [])
    for connection in held:
        await engine.give_back(connection)
    assert free(engine) == POOL


async def test_who_waits_goes_to_the_pool_when_a_transaction_gives_back(engine: Client) -> None:
    held = [await engine.take() for _ in range(POOL)]
    waiters = [asyncio.create_task(fetch("SELECT 1")) for _ in range(5)]
    await asyncio.sleep(0.01)
    async with asyncio.timeout(2):
        await engine.give_back(held.pop())
        await asyncio.gather(*waiters)
    for connection in held:
        await engine.give_back(connection)
    assert free(engine) == POOL


async def test_a_connection_handed_to_who_just_went_away_is_not_lost(engine: Client) -> None:
    for _ in range(ROUNDS):
        held = [await engine.take() for _ in range(POOL)]
        waiter = asyncio.create_task(engine.take())
        await asyncio.sleep(0)
        await asyncio.sleep(0)
        await engine.lay_ready(held.pop())
        waiter.cancel()
        await asyncio.wait([waiter])
        for connection in held:
            await engine.give_back(connection)
        assert free(engine) == POOL


async def test_who_waits_in_vain_is_told_and_takes_no_other_ones_place(
    engine: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("cinema.engine.ACQUIRE_TIMEOUT", 0.05)
    held = [await engine.take() for _ in range(POOL)]
    for _ in range(3):
        with pytest.raises(TimeoutError):
            await engine.take()
    monkeypatch.undo()
    waiter = asyncio.create_task(engine.take())
    await asyncio.sleep(0.01)
    await engine.lay_ready(held[0])
    async with asyncio.timeout(1):
        assert await waiter is held[0]
    for connection in held:
        await engine.give_back(connection)
    assert free(engine) == POOL


async def test_statements_and_transactions_share_the_pool_without_starving(engine: Client) -> None:
    """Many more of both than there are connections, and every one of them comes to its turn."""

    async def change(number: int) -> int:
        async with transaction():
            [row] = await fetch("SELECT $1::int AS n, pg_sleep(0.002)", number)
        return int(row["n"])

    async def read(number: int) -> int:
        return int((await fetch("SELECT $1::int AS n", number))[0]["n"])

    crowd = [work(number) for number in range(200) for work in (change, read)]
    assert await asyncio.gather(*crowd) == [n for n in range(200) for _ in range(2)]
    assert free(engine) == engine._pool.get_size() <= POOL


async def test_a_task_that_outlives_its_transaction_finds_the_connection_shut(
    engine: Client,
) -> None:
    async with transaction():
        connection = current_transaction()._connection
    await fetch("SELECT 1")
    with pytest.raises(asyncpg.InterfaceError, match="released back to the pool"):
        await connection.fetch("DELETE FROM movies")
    assert len(engine.ready) == 1
