"""Requests that another site made a browser send: refused, for every route at once.

The first line is who sent it (`Sec-Fetch-Site`, `Origin`: a page cannot forge them); the second,
for the forms of pages, is a token that only our own page can have read.
"""

import hmac
import secrets
from collections.abc import Mapping
from typing import Any

from aiohttp import web
from aiohttp.typedefs import Handler

from cinema.errors import Forbidden
from cinema.http.identity import (
    ACCESS_COOKIE,
    IDENTITY,
    REFRESH_COOKIE,
    SECURE,
    Credential,
    cookie_name,
)

SAFE = frozenset({"GET", "HEAD", "OPTIONS"})
API = "/api/"
FORM_FIELD = "csrf_token"
GUEST_COOKIE = "cinema_guest"
GUEST_LIFETIME = 7 * 24 * 3600
"""Seconds that a form may stay open before its token is forgotten."""

CSRF_KEY: web.AppKey[bytes] = web.AppKey("csrf_key", bytes)
ORIGINS: web.AppKey[frozenset[str]] = web.AppKey("origins", frozenset)
_GUEST = web.RequestKey("csrf_guest", str)
_NEW_GUEST = web.RequestKey("csrf_new_guest", bool)


class CrossSiteRequest(Forbidden):
    code, title = "cross_site_request", "The request came from another site"


class FormTokenInvalid(Forbidden):
    code, title = "form_expired", "The form is too old: load the page again"


@web.middleware
async def csrf_middleware(request: web.Request, handler: Handler) -> web.StreamResponse:
    """Refuse an unsafe request that a browser sent on its own credentials from elsewhere."""
    if request.method not in SAFE and _is_ambient(request) and not _is_own(request):
        raise CrossSiteRequest
    response = await handler(request)
    if request.get(_NEW_GUEST) and not response.prepared:
        _set_guest(request, response)
    return response


def _is_ambient(request: web.Request) -> bool:
    """Tell whether what the request may do, it may by what the browser adds to any request.

    A Bearer token is put there by a program on purpose; a page's form never carries one.
    """
    if not request.path.startswith(API):
        return True
    identity = request.get(IDENTITY)
    if identity is not None:
        return identity.credential is Credential.COOKIE
    secure = request.app[SECURE]
    names = {cookie_name(name, secure=secure) for name in (ACCESS_COOKIE, REFRESH_COOKIE)}
    return not names.isdisjoint(request.cookies)


def _is_own(request: web.Request) -> bool:
    return (
        request.headers.get("Sec-Fetch-Site") == "same-origin"
        or request.headers.get("Origin") in request.app[ORIGINS]
    )


def csrf_token(request: web.Request) -> str:
    """Return the token for the hidden field FORM_FIELD of a form, bound to this very session.

    A visitor without a session is bound to a cookie, which the answer sets.
    """
    return _sign(request, _bearer_of_forms(request))


def check_form_token(request: web.Request, form: Mapping[str, Any]) -> None:
    """Raises FormTokenInvalid unless the form carries the token of this session."""
    given = form.get(FORM_FIELD)
    if not isinstance(given, str) or not hmac.compare_digest(
        given.encode(), csrf_token(request).encode()
    ):
        raise FormTokenInvalid


def _bearer_of_forms(request: web.Request) -> str:
    identity = request.get(IDENTITY)
    if identity is not None:
        return f"session:{identity.session_id}"
    if _GUEST not in request:
        name = cookie_name(GUEST_COOKIE, secure=request.app[SECURE])
        known = request.cookies.get(name, "")
        request[_GUEST] = known or secrets.token_urlsafe(24)
        request[_NEW_GUEST] = not known
    return f"guest:{request[_GUEST]}"


def _sign(request: web.Request, bearer: str) -> str:
    return hmac.new(request.app[CSRF_KEY], f"csrf|{bearer}".encode(), "sha256").hexdigest()


def _set_guest(request: web.Request, response: web.StreamResponse) -> None:
    secure = request.app[SECURE]
    response.set_cookie(
        cookie_name(GUEST_COOKIE, secure=secure),
        request[_GUEST],
        max_age=GUEST_LIFETIME,
        path="/",
        secure=secure,
        httponly=True,
        samesite="Lax",
    )
