"""The posters, each under an address that changes with what is on it."""

import hashlib
from collections.abc import Sequence
from functools import lru_cache
from http import HTTPStatus
from typing import Protocol, runtime_checkable
from zlib import crc32

from aiohttp import web

from cinema.catalogue.posters import poster_svg
from cinema.catalogue.queries import get_movie
from cinema.errors import NotFound
from cinema.http.identity import Access
from cinema.images import CONTENT_TYPE
from cinema.resources import RESOURCES
from cinema.web.route import declare
from cinema.web.static import FOREVER

EDITION = "1"
"""Raised when the drawings change, so that no browser keeps the old ones."""

routes = web.RouteTableDef()


class Pictured(Protocol):
    @property
    def poster(self) -> str: ...


@runtime_checkable
class Drawn(Pictured, Protocol):
    """What tells all that is drawn on the poster."""

    @property
    def name(self) -> str: ...
    @property
    def year(self) -> int: ...
    @property
    def genres(self) -> Sequence[str]: ...


def poster_url(film: Pictured) -> str:
    """Return the poster's address, one that may be kept for ever where all is known of it."""
    if isinstance(film, Drawn) and film.poster.endswith(".svg"):
        return f"{film.poster}?v={_version(film)}"
    return film.poster


def _version(film: Drawn) -> str:
    drawn = repr((EDITION, film.poster, film.name, film.year, list(film.genres)))
    return hashlib.sha256(drawn.encode("utf-8", "replace")).hexdigest()[:12]


@lru_cache(maxsize=512)
def _draw(name: str, year: int, genres: tuple[str, ...], seed: int) -> str:
    return poster_svg(name, year, genres, seed)


@routes.get(r"/posters/{uuid:[0-9a-f-]{36}}.svg")
@declare(Access.PUBLIC)
async def poster(request: web.Request) -> web.Response:
    """Draw the poster of a film, or send to the one that it has."""
    settings = request.app[RESOURCES].settings
    film = await get_movie(request.match_info["uuid"], settings.currency)
    if not film.poster.endswith(".svg"):
        headers = {"Location": film.poster, "Cache-Control": "public, max-age=60"}
        return web.Response(status=HTTPStatus.FOUND, headers=headers)
    current = request.query.get("v") == _version(film)
    seed = crc32(f"{film.name} {film.year}".encode("utf-8", "replace"))
    return web.Response(
        text=_draw(film.name, film.year, tuple(film.genres), seed),
        content_type="image/svg+xml",
        headers={"Cache-Control": FOREVER if current else "public, max-age=300"},
    )


@routes.get(r"/posters/{key:[0-9a-f]{32}}/{width:[0-9]{3}}.webp")
@declare(Access.PUBLIC)
async def picture(request: web.Request) -> web.Response:
    """Show a poster that was sent in."""
    name = request.path.removeprefix("/")
    content = await request.app[RESOURCES].storage.get(name)
    if content is None:
        raise NotFound
    # Through here and not by a signed link, which would change with every list that names it.
    return web.Response(body=content, content_type=CONTENT_TYPE, headers={"Cache-Control": FOREVER})
