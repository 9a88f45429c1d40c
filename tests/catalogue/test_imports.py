"""A file of films as a job: all or nothing, told row by row, and once whatever dies."""

import asyncio
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from aiohttp import FormData

from cinema.catalogue import import_run, imports
from cinema.catalogue.import_run import run_import
from cinema.catalogue.imports import sweep_imports
from cinema.database import fetch
from cinema.outbox import OutboxMessage
from cinema.settings import Settings
from cinema.storage import Storage
from tests.catalogue.films import GOOD, encoded
from tests.chaos.processes import kill, running
from tests.conftest import Client, resources_of
from tests.house import emitted, run_jobs
from tests.waiting import eventually

IMPORTS = "/api/v1/movies/imports"


def films(count: int) -> bytes:
    return encoded(*({**GOOD, "Series_Title": f"Film {number}"} for number in range(count)))


async def send(
    client: Client, staff: dict[str, str], data: bytes | None, price: str | None = "9.99"
) -> tuple[int, Any]:
    form = FormData(quote_fields=False)
    if price is not None:
        form.add_field("price", price)
    if data is not None:
        form.add_field("file", data, filename="films/new films.csv", content_type="text/csv")
    form.add_field("after", "x")
    answer = await client.post("/api/v1/movies/import", data=form, headers=staff)
    return answer.status, await answer.json()


async def look(client: Client, staff: dict[str, str], path: str) -> Any:
    answer = await client.get(f"{IMPORTS}{path}", headers=staff)
    assert answer.status == 200
    return await answer.json()


async def count(table: str) -> int:
    [row] = await fetch(f"SELECT count(*) AS n FROM {table}")
    return int(row["n"])


async def test_a_file_is_read_by_a_job_and_a_second_time_changes_nothing(
    client: Client, bucket: Storage, staff: dict[str, str]
) -> None:
    status, entered = await send(client, staff, films(30))
    assert (status, entered["status"], entered["file_name"]) == (202, "queued", "new films.csv")
    assert await count("movies") == 0
    await run_jobs(resources_of(client))
    done = await look(client, staff, f"/{entered['id']}")
    assert done["finished_at"] is not None
    counts = ("status", "rows", "read", "created", "unchanged", "refused", "error")
    assert [done[name] for name in counts] == ["done", 30, 30, 30, 0, 0, ""]
    assert await fetch("SELECT DISTINCT price::text FROM movies") == [{"price": "9.99"}]
    told = [event.data for event in await OutboxMessage.filter(type="import.progress")]
    assert told[-1] == {"import_id": entered["id"], "status": "done", "rows": 30, "read": 30}
    [last] = await OutboxMessage.filter(type="import.progress").order_by("-id").limit(1)
    assert last.topics == ["staff"]

    before = await fetch("SELECT * FROM movies ORDER BY id")
    _, again = await send(client, staff, films(30), price="1.00")
    await run_jobs(resources_of(client))
    done = await look(client, staff, f"/{again['id']}")
    assert [done[name] for name in counts] == ["done", 30, 30, 0, 30, 0, ""]
    assert await fetch("SELECT * FROM movies ORDER BY id") == before
    listed = await look(client, staff, "")
    assert [item["id"] for item in listed["items"]] == [again["id"], entered["id"]]


async def test_every_refused_row_is_told_with_its_number_and_the_reason(
    client: Client, bucket: Storage, staff: dict[str, str]
) -> None:
    bad = [{**GOOD, "Series_Title": f"Bad {number}", "Runtime": "long"} for number in range(3)]
    _, entered = await send(client, staff, encoded(bad[0], GOOD, bad[1], bad[2], GOOD))
    await run_jobs(resources_of(client))
    done = await look(client, staff, f"/{entered['id']}")
    assert (done["read"], done["created"], done["unchanged"], done["refused"]) == (5, 1, 1, 3)
    report = await look(client, staff, f"/{entered['id']}/refused?per_page=2")
    assert [(item["row"], item["name"]) for item in report["items"]] == [(2, "Bad 0"), (4, "Bad 1")]
    assert "runtime" in report["items"][0]["reason"]
    assert (report["total_items"], report["total_pages"]) == (3, 2)


async def test_a_file_that_breaks_off_changes_nothing(
    client: Client, bucket: Storage, staff: dict[str, str]
) -> None:
    for data, reason in (
        (films(20) + b'"never closed', "never closed"),
        (b"", "empty"),
        (b"name,year\nHeat,1995\n", "header lacks"),
        (films(3) + b"\xff\xfe\n", "not UTF-8"),
    ):
        _, entered = await send(client, staff, data)
        await run_jobs(resources_of(client))
        done = await look(client, staff, f"/{entered['id']}")
        assert (done["status"], done["created"]) == ("failed", 0)
        assert reason in done["error"]
    assert await count("movies") + await count("genres") + await count("stars") == 0
    assert "catalogue.imported" not in await emitted()
    assert (await fetch("SELECT FROM job_runs WHERE done_at IS NULL")) == []


