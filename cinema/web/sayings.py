"""One sentence for the next page, carried over a redirect in a signed cookie."""

import base64
import json
from collections.abc import Sequence
from dataclasses import dataclass

from aiohttp import web

from cinema.http.identity import SECURE, cookie_name
from cinema.web.signed import opened, sealed

COOKIE = "cinema_saying"
PURPOSE = "saying"
SECONDS = 60
MOST_NAMED = 6
LONGEST_NAME = 60
"""Six names of sixty letters each fit into a cookie's 4,096 bytes in every script."""


@dataclass(frozen=True, slots=True)
class Saying:
    """`kind` is how it looks: good, warn or bad."""

    kind: str
    text: str


def say(request: web.Request, response: web.StreamResponse, kind: str, text: str) -> None:
    body = base64.urlsafe_b64encode(json.dumps([kind, text]).encode()).decode()
    response.set_cookie(
        _name(request),
        sealed(request, PURPOSE, body),
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
    body = opened(request, PURPOSE, request.cookies.get(_name(request), ""))
    if body is None:
        return []
    kind, text = json.loads(base64.urlsafe_b64decode(body))
    return [Saying(kind, text)]


def forget(request: web.Request, response: web.StreamResponse) -> None:
    response.del_cookie(_name(request), path="/", secure=request.app[SECURE], httponly=True)


def shortened(name: str) -> str:
    return name if len(name) <= LONGEST_NAME else f"{name[: LONGEST_NAME - 1]}…"


def listed(parts: Sequence[str]) -> str:
    """Join what is to be said of several things; a cookie holds no more than a few of them."""
    rest = len(parts) - MOST_NAMED
    return "; ".join([*parts[:MOST_NAMED], *([f"and {rest} more"] if rest > 0 else [])])


def _name(request: web.Request) -> str:
    return cookie_name(COOKIE, secure=request.app[SECURE])
