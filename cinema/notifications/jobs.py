"""What the bell rings for. Nothing rings for an act of one's own."""

from typing import Any

from cinema.database import fetch
from cinema.jobs import RunContext
from cinema.notifications.service import notify
from cinema.orders.events import OrderEvent, OrderExpired, OrderPaid
from cinema.payments.events import PaymentEvent, PaymentFailed, PaymentMismatched, PaymentRefunded
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


async def alert_staff(resources: Resources, event: PaymentMismatched, run: RunContext) -> None:
    """Ring for everybody who can look into it."""
    staff = await fetch(
        "SELECT users.id FROM users JOIN user_groups ON user_groups.id = group_id"
        " WHERE is_active AND deleted_at IS NULL AND name IN ('MODERATOR', 'ADMIN')"
        " ORDER BY users.id"
    )
    payload = {
        "order_id": event.order_id,
        "expected": event.expected,
        "received": event.received,
    }
    for member in staff:
        await notify(member["id"], "payment_mismatched", payload, str(run.outbox_id))


async def _ring(
    run: RunContext, kind: str, event: OrderEvent | PaymentEvent, payload: dict[str, Any]
) -> None:
    payload = {"order_id": event.order_id, **payload}
    await notify(event.user_id, kind, payload, str(run.outbox_id))
