"""Sending files in and watching, from pages and without a script."""

import pytest
from aiohttp import ClientResponse, FormData

from cinema.database import fetch
from cinema.roles import Role
from cinema.settings import Settings
from cinema.storage import Storage
from tests.accounts.pictures import picture
from tests.catalogue.films import GOOD, encoded
from tests.catalogue.videos import webm
from tests.conftest import Client, resources_of
from tests.factories import make_movie
from tests.house import run_jobs
from tests.web.visiting import Visitor, words

BOUGHT = """
WITH o AS (
    INSERT INTO orders (user_id, currency, total_amount, expires_at, status)
    VALUES ($1, 'usd', 1, now(), 'paid') RETURNING id
), i AS (
    INSERT INTO order_items (order_id, movie_id, movie_name, price_at_order)
    SELECT id, $2, 'Film', 1 FROM o RETURNING id
)
INSERT INTO purchases (user_id, movie_id, order_item_id) SELECT $1, $2, id FROM i
"""


@pytest.fixture
async def bucket(client: Client) -> Storage:
    storage = resources_of(client).storage
    await storage.ensure_bucket()
    await storage.delete(*await storage.list_keys())
    return storage


async def send(
    visitor: Visitor, path: str, name: str, data: bytes, **fields: str
) -> ClientResponse:
    form = FormData(quote_fields=False)
    for key, text in fields.items():
        form.add_field(key, text)
    form.add_field(name, data, filename="file.bin")
    return await visitor.client.post(
        path,
        data=form,
        headers={"Accept": "text/html", "Origin": visitor.settings.public_url},
        allow_redirects=False,
    )


async def test_a_moderator_sends_a_films_files_in_and_takes_them_away(
    client: Client, visitor: Visitor, bucket: Storage
) -> None:
    await visitor.log_in(Role.MODERATOR)
    movie = await make_movie("Heat")
    place = f"/staff/movies/{movie.id}"
    token = await visitor.token()
    for medium, data in (("poster", picture("PNG")), ("trailer", webm()), ("video", webm())):
        answer = await send(visitor, f"{place}/{medium}", medium, data, csrf_token=token)
        assert (answer.status, answer.headers["Location"]) == (303, f"{place}/media")
        assert (await visitor.read(f"{place}/media")).count("Remove the " + medium) == 1
    assert len(await bucket.list_keys()) == 5
    for medium in ("poster", "trailer", "video"):
        assert (await visitor.post(f"{place}/{medium}/delete")).status == 303
    await run_jobs(resources_of(client))
    assert await bucket.list_keys() == []
    assert "Remove the" not in await visitor.read(f"{place}/media")


async def test_a_form_without_its_token_or_with_another_file_changes_nothing(
    client: Client, visitor: Visitor, bucket: Storage
) -> None:
    await visitor.log_in(Role.MODERATOR)
    movie = await make_movie("Heat")
    place, token = f"/staff/movies/{movie.id}", await visitor.token()
    for fields in ({}, {"csrf_token": "0" * 64}):
        answer = await send(visitor, f"{place}/video", "video", webm(), **fields)
        assert answer.status == 303
        assert "too old" in words(await visitor.read(f"{place}/media"))
    await send(visitor, f"{place}/video", "video", picture("PNG"), csrf_token=token)
    assert "The file is no MP4 or WebM video." in words(await visitor.read(f"{place}/media"))
    assert await bucket.list_keys() == []
    assert await fetch("SELECT FROM movies WHERE video_key IS NOT NULL") == []


async def test_a_moderator_imports_and_reads_what_was_refused(
    client: Client, visitor: Visitor, bucket: Storage
) -> None:
    await visitor.log_in(Role.MODERATOR)
    token = await visitor.token()
    bad = {**GOOD, "Series_Title": "=HYPERLINK(1)", "Runtime": "long"}
    data = encoded(GOOD, bad)
    answer = await send(visitor, "/staff/import", "file", data, csrf_token=token, price="9.99")
    assert answer.headers["Location"] == "/staff/import"
    assert "Waiting" in words(await visitor.read("/staff/import"))
    await run_jobs(resources_of(client))
    assert "2 rows: 1 added, 0 already there, 1 refused" in words(
        await visitor.read("/staff/import")
    )
    report = await visitor.read("/staff/import/1")
    assert "=HYPERLINK(1)" in words(report)
    download = await visitor.get("/staff/import/1/report.csv")
    assert download.headers["Content-Disposition"] == (
        'attachment; filename="import-1-refused.csv"'
    )
    lines = (await download.text()).splitlines()
    assert lines[0] == "row,name,reason"
    assert lines[1].startswith("3,'=HYPERLINK(1),")
    await send(visitor, "/staff/import", "file", data, csrf_token=token, price="free")
    assert await fetch("SELECT count(*) AS n FROM movie_imports") == [{"n": 1}]


async def test_an_owner_watches_from_where_it_stopped_and_nobody_else_does(
    client: Client, visitor: Visitor, bucket: Storage, settings: Settings
) -> None:
    movie = await make_movie("Heat")
    await bucket.put("videos/heat.webm", webm(), "video/webm")
    user = await visitor.log_in()
    assert (await visitor.get(f"/watch/{movie.id}")).status == 404
    await fetch(BOUGHT, user.id, movie.id)
    assert "This film has no video yet." in words(await visitor.read(f"/watch/{movie.id}"))
    assert "No video yet" in words(await visitor.read("/library"))
    await fetch("UPDATE movies SET video_key = 'videos/heat.webm'")
    await fetch(
        "INSERT INTO watch_progress (user_id, movie_id, position, duration, version)"
        " VALUES ($1, $2, 3725, 9000, 4)",
        user.id,
        movie.id,
    )
    page = await visitor.read(f"/watch/{movie.id}")
    assert "#t=3725" in page
    assert 'data-version="4"' in page
    assert "at 1:02:05." in words(page)
    assert (
        settings.s3_public_url
        in (await visitor.get("/library"))
        .headers["Content-Security-Policy"]
        .partition("media-src")[2]
        .partition(";")[0]
    )
    library = words(await visitor.read("/library"))
    assert "Go on watching" in library
    assert "1:02:05 of 2:30:00" in library
    await fetch("UPDATE purchases SET revoked_at = now()")
    assert (await visitor.get(f"/watch/{movie.id}")).status == 404
