from http import HTTPStatus

from aiohttp import web

from cinema.http.body import path_id
from cinema.http.endpoint import endpoint
from cinema.http.identity import current_identity
from cinema.http.pagination import CursorPage, Page, PageQuery, cursor_id, page_by_id, page_of
from cinema.orders import queries, service
from cinema.orders.errors import (
    AlreadyInOrder,
    AmountTooLarge,
    AmountTooSmall,
    CartChanged,
    CartEmpty,
    NothingToOrder,
    OrderNotFound,
    PriceChanged,
)
from cinema.orders.schemas import OrderOut, PlacedOrder, PlaceOrder
from cinema.resources import RESOURCES

routes = web.RouteTableDef()


@routes.post("/api/v1/orders")
@endpoint(
    PlaceOrder,
    status=HTTPStatus.CREATED,
    errors=(
        CartEmpty,
        CartChanged,
        NothingToOrder,
        AlreadyInOrder,
        PriceChanged,
        AmountTooSmall,
        AmountTooLarge,
    ),
    idempotent=True,
)
async def place_order(request: web.Request, body: PlaceOrder) -> PlacedOrder:
    """Place an order for what is in the cart.

    Movies that are already yours or not on sale are left out and named in `excluded`.
    """
    settings = request.app[RESOURCES].settings
    return await service.place_order(
        current_identity(request).user_id,
        body,
        currency=settings.currency,
        lifetime_minutes=settings.order_lifetime_minutes,
    )


@routes.get("/api/v1/orders")
@endpoint(query=PageQuery)
async def list_orders(
    request: web.Request, query: PageQuery
) -> Page[OrderOut] | CursorPage[OrderOut]:
    """List the caller's orders, newest first."""
    user_id = current_identity(request).user_id
    if query.cursor is None:
        items, total = await queries.list_orders(user_id, query.per_page, query.offset)
        return page_of(request, query, items, total)
    rows = await queries.list_orders_before(user_id, cursor_id(query.cursor), query.per_page + 1)
    return page_by_id(query, rows)


@routes.get("/api/v1/orders/{order_id:[0-9]{1,18}}")
@endpoint(errors=(OrderNotFound,))
async def get_order(request: web.Request) -> OrderOut:
    """Show one of the caller's orders and what happened to it when."""
    return await queries.get_order(current_identity(request).user_id, path_id(request, "order_id"))
