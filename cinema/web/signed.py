"""Values that a browser keeps for us and cannot make up: signed, each for its one purpose."""

import hashlib
import hmac

from aiohttp import web

from cinema.resources import RESOURCES


def sealed(request: web.Request, purpose: str, body: str) -> str:
    """Return the body with its signature; it must hold no dot."""
    return f"{body}.{_signature(request, purpose, body)}"


def opened(request: web.Request, purpose: str, text: str) -> str | None:
    """Return the body of a sealed text; None where it is not ours."""
    body, _, signature = text.partition(".")
    wanted = _signature(request, purpose, body)
    return body if body and hmac.compare_digest(signature.encode(), wanted.encode()) else None


def _signature(request: web.Request, purpose: str, body: str) -> str:
    key = request.app[RESOURCES].settings.secret_key.get_secret_value()
    return hmac.new(key.encode(), f"{purpose}|{body}".encode(), hashlib.sha256).hexdigest()
