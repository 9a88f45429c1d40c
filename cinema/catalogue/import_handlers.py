from http import HTTPStatus

from aiohttp import web

from cinema.catalogue import imports
from cinema.catalogue.import_errors import ImportNotFound, ImportTooLarge
from cinema.catalogue.import_schemas import ImportMovies, ImportOut, RefusedRowOut
from cinema.catalogue.pricing import require_payable
from cinema.errors import InvalidRequest, TooLarge, UnsupportedType
from cinema.http.body import path_id, validate
from cinema.http.endpoint import endpoint
from cinema.http.identity import Access, current_identity
from cinema.http.pagination import Page, PageQuery, page_of
from cinema.http.ratelimit import IMPORT
from cinema.http.upload import open_upload
from cinema.resources import RESOURCES
from cinema.storage import StorageUnavailable

IMPORTS = "/api/v1/movies/imports"

routes = web.RouteTableDef()


@routes.post("/api/v1/movies/import")
@endpoint(
    access=Access.MODERATOR,
    status=HTTPStatus.ACCEPTED,
    errors=(ImportTooLarge, InvalidRequest, StorageUnavailable),
    limit=IMPORT,
)
async def import_movies(request: web.Request) -> ImportOut:
    """Send in a CSV file of films: a multipart form with `price`, and the `file` after it.

    It is read by a job, in one transaction: a file that cannot be read to its end changes
    nothing. Its progress comes over the channel `staff`; films that are there stay as they are.
    """
    if request.content_type != "multipart/form-data":
        raise UnsupportedType("Send multipart/form-data.")
    try:
        upload = await open_upload(request, "file", imports.MOST_BYTES)
        command = validate(ImportMovies, upload.fields, "body")
        require_payable(command.price, request.app[RESOURCES].settings.currency)
        return await imports.request_import(
            request.app[RESOURCES].storage,
            current_identity(request).user_id,
            upload.chunks,
            upload.filename,
            command.price,
        )
    except TooLarge as error:
        raise ImportTooLarge(str(error)) from None


@routes.get(IMPORTS)
@endpoint(query=PageQuery, access=Access.MODERATOR)
async def list_imports(request: web.Request, query: PageQuery) -> Page[ImportOut]:
    """List the files of films that were sent in, newest first."""
    items, total = await imports.list_imports(query.per_page, query.offset)
    return page_of(request, query, items, total)


@routes.get(IMPORTS + "/{import_id:[0-9]{1,18}}")
@endpoint(access=Access.MODERATOR, errors=(ImportNotFound,))
async def get_import(request: web.Request) -> ImportOut:
    """Show how far a file is read, and what came of it."""
    return await imports.get_import(path_id(request, "import_id"))


@routes.get(IMPORTS + "/{import_id:[0-9]{1,18}}/refused")
@endpoint(query=PageQuery, access=Access.MODERATOR, errors=(ImportNotFound,))
async def list_refused(request: web.Request, query: PageQuery) -> Page[RefusedRowOut]:
    """List the rows of a file that were refused, each with its number and the reason."""
    import_id = path_id(request, "import_id")
    items, total = await imports.list_refused(import_id, query.per_page, query.offset)
    return page_of(request, query, items, total)
