"""Answers kept in this process for readers whom nobody has named, and ETags for everybody.

An answer is given out again only when it is proved fresh: each hit compares the version under
which the answer was made with the version that the database has now. Triggers move the version
in the transaction of every change, and it is read by a statement that begins after the request
arrived. So a reader who comes after a commit was acknowledged sees that commit, whichever
process made it; no message can be late or lost, and Redis has no part in it. Where the version
cannot be read there is no proof, and the handler answers.

What makes it cheap is that readers at the same moment share one such statement (see VersionReader):
under load one round trip proves dozens of hits, and alone a hit costs one. They share the making of
an answer as well: after a change it is made once, however many wait for it. That needs no other
proof, for between the reading that its maker saw and theirs nothing was committed.

What depends on the catalogue's lists alone (how many films a filter finds) is kept under a version
of its own, which stands still while films are liked, rated and discussed.

Only what is the same for everybody is compressed: nothing in it is secret (BREACH).
"""

import asyncio
from collections.abc import Awaitable, Callable
from functools import lru_cache
from http import HTTPStatus
from typing import NamedTuple

import structlog
from aiohttp import web
from aiohttp.typedefs import Handler
from yarl import URL

from cinema.http.endpoint import OPERATIONS, Shared
from cinema.http.headers import STRICT_TRANSPORT
from cinema.http.identity import ACCESS_COOKIE, IDENTITY, SECURE
from cinema.http.kept import VARY, Kept, Shelf
from cinema.http.ready import Ready

WORTH_GZIP = 1024
PATIENCE = 1.0
"""Seconds for the versions to be read before the handler answers by itself."""
ABOUT_THE_BODY = ("Content-Type", "Content-Encoding")

log = structlog.get_logger()


class Versions(NamedTuple):
    """Numbers that commits move: of the catalogue as a whole, and of what its lists hold."""

    catalogue: int
    listing: int

    def of(self, shared: Shared) -> int:
        return self.catalogue if shared is Shared.CATALOGUE else self.listing


Read = Callable[[], Awaitable[Versions]]


class VersionReader:
    """Reads the versions once for all who ask at the same time.

    Whoever asks gets the answer of a reading that began after the question.
    """

    def __init__(self, read: Read) -> None:
        self._read = read
        self._waiting: list[asyncio.Future[Versions | None]] = []
        self._reader: asyncio.Task[None] | None = None

    async def now(self) -> Versions | None:
        """Return the versions; None where they cannot be known."""
        waiter: asyncio.Future[Versions | None] = asyncio.get_running_loop().create_future()
        self._waiting.append(waiter)
        if self._reader is None:
            self._reader = asyncio.create_task(self._answer_all())
        return await waiter

    async def _answer_all(self) -> None:
        try:
            while self._waiting:
                waiting, self._waiting = self._waiting, []
                version = await self._reading()
                for waiter in waiting:
                    if not waiter.done():  # whoever asked may have gone
                        waiter.set_result(version)
        finally:
            self._reader = None

    async def _reading(self) -> Versions | None:
        try:
            async with asyncio.timeout(PATIENCE):
                return await self._read()
        except Exception as error:
            # Whatever it is, the handler meets it as well and says it better.
            log.warning("cache_not_provable", error=repr(error))
            return None


class Cache:
    """What one process keeps: a shelf for each kind of what is shared."""

    def __init__(self, read: Read) -> None:
        self.versions = VersionReader(read)
        self._shelves = {shared: Shelf() for shared in Shared}

    def shelf(self, shared: Shared) -> Shelf:
        return self._shelves[shared]


CACHE: web.AppKey[Cache] = web.AppKey("cache", Cache)


