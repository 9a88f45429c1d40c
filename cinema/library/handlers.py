from aiohttp import web

from cinema.http.body import path_id
from cinema.http.endpoint import endpoint
from cinema.http.identity import current_identity
from cinema.http.pagination import Page, PageQuery, page_of
from cinema.http.ratelimit import PROGRESS
from cinema.library import playback, progress, queries
from cinema.library.errors import NotInLibrary, VideoMissing
from cinema.library.schemas import PlaybackOut, ProgressOut, PurchaseOut, SaveProgress
from cinema.resources import RESOURCES

routes = web.RouteTableDef()


@routes.get("/api/v1/library")
@endpoint(query=PageQuery)
async def list_library(request: web.Request, query: PageQuery) -> Page[PurchaseOut]:
    """List the movies that the caller has bought, newest first, and where they stand in each."""
    user_id = current_identity(request).user_id
    items, total = await queries.list_purchases(user_id, query.per_page, query.offset)
    return page_of(request, query, items, total)


@routes.get("/api/v1/library/{movie_id}/playback")
@endpoint(errors=(NotInLibrary, VideoMissing))
async def get_playback(request: web.Request) -> PlaybackOut:
    """Return a short-lived address that plays a movie of one's own.

    It answers Range requests. When it has run out, ask again: a movie that was paid back since is
    no longer played.
    """
    storage = request.app[RESOURCES].storage
    user_id = current_identity(request).user_id
    return await playback.open_playback(storage, user_id, path_id(request, "movie_id"))


@routes.put("/api/v1/library/{movie_id}/progress")
@endpoint(SaveProgress, errors=(NotInLibrary,), limit=PROGRESS)
async def save_progress(request: web.Request, body: SaveProgress) -> ProgressOut:
    """Keep how far a movie is watched, and return what is kept.

    The highest version is the last word: of an equal or lower one nothing is kept, and the answer
    is what another device has said. Each change reaches the caller's devices over the socket.
    """
    user_id = current_identity(request).user_id
    return await progress.save_progress(user_id, path_id(request, "movie_id"), body)
