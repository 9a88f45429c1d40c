"""The one place where an exception becomes an HTTP answer."""

import json
from http import HTTPStatus
from typing import Any

import structlog
from aiohttp import web
from aiohttp.typedefs import Handler
from redis.exceptions import RedisError

from cinema import database
from cinema.errors import (
    CinemaError,
    Forbidden,
    MalformedRequest,
    MethodNotAllowed,
    NotFound,
    TooLarge,
    Unavailable,
)
from cinema.http.request_id import REQUEST_ID

log = structlog.get_logger()

RENDER_PROBLEM: web.AppKey[Any] = web.AppKey("render_problem", object)
"""Turns a problem into a page for a browser: (request, CinemaError) -> response or None."""


@web.middleware
async def error_middleware(request: web.Request, handler: Handler) -> web.StreamResponse:
    try:
        return await handler(request)
    except web.HTTPException as error:
        if error.status < HTTPStatus.BAD_REQUEST:
            raise
        problem = _of_aiohttp(error)
    except CinemaError as error:
        problem = error
    except Exception as error:
        problem = _of_library(error)
    if problem.status >= HTTPStatus.INTERNAL_SERVER_ERROR:
        log.warning("request_failed", code=problem.code, detail=str(problem))
    return await answer(request, problem)


async def answer(request: web.Request, problem: CinemaError) -> web.StreamResponse:
    """Answer with problem+json, or with a page where a browser asked for a page."""
    render = request.app.get(RENDER_PROBLEM)
    page = await render(request, problem) if render and _wants_page(request) else None
    if page is not None:
        return page  # type: ignore[no-any-return]
    return problem_response(problem, request.get(REQUEST_ID, ""))


def problem_response(problem: CinemaError, request_id: str = "") -> web.Response:
    body = problem.problem() | ({"instance": f"urn:request:{request_id}"} if request_id else {})
    return web.Response(
        text=json.dumps(body, default=str),
        status=problem.status,
        headers=problem.headers,
        content_type="application/problem+json",
    )


class InternalError(CinemaError):
    status, code = HTTPStatus.INTERNAL_SERVER_ERROR, "internal_error"
    title = "Something broke on our side"


def _wants_page(request: web.Request) -> bool:
    is_api = request.path.startswith("/api/")
    return not is_api and "text/html" in request.headers.get("Accept", "")


def _of_library(error: Exception) -> CinemaError:
    """Say what an error of a library means; an unknown one is ours and is logged whole."""
    if isinstance(error, RedisError):
        return Unavailable("The queue is out of reach.")
    if (problem := database.classify(error)) is not None:
        return problem
    log.exception("unhandled_error")
    return InternalError()


def _of_aiohttp(error: web.HTTPException) -> CinemaError:
    match error:
        case web.HTTPNotFound():
            return NotFound()
        case web.HTTPMethodNotAllowed():
            return MethodNotAllowed(headers={"Allow": ", ".join(sorted(error.allowed_methods))})
        case web.HTTPRequestEntityTooLarge():
            return TooLarge()
        case web.HTTPForbidden():
            return Forbidden()
        case _ if error.status < HTTPStatus.INTERNAL_SERVER_ERROR:
            return MalformedRequest(error.reason)
    return InternalError()
