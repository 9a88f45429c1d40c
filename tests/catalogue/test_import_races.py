"""An import while moderators rename the people of its films."""

import asyncio
from typing import Any

import pytest

from cinema.catalogue.importer import Offer, import_offers
from cinema.catalogue.reindexing import search_faults
from cinema.database import dedicated_connection, fetch
from cinema.settings import Settings
from tests.catalogue.moderating import make_moderator
from tests.conftest import Client
from tests.factories import movie_row
from tests.house import Buyer
from tests.waiting import eventually

UNTRUE = """
SELECT m.name FROM movies m LEFT JOIN movies_stars r ON r.movie_id = m.id
  LEFT JOIN stars s ON s.id = r.star_id
 WHERE s.id IS NULL OR NOT m.search @@ to_tsquery('simple', lower(s.name) || ':B')
"""


@pytest.fixture
async def moderator(client: Client, settings: Settings) -> Buyer:
    return await make_moderator(client, settings)


async def wait_for(waiting: int, unless: "asyncio.Task[Any] | None" = None) -> None:
    """Wait until so many transactions wait for another one, or the task is over."""

    async def is_so() -> bool:
        [row] = await fetch("SELECT count(*) AS n FROM pg_locks WHERE NOT granted")
        return row["n"] >= waiting or (unless is not None and unless.done())

    await eventually(is_so)


async def test_a_rename_in_the_middle_of_an_import_waits_for_its_end(
    moderator: Buyer, settings: Settings
) -> None:
    await import_offers([Offer(movie_row("Old", stars=("Before",)))])
    [star] = await fetch("SELECT id FROM stars")
    async with dedicated_connection(settings) as other:
        stop = other.transaction()
        await stop.start()
        # The import has its names by the time it waits for the end of this transaction.
        await other.execute(
            "INSERT INTO movies (name, year, time, imdb, votes, description, price,"
            " certification_id) SELECT 'New', year, time, 1, 1, '', 1, certification_id FROM movies"
        )
        offers = [Offer(movie_row(name, stars=("Before",))) for name in ("New", "Newer")]
        importing = asyncio.create_task(import_offers(offers))
        await wait_for(1)
        renaming = asyncio.create_task(
            moderator.call("PATCH", f"/stars/{star['id']}", {"name": "After"})
        )
        await wait_for(2, renaming)
        assert not renaming.done()
        await stop.rollback()
        assert await importing == 2
        status, _ = await renaming
    assert status == 200
    assert await fetch("SELECT name FROM stars") == [{"name": "After"}]
    assert await fetch(UNTRUE) == []
    assert not await search_faults()
