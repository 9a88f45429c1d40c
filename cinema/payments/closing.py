"""The end of an order that was not paid: Stripe's door is shut first, then ours."""

import structlog

from cinema.database import atomic
from cinema.errors import CinemaError
from cinema.orders import service as orders
from cinema.orders.errors import OrderNotPending
from cinema.orders.models import OrderStatus
from cinema.orders.queries import due_orders
from cinema.payments import checkout
from cinema.payments.errors import AlreadyPaid
from cinema.payments.models import Checkout, CheckoutStatus
from cinema.payments.stripe import StripeGateway

log = structlog.get_logger()

BATCH = 100
CANCEL_ATTEMPTS = 3
"""How often the pages that are opened while an order is canceled are closed."""


async def cancel_order(gateway: StripeGateway, user_id: int, order_id: int) -> None:
    """Cancel a pending order; raises OrderNotFound, AlreadyPaid, OrderNotPending.

    Raises StripeUnavailable while the session at Stripe cannot be closed: a page that is still
    open there could be paid otherwise.
    """
    await _require_pending(user_id, order_id)
    for _ in range(CANCEL_ATTEMPTS):
        await _close_sessions(gateway, order_id)
        if await _cancel(user_id, order_id):
            return
    raise OrderNotPending("It is being paid.")


async def expire_due(gateway: StripeGateway) -> int:
    """Expire the orders whose time is over; one that fails is tried again the next time."""
    expired, last = 0, 0
    while due := await due_orders(BATCH, last):
        for order_id in due:
            try:
                await _close_sessions(gateway, order_id)
                expired += await _expire(order_id)
            except CinemaError as error:
                log.warning("order_not_expired", order_id=order_id, code=error.code)
        # Onward, also past those that failed: they must not keep the others waiting.
        last = due[-1]
    return expired


async def _close_sessions(gateway: StripeGateway, order_id: int) -> None:
    """Shut every page at Stripe where the order could be paid, and enter what was paid there."""
    for attempt in await _open_attempts(order_id):
        await checkout.shut(gateway, attempt)


async def _open_attempts(order_id: int) -> list[Checkout]:
    return await Checkout.filter(
        order_id=order_id, status__in=[CheckoutStatus.OPEN, CheckoutStatus.CREATING]
    ).order_by("id")


@atomic
async def _require_pending(user_id: int, order_id: int) -> None:
    order = await orders.lock_order(order_id, user_id)
    if order.status is OrderStatus.PAID:
        raise AlreadyPaid
    if order.status is not OrderStatus.PENDING:
        raise OrderNotPending


@atomic
async def _cancel(user_id: int, order_id: int) -> bool:
    """Cancel the order, unless a page to pay it was opened meanwhile."""
    order = await orders.lock_order(order_id, user_id)
    if order.status is OrderStatus.PAID:
        raise AlreadyPaid("It was paid a moment ago; ask for a refund.")
    if await _open_attempts(order_id):
        return False
    await orders.mark_canceled(order, "canceled by the buyer")
    return True


@atomic
async def _expire(order_id: int) -> bool:
    order = await orders.lock_order(order_id)
    if order.status is not OrderStatus.PENDING:
        return False
    await orders.mark_expired(order)
    return True