@web.middleware
async def cache_middleware(request: web.Request, handler: Handler) -> web.StreamResponse:
    """Answer the operations that are declared `shared` from what was kept, or keep the answer."""
    operation = OPERATIONS.get(request.match_info.handler)
    if operation is None or operation.shared is None or request.method != "GET":
        return await handler(request)
    if _is_named(request):
        return _tagged(request, await handler(request))
    cache, key = request.app[CACHE], _key(request.raw_path)
    versions = await cache.versions.now()
    if versions is None:
        return _tagged(request, await handler(request))
    shelf, version = cache.shelf(operation.shared), versions.of(operation.shared)
    kept = shelf.find(version, key)
    if kept is None and (made := shelf.being_made(version, key)) is not None:
        kept = await asyncio.shield(made)
    if kept is not None:
        return _answer(request, kept)
    with shelf.making(version, key) as making:
        response = await handler(request)
        if response.status != HTTPStatus.OK or not isinstance(response, web.Response):
            return response
        kept = _kept(response)
        making.set_result(kept)
    shelf.keep(version, key, kept)
    return _answer(request, kept)


def _is_named(request: web.Request) -> bool:
    headers = request.headers
    return "Authorization" in headers or ACCESS_COOKIE in headers.get("Cookie", "")


@lru_cache(maxsize=4096)
def _key(raw_path: str) -> str:
    """Name an address whatever order its parameters stand in; those of one name keep theirs."""
    url = URL(raw_path, encoded=True)
    return str(url.with_query(sorted(url.query.items(), key=lambda item: item[0])))


def _kept(response: web.Response) -> Kept:
    body = response.body
    assert isinstance(body, bytes), "an endpoint answers in bytes"
    return Kept(body)


def _tagged(request: web.Request, response: web.StreamResponse) -> web.StreamResponse:
    """Give an answer for one caller alone its ETag; it goes out uncompressed."""
    if response.status != HTTPStatus.OK or not isinstance(response, web.Response):
        return response
    tag = f'"{_kept(response).tag}"'
    headers = {"ETag": tag, "Vary": VARY}
    if IDENTITY not in request:
        headers["Cache-Control"] = "no-cache"
    if _knows(request, tag):
        return web.Response(status=HTTPStatus.NOT_MODIFIED, headers=headers)
    response.headers.update(headers)
    return response


def _answer(request: web.Request, kept: Kept) -> web.StreamResponse:
    zipped = len(kept.body) >= WORTH_GZIP and _wants_gzip(
        request.headers.get("Accept-Encoding", "")
    )
    form = kept.zipped if zipped else kept.plain
    headers = form.headers
    if _knows(request, headers["ETag"]):
        headers = headers.copy()
        for name in ABOUT_THE_BODY:
            headers.popall(name, None)
        return web.Response(status=HTTPStatus.NOT_MODIFIED, headers=headers)
    if not Ready.fits(request):
        return web.Response(body=form.body, headers=headers)
    ready = Ready(form.head, form.body)
    if request.app[SECURE]:
        ready.headers["Strict-Transport-Security"] = STRICT_TRANSPORT
    return ready


def _knows(request: web.Request, tag: str) -> bool:
    """Say whether If-None-Match names the tag (RFC 9110, 13.1.2: the weak comparison)."""
    given = request.headers.get("If-None-Match")
    if given is None:
        return False
    return given.strip() == "*" or any(
        part.strip().removeprefix("W/") == tag for part in given.split(",")
    )


@lru_cache(maxsize=256)
def _wants_gzip(accepted: str) -> bool:
    """Read Accept-Encoding; `gzip;q=0` refuses what `*` would have allowed."""
    weights: dict[str, float] = {}
    for part in accepted.lower().split(","):
        name, _, parameter = part.partition(";")
        try:
            weights[name.strip()] = float(parameter.strip().removeprefix("q=") or 1)
        except ValueError:
            weights[name.strip()] = 0.0
    return weights.get("gzip", weights.get("*", 0.0)) > 0


def install_cache(app: web.Application, read: Read) -> None:
    """`read` returns numbers that every change to the shared answers has moved."""
    app[CACHE] = Cache(read)
