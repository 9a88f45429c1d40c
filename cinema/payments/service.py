"""The books: what Stripe says of a payment becomes rows here, once, in whatever order it comes."""

from decimal import Decimal
from typing import Any

from cinema import audit
from cinema.cart import service as cart
from cinema.database import atomic, fetch
from cinema.library.queries import holdings
from cinema.orders import service as orders
from cinema.orders.models import Order, OrderStatus
from cinema.orders.timeline import subject_of
from cinema.outbox import emit
from cinema.payments.advice import recommendation
from cinema.payments.events import (
    PaymentCanceled,
    PaymentFailed,
    PaymentMismatched,
    PaymentSucceeded,
)
from cinema.payments.ledger import write_down
from cinema.payments.models import SETTLED, Checkout, CheckoutStatus, Payment, PaymentStatus
from cinema.payments.stripe import IntentState


@atomic
async def settle(intent: IntentState) -> None:
    """Enter a payment as it stands at Stripe; entering it again changes nothing.

    The webhook's job, the success page and the reconciliation all come here, and the order's
    row lock decides who is first. What pays none of our checkouts is left alone: it belongs to
    another shop at the same account.
    """
    if intent.order_id is None:
        return
    order = await Order.filter(id=intent.order_id).select_for_update().first()
    if order is None or not await _is_ours(order, intent):
        return
    if intent.status == "succeeded":
        await _succeeded(order, intent)
    elif intent.status == "canceled":
        await _canceled(order, intent)
    elif intent.failure_code:
        await _failed(order, intent)


async def _is_ours(order: Order, intent: IntentState) -> bool:
    if not intent.attempt:
        return True
    attempt = await Checkout.filter(idempotency_key=intent.attempt).first()
    if attempt is not None and attempt.order_id != order.id:
        await _alarm(order, intent, f"a payment of order {attempt.order_id}")
    return attempt is not None and attempt.order_id == order.id


async def settle_free(order: Order) -> None:
    """Pay a locked order that costs nothing, without Stripe; a step of the caller's transaction."""
    payment = await Payment.create(
        user_id=order.user_id, order_id=order.id, amount=Decimal(0), currency=order.currency
    )
    await _enter_success(order, payment)
    await orders.mark_paid(order, payment.id)


async def _succeeded(order: Order, intent: IntentState) -> None:
    if (intent.amount, intent.currency) != (order.total_amount, order.currency):
        await _alarm(order, intent, f"{intent.amount} {intent.currency}")
        return
    payment = await _payment(order, intent)
    if payment.status in SETTLED:
        return
    await _enter_success(order, payment)
    if refusal := await _refusal(order):
        after = {"amount": str(payment.amount), "reason": refusal}
        await _record("payment.succeeded", payment, after)
        if order.status is OrderStatus.PENDING:
            await orders.mark_canceled(order, refusal)
        await write_down(payment, payment.amount, refusal)
    else:
        await orders.mark_paid(order, payment.id)


async def _refusal(order: Order) -> str:
    """Say why the money for an order has to go back; empty where it buys what it was for."""
    # The cart is the lock of what a buyer claims: no order for the same movies can begin now.
    await cart.lock(order.user_id)
    movie_ids = [item.movie_id for item in await orders.items_of(order.id)]
    if order.status is OrderStatus.PENDING:
        held = await holdings(order.user_id, movie_ids)
        owned = any(one.purchased for one in held.values())
        return "a movie of the order was bought already" if owned else ""
    revived = order.status is OrderStatus.EXPIRED and await _can_revive(order, movie_ids)
    return "" if revived else f"the order was {order.status}"


async def _can_revive(order: Order, movie_ids: list[int]) -> bool:
    """Tell whether a late payment may still buy what the expired order was for."""
    sellable = await fetch(
        "SELECT id FROM movies WHERE id = ANY($1::bigint[]) AND is_available"
        " AND deleted_at IS NULL ORDER BY id FOR SHARE",
        movie_ids,
    )
    return len(sellable) == len(movie_ids) and not await holdings(order.user_id, movie_ids)


async def _enter_success(order: Order, payment: Payment) -> None:
    payment.move_to(PaymentStatus.SUCCESSFUL)
    await payment.save(update_fields=["status"])
    await fetch(
        "INSERT INTO payment_items (payment_id, order_item_id, price_at_payment)"
        " SELECT $1, id, price_at_order FROM order_items WHERE order_id = $2",
        payment.id,
        order.id,
    )
    await fetch(
        "UPDATE checkouts SET status = $2 WHERE order_id = $1 AND status IN ('creating', 'open')",
        order.id,
        CheckoutStatus.COMPLETED,
    )
    await emit(PaymentSucceeded.of(payment))


async def _failed(order: Order, intent: IntentState) -> None:
    """Enter a decline, once each. A payment that succeeded meanwhile stays so."""
    payment = await _payment(order, intent)
    if payment.status is PaymentStatus.PENDING:
        payment.move_to(PaymentStatus.FAILED)
    elif payment.status is not PaymentStatus.FAILED or await _is_known(payment, intent):
        return
    payment.failure_code = intent.failure_code
    await payment.save(update_fields=["status", "failure_code"])
    after = {"reason": intent.failure_code, "charge": intent.failed_charge}
    await _record("payment.failed", payment, after)
    await emit(
        PaymentFailed.of(
            payment,
            failure_code=intent.failure_code,
            recommendation=recommendation(intent.failure_code),
        )
    )


async def _is_known(payment: Payment, intent: IntentState) -> bool:
    """Tell whether a decline was entered: by its charge, or by its code where no bank was asked."""
    if not intent.failed_charge:
        return payment.failure_code == intent.failure_code
    known = await fetch(
        "SELECT FROM audit_log WHERE subject = $1 AND action = 'payment.failed'"
        " AND after->>'charge' = $2",
        subject_of(payment.order_id),
        intent.failed_charge,
    )
    return bool(known)


async def _record(action: str, payment: Payment, after: dict[str, Any]) -> None:
    await audit.record(action, subject_of(payment.order_id), after={"payment": payment.id, **after})


async def _canceled(order: Order, intent: IntentState) -> None:
    payment = await Payment.filter(external_payment_id=intent.id).first()
    if payment is None or payment.status not in {PaymentStatus.PENDING, PaymentStatus.FAILED}:
        return
    payment.move_to(PaymentStatus.CANCELED)
    await payment.save(update_fields=["status"])
    await _record("payment.canceled", payment, {})
    await emit(PaymentCanceled.of(payment))


async def _payment(order: Order, intent: IntentState) -> Payment:
    """Find the payment of an intent or make it; the order's lock keeps a second one away."""
    payment, _ = await Payment.get_or_create(
        external_payment_id=intent.id,
        defaults={
            "user_id": order.user_id,
            "order_id": order.id,
            "amount": order.total_amount,
            "currency": order.currency,
        },
    )
    return payment


async def _alarm(order: Order, intent: IntentState, received: str) -> None:
    expected = f"{order.total_amount} {order.currency}"
    subject = subject_of(order.id)
    known = await fetch(
        "SELECT 1 FROM audit_log WHERE subject = $1 AND action = 'payment.mismatched'"
        " AND after->>'intent' = $2",
        subject,
        intent.id,
    )
    if known:
        return
    after = {"expected": expected, "received": received, "intent": intent.id}
    await audit.record("payment.mismatched", subject, after=after)
    await emit(
        PaymentMismatched(
            order_id=order.id,
            external_payment_id=intent.id,
            expected=expected,
            received=received,
        )
    )
