"""Counting what a request asks of the database."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from tortoise.connection import get_connection

TABLES = ("movies", "catalogue_versions", "cart_items", "purchases", "genres", "comments")


@contextmanager
def statements() -> Iterator[list[str]]:
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
    finally:
        for connection in connections:
            connection.remove_query_logger(note)
