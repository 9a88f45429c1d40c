"""What a balancer and a supervisor are told."""

from cinema.database import fetch
from cinema.http.health import READINESS
from cinema.settings import Settings
from tests.conftest import Client, resources_of


async def test_a_living_process_answers_with_nothing(client: Client) -> None:
    response = await client.get("/healthz")
    assert (response.status, await response.read()) == (200, b"")


async def test_a_whole_house_is_ready(client: Client) -> None:
    response = await client.get("/readyz")
    assert response.status == 200
    assert await response.json() == {"database": "ok", "redis": "ok", "migrations": "ok"}
    assert response.headers["Cache-Control"] == "no-store"


async def test_a_process_that_says_farewell_is_not_ready_but_lives(client: Client) -> None:
    assert client.app
    client.app[READINESS].draining = True
    response = await client.get("/readyz")
    assert response.status == 503
    assert (await response.json())["process"] == "draining"
    assert (await client.get("/healthz")).status == 200


async def test_a_missing_migration_is_named(client: Client) -> None:
    [row] = await fetch(
        "DELETE FROM aerich WHERE id = (SELECT max(id) FROM aerich WHERE app = 'cinema')"
        " RETURNING version, app, content"
    )
    try:
        response = await client.get("/readyz")
        assert response.status == 503
        assert (await response.json())["migrations"] == "failing"
    finally:
        await fetch(
            "INSERT INTO aerich (version, app, content) VALUES ($1, $2, $3::jsonb)", *row.values()
        )
    assert (await client.get("/readyz")).status == 200


async def test_without_redis_the_house_is_not_ready(client: Client, settings: Settings) -> None:
    pool = resources_of(client).redis.connection_pool
    port, pool.connection_kwargs["port"] = pool.connection_kwargs["port"], 1
    await pool.disconnect()
    try:
        response = await client.get("/readyz")
    finally:
        pool.connection_kwargs["port"] = port
    assert response.status == 503
    assert await response.json() == {"database": "ok", "redis": "failing", "migrations": "ok"}
