"""A refusal, as a page."""

from http import HTTPStatus

from aiohttp import web

from cinema.errors import CinemaError
from cinema.http.identity import IDENTITY
from cinema.http.request_id import REQUEST_ID
from cinema.web.forms import Refusal
from cinema.web.page import Header, respond, vars_of
from cinema.web.redirects import to_login


async def render_problem(request: web.Request, problem: CinemaError) -> web.Response | None:
    """Answer a browser in words; nothing is asked of the database, which may be the problem."""
    if problem.status == HTTPStatus.UNAUTHORIZED and IDENTITY not in request:
        return to_login(request)
    response = respond(
        request,
        "problem.html",
        {
            "cursor": "",
            "header": Header(),
            **vars_of(Refusal()),
            "status": int(problem.status),
            "title": problem.title,
            "detail": str(problem),
            "retry": str(request.rel_url) if _may_help(request, problem) else None,
            "request_id": request.get(REQUEST_ID, ""),
        },
        problem.status,
    )
    response.headers.update(problem.headers)
    return response


def _may_help(request: web.Request, problem: CinemaError) -> bool:
    return request.method == "GET" and problem.status >= HTTPStatus.INTERNAL_SERVER_ERROR
