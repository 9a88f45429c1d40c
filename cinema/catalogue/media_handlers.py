from http import HTTPStatus

from aiohttp import web

from cinema.catalogue import media
from cinema.catalogue.errors import MovieNotFound
from cinema.catalogue.media import LINK_LIFETIME, Medium
from cinema.catalogue.media_errors import TrailerMissing, VideoDamaged, VideoRefused, VideoTooLarge
from cinema.catalogue.queries import get_movie
from cinema.catalogue.schemas import MovieOut
from cinema.errors import TooLarge
from cinema.http.body import path_id
from cinema.http.endpoint import endpoint
from cinema.http.identity import Access
from cinema.http.ratelimit import MEDIA
from cinema.http.upload import open_upload, read_file
from cinema.images import MAX_BYTES, ImageRefused, ImagesBusy, ImageTooLarge
from cinema.resources import RESOURCES
from cinema.storage import StorageUnavailable

VIDEO_ERRORS = (MovieNotFound, VideoRefused, VideoTooLarge, VideoDamaged, StorageUnavailable)
MOVIE = "/api/v1/movies/{movie_id:[0-9]{1,18}}"

routes = web.RouteTableDef()


async def _movie(request: web.Request) -> MovieOut:
    currency = request.app[RESOURCES].settings.currency
    return await get_movie(request.match_info["movie_id"], currency)


@routes.put(f"{MOVIE}/poster")
@endpoint(
    access=Access.MODERATOR,
    errors=(MovieNotFound, ImageRefused, ImageTooLarge, ImagesBusy, StorageUnavailable),
    limit=MEDIA,
)
async def set_poster(request: web.Request) -> MovieOut:
    """Upload a poster: the file field `poster` of a multipart form.

    JPEG, PNG or WebP of at most 5 MiB and 4096 pixels a side, not animated. It is cut to two by
    three and drawn anew in three sizes, so nothing of the file but its picture is kept.
    """
    movie_id = path_id(request, "movie_id")
    try:
        data = await read_file(request, "poster", MAX_BYTES)
    except TooLarge:
        raise ImageTooLarge from None
    await media.replace_poster(request.app[RESOURCES].storage, movie_id, data)
    return await _movie(request)


async def _set_video(request: web.Request, medium: Medium) -> MovieOut:
    resources, movie_id = request.app[RESOURCES], path_id(request, "movie_id")
    limit = resources.settings.video_max_bytes
    try:
        upload = await open_upload(request, medium, limit)
        chunks = upload.chunks
        await media.replace_video(resources.storage, movie_id, medium, chunks, limit)
    except TooLarge as error:
        raise VideoTooLarge(str(error)) from None
    return await _movie(request)


@routes.put(f"{MOVIE}/trailer")
@endpoint(access=Access.MODERATOR, errors=VIDEO_ERRORS, limit=MEDIA)
async def set_trailer(request: web.Request) -> MovieOut:
    """Upload a trailer: an MP4 or WebM as the body, or as the file field `trailer` of a form.

    The format is told by the content. The file is stored while it arrives.
    """
    return await _set_video(request, Medium.TRAILER)


@routes.put(f"{MOVIE}/video")
@endpoint(access=Access.MODERATOR, errors=VIDEO_ERRORS, limit=MEDIA)
async def set_video(request: web.Request) -> MovieOut:
    """Upload the film: an MP4 or WebM as the body, or as the file field `video` of a form.

    The format is told by the content. The file is stored while it arrives.
    """
    return await _set_video(request, Medium.VIDEO)


async def _remove(request: web.Request, medium: Medium) -> None:
    await media.set_medium(path_id(request, "movie_id"), medium, None)


@routes.delete(f"{MOVIE}/poster")
@endpoint(access=Access.MODERATOR, status=HTTPStatus.NO_CONTENT, errors=(MovieNotFound,))
async def remove_poster(request: web.Request) -> None:
    """Remove a poster: a generated one takes its place."""
    await _remove(request, Medium.POSTER)


@routes.delete(f"{MOVIE}/trailer")
@endpoint(access=Access.MODERATOR, status=HTTPStatus.NO_CONTENT, errors=(MovieNotFound,))
async def remove_trailer(request: web.Request) -> None:
    """Remove a trailer."""
    await _remove(request, Medium.TRAILER)


@routes.delete(f"{MOVIE}/video")
@endpoint(access=Access.MODERATOR, status=HTTPStatus.NO_CONTENT, errors=(MovieNotFound,))
async def remove_video(request: web.Request) -> None:
    """Remove the film; those who own it see it in their library, and that it has no video."""
    await _remove(request, Medium.VIDEO)


@routes.get(f"{MOVIE}/trailer")
@endpoint(
    access=Access.PUBLIC,
    status=HTTPStatus.FOUND,
    errors=(MovieNotFound, TrailerMissing, StorageUnavailable),
)
async def get_trailer(request: web.Request) -> web.Response:
    """Play a movie's trailer: a redirect to an address that answers Range requests."""
    storage = request.app[RESOURCES].storage
    address = await media.trailer_address(storage, path_id(request, "movie_id"))
    if address is None:
        raise TrailerMissing
    # Kept for less time than the address is good for.
    headers = {"Location": address, "Cache-Control": f"private, max-age={LINK_LIFETIME // 2}"}
    return web.Response(status=HTTPStatus.FOUND, headers=headers)
