"""Files of films: sent in, watched while they are read, their refused rows looked at."""

import csv
import io
from collections.abc import AsyncIterator

from aiohttp import web

from cinema.catalogue import imports
from cinema.catalogue.import_schemas import ImportMovies
from cinema.catalogue.pricing import require_payable
from cinema.http.body import path_id, read_query, validate
from cinema.http.download import send_csv
from cinema.http.identity import Access, current_identity
from cinema.http.pagination import PageQuery
from cinema.http.ratelimit import IMPORT
from cinema.http.upload import Upload
from cinema.resources import RESOURCES
from cinema.web.listing import pager
from cinema.web.page import Context, page, told
from cinema.web.upload import stream_upload

REPORT = "/staff/import/{import_id:[0-9]{1,18}}"
BATCH = 1000
FORMULA = ("=", "+", "-", "@", "\t", "\r")
"""How a cell begins that a spreadsheet would calculate (OWASP, CSV Injection)."""

routes = web.RouteTableDef()


@routes.get("/staff/import")
@page("staff/import.html", Access.MODERATOR)
async def import_page(request: web.Request) -> Context:
    """Show the form for a file of films, and how those fare that were sent in."""
    query = read_query(request, PageQuery)
    items, total = await imports.list_imports(query.per_page, query.offset)
    return {"imports": items, "page": pager(request, query, total)}


@routes.post("/staff/import")
@stream_upload("file", lambda _: imports.MOST_BYTES, limit=IMPORT, access=Access.MODERATOR)
async def send_in(request: web.Request, upload: Upload) -> web.StreamResponse:
    """Send a file of films in."""
    command = validate(ImportMovies, {"price": upload.fields.get("price", "").strip()}, "body")
    require_payable(command.price, request.app[RESOURCES].settings.currency)
    await imports.request_import(
        request.app[RESOURCES].storage,
        current_identity(request).user_id,
        upload.chunks,
        upload.filename,
        command.price,
    )
    return told(request, "/staff/import", "good", "The file is here. It is read now.")


@routes.get(REPORT)
@page("staff/import_report.html", Access.MODERATOR)
async def report(request: web.Request) -> Context:
    """Show what came of a file."""
    query = read_query(request, PageQuery)
    import_id = path_id(request, "import_id")
    one = await imports.get_import(import_id)
    refused, total = await imports.list_refused(import_id, query.per_page, query.offset)
    return {"one": one, "refused": refused, "page": pager(request, query, total)}


@routes.get(REPORT + "/report.csv")
@page("problem.html", Access.MODERATOR)
async def download(request: web.Request) -> web.StreamResponse:
    """Download the rows of a file that were refused."""
    import_id = path_id(request, "import_id")
    await imports.get_import(import_id)
    return await send_csv(request, f"import-{import_id}-refused.csv", _csv(import_id))


async def _csv(import_id: int) -> AsyncIterator[bytes]:
    yield _lines([("row", "name", "reason")])
    offset = 0
    while True:
        rows, _ = await imports.list_refused(import_id, BATCH, offset)
        if not rows:
            return
        yield _lines([(row.row, _harmless(row.name), _harmless(row.reason)) for row in rows])
        offset += BATCH


def _lines(rows: list[tuple[object, ...]]) -> bytes:
    text = io.StringIO(newline="")
    csv.writer(text).writerows(rows)
    return text.getvalue().encode()


def _harmless(text: str) -> str:
    return f"'{text}" if text.startswith(FORMULA) else text
