"""Between a browser and a typed handler: admit, fetch what every page shows, render.

`page` makes a page of what a handler returns; `action` is for the form that a page posts.
"""

from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from functools import wraps
from http import HTTPStatus
from typing import Any

import aiohttp_jinja2
from aiohttp import web

from cinema.cart.queries import movies_in_cart
from cinema.errors import CinemaError
from cinema.http.csrf import csrf_token
from cinema.http.headers import nonce_of
from cinema.http.identity import IDENTITY, Access, Identity, require
from cinema.http.ratelimit import Limit, throttle
from cinema.notifications.queries import unread_count
from cinema.outbox import top_of_log
from cinema.resources import RESOURCES
from cinema.web.forms import Form, Refusal, read_form, refusal_of
from cinema.web.guest import guest_cart
from cinema.web.redirects import came_from, safe_next, see_other, to_login
from cinema.web.route import register
from cinema.web.sayings import forget, heard, say

Context = Mapping[str, Any]
Page = Callable[[web.Request], Awaitable[Context]]
PageOrAnswer = Callable[[web.Request], Awaitable[Context | web.StreamResponse]]
Action = Callable[[web.Request, Form], Awaitable[web.StreamResponse]]
Handler = Callable[[web.Request], Awaitable[web.StreamResponse]]


@dataclass(frozen=True, slots=True)
class Header:
    """The counts beside the cart and the bell."""

    cart: int = 0
    unread: int = 0
    guest_cart: str = ""
    """What the cart of a visitor holds, for the tabs of a browser to compare."""


def page(template: str, access: Access = Access.PUBLIC) -> Callable[[PageOrAnswer], Handler]:
    """Make a page of `async def name(request) -> context`; it may answer otherwise by itself."""

    def decorate(handler: PageOrAnswer) -> Handler:
        @wraps(handler)
        async def handle(request: web.Request) -> web.StreamResponse:
            if _is_stranger(request, access):
                return to_login(request)
            require(request, access)
            # Before any data: what changes from here on reaches the page over its socket.
            cursor = str(await top_of_log())
            shown = await handler(request)
            if isinstance(shown, web.StreamResponse):
                return shown
            return await render(request, template, {"cursor": cursor, **shown})

        return register(handle, handler, access)

    return decorate


def action(
    access: Access = Access.USER,
    *,
    form: str | None = None,
    again: Page | None = None,
    limit: Limit | None = None,
) -> Callable[[Action], Handler]:
    """Make a handler of `async def name(request, form) -> answer` for a form that is posted.

    A refusal (4xx) shows the template `form` again, with the faults in it and the context that
    `again` fetches; without one it sends back to the page that the form was on, which says why.
    """

    def decorate(handler: Action) -> Handler:
        @wraps(handler)
        async def handle(request: web.Request) -> web.StreamResponse:
            if _is_stranger(request, access):
                return to_login(request)
            require(request, access)
            given = await read_form(request)
            try:
                if limit is not None:
                    await throttle(request, limit, _account(request, given))
                return await handler(request, given)
            except CinemaError as error:
                if error.status >= HTTPStatus.INTERNAL_SERVER_ERROR:
                    raise
                if form is None:
                    return told(request, back(request, given), "bad", f"{str(error).rstrip('.')}.")
                refused = refusal_of(error, given)
                context = await again(request) if again else {}
                return await render(request, form, context, refused, error)

        return register(handle, handler, access, limit)

    return decorate


def _account(request: web.Request, form: Form) -> str | None:
    """Name the account that an act is counted on: the visitor's, or the one it aims at."""
    viewer = request.get(IDENTITY)
    if viewer is not None:
        return f"user:{viewer.user_id}"
    return form.text("email").strip().lower() or None


def _is_stranger(request: web.Request, access: Access) -> bool:
    return access is not Access.PUBLIC and IDENTITY not in request


def back(request: web.Request, form: Form) -> str:
    """Return where a form wants to go afterwards: what it says, or where it stood."""
    return safe_next(form.text("next")) if form.text("next") else came_from(request)


def told(request: web.Request, location: str, kind: str, text: str) -> web.Response:
    """Send the visitor to a page that says a sentence above everything else."""
    response = see_other(location)
    say(request, response, kind, text)
    return response


async def render(
    request: web.Request,
    template: str,
    context: Context,
    refusal: Refusal | None = None,
    error: CinemaError | None = None,
) -> web.Response:
    """Render a page with what every page shows; an error gives its status and headers."""
    cursor = context.get("cursor") or str(await top_of_log())
    header = await header_of(request)
    everywhere = {"cursor": cursor, "header": header, **vars_of(refusal or Refusal())}
    response = respond(
        request, template, {**everywhere, **context}, error.status if error else HTTPStatus.OK
    )
    if error is not None and error.status == HTTPStatus.TOO_MANY_REQUESTS:
        response.headers.update(error.headers)
    return response


def respond(
    request: web.Request, template: str, context: Context, status: int = HTTPStatus.OK
) -> web.Response:
    """Render a template without asking the database anything."""
    settings = request.app[RESOURCES].settings
    viewer: Identity | None = request.get(IDENTITY)
    sayings = heard(request)
    response = aiohttp_jinja2.render_template(
        template,
        request,
        {
            "viewer": viewer,
            "path": request.path,
            "next": "/",
            "nonce": nonce_of(request),
            "csrf": csrf_token(request),
            "sayings": sayings,
            "development": not settings.is_production,
            "currency": settings.currency,
            **context,
        },
        status=status,
    )
    if sayings:
        forget(request, response)
    if viewer is None:
        # A page with a session's secrets in it is not compressed beside a visitor's own words
        # (BREACH); one without is.
        response.enable_compression()
        response.headers["Cache-Control"] = "private, no-cache"
    response.headers["Vary"] = "Cookie, Accept-Encoding"
    return response


async def header_of(request: web.Request) -> Header:
    viewer: Identity | None = request.get(IDENTITY)
    if viewer is None:
        kept = guest_cart(request)
        return Header(cart=len(kept), guest_cart="-".join(map(str, kept)))
    in_cart = await movies_in_cart(viewer.user_id)
    return Header(cart=len(in_cart), unread=await unread_count(viewer.user_id))


def vars_of(refusal: Refusal) -> dict[str, Any]:
    return {"problem": refusal.problem, "faults": refusal.faults, "values": refusal.values}
