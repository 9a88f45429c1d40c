"""The documents over HTTP: for whom the settings say, and with everything from here."""

import json
import mimetypes
from collections.abc import Callable
from functools import cache
from pathlib import Path
from string import Template

from aiohttp import web
from swagger_ui_bundle import swagger_ui_path

from cinema.apidocs.openapi import document
from cinema.apidocs.swagger import to_3_0
from cinema.errors import NotFound
from cinema.http.endpoint import endpoint
from cinema.http.headers import nonce_of
from cinema.http.identity import Access, require
from cinema.resources import RESOURCES

OWN = Path(__file__).parent / "static"
ASSETS = {
    "swagger-ui.css": Path(swagger_ui_path),
    "swagger-ui-bundle.js": Path(swagger_ui_path),
    "docs.css": OWN,
    "docs.js": OWN,
}
POLICY = (
    "default-src 'none'; script-src 'nonce-{nonce}'; style-src 'self'; img-src 'self' data:;"
    " connect-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'"
)
DOCUMENT: web.AppKey[Callable[[], str]] = web.AppKey("openapi_document")
"""Writes the document when it is first asked for: that takes a quarter of a second."""

routes = web.RouteTableDef()


def check_access(request: web.Request) -> None:
    """Refuse whom the documents are not for."""
    require(request, Access(request.app[RESOURCES].settings.docs_access))


@routes.get("/openapi.json")
@endpoint(access=Access.PUBLIC)
async def openapi_json(request: web.Request) -> web.Response:
    """Describe the API in OpenAPI 3.1.

    Who may read it is a setting; logged-in users by default.
    """
    check_access(request)
    return web.json_response(text=request.app[DOCUMENT]())


@routes.get("/docs/openapi-3.0.json")
@endpoint(access=Access.PUBLIC)
async def openapi_3_0_json(request: web.Request) -> web.Response:
    """Describe the API in OpenAPI 3.0, for tools that do not read 3.1 yet."""
    check_access(request)
    return web.json_response(to_3_0(json.loads(request.app[DOCUMENT]())))


@routes.get("/docs")
@endpoint(access=Access.PUBLIC)
async def docs(request: web.Request) -> web.Response:
    """Show the API as a page on which it can be tried."""
    check_access(request)
    nonce = nonce_of(request)
    return web.Response(
        text=Template(_read(OWN / "docs.html").decode()).substitute(nonce=nonce),
        content_type="text/html",
        headers={"Content-Security-Policy": POLICY.format(nonce=nonce)},
    )


@routes.get("/docs/assets/{name}")
@endpoint(access=Access.PUBLIC)
async def docs_asset(request: web.Request) -> web.Response:
    """Serve a script or a stylesheet of the API's page."""
    check_access(request)
    name = request.match_info["name"]
    if name not in ASSETS:
        raise NotFound
    kind = mimetypes.guess_type(name)[0] or "application/octet-stream"
    return web.Response(body=_read(ASSETS[name] / name), content_type=kind, charset="utf-8")


@cache
def _read(path: Path) -> bytes:
    return path.read_bytes()


def install_documents(app: web.Application, server: str) -> None:
    """Add the routes; what they describe is every route that was added before."""
    app.add_routes(routes)
    write: Callable[[], str] = cache(lambda: document(app, server))
    app[DOCUMENT] = write
