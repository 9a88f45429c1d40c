"""The mails that follow an order and its payment. What they say is read when they leave."""

from dataclasses import dataclass
from typing import Any

from cinema.database import fetch
from cinema.jobs import RunContext
from cinema.money import written
from cinema.notifications.mails import moment, send
from cinema.orders.events import OrderCreated, OrderEvent, OrderExpired, OrderPaid
from cinema.orders.models import OrderStatus
from cinema.orders.queries import get_order
from cinema.orders.schemas import OrderOut
from cinema.payments.events import (
    DisputeClosed,
    PaymentEvent,
    PaymentFailed,
    PaymentRefunded,
    RefundFailed,
)
from cinema.resources import Resources


@dataclass(frozen=True, slots=True)
class Line:
    name: str
    price: str


@dataclass(frozen=True, slots=True)
class Receipt:
    """An order as a mail shows it: every value is text already."""

    id: int
    lines: list[Line]
    total: str
    expires: str
    paid: str
    payment: str
    is_open: bool
    is_charged: bool = False
    """A payment came that the order had no use for; it goes back."""


async def mail_order_created(resources: Resources, event: OrderCreated, run: RunContext) -> None:
    order = await get_order(event.user_id, event.order_id)
    if order.status in {OrderStatus.PENDING, OrderStatus.PAID}:
        await _send(resources, run, "order_created", event, order)


async def mail_receipt(resources: Resources, event: OrderPaid, run: RunContext) -> None:
    order = await get_order(event.user_id, event.order_id)
    await _send(resources, run, "payment_confirmed", event, order, path="/library")


async def mail_order_expired(resources: Resources, event: OrderExpired, run: RunContext) -> None:
    order = await get_order(event.user_id, event.order_id)
    # A payment that came late may have revived it meanwhile.
    if order.status is OrderStatus.EXPIRED:
        await _send(resources, run, "order_expired", event, order)


async def mail_payment_failed(resources: Resources, event: PaymentFailed, run: RunContext) -> None:
    order = await get_order(event.user_id, event.order_id)
    if order.status in {OrderStatus.PENDING, OrderStatus.EXPIRED}:
        values = {"recommendation": event.recommendation}
        await _send(resources, run, "payment_failed", event, order, values=values)


async def mail_refund(resources: Resources, event: PaymentRefunded, run: RunContext) -> None:
    await _tell_of_money(resources, run, "refund_confirmed", event)


async def mail_refund_failed(resources: Resources, event: RefundFailed, run: RunContext) -> None:
    await _tell_of_money(resources, run, "refund_failed", event)


async def mail_dispute_lost(resources: Resources, event: DisputeClosed, run: RunContext) -> None:
    if event.status == "lost":
        await _tell_of_money(resources, run, "dispute_lost", event)


async def _tell_of_money(
    resources: Resources, run: RunContext, kind: str, event: PaymentEvent
) -> None:
    order = await get_order(event.user_id, event.order_id)
    values = {"amount": written(event.amount, event.currency), "at": moment(run.at)}
    await _send(resources, run, kind, event, order, values=values)


async def _send(
    resources: Resources,
    run: RunContext,
    kind: str,
    event: OrderEvent | PaymentEvent,
    order: OrderOut,
    *,
    path: str | None = None,
    values: dict[str, Any] | None = None,
) -> None:
    receipt = _receipt(order, await _payment_reference(order.id))
    await send(
        resources,
        run,
        kind,
        user_id=event.user_id,
        path=path or f"/orders/{order.id}",
        values={"order": receipt, "order_id": order.id, **(values or {})},
    )


async def _payment_reference(order_id: int) -> str:
    """Name the payment that paid an order as Stripe and its support do; empty without one."""
    rows = await fetch(
        "SELECT external_payment_id AS reference FROM payments WHERE order_id = $1"
        " AND status NOT IN ('pending', 'failed', 'canceled') ORDER BY id LIMIT 1",
        order_id,
    )
    return str(rows[0]["reference"] or "") if rows else ""


def _receipt(order: OrderOut, payment: str) -> Receipt:
    return Receipt(
        id=order.id,
        lines=[Line(item.name, written(item.price, order.currency)) for item in order.items],
        total=written(order.total_amount, order.currency),
        expires=moment(order.expires_at),
        paid=moment(order.paid_at) if order.paid_at else "",
        payment=payment,
        is_open=order.status is OrderStatus.PENDING,
        is_charged=any(entry.what == "paid_in_vain" for entry in order.timeline),
    )
