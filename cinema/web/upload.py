"""A page's form that carries a file: its token first, the file as a stream after it."""

from collections.abc import Awaitable, Callable
from functools import wraps
from http import HTTPStatus

from aiohttp import web

from cinema.errors import CinemaError
from cinema.http.csrf import check_form_token
from cinema.http.identity import IDENTITY, Access, current_identity, require
from cinema.http.ratelimit import Limit, throttle
from cinema.http.upload import Upload, open_upload, whole
from cinema.web.page import Handler, told
from cinema.web.redirects import came_from, to_login
from cinema.web.route import register

Taker = Callable[[web.Request, bytes], Awaitable[web.StreamResponse]]
StreamTaker = Callable[[web.Request, Upload], Awaitable[web.StreamResponse]]
Size = Callable[[web.Request], int]


def upload(
    field: str, size: int, *, limit: Limit, access: Access = Access.USER
) -> Callable[[Taker], Handler]:
    """Make a handler of `async def name(request, data) -> answer` for a form with a small file.

    `size`: the most bytes that the file may have. A refusal (4xx) sends back to the page that
    the form was on, which says why.
    """

    def decorate(handler: Taker) -> Handler:
        @wraps(handler)
        async def take(request: web.Request, upload: Upload) -> web.StreamResponse:
            return await handler(request, await whole(upload))

        return stream_upload(field, lambda _: size, limit=limit, access=access)(take)

    return decorate


def stream_upload(
    field: str, size: Size, *, limit: Limit, access: Access
) -> Callable[[StreamTaker], Handler]:
    """The same for `async def name(request, upload) -> answer` and a file of any size."""

    def decorate(handler: StreamTaker) -> Handler:
        @wraps(handler)
        async def handle(request: web.Request) -> web.StreamResponse:
            if IDENTITY not in request:
                return to_login(request)
            require(request, access)
            try:
                await throttle(request, limit, f"user:{current_identity(request).user_id}")
                upload = await open_upload(request, field, size(request))
                check_form_token(request, upload.fields)
                return await handler(request, upload)
            except CinemaError as error:
                if error.status >= HTTPStatus.INTERNAL_SERVER_ERROR:
                    raise
                return told(request, came_from(request), "bad", f"{str(error).rstrip('.')}.")

        return register(handle, handler, access, limit)

    return decorate
