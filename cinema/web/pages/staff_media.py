"""The files of a film: its poster, its trailer, the film itself."""

from aiohttp import web

from cinema.catalogue import media
from cinema.catalogue.media import Medium
from cinema.catalogue.queries import get_movie
from cinema.http.body import path_id
from cinema.http.identity import Access
from cinema.http.ratelimit import MEDIA
from cinema.http.upload import Upload
from cinema.images import MAX_BYTES
from cinema.resources import RESOURCES
from cinema.web.forms import Form
from cinema.web.page import Context, action, page, told
from cinema.web.upload import stream_upload, upload

MOVIE = "/staff/movies/{movie_id:[0-9]{1,18}}"

routes = web.RouteTableDef()


def _here(request: web.Request) -> str:
    return f"/staff/movies/{path_id(request, 'movie_id')}/media"


def _limit(request: web.Request) -> int:
    return request.app[RESOURCES].settings.video_max_bytes


@routes.get(f"{MOVIE}/media")
@page("staff/media.html", Access.MODERATOR)
async def media_page(request: web.Request) -> Context:
    """Show which files a film has, and the forms to send others in."""
    currency = request.app[RESOURCES].settings.currency
    movie = await get_movie(request.match_info["movie_id"], currency)
    return {"movie": movie, "has": await media.media_of(movie.id)}


@routes.post(f"{MOVIE}/poster")
@upload("poster", MAX_BYTES, limit=MEDIA, access=Access.MODERATOR)
async def send_poster(request: web.Request, data: bytes) -> web.StreamResponse:
    """Send a film's poster in."""
    storage = request.app[RESOURCES].storage
    await media.replace_poster(storage, path_id(request, "movie_id"), data)
    return told(request, _here(request), "good", "The poster hangs.")


async def _take(request: web.Request, medium: Medium, upload: Upload) -> web.StreamResponse:
    await media.replace_video(
        request.app[RESOURCES].storage,
        path_id(request, "movie_id"),
        medium,
        upload.chunks,
        _limit(request),
    )
    return told(request, _here(request), "good", f"The {medium} is in.")


@routes.post(f"{MOVIE}/trailer")
@stream_upload("trailer", _limit, limit=MEDIA, access=Access.MODERATOR)
async def send_trailer(request: web.Request, upload: Upload) -> web.StreamResponse:
    """Send a film's trailer in."""
    return await _take(request, Medium.TRAILER, upload)


@routes.post(f"{MOVIE}/video")
@stream_upload("video", _limit, limit=MEDIA, access=Access.MODERATOR)
async def send_video(request: web.Request, upload: Upload) -> web.StreamResponse:
    """Send a film in."""
    return await _take(request, Medium.VIDEO, upload)


@routes.post(MOVIE + "/{medium:poster|trailer|video}/delete")
@action(Access.MODERATOR)
async def remove(request: web.Request, form: Form) -> web.StreamResponse:
    """Remove one of a film's files."""
    medium = Medium(request.match_info["medium"])
    await media.set_medium(path_id(request, "movie_id"), medium, None)
    return told(request, _here(request), "good", f"The {medium} is gone.")
