"""The migrations make exactly what the models say."""

import asyncio
import shutil
import sys
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any
from uuid import uuid4

import asyncpg
import pytest
from aerich import Command
from tortoise import Tortoise
from tortoise.exceptions import OperationalError

from cinema.catalogue.importer import Offer, import_offers
from cinema.database import credentials, fetch, open_database, tortoise_config
from cinema.migrate import LOCATION, migrate, pending_migrations
from cinema.settings import Settings
from tests.conftest import make_settings
from tests.factories import movie_row
from tests.processes import environment
from tests.servers import Servers

NAMES = sorted(path.name for path in (LOCATION / "cinema").glob("[0-9]*_*.py"))
NOWHERE = Settings(
    database_url="postgresql://nobody@127.0.0.1:9/none",
    redis_url="redis://127.0.0.1:9",
    s3_url="http://127.0.0.1:9",
    s3_access_key="none",
    s3_secret_key="none",
    smtp_url="smtp://127.0.0.1:9",
    public_url="http://127.0.0.1:9",
    secret_key="a-key-of-more-than-thirty-two-bytes",
    access_token_keys="k:a-key-of-more-than-thirty-two-bytes",
    stripe_api_key="sk_test_none",
)
COLUMNS = """
SELECT table_name AS "table", column_name AS "column", is_nullable = 'YES' AS nullable, data_type
  FROM information_schema.columns
 WHERE table_schema = 'public' AND table_name <> 'aerich'
"""


async def test_aerich_finds_nothing_to_migrate_offline(tmp_path: Path) -> None:
    """Compares the models with the state that the last migration carries; needs no server."""
    shutil.copytree(LOCATION, tmp_path / "migrations")
    location = str(tmp_path / "migrations")
    command = Command(tortoise_config(NOWHERE), app="cinema", location=location)
    await command.init(offline=True)
    try:
        made = await command.migrate("missing", no_input=True, offline=True)
    finally:
        await command.aclose()
    assert made == ""
    assert sorted(p.name for p in (tmp_path / "migrations/cinema").glob("[0-9]*.py")) == NAMES


async def test_the_command_of_aerich_finds_its_configuration(
    settings: Settings, database: None
) -> None:
    """By the name that pyproject.toml gives: what makes the next migration by hand."""
    process = await asyncio.create_subprocess_exec(
        Path(sys.executable).with_name("aerich"),
        "heads",
        env=environment(settings),
        cwd=LOCATION.parent,
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.STDOUT,
    )
    said, _ = await process.communicate()
    assert (process.returncode, said.decode().strip()) == (0, "No available heads.")


@pytest.fixture
async def empty(servers: Servers) -> AsyncIterator[Settings]:
    """Settings for a database in which nothing is yet."""
    name = f"empty_{uuid4().hex[:8]}"
    url = await asyncio.to_thread(servers.background.run, servers.postgres.create_database(name))
    yield make_settings(servers, url)
    await asyncio.to_thread(servers.background.run, servers.postgres.drop_database(name))


async def test_two_migrators_at_once_both_succeed(empty: Settings) -> None:
    assert await pending_migrations(empty) == NAMES
    first, second = await asyncio.gather(migrate(empty), migrate(empty))
    assert sorted([*first, *second]) == NAMES
    assert await pending_migrations(empty) == []
    assert await migrate(empty) == []


async def test_the_tables_have_exactly_the_columns_of_the_models(migrated: str) -> None:
    connection = await asyncpg.connect(**credentials(migrated))
    rows = await connection.fetch(COLUMNS)
    await connection.close()
    found = {(row["table"], row["column"]): row["nullable"] for row in rows}
    async with open_database(NOWHERE.model_copy(update={"database_url": migrated}), "test"):
        models = [m for m in Tortoise.apps["cinema"].values() if m._meta.db_table != "aerich"]
    declared = {
        (model._meta.db_table, column): model._meta.fields_map[field].null
        for model in models
        for field, column in model._meta.fields_db_projection.items()
    }
    tables = {table for table, _ in declared}
    through = {table for table, _ in found} - tables
    assert all("_" in table for table in through), "a table without a model joins two others"
    found = {key: nullable for key, nullable in found.items() if key[0] in tables}
    # Tortoise fills in what has a default of its own; whether NULL is refused must agree.
    assert set(declared) <= set(found)
    assert {key for key in declared if declared[key] != found[key]} == set()
    generated = {key for key in set(found) - set(declared)}
    assert {column for _, column in generated} == {"card", "only_row"}


CARDS = "SELECT id, card, labels FROM movies ORDER BY id"


async def cards_of(settings: Settings, films: int = 0) -> list[dict[str, Any]]:
    async with open_database(settings, "test"):
        if films:
            await import_offers(Offer(movie_row(f"Film {number}")) for number in range(films))
        return await fetch(CARDS)


async def go_back(settings: Settings, version: int) -> None:
    async with Command(tortoise_config(settings), app="cinema", location=str(LOCATION)) as command:
        await command.downgrade(version, delete=False)


async def test_films_that_are_there_get_their_cards_and_lose_them_again(empty: Settings) -> None:
    # The ORM's connection lies in the context, and each task has one of its own.
    run = asyncio.create_task
    await run(migrate(empty))
    before = await run(cards_of(empty, films=3))
    assert [row["labels"][:23] for row in before] == ['"certification":"PG","g'] * 3
    await run(go_back(empty, 6))
    assert await pending_migrations(empty) == NAMES[6:]
    with pytest.raises(OperationalError, match="card"):
        await run(cards_of(empty))
    await run(migrate(empty))
    assert await run(cards_of(empty)) == before


async def test_every_time_has_a_zone_and_every_amount_is_exact(migrated: str) -> None:
    connection = await asyncpg.connect(**credentials(migrated))
    rows = await connection.fetch(COLUMNS)
    await connection.close()
    kinds = {row["data_type"] for row in rows}
    assert kinds.isdisjoint({"timestamp without time zone", "real", "double precision", "money"})
    assert {"timestamp with time zone", "numeric"} <= kinds
