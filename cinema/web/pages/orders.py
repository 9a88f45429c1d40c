"""Orders, and the way to their payment."""

from aiohttp import web

from cinema.http.body import path_id, read_query
from cinema.http.identity import Access, current_identity
from cinema.http.pagination import PageQuery
from cinema.http.ratelimit import CHECKOUT
from cinema.orders.errors import AlreadyInOrder, NothingToOrder, PriceChanged
from cinema.orders.queries import get_order, list_orders
from cinema.orders.schemas import ExcludedMovie, PlaceOrder
from cinema.orders.service import place_order
from cinema.payments import checkout, closing
from cinema.payments.queries import list_payments
from cinema.payments.refund_requests import refund_offer
from cinema.resources import RESOURCES
from cinema.web.filters import money
from cinema.web.forms import Form
from cinema.web.listing import pager
from cinema.web.order_story import charged, failure, steps
from cinema.web.page import Context, action, page, told
from cinema.web.redirects import see_other
from cinema.web.sayings import listed, shortened

routes = web.RouteTableDef()

REASONS = {
    "already_purchased": "is yours already",
    "not_available": "is not on sale now",
    "price_not_payable": "has no price that can be paid",
}
ORDER = "/orders/{order_id:[0-9]{1,18}}"


@routes.get("/orders")
@page("orders.html", Access.USER)
async def orders(request: web.Request) -> Context:
    """Show the visitor's orders."""
    query = read_query(request, PageQuery)
    user_id = current_identity(request).user_id
    items, total = await list_orders(user_id, query.per_page, query.offset)
    return {"orders": items, "page": pager(request, query, total)}


@routes.post("/orders")
@action()
async def place(request: web.Request, form: Form) -> web.StreamResponse:
    """Order what is in the cart, at the prices that the visitor saw."""
    settings = request.app[RESOURCES].settings
    try:
        placed = await place_order(
            current_identity(request).user_id,
            form.read(PlaceOrder),
            currency=settings.currency,
            lifetime_minutes=settings.order_lifetime_minutes,
        )
    except AlreadyInOrder as error:
        ids = error.extra.get("order_ids", ())
        if len(ids) == 1:
            said = "These films wait for their payment here: pay this order, or cancel it."
            return told(request, f"/orders/{ids[0]}", "warn", said)
        return told(request, "/cart", "warn", "Films of your cart wait for their payment already.")
    except PriceChanged as error:
        total = money(error.extra["total"], settings.currency)
        return told(request, "/cart", "warn", f"A price has changed: the total is {total} now.")
    except NothingToOrder as error:
        left_out = [ExcludedMovie(**movie) for movie in error.extra["excluded"]]
        return told(request, "/cart", "bad", _left_out(left_out))
    location = f"/orders/{placed.order.id}"
    if placed.excluded:
        return told(request, location, "warn", _left_out(placed.excluded))
    return see_other(location)


def _left_out(movies: list[ExcludedMovie]) -> str:
    named = [f"{shortened(movie.name)} {REASONS[movie.reason]}" for movie in movies]
    return f"Left out: {listed(named)}."


@routes.get(ORDER)
@page("order.html", Access.USER)
async def order(request: web.Request) -> Context:
    """Show an order as it is now; it turns by itself when it is paid."""
    user_id = current_identity(request).user_id
    shown = await get_order(user_id, path_id(request, "order_id"))
    settings = request.app[RESOURCES].settings
    return {
        "order": shown,
        "timeline": steps(shown),
        "failure": failure(shown),
        "charged": charged(shown),
        "returned": "session_id" in request.query,
        "refund": await refund_offer(user_id, shown.id, settings.refund_window_days),
    }


@routes.post(ORDER + "/checkout")
@action(limit=CHECKOUT)
async def pay(request: web.Request, form: Form) -> web.StreamResponse:
    """Go to Stripe's page to pay the order."""
    order_id = path_id(request, "order_id")
    user_id = current_identity(request).user_id
    gateway = request.app[RESOURCES].gateway
    started = await checkout.start_checkout(gateway, user_id, order_id)
    return see_other(started.checkout_url)


@routes.post(ORDER + "/cancel")
@action()
async def cancel(request: web.Request, form: Form) -> web.StreamResponse:
    """Cancel an order that is not paid."""
    order_id = path_id(request, "order_id")
    user_id = current_identity(request).user_id
    await closing.cancel_order(request.app[RESOURCES].gateway, user_id, order_id)
    return see_other(f"/orders/{order_id}")


@routes.get("/payments")
@page("payments.html", Access.USER)
async def payments(request: web.Request) -> Context:
    """Show the visitor's payments."""
    query = read_query(request, PageQuery)
    user_id = current_identity(request).user_id
    items, total = await list_payments(user_id, query.per_page, query.offset)
    return {"payments": items, "page": pager(request, query, total)}
