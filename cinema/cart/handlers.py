from http import HTTPStatus

from aiohttp import web

from cinema.cart import queries, service
from cinema.cart.errors import AlreadyInCart, AlreadyPurchased, InPendingOrder, NotInCart
from cinema.cart.schemas import AddToCart, CartOut
from cinema.catalogue.errors import MovieNotFound, MovieUnavailable
from cinema.errors import Unauthenticated
from cinema.http.body import path_id
from cinema.http.endpoint import endpoint
from cinema.http.identity import IDENTITY, Access, Identity
from cinema.resources import RESOURCES

routes = web.RouteTableDef()


def _user_id(request: web.Request) -> int:
    identity: Identity | None = request.get(IDENTITY)
    if identity is None:
        raise Unauthenticated("To get access to the cart you need to log in or register.")
    return identity.user_id


async def _cart(request: web.Request) -> CartOut:
    currency = request.app[RESOURCES].settings.currency
    return await queries.get_cart(_user_id(request), currency)


@routes.get("/api/v1/cart")
@endpoint(access=Access.PUBLIC, errors=(Unauthenticated,))
async def get_cart(request: web.Request) -> CartOut:
    """Show the cart with today's prices."""
    return await _cart(request)


@routes.post("/api/v1/cart/items")
@endpoint(
    AddToCart,
    access=Access.PUBLIC,
    status=HTTPStatus.CREATED,
    errors=(
        Unauthenticated,
        MovieNotFound,
        MovieUnavailable,
        AlreadyInCart,
        AlreadyPurchased,
        InPendingOrder,
    ),
)
async def add_to_cart(request: web.Request, body: AddToCart) -> CartOut:
    """Put a movie into the cart."""
    await service.add_movie(_user_id(request), body.movie_id)
    return await _cart(request)


@routes.delete("/api/v1/cart/items/{movie_id:[0-9]{1,18}}")
@endpoint(access=Access.PUBLIC, errors=(Unauthenticated, NotInCart))
async def remove_from_cart(request: web.Request) -> CartOut:
    """Take a movie out of the cart."""
    await service.remove_movie(_user_id(request), path_id(request, "movie_id"))
    return await _cart(request)


@routes.delete("/api/v1/cart/items")
@endpoint(access=Access.PUBLIC, errors=(Unauthenticated,))
async def clear_cart(request: web.Request) -> CartOut:
    """Empty the cart."""
    await service.clear(_user_id(request))
    return await _cart(request)
