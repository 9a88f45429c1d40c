"""The cart of somebody who is not logged in: the films' numbers, in a signed cookie."""

from collections.abc import Iterable

from aiohttp import web

from cinema.cart.service import LeftOut
from cinema.http.identity import SECURE, cookie_name
from cinema.web.sayings import listed, shortened
from cinema.web.signed import opened, sealed

COOKIE = "cinema_guest_cart"
MOST = 50
"""Films that it holds: with the longest numbers and the signature 1,065 bytes of cookie."""
SECONDS = 30 * 24 * 3600
REASONS = {
    "already_purchased": "already in your library",
    "in_pending_order": "in an order that waits for its payment",
    "not_available": "not on sale",
}


def guest_cart(request: web.Request) -> tuple[int, ...]:
    """Return the films of the guest's cart, the first that was put in first."""
    body = opened(request, COOKIE, request.cookies.get(_name(request), ""))
    return tuple(int(number) for number in body.split("-")) if body else ()


def keep_guest_cart(
    request: web.Request, response: web.StreamResponse, movie_ids: Iterable[int]
) -> None:
    body = "-".join(str(movie_id) for movie_id in movie_ids)
    if not body:
        forget_guest_cart(request, response)
        return
    response.set_cookie(
        _name(request),
        sealed(request, COOKIE, body),
        max_age=SECONDS,
        path="/",
        httponly=True,
        secure=request.app[SECURE],
        samesite="Lax",
    )


def forget_guest_cart(request: web.Request, response: web.StreamResponse) -> None:
    response.del_cookie(
        _name(request), path="/", secure=request.app[SECURE], httponly=True, samesite="Lax"
    )


def said_of(left_out: Iterable[LeftOut]) -> str:
    """Say which films of a guest's cart did not go into the account's, and why."""
    named = [f"{shortened(movie.name)} is {REASONS[movie.reason]}" for movie in left_out]
    return f"Not taken over into your cart: {listed(named)}."


def _name(request: web.Request) -> str:
    return cookie_name(COOKIE, secure=request.app[SECURE])
