"""What the bell rings for. Nothing rings for an act of one's own."""

from typing import Any

from cinema.database import fetch
from cinema.jobs import RunContext
from cinema.notifications.ringing import News, notify, ring_everywhere
from cinema.orders.events import OrderEvent, OrderExpired, OrderPaid
from cinema.payments.events import (
    DisputeClosed,
    PaymentDisputed,
    PaymentEvent,
    PaymentFailed,
    PaymentMismatched,
    PaymentRefunded,
    RefundFailed,
)
from cinema.resources import Resources


async def ring_order_paid(resources: Resources, event: OrderPaid, run: RunContext) -> None:
    await _ring(run, "order_paid", event, {"total": str(event.total), "currency": event.currency})


async def ring_order_expired(resources: Resources, event: OrderExpired, run: RunContext) -> None:
    await _ring(run, "order_expired", event, {})


async def ring_payment_failed(resources: Resources, event: PaymentFailed, run: RunContext) -> None:
    await _ring(run, "payment_failed", event, {"recommendation": event.recommendation})


async def ring_payment_refunded(
    resources: Resources, event: PaymentRefunded, run: RunContext
) -> None:
    payload = {"amount": str(event.amount), "currency": event.currency}
    await _ring(run, "payment_refunded", event, payload)


async def ring_dispute_lost(resources: Resources, event: DisputeClosed, run: RunContext) -> None:
    """Tell a buyer that the films are gone which the bank took the money for."""
    if event.status == "lost":
        payload = {"amount": str(event.amount), "currency": event.currency}
        await _ring(run, "dispute_lost", event, payload)


async def alert_staff(resources: Resources, event: PaymentMismatched, run: RunContext) -> None:
    """Ring for everybody who can look into it."""
    payload = {"expected": event.expected, "received": event.received}
    await ring_staff(run, "payment_mismatched", {"order_id": event.order_id, **payload})


async def alert_disputed(resources: Resources, event: PaymentDisputed, run: RunContext) -> None:
    payload = {"order_id": event.order_id, "reason": event.dispute_reason}
    await ring_staff(run, "payment_disputed", payload)


async def alert_dispute_closed(resources: Resources, event: DisputeClosed, run: RunContext) -> None:
    payload = {"order_id": event.order_id, "status": event.status}
    # The buyer's own bell rings for another reason.
    await ring_staff(run, "dispute_closed", payload, but=event.user_id)


async def alert_refund_failed(resources: Resources, event: RefundFailed, run: RunContext) -> None:
    payload = {"order_id": event.order_id, "reason": event.failure_reason}
    await ring_staff(run, "refund_failed", payload)


async def ring_staff(
    run: RunContext, kind: str, payload: dict[str, Any], *, but: int | None = None
) -> None:
    """Ring for every moderator and administrator, but not for the user `but`."""
    staff = await fetch(
        "SELECT users.id FROM users JOIN user_groups ON user_groups.id = group_id"
        " WHERE is_active AND deleted_at IS NULL AND name IN ('MODERATOR', 'ADMIN')"
        " AND users.id IS DISTINCT FROM $1::bigint ORDER BY users.id",
        but,
    )
    news = News(kind, payload, str(run.outbox_id))
    await ring_everywhere([member["id"] for member in staff], news)


async def _ring(
    run: RunContext, kind: str, event: OrderEvent | PaymentEvent, payload: dict[str, Any]
) -> None:
    payload = {"order_id": event.order_id, **payload}
    await notify(event.user_id, kind, payload, str(run.outbox_id))
