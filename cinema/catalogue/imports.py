"""Files of films that moderators send in: kept in the storage, read by a job, told row by row."""

import re
from collections.abc import AsyncIterator
from contextlib import suppress
from datetime import timedelta
from decimal import Decimal
from uuid import uuid4

from cinema.audit import record
from cinema.catalogue.import_errors import ImportNotFound
from cinema.catalogue.import_events import ImportRequested
from cinema.catalogue.import_schemas import ImportOut, RefusedRowOut
from cinema.database import atomic, fetch
from cinema.errors import Unavailable
from cinema.outbox import emit
from cinema.storage import Storage

FOLDER = "imports"
MOST_BYTES = 256 * 1024 * 1024
"""Of a file; the thousand films of a real one have half a mebibyte."""
KEPT = timedelta(days=7)
"""How long the file is kept; its report stays."""
COLUMNS = """id, file_name, price, status::text, rows, read, created, unchanged, error,
             requested_by_id AS requested_by, created_at, finished_at"""


async def request_import(
    storage: Storage, user_id: int, chunks: AsyncIterator[bytes], file_name: str, price: Decimal
) -> ImportOut:
    """Take a file in, to be read by a job.

    Raises TooLarge, StorageUnavailable, and what the chunks raise; then nothing is left.
    """
    key = f"{FOLDER}/{uuid4().hex}.csv"
    try:
        await storage.put_stream(key, chunks, "text/csv", limit=MOST_BYTES)
        return await _enter(user_id, key, _plain(file_name), price)
    except BaseException:
        with suppress(Unavailable):
            await storage.delete(key)
        raise


@atomic
async def _enter(user_id: int, key: str, file_name: str, price: Decimal) -> ImportOut:
    [row] = await fetch(
        "INSERT INTO movie_imports (requested_by_id, file_name, file_key, price)"  # noqa: S608
        f" VALUES ($1, $2, $3, $4) RETURNING {COLUMNS}",
        user_id,
        file_name,
        key,
        price,
    )
    entered = ImportOut(**row)
    await record(
        "movies.import_requested",
        f"import:{entered.id}",
        after={"file_name": file_name, "price": str(price)},
    )
    await emit(ImportRequested(import_id=entered.id))
    return entered


def _plain(name: str) -> str:
    """Keep of a file's name what can be shown: its last part, without control characters."""
    last = re.split(r"[/\\]", name)[-1]
    return "".join(char for char in last if char.isprintable())[:255] or "films.csv"


async def list_imports(limit: int, offset: int) -> tuple[list[ImportOut], int]:
    """Return a page of all imports, newest first, and how many there are."""
    [counted] = await fetch("SELECT count(*) AS n FROM movie_imports")
    rows = await fetch(
        f"SELECT {COLUMNS} FROM movie_imports ORDER BY id DESC LIMIT $1 OFFSET $2",  # noqa: S608
        limit,
        offset,
    )
    return [ImportOut(**row) for row in rows], counted["n"]


async def get_import(import_id: int) -> ImportOut:
    """Raises ImportNotFound."""
    rows = await fetch(f"SELECT {COLUMNS} FROM movie_imports WHERE id = $1", import_id)  # noqa: S608
    if not rows:
        raise ImportNotFound
    return ImportOut(**rows[0])


async def list_refused(import_id: int, limit: int, offset: int) -> tuple[list[RefusedRowOut], int]:
    """Return a page of the rows that were refused, as they stand in the file, and their number.

    Raises ImportNotFound.
    """
    rows = await fetch(
        "SELECT jsonb_array_length(refused) AS n FROM movie_imports WHERE id = $1", import_id
    )
    if not rows:
        raise ImportNotFound
    items = await fetch(
        "SELECT (item ->> 'row')::int AS row, item ->> 'name' AS name, item ->> 'reason' AS reason"
        " FROM movie_imports, jsonb_array_elements(refused) WITH ORDINALITY AS given (item, place)"
        " WHERE id = $1 ORDER BY place LIMIT $2 OFFSET $3",
        import_id,
        limit,
        offset,
    )
    return [RefusedRowOut(**item) for item in items], rows[0]["n"]


async def sweep_imports(storage: Storage, age: timedelta = KEPT) -> int:
    """Delete the files that are read and old, and those of no import; returns how many."""
    total = 0
    async for keys in storage.old_keys(f"{FOLDER}/", age):
        waiting = await fetch(
            "SELECT file_key FROM movie_imports"
            " WHERE file_key = ANY($1::text[]) AND finished_at IS NULL",
            keys,
        )
        kept = {row["file_key"] for row in waiting}
        old = [key for key in keys if key not in kept]
        await storage.delete(*old)
        total += len(old)
    return total