async def test_a_form_that_is_not_in_order_leaves_nothing(
    client: Client, bucket: Storage, staff: dict[str, str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(imports, "MOST_BYTES", 5000)
    for data, price, status in (
        (None, "9.99", 415),
        (films(1), None, 422),
        (films(1), "-1", 422),
        (films(1), "1.999", 422),
        (films(1), "NaN", 422),
        (films(1), "free", 422),
        (films(100), "1", 413),
    ):
        assert (await send(client, staff, data, price))[0] == status
    bare = await client.post(
        "/api/v1/movies/import", data=films(1), headers=staff | {"Content-Type": "text/csv"}
    )
    assert bare.status == 415
    assert await bucket.list_keys() == []
    assert await count("movie_imports") + await count("outbox") == 0


async def test_the_progress_is_seen_while_the_film_rows_are_not(
    client: Client, bucket: Storage, staff: dict[str, str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(import_run, "TELL", 0.02)
    _, entered = await send(client, staff, films(3000))
    running = asyncio.create_task(run_import(bucket, entered["id"], 1))

    async def is_under_way() -> Any:
        seen = await look(client, staff, f"/{entered['id']}")
        return seen if seen["status"] == "running" and 0 < seen["read"] < 3000 else None

    seen = await eventually(is_under_way)
    assert (seen["rows"], await count("movies")) == (3000, 0)
    await running
    assert await count("movies") == 3000
    read = [event.data["read"] for event in await OutboxMessage.filter(type="import.progress")]
    assert read == sorted(read)
    assert len(read) >= 3


async def test_a_run_that_is_interrupted_or_done_twice_takes_each_film_once(
    client: Client, bucket: Storage, staff: dict[str, str]
) -> None:
    _, entered = await send(client, staff, films(2000))
    first = asyncio.create_task(run_import(bucket, entered["id"], 1))
    await eventually(lambda: _is_running(entered["id"]))
    first.cancel()
    await asyncio.gather(first, return_exceptions=True)
    assert await count("movies") == 0
    await asyncio.gather(*(run_import(bucket, entered["id"], 2) for _ in range(3)))
    done = await look(client, staff, f"/{entered['id']}")
    assert (done["status"], done["created"], await count("movies")) == ("done", 2000, 2000)
    assert (await emitted()).count("catalogue.imported") == 1
    await run_import(bucket, entered["id"], 3)
    assert await look(client, staff, f"/{entered['id']}") == done


async def _is_running(import_id: int) -> bool:
    [row] = await fetch("SELECT status::text, read FROM movie_imports WHERE id = $1", import_id)
    return bool(row["status"] == "running")


@pytest.mark.chaos
async def test_a_worker_that_is_killed_leaves_its_import_to_the_next_one(
    client: Client, bucket: Storage, staff: dict[str, str], settings: Settings, tmp_path: Path
) -> None:
    async def is_under_way() -> bool:
        [row] = await fetch("SELECT status::text, read FROM movie_imports")
        return bool(row["status"] == "running" and row["read"] > 0)

    async def is_done() -> bool:
        return bool(await fetch("SELECT FROM movie_imports WHERE status = 'done'"))

    with running(settings, "worker", tmp_path / "worker.log") as worker:
        _, entered = await send(client, staff, films(10_000))
        await eventually(is_under_way, timeout=30)
        kill(worker)
    assert (await count("movies"), await is_done()) == (0, False)
    # The lease of the dead runs out.
    await fetch("UPDATE job_runs SET next_at = now() WHERE done_at IS NULL")
    with running(settings, "worker", tmp_path / "worker.log"):
        await eventually(is_done, timeout=60)
    done = await look(client, staff, f"/{entered['id']}")
    assert (done["created"], await count("movies")) == (10_000, 10_000)


async def test_a_storage_that_is_away_is_a_503_and_a_file_that_is_gone_is_told(
    client: Client, bucket: Storage, staff: dict[str, str]
) -> None:
    name, bucket._bucket = bucket._bucket, "nowhere"
    try:
        assert (await send(client, staff, films(1)))[0] == 503
    finally:
        bucket._bucket = name
    assert await count("movie_imports") == 0
    _, entered = await send(client, staff, films(1))
    await bucket.delete(*await bucket.list_keys())
    await run_jobs(resources_of(client))
    done = await look(client, staff, f"/{entered['id']}")
    assert (done["status"], await count("movies")) == ("failed", 0)


async def test_files_that_were_read_are_swept_when_they_are_old(
    client: Client, bucket: Storage, staff: dict[str, str]
) -> None:
    await send(client, staff, films(1))
    await run_jobs(resources_of(client))
    await send(client, staff, films(2))
    await bucket.put("imports/lost.csv", b"", "text/csv")
    [waiting] = await fetch("SELECT file_key FROM movie_imports WHERE finished_at IS NULL")
    assert await sweep_imports(bucket) == 0
    assert await sweep_imports(bucket, timedelta(seconds=-1)) == 2
    assert await bucket.list_keys() == [waiting["file_key"]]
