"""What every answer says to a browser about itself."""

import secrets
from urllib.parse import urlsplit

from aiohttp import web, web_response

from cinema.http.identity import IDENTITY, SECURE
from cinema.settings import Settings

SERVER = "cinema"
STRIPE_CHECKOUT = "https://checkout.stripe.com"
CSP_NONCE = web.RequestKey("csp_nonce", str)
CSP: web.AppKey[str] = web.AppKey("content_security_policy", str)
"""The policy of pages; `{nonce}` is filled in for each answer."""

FIXED = {
    "Server": SERVER,
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "strict-origin-when-cross-origin",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    "X-Frame-Options": "DENY",
    "Permissions-Policy": (
        "accelerometer=(), camera=(), geolocation=(), gyroscope=(), magnetometer=(),"
        " microphone=(), payment=(), usb=()"
    ),
}
STRICT_TRANSPORT = "max-age=31536000; includeSubDomains"
DATA_POLICY = "default-src 'none'; frame-ancestors 'none'"
"""For what is not a page: nothing in it is ever to run."""
DATA = {**FIXED, "Content-Security-Policy": DATA_POLICY}
"""What an answer that is no page says; whoever sets it beforehand saves each answer the asking."""


def install_headers(app: web.Application, settings: Settings) -> None:
    """Set the headers on every answer, whatever made it."""
    # The answers to what is not even HTTP are made where no signal reaches.
    web_response.SERVER_SOFTWARE = SERVER  # type: ignore[attr-defined]
    app[CSP] = page_policy(settings)
    app.on_response_prepare.append(_set_headers)


def nonce_of(request: web.Request) -> str:
    """Return the nonce that the scripts of this answer carry."""
    if CSP_NONCE not in request:
        request[CSP_NONCE] = secrets.token_urlsafe(16)
    return request[CSP_NONCE]


def page_policy(settings: Settings) -> str:
    """Build the Content-Security-Policy of a page."""
    objects = _origin(settings.s3_public_url or settings.s3_url)
    checkout = [STRIPE_CHECKOUT]
    if not settings.is_production:
        checkout.append(_origin(settings.stripe_api_url))
    socket = "ws" + settings.public_url.removeprefix("http")
    return "; ".join(
        [
            "default-src 'none'",
            "script-src 'nonce-{nonce}' 'strict-dynamic'",
            "style-src 'self'",
            "font-src 'self'",
            f"img-src 'self' blob: {objects}",
            f"media-src 'self' {objects}",
            f"connect-src 'self' {socket}",
            "manifest-src 'self'",
            "worker-src 'self'",
            f"form-action 'self' {' '.join(checkout)}",
            "base-uri 'none'",
            "frame-ancestors 'none'",
            "object-src 'none'",
        ]
    )


def _origin(url: str) -> str:
    parts = urlsplit(url)
    return f"{parts.scheme}://{parts.netloc}"


async def _set_headers(request: web.Request, response: web.StreamResponse) -> None:
    headers = response.headers
    if request.app[SECURE]:
        headers.setdefault("Strict-Transport-Security", STRICT_TRANSPORT)
    if "Permissions-Policy" in headers:
        return  # made of DATA
    for name, value in FIXED.items():
        headers.setdefault(name, value)
    if response.content_type == "text/html":
        policy = request.app[CSP].format(nonce=nonce_of(request))
        headers.setdefault("Content-Security-Policy", policy)
    else:
        headers.setdefault("Content-Security-Policy", DATA_POLICY)
    if IDENTITY in request or response.status >= 400:
        headers.setdefault("Cache-Control", "no-store")
