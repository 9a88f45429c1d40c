"""The cart: of an account, or of a visitor who has none yet."""

from contextlib import suppress

from aiohttp import web

from cinema.cart import service
from cinema.cart.errors import AlreadyInCart, InPendingOrder, NotInCart
from cinema.cart.queries import get_cart, get_guest_cart
from cinema.http.body import path_id
from cinema.http.identity import IDENTITY, Access, current_identity
from cinema.library.queries import holdings
from cinema.resources import RESOURCES
from cinema.web.forms import Form
from cinema.web.guest import MOST, forget_guest_cart, guest_cart, keep_guest_cart
from cinema.web.page import Context, action, back, page, told
from cinema.web.redirects import see_other

routes = web.RouteTableDef()

FULL = f"A cart without an account holds {MOST} films: log in, and yours has no end."


@routes.get("/cart")
@page("cart.html")
async def cart(request: web.Request) -> Context | web.StreamResponse:
    """Show the cart with today's prices."""
    currency = request.app[RESOURCES].settings.currency
    if IDENTITY not in request:
        return await _guests(request, currency)
    user_id = current_identity(request).user_id
    shown = await get_cart(user_id, currency)
    held = await holdings(user_id, [item.movie_id for item in shown.items])
    waiting = {one.order_id for one in held.values() if one.order_id is not None}
    return {"cart": shown, "orders": sorted(waiting)}


async def _guests(request: web.Request, currency: str) -> Context | web.StreamResponse:
    kept = guest_cart(request)
    shown = await get_guest_cart(kept, currency)
    there = {item.movie_id for item in shown.items}
    if len(there) < len(kept):
        # Films that exist no more would be counted beside the cart for ever.
        response = see_other("/cart")
        keep_guest_cart(request, response, [number for number in kept if number in there])
        return response
    return {"cart": shown, "orders": []}


@routes.post("/cart/{movie_id:[0-9]{1,18}}")
@action(Access.PUBLIC)
async def add(request: web.Request, form: Form) -> web.StreamResponse:
    """Put a film into the cart."""
    movie_id = path_id(request, "movie_id")
    if IDENTITY not in request:
        return await _add_as_guest(request, form, movie_id)
    try:
        # A second press of the button finds done what it wants.
        with suppress(AlreadyInCart):
            await service.add_movie(current_identity(request).user_id, movie_id)
    except InPendingOrder as error:
        return told(request, f"/orders/{error.extra['order_id']}", "warn", str(error) + ".")
    return see_other(back(request, form))


async def _add_as_guest(request: web.Request, form: Form, movie_id: int) -> web.StreamResponse:
    await service.require_on_sale(movie_id)
    kept = guest_cart(request)
    if movie_id not in kept and len(kept) == MOST:
        return told(request, back(request, form), "warn", FULL)
    response = see_other(back(request, form))
    keep_guest_cart(request, response, dict.fromkeys((*kept, movie_id)))
    return response


@routes.post("/cart/{movie_id:[0-9]{1,18}}/remove")
@action(Access.PUBLIC)
async def remove(request: web.Request, form: Form) -> web.StreamResponse:
    """Take a film out of the cart."""
    movie_id = path_id(request, "movie_id")
    response = see_other(back(request, form) if form.text("next") else "/cart")
    if IDENTITY not in request:
        kept = [number for number in guest_cart(request) if number != movie_id]
        keep_guest_cart(request, response, kept)
        return response
    with suppress(NotInCart):
        await service.remove_movie(current_identity(request).user_id, movie_id)
    return response


@routes.post("/cart/clear")
@action(Access.PUBLIC)
async def clear(request: web.Request, form: Form) -> web.StreamResponse:
    """Empty the cart."""
    response = see_other("/cart")
    if IDENTITY in request:
        await service.clear(current_identity(request).user_id)
    else:
        forget_guest_cart(request, response)
    return response
