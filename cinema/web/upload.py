"""A page's form that carries a file."""

import asyncio
from collections.abc import Awaitable, Callable
from functools import wraps
from http import HTTPStatus

from aiohttp import BodyPartReader, web

from cinema.errors import CinemaError, MalformedRequest, TooLarge
from cinema.http.body import BODY_DEADLINE
from cinema.http.csrf import FORM_FIELD, check_form_token
from cinema.http.identity import IDENTITY, Access, current_identity, require
from cinema.http.ratelimit import Limit, throttle
from cinema.web.page import Handler, told
from cinema.web.redirects import came_from, to_login
from cinema.web.route import register

MAX_TOKEN = 1024
Taker = Callable[[web.Request, bytes], Awaitable[web.StreamResponse]]


def upload(field: str, size: int, *, limit: Limit) -> Callable[[Taker], Handler]:
    """Make a handler of `async def name(request, data) -> answer` for a user's form with a file.

    `size`: the most bytes that the file may have. A refusal (4xx) sends back to the page that
    the form was on, which says why.
    """

    def decorate(handler: Taker) -> Handler:
        @wraps(handler)
        async def handle(request: web.Request) -> web.StreamResponse:
            if IDENTITY not in request:
                return to_login(request)
            require(request, Access.USER)
            try:
                await throttle(request, limit, f"user:{current_identity(request).user_id}")
                return await handler(request, await read_upload(request, field, size))
            except CinemaError as error:
                if error.status >= HTTPStatus.INTERNAL_SERVER_ERROR:
                    raise
                return told(request, came_from(request), "bad", f"{str(error).rstrip('.')}.")

        return register(handle, handler, Access.USER, limit)

    return decorate


async def read_upload(request: web.Request, field: str, size: int) -> bytes:
    """Return the file of a form whose token stands before it; nothing larger is ever held.

    Raises FormTokenInvalid (403), TooLarge (413), MalformedRequest (400).
    """
    if (request.content_length or 0) > size + MAX_TOKEN * 2:
        raise TooLarge("The file is too large.")
    try:
        async with asyncio.timeout(BODY_DEADLINE):
            parts = await request.multipart()
            token = await _part(await parts.next(), FORM_FIELD, MAX_TOKEN)
            check_form_token(request, {FORM_FIELD: token.decode("ascii", "replace")})
            return await _part(await parts.next(), field, size)
    except TimeoutError:
        raise MalformedRequest("The file did not arrive in time.") from None
    except (ValueError, LookupError, AssertionError, RuntimeError):
        raise MalformedRequest("The form is malformed.") from None


async def _part(part: object, name: str, size: int) -> bytes:
    if not isinstance(part, BodyPartReader) or part.name != name:
        raise MalformedRequest(f"The form has no field {name!r} in its place.")
    data = bytearray()
    while chunk := await part.read_chunk():
        data += chunk
        if len(data) > size:
            raise TooLarge("The file is too large.")
    return bytes(data)
