"""Where a visitor may be sent: to addresses of this very house only."""

import re
from http import HTTPStatus
from urllib.parse import quote, urlsplit

from aiohttp import web

PATH = re.compile(r"/(?![/\\])[^\\\x00-\x20\x7f]*")
MAX_LENGTH = 1024


def safe_next(given: str) -> str:
    """Return the path if it stays within the house, else `/`.

    Browsers drop tabs and newlines and read a backslash as a slash (WHATWG URL), so a path that
    holds any of them is refused whole.
    """
    if len(given) > MAX_LENGTH or not PATH.fullmatch(given):
        return "/"
    return given


def see_other(location: str) -> web.Response:
    return web.Response(status=HTTPStatus.SEE_OTHER, headers={"Location": location})


def to_login(request: web.Request) -> web.Response:
    """Send an anonymous visitor to the login, and afterwards back to the page that it was on."""
    is_form = request.method not in {"GET", "HEAD"}
    origin = safe_next(came_from(request) if is_form else str(request.rel_url))
    return see_other("/login" if origin == "/" else f"/login?next={quote(origin, safe='')}")


def came_from(request: web.Request) -> str:
    """Return the path of the page that sent a form, as far as the browser tells it."""
    referrer = urlsplit(request.headers.get("Referer", ""))
    if referrer.netloc != request.host:
        return "/"
    return safe_next(referrer.path + (f"?{referrer.query}" if referrer.query else ""))
