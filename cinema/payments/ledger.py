"""What refunds and disputes make of a payment, written into every book that tells of it.

The state of a payment is not moved along by what happens to it: it is added up anew from its
refunds and disputes, so that the order in which they are heard of does not matter.
"""

from collections.abc import Mapping
from decimal import Decimal

from cinema import audit
from cinema.database import current_transaction, fetch
from cinema.library import service as library
from cinema.orders import service as orders
from cinema.orders.models import Order, OrderStatus
from cinema.orders.timeline import subject_of
from cinema.outbox import emit
from cinema.payments.events import RefundRequested
from cinema.payments.models import SETTLED, Payment, PaymentStatus, Refund

OPEN_DISPUTES = ("needs_response", "under_review")
"""Stripe's words for a dispute that holds the money; an inquiry (`warning_*`) does not."""

SUMS = """
SELECT coalesce((SELECT sum(amount) FROM refunds WHERE payment_id = $1 AND status = 'succeeded'),
                0) AS gone,
       EXISTS (SELECT FROM disputes WHERE payment_id = $1
                                      AND status = ANY($2::text[])) AS is_disputed,
       EXISTS (SELECT FROM disputes WHERE payment_id = $1 AND status = 'lost') AS is_lost
"""
# What goes back as a sum of money is no item's; when everything went back, every item did.
SPREAD = """
UPDATE payment_items i
   SET refunded_amount = CASE WHEN $2::boolean THEN price_at_payment ELSE coalesce(
       (SELECT sum(s.amount) FROM refund_items s JOIN refunds r ON r.id = s.refund_id
         WHERE s.payment_item_id = i.id AND r.status = 'succeeded'), 0) END
 WHERE payment_id = $1
RETURNING order_item_id,
          $2::boolean OR refunded_amount > 0 AND refunded_amount = price_at_payment AS is_gone
"""


async def settled_payment(intent_id: str) -> Payment | None:
    """Find the payment of an intent whose money has come in."""
    return await Payment.filter(external_payment_id=intent_id, status__in=list(SETTLED)).first()


async def lock_books(payment_id: int) -> tuple[Order, Payment]:
    """Lock the order and then the payment, as everything does that moves money."""
    payment = await Payment.get(id=payment_id)
    order = await orders.lock_order(payment.order_id)
    return order, await Payment.filter(id=payment_id).select_for_update().get()


async def write_down(
    payment: Payment,
    amount: Decimal,
    reason: str,
    *,
    requested_by: int | None = None,
    shares: Mapping[int, Decimal] | None = None,
) -> Refund:
    """Write down that money has to go back; a job asks Stripe for it.

    `shares` says what falls on which payment item. A step of the caller's transaction.
    """
    current_transaction()
    refund = await Refund.create(
        payment_id=payment.id, amount=amount, reason=reason, requested_by_id=requested_by
    )
    if shares:
        await fetch(
            "INSERT INTO refund_items (refund_id, payment_item_id, amount)"
            " SELECT $1, * FROM unnest($2::bigint[], $3::numeric[])",
            refund.id,
            list(shares),
            list(shares.values()),
        )
    after = {
        "payment": payment.id,
        "refund": refund.id,
        "amount": str(amount),
        "reason": reason,
    }
    await audit.record("refund.requested", subject_of(payment.order_id), after=after)
    await emit(RefundRequested.of(payment, amount=amount, refund_id=refund.id, reason=reason))
    return refund


async def money_returned(order: Order, payment: Payment) -> None:
    """Enter that money of a locked payment has gone back, and take what it had bought."""
    status = await _rewrite(payment)
    if await bought_with(order.id) == payment.id:
        await orders.mark_refunded(order, status, payment.id)


async def money_restored(order: Order, payment: Payment) -> None:
    """Enter that money which had gone back is here again, and give what it had bought."""
    status = await _rewrite(payment)
    if await bought_with(order.id) == payment.id:
        await orders.mark_restored(order, status, payment.id)


async def standing_changed(payment: Payment) -> None:
    """Enter that a dispute holds a locked payment, or lets go of it."""
    await _rewrite(payment)


async def bought_with(order_id: int) -> int | None:
    """Name the payment that bought an order. One that came too late bought nothing."""
    rows = await fetch(
        "SELECT (after->>'payment')::bigint AS payment_id FROM audit_log"
        " WHERE subject = $1 AND action = 'order.paid' ORDER BY id DESC LIMIT 1",
        subject_of(order_id),
    )
    return rows[0]["payment_id"] if rows else None


async def _rewrite(payment: Payment) -> OrderStatus:
    """Add up a payment; return what an order is that it bought."""
    current_transaction()
    [sums] = await fetch(SUMS, payment.id, list(OPEN_DISPUTES))
    whole = sums["is_lost"] or sums["gone"] == payment.amount
    status = _status(whole, sums["gone"])
    standing = PaymentStatus.DISPUTED if sums["is_disputed"] else status
    if standing is not payment.status:
        payment.move_to(standing)
        await payment.save(update_fields=["status"])
    items = await fetch(SPREAD, payment.id, whole)
    if await bought_with(payment.order_id) == payment.id:
        await library.revoke([item["order_item_id"] for item in items if item["is_gone"]])
        await library.restore([item["order_item_id"] for item in items if not item["is_gone"]])
    return OrderStatus.PAID if status is PaymentStatus.SUCCESSFUL else OrderStatus(status.value)


def _status(whole: bool, gone: Decimal) -> PaymentStatus:
    if whole:
        return PaymentStatus.REFUNDED
    return PaymentStatus.PARTIALLY_REFUNDED if gone else PaymentStatus.SUCCESSFUL
