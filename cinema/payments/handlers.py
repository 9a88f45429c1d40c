from http import HTTPStatus

from aiohttp import web

from cinema.errors import TooLarge
from cinema.http.body import path_id, read_bytes
from cinema.http.endpoint import endpoint
from cinema.http.identity import Access, current_identity
from cinema.http.pagination import CursorPage, Page, PageQuery, cursor_id, encode_cursor, page_of
from cinema.http.ratelimit import CHECKOUT
from cinema.orders.errors import OrderNotFound, OrderNotPending
from cinema.orders.queries import get_order
from cinema.orders.schemas import OrderOut
from cinema.payments import checkout, closing, inbox, queries
from cinema.payments.errors import (
    AlreadyPaid,
    AmountTooSmall,
    OrderWithdrawn,
    PaymentNotFound,
    WebhooksOff,
)
from cinema.payments.schemas import CheckoutOut, PaymentOut
from cinema.payments.stripe import BadSignature, StripeRefused, StripeUnavailable
from cinema.resources import RESOURCES

routes = web.RouteTableDef()

MAX_WEBHOOK = 1024 * 1024


@routes.post("/api/v1/orders/{order_id:[0-9]{1,18}}/checkout")
@endpoint(
    errors=(
        OrderNotFound,
        OrderNotPending,
        OrderWithdrawn,
        AlreadyPaid,
        AmountTooSmall,
        StripeRefused,
        StripeUnavailable,
    ),
    idempotent=True,
    limit=CHECKOUT,
)
async def start_checkout(request: web.Request) -> CheckoutOut:
    """Get the address of the page where the order can be paid.

    A page that is open already is returned again. An order that costs nothing is paid at once.
    """
    user_id, order_id = current_identity(request).user_id, path_id(request, "order_id")
    return await checkout.start_checkout(request.app[RESOURCES].gateway, user_id, order_id)


@routes.post("/api/v1/orders/{order_id:[0-9]{1,18}}/cancel")
@endpoint(errors=(OrderNotFound, OrderNotPending, AlreadyPaid, StripeUnavailable))
async def cancel_order(request: web.Request) -> OrderOut:
    """Cancel an order that is not paid; its page at the payment provider is closed first."""
    user_id, order_id = current_identity(request).user_id, path_id(request, "order_id")
    await closing.cancel_order(request.app[RESOURCES].gateway, user_id, order_id)
    return await get_order(user_id, order_id)


@routes.get("/api/v1/payments")
@endpoint(query=PageQuery)
async def list_payments(
    request: web.Request, query: PageQuery
) -> Page[PaymentOut] | CursorPage[PaymentOut]:
    """List the caller's payments, newest first."""
    user_id = current_identity(request).user_id
    if query.cursor is None:
        items, total = await queries.list_payments(user_id, query.per_page, query.offset)
        return page_of(request, query, items, total)
    rows = await queries.list_payments_before(user_id, cursor_id(query.cursor), query.per_page + 1)
    page = rows[: query.per_page]
    more = encode_cursor([str(page[-1].id)]) if len(rows) > len(page) else None
    return CursorPage(items=page, per_page=query.per_page, next_cursor=more)


@routes.get("/api/v1/payments/{payment_id:[0-9]{1,18}}")
@endpoint(errors=(PaymentNotFound,))
async def get_payment(request: web.Request) -> PaymentOut:
    """Show one of the caller's payments."""
    return await queries.get_payment(
        current_identity(request).user_id, path_id(request, "payment_id")
    )


@routes.post("/api/v1/payments/webhook")
@endpoint(access=Access.PUBLIC, status=HTTPStatus.OK, errors=(BadSignature, WebhooksOff, TooLarge))
async def stripe_webhook(request: web.Request) -> web.Response:
    """Receive what Stripe has to tell."""
    gateway = request.app[RESOURCES].gateway
    if not gateway.accepts_webhooks:
        raise WebhooksOff
    body = await read_bytes(request.clone(client_max_size=MAX_WEBHOOK))
    await inbox.receive(gateway.verify(body, request.headers.get("Stripe-Signature", "")))
    return web.json_response({"received": True})
