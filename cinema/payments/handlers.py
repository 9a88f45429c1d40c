from http import HTTPStatus

from aiohttp import web

from cinema.errors import TooLarge
from cinema.http.body import path_id, read_bytes
from cinema.http.endpoint import endpoint
from cinema.http.identity import Access, current_identity
from cinema.http.pagination import CursorPage, Page, PageQuery, cursor_id, page_by_id, page_of
from cinema.http.ratelimit import CHECKOUT
from cinema.orders.errors import OrderNotFound, OrderNotPending
from cinema.orders.queries import get_order
from cinema.orders.schemas import OrderOut
from cinema.payments import checkout, closing, inbox, queries, refund_requests
from cinema.payments.errors import (
    AlreadyPaid,
    AmountNotPayable,
    MovieWatched,
    NothingToRefund,
    OrderWithdrawn,
    PaymentIsDisputed,
    PaymentNotFound,
    RefundInProgress,
    RefundTooLarge,
    RefundWindowOver,
    WebhooksOff,
)
from cinema.payments.schemas import (
    CheckoutOut,
    OrderRefund,
    PaymentOut,
    PaymentRefund,
    RefundOut,
)
from cinema.payments.stripe import BadSignature, StripeRefused, StripeUnavailable
from cinema.resources import RESOURCES
from cinema.roles import Role

routes = web.RouteTableDef()

MAX_WEBHOOK = 1024 * 1024
REFUSALS = (NothingToRefund, RefundInProgress, RefundTooLarge, PaymentIsDisputed)


@routes.post("/api/v1/orders/{order_id:[0-9]{1,18}}/checkout")
@endpoint(
    errors=(
        OrderNotFound,
        OrderNotPending,
        OrderWithdrawn,
        AlreadyPaid,
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


@routes.post("/api/v1/orders/{order_id:[0-9]{1,18}}/refund")
@endpoint(
    OrderRefund,
    status=HTTPStatus.ACCEPTED,
    errors=(OrderNotFound, RefundWindowOver, MovieWatched, *REFUSALS),
    idempotent=True,
    limit=CHECKOUT,
)
async def refund_order(request: web.Request, body: OrderRefund) -> RefundOut:
    """Give an order back, or some of its movies.

    Buyers may within the refund window and while they have not watched the movies; moderators
    may always, on everybody's order. Access goes when the payment provider confirms.
    """
    caller = current_identity(request)
    return await refund_requests.refund_order(
        path_id(request, "order_id"),
        body,
        caller.user_id,
        is_staff=caller.role.includes(Role.MODERATOR),
        window_days=request.app[RESOURCES].settings.refund_window_days,
    )


@routes.post("/api/v1/admin/payments/{payment_id:[0-9]{1,18}}/refund")
@endpoint(
    PaymentRefund,
    access=Access.MODERATOR,
    status=HTTPStatus.ACCEPTED,
    errors=(PaymentNotFound, AmountNotPayable, *REFUSALS),
    idempotent=True,
)
async def refund_payment(request: web.Request, body: PaymentRefund) -> RefundOut:
    """Pay back a sum of anybody's payment, or all that is left of it.

    A part takes no movie away; the last of a payment takes all of them.
    """
    user_id, payment_id = current_identity(request).user_id, path_id(request, "payment_id")
    return await refund_requests.refund_payment(payment_id, body, user_id)


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
    return page_by_id(query, rows)


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
