"""The session of a browser: the same two tokens that an API client holds, kept in cookies."""

from contextlib import suppress
from dataclasses import replace
from http import HTTPStatus

from aiohttp import web
from aiohttp.typedefs import Handler

from cinema.accounts import service
from cinema.accounts.errors import RefreshTokenInvalid
from cinema.accounts.schemas import TokenPair
from cinema.audit import ACTOR, Actor
from cinema.errors import Unauthenticated
from cinema.http.device import device_of
from cinema.http.identity import (
    ACCESS_COOKIE,
    AUTHENTICATE,
    IDENTITY,
    REFRESH_COOKIE,
    SECURE,
    Access,
    Credential,
    cookie_name,
)
from cinema.http.network import client_ip
from cinema.http.request_id import REQUEST_ID
from cinema.resources import RESOURCES
from cinema.web.route import declare

WITHOUT_SESSION = ("/api/", "/static/", "/posters/", "/refresh", "/healthz", "/readyz")
"""Addresses that need no session, or whose callers refresh their own."""

RENEWED = web.RequestKey("renewed_tokens", TokenPair)

routes = web.RouteTableDef()


def refresh_cookie(request: web.Request) -> str:
    return request.cookies.get(cookie_name(REFRESH_COOKIE, secure=request.app[SECURE]), "")


def keep_tokens(request: web.Request, response: web.StreamResponse, pair: TokenPair) -> None:
    settings = request.app[RESOURCES].settings
    lifetime = int(settings.refresh_token_lifetime.total_seconds())
    for name, value, seconds in (
        (ACCESS_COOKIE, pair.access, pair.expires_in),
        (REFRESH_COOKIE, pair.refresh, lifetime),
    ):
        secure = request.app[SECURE]
        response.set_cookie(
            cookie_name(name, secure=secure),
            value,
            max_age=seconds,
            path="/",
            httponly=True,
            secure=secure,
            samesite="Lax",
        )


def drop_tokens(request: web.Request, response: web.StreamResponse) -> None:
    secure = request.app[SECURE]
    for name in (ACCESS_COOKIE, REFRESH_COOKIE):
        response.del_cookie(
            cookie_name(name, secure=secure), path="/", secure=secure, httponly=True, samesite="Lax"
        )


@web.middleware
async def session_middleware(request: web.Request, handler: Handler) -> web.StreamResponse:
    """Renew a page's session before the page is made, where its access token has run out.

    Tabs that do it at once are covered by the grace of the rotation.
    """
    token = refresh_cookie(request)
    if token and IDENTITY not in request and not request.path.startswith(WITHOUT_SESSION):
        with suppress(RefreshTokenInvalid):
            request[RENEWED] = await _renew(request, token)
    return await handler(request)


async def answer_tokens(request: web.Request, response: web.StreamResponse) -> None:
    """Send the renewed tokens with whatever answer there is (a signal of aiohttp).

    The token they replace is spent: an error page that lost them would end the session.
    """
    pair = request.get(RENEWED)
    if pair is not None and not _sets_tokens(request, response):
        keeper = web.Response()
        keep_tokens(request, keeper, pair)
        for cookie in keeper.cookies.values():
            response.headers.add("Set-Cookie", cookie.output(header="").strip())


def _sets_tokens(request: web.Request, response: web.StreamResponse) -> bool:
    return cookie_name(ACCESS_COOKIE, secure=request.app[SECURE]) in response.cookies


async def _renew(request: web.Request, token: str) -> TokenPair:
    settings = request.app[RESOURCES].settings
    pair = await service.refresh(settings, token, device_of(request))
    identity = await request.app[AUTHENTICATE](pair.access)
    request[IDENTITY] = replace(identity, credential=Credential.COOKIE)
    ACTOR.set(Actor(identity.user_id, client_ip(request), request[REQUEST_ID]))
    return pair


@routes.post("/refresh")
@declare(Access.PUBLIC)
async def refresh(request: web.Request) -> web.Response:
    """Renew the cookies of a page's session, for its script; 401 when the session has ended."""
    try:
        pair = await _renew(request, refresh_cookie(request))
    except Unauthenticated:
        response = web.Response(status=HTTPStatus.UNAUTHORIZED)
        drop_tokens(request, response)
        return response
    response = web.Response(status=HTTPStatus.NO_CONTENT)
    keep_tokens(request, response, pair)
    return response
