"""Who is calling: found once for each request, and kept in it."""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass, replace
from enum import StrEnum

import structlog
from aiohttp import web
from aiohttp.typedefs import Handler

from cinema.audit import ACTOR, Actor
from cinema.errors import Forbidden, Unauthenticated
from cinema.http.network import client_ip
from cinema.http.request_id import REQUEST_ID
from cinema.roles import Role


class Access(StrEnum):
    """Who may call a route; each route declares one, the default is the narrowest of users'."""

    PUBLIC = "public"
    USER = "user"
    MODERATOR = "moderator"
    ADMIN = "admin"

    def admits(self, role: Role) -> bool:
        return self is Access.PUBLIC or role.includes(Role[self.name])


class Credential(StrEnum):
    """How a caller proved who it is: only a cookie can be sent against its owner's will."""

    BEARER = "bearer"
    COOKIE = "cookie"


@dataclass(frozen=True, slots=True)
class Identity:
    user_id: int
    email: str
    role: Role
    session_id: int
    credential: Credential = Credential.BEARER


Authenticate = Callable[[str], Awaitable[Identity]]
"""Turns an access token into an identity; raises Unauthenticated."""

AUTHENTICATE: web.AppKey[Authenticate] = web.AppKey("authenticate")
IDENTITY = web.RequestKey("identity", Identity)
ACCESS_COOKIE = "cinema_access"
REFRESH_COOKIE = "cinema_refresh"
SECURE: web.AppKey[bool] = web.AppKey("secure", bool)
"""Whether the public address is https."""


def cookie_name(name: str, *, secure: bool) -> str:
    """Bind the cookie to this very host where it travels over TLS (RFC 6265bis, `__Host-`)."""
    return f"__Host-{name}" if secure else name


@web.middleware
async def identity_middleware(request: web.Request, handler: Handler) -> web.StreamResponse:
    """Resolve the caller; a bad Bearer token is refused, a stale cookie only forgotten."""
    identity = await _identify(request)
    if identity is not None:
        request[IDENTITY] = identity
        structlog.contextvars.bind_contextvars(user_id=identity.user_id)
    ACTOR.set(
        Actor(identity.user_id if identity else None, client_ip(request), request[REQUEST_ID])
    )
    return await handler(request)


async def _identify(request: web.Request) -> Identity | None:
    authenticate: Authenticate = request.app[AUTHENTICATE]
    scheme, _, token = request.headers.get("Authorization", "").partition(" ")
    if scheme:
        if scheme.lower() != "bearer":
            raise Unauthenticated("Only Bearer tokens are accepted.")
        return await authenticate(token.strip())
    cookie = request.cookies.get(cookie_name(ACCESS_COOKIE, secure=request.app[SECURE]))
    if not cookie:
        return None
    try:
        return replace(await authenticate(cookie), credential=Credential.COOKIE)
    except Unauthenticated:
        return None


def current_identity(request: web.Request) -> Identity:
    """Return the caller or raise Unauthenticated."""
    identity: Identity | None = request.get(IDENTITY)
    if identity is None:
        raise Unauthenticated
    return identity


def require(request: web.Request, access: Access) -> None:
    """Refuse a caller that the route does not admit."""
    if access is not Access.PUBLIC and not access.admits(current_identity(request).role):
        raise Forbidden
