"""One sentence for the next page, carried over a redirect in a signed cookie."""

import base64
import hashlib
import hmac
import json
from dataclasses import dataclass

from aiohttp import web

from cinema.http.identity import SECURE, cookie_name
from cinema.resources import RESOURCES

COOKIE = "cinema_saying"
SECONDS = 60


@dataclass(frozen=True, slots=True)
class Saying:
    """`kind` is how it looks: good, warn or bad."""

    kind: str
    text: str


def say(request: web.Request, response: web.StreamResponse, kind: str, text: str) -> None:
    body = base64.urlsafe_b64encode(json.dumps([kind, text]).encode()).decode()
    response.set_cookie(
        _name(request),
        f"{body}.{_signature(request, body)}",
        max_age=SECONDS,
        path="/",
        httponly=True,
        secure=request.app[SECURE],
        samesite="Lax",
    )


def heard(request: web.Request) -> list[Saying]:
    """Return what is to be said on the page that is now being made."""
    # A fragment that a script fetches is not what the visitor reads next.
    if request.headers.get("Sec-Fetch-Dest", "document") != "document":
        return []
    body, _, signature = request.cookies.get(_name(request), "").partition(".")
    if not body or not hmac.compare_digest(signature.encode(), _signature(request, body).encode()):
        return []
    kind, text = json.loads(base64.urlsafe_b64decode(body))
    return [Saying(kind, text)]


def forget(request: web.Request, response: web.StreamResponse) -> None:
    response.del_cookie(_name(request), path="/", secure=request.app[SECURE], httponly=True)


def _name(request: web.Request) -> str:
    return cookie_name(COOKIE, secure=request.app[SECURE])


def _signature(request: web.Request, body: str) -> str:
    key = request.app[RESOURCES].settings.secret_key.get_secret_value()
    return hmac.new(key.encode(), f"saying|{body}".encode(), hashlib.sha256).hexdigest()
