"""Counting what a request asks of the database."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

from tortoise.connection import get_connection

TABLES = ("movies", "catalogue_versions", "cart_items", "purchases", "genres", "comments")


@asynccontextmanager
async def statements() -> AsyncIterator[list[str]]:
    """Collect the statements about films that run in the block, on the connections that are open.

    What the process asks by itself meanwhile (the log's position) is none of the request's.
    """
    seen: list[str] = []

    def note(record: Any) -> None:
        if any(table in record.query for table in TABLES):
            seen.append(record.query)

    pool: Any = get_connection("default")._pool
    connections = [holder._con for holder in pool._holders if holder._con is not None]
    for connection in connections:
        connection.add_query_logger(note)
    try:
        yield seen
        await asyncio.sleep(0)  # the driver notes a statement just after its answer
    finally:
        for connection in connections:
            connection.remove_query_logger(note)
