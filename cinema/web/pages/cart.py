"""The cart."""

from contextlib import suppress

from aiohttp import web

from cinema.cart import service
from cinema.cart.errors import AlreadyInCart, InPendingOrder, NotInCart
from cinema.cart.queries import get_cart
from cinema.http.body import path_id
from cinema.http.identity import Access, current_identity
from cinema.resources import RESOURCES
from cinema.web.forms import Form
from cinema.web.page import Context, action, back, page, told
from cinema.web.redirects import see_other

routes = web.RouteTableDef()


@routes.get("/cart")
@page("cart.html", Access.USER)
async def cart(request: web.Request) -> Context:
    """Show the cart with today's prices."""
    settings = request.app[RESOURCES].settings
    return {"cart": await get_cart(current_identity(request).user_id, settings.currency)}


@routes.post("/cart/{movie_id:[0-9]{1,18}}")
@action()
async def add(request: web.Request, form: Form) -> web.StreamResponse:
    """Put a film into the cart."""
    try:
        # A second press of the button finds done what it wants.
        with suppress(AlreadyInCart):
            await service.add_movie(current_identity(request).user_id, path_id(request, "movie_id"))
    except InPendingOrder as error:
        return told(request, f"/orders/{error.extra['order_id']}", "warn", str(error) + ".")
    return see_other(back(request, form))


@routes.post("/cart/{movie_id:[0-9]{1,18}}/remove")
@action()
async def remove(request: web.Request, form: Form) -> web.StreamResponse:
    """Take a film out of the cart."""
    with suppress(NotInCart):
        await service.remove_movie(current_identity(request).user_id, path_id(request, "movie_id"))
    return see_other(back(request, form) if form.text("next") else "/cart")


@routes.post("/cart/clear")
@action()
async def clear(request: web.Request, form: Form) -> web.StreamResponse:
    """Empty the cart."""
    await service.clear(current_identity(request).user_id)
    return see_other("/cart")
