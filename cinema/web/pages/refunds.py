"""Giving films back."""

from aiohttp import web

from cinema.http.body import path_id, validate
from cinema.http.identity import current_identity
from cinema.http.ratelimit import CHECKOUT
from cinema.payments.refund_requests import refund_order
from cinema.payments.schemas import OrderRefund
from cinema.resources import RESOURCES
from cinema.web.filters import money
from cinema.web.forms import Form
from cinema.web.page import action, told

routes = web.RouteTableDef()

CHOSEN = "movie_"


@routes.post("/orders/{order_id:[0-9]{1,18}}/refund")
@action(limit=CHECKOUT)
async def give_back(request: web.Request, form: Form) -> web.StreamResponse:
    """Give the chosen films of an order back."""
    order_id = path_id(request, "order_id")
    chosen = [name.removeprefix(CHOSEN) for name in form.values if name.startswith(CHOSEN)]
    if not chosen:
        return told(request, f"/orders/{order_id}", "bad", "Choose the films to give back.")
    refund = await refund_order(
        order_id,
        validate(OrderRefund, {"reason": form.text("reason"), "items": chosen}, "body"),
        current_identity(request).user_id,
        # On these pages everybody is a buyer; staff pays back on its own.
        is_staff=False,
        window_days=request.app[RESOURCES].settings.refund_window_days,
    )
    amount = money(refund.amount, refund.currency)
    return told(request, f"/orders/{order_id}", "good", f"{amount} are on their way back to you.")
