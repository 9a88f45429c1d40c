"""Reading a file of films that was sent in: all of it in one transaction, its progress beside."""

import asyncio
import json
from collections.abc import AsyncIterator
from contextlib import suppress
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from cinema.catalogue.csvfile import RefusedRow, UnreadableFile, read_movies
from cinema.catalogue.import_events import ImportProgress
from cinema.catalogue.importer import ImportReport, Offer, import_offers
from cinema.catalogue.models import ImportStatus
from cinema.database import atomic, bulk_execute, fetch, transaction
from cinema.outbox import emit
from cinema.storage import ObjectMissing, Storage

TELL = 0.5
"""Seconds between two words about the progress."""
BREATH = 50
"""Rows after which other work of the process has its turn: some milliseconds."""
MOST_ATTEMPTS = 20
"""After so many beginnings it is the file that ends the workers."""

BEGIN = """
UPDATE movie_imports SET status = 'running', read = 0
 WHERE id = $1 AND finished_at IS NULL RETURNING file_key, price
"""
COUNT = "UPDATE movie_imports SET read = $2, rows = $3 WHERE id = $1 AND finished_at IS NULL"
FINISH = """
UPDATE movie_imports
   SET status = 'done', rows = $2, read = $2, created = $3, unchanged = $4, refused = $5::jsonb,
       finished_at = now()
 WHERE id = $1 AND finished_at IS NULL RETURNING id
"""
FAIL = """
UPDATE movie_imports SET status = 'failed', read = $2, error = $3, finished_at = now()
 WHERE id = $1 AND finished_at IS NULL RETURNING rows
"""


class AlreadyRead(Exception):
    """Another run has finished the import meanwhile: what this one did is to be undone."""


async def run_import(storage: Storage, import_id: int, attempt: int) -> None:
    """Read the file and take its films in; a file that was read already is left alone.

    A file that cannot be read to its end changes nothing but the import's own report. Raises
    StorageUnavailable, and what the database raises: then try again.
    """
    rows = await fetch(BEGIN, import_id)
    if not rows:
        return None
    report = ImportReport()
    if attempt > MOST_ATTEMPTS:
        return await _fail(import_id, report, "It was begun too often without an end.")
    with TemporaryDirectory(prefix="cinema-import-") as folder:
        path = Path(folder) / "films.csv"
        try:
            lines = await _fetch_file(storage, rows[0]["file_key"], path)
            await _read(import_id, path, rows[0]["price"], lines, report)
        except (UnreadableFile, ObjectMissing) as error:
            await _fail(import_id, report, str(error))


async def _fetch_file(storage: Storage, key: str, path: Path) -> int:
    """Write the stored file down here, and return how many lines it has."""
    lines = 0
    with path.open("wb") as file:
        async for chunk in storage.stream(key):
            lines += chunk.count(b"\n")
            file.write(chunk)
    return lines


async def _read(import_id: int, path: Path, price: Any, lines: int, report: ImportReport) -> None:
    over = asyncio.Event()
    # Begun before the transaction: what it writes is to be seen while that is open.
    teller = asyncio.create_task(_tell(import_id, lines, report, over))
    try:
        async with transaction():
            report.added = await import_offers(_offers(path, price, report))
            over.set()
            await teller
            await _finish(import_id, report)
    except AlreadyRead:
        return
    finally:
        over.set()
        await asyncio.shield(teller)


async def _offers(path: Path, price: Any, report: ImportReport) -> AsyncIterator[Offer]:
    for row in read_movies(path, price, price_by_year=False):
        report.read += 1
        if report.read % BREATH == 0:
            await asyncio.sleep(0)
        if isinstance(row, RefusedRow):
            report.refused.append(row)
        else:
            yield Offer(row)


async def _tell(import_id: int, lines: int, report: ImportReport, over: asyncio.Event) -> None:
    told = -1
    while not over.is_set():
        if report.read != told:
            told = report.read
            await _count(import_id, told, max(lines - 1, told))
        with suppress(TimeoutError):
            await asyncio.wait_for(over.wait(), TELL)


@atomic
async def _count(import_id: int, read: int, rows: int) -> None:
    await fetch(COUNT, import_id, read, rows)
    await emit(
        ImportProgress(import_id=import_id, status=ImportStatus.RUNNING, rows=rows, read=read)
    )


async def _finish(import_id: int, report: ImportReport) -> None:
    refused = [
        {"row": row.number, "name": row.name, "reason": row.reason} for row in report.refused
    ]
    finished = await bulk_execute(
        FINISH, import_id, report.read, report.added, report.known, json.dumps(refused)
    )
    if not finished:
        raise AlreadyRead
    await emit(
        ImportProgress(
            import_id=import_id, status=ImportStatus.DONE, rows=report.read, read=report.read
        )
    )


@atomic
async def _fail(import_id: int, report: ImportReport, reason: str) -> None:
    rows = await fetch(FAIL, import_id, report.read, reason)
    if rows:
        await emit(
            ImportProgress(
                import_id=import_id,
                status=ImportStatus.FAILED,
                rows=rows[0]["rows"],
                read=report.read,
            )
        )
