"""Money going back: asked for at Stripe between two transactions, entered by Stripe's word.

A refund may also be made at Stripe itself, or be heard of before the answer to our request is
stored. However it comes, it is one row.
"""

from cinema import audit
from cinema.database import atomic, fetch
from cinema.orders.models import Order
from cinema.orders.timeline import subject_of
from cinema.outbox import emit, top_of_log
from cinema.payments import ledger, service
from cinema.payments.events import PaymentRefunded, RefundAccepted, RefundEvent, RefundFailed
from cinema.payments.models import (
    REFUND_TRANSITIONS,
    Payment,
    Refund,
    RefundStatus,
)
from cinema.payments.stripe import RefundState, StripeDenied, StripeGateway, StripeRefused

OF_STRIPE = {
    "pending": RefundStatus.PENDING,
    "requires_action": RefundStatus.PENDING,
    "succeeded": RefundStatus.SUCCEEDED,
    "failed": RefundStatus.FAILED,
    "canceled": RefundStatus.FAILED,
}
MADE_THERE = "refunded at Stripe"
KEY_KEPT = "12 hours"
"""How long we trust an idempotency key; Stripe forgets one after 24 hours."""


async def carry_out(gateway: StripeGateway, refund_id: int) -> None:
    """Ask Stripe for a requested refund; the key makes a repeat return the first one."""
    refund = await Refund.get(id=refund_id).prefetch_related("payment")
    intent_id = refund.payment.external_payment_id
    if refund.status is not RefundStatus.REQUESTED or intent_id is None:
        return
    state = await _asked_before(gateway, refund.id, intent_id)
    key = f"refund:{(await top_of_log()).epoch}:{refund.id}"
    try:
        state = state or await gateway.create_refund(
            intent_id, refund.amount, refund.payment.currency, key
        )
    except StripeDenied:
        raise
    except StripeRefused as error:
        await _refuse(refund.id, str(error))
    else:
        await enter(refund.id, state)


async def _asked_before(
    gateway: StripeGateway, refund_id: int, intent_id: str
) -> RefundState | None:
    """Find what became of a request whose key Stripe may have forgotten."""
    old = await fetch(
        f"SELECT FROM refunds WHERE id = $1 AND created_at < now() - interval '{KEY_KEPT}'",
        refund_id,
    )
    made = await gateway.refunds(intent_id=intent_id) if old else []
    return next((state for state in made if _ours(state) == refund_id), None)


async def hear(gateway: StripeGateway, external_refund_id: str) -> None:
    """Enter a refund of which Stripe has told something."""
    await take_in(gateway, await gateway.get_refund(external_refund_id))


async def hear_all(gateway: StripeGateway, intent_id: str) -> None:
    """Enter every refund of a payment."""
    for state in await gateway.refunds(intent_id=intent_id):
        await take_in(gateway, state)


async def take_in(gateway: StripeGateway, state: RefundState) -> None:
    """Enter a refund wherever it was made; one of another shop's payment is left alone."""
    if not state.payment_intent:
        return
    if await ledger.settled_payment(state.payment_intent) is None:
        # The refund was heard of before its payment.
        await service.settle(await gateway.get_intent(state.payment_intent))
    await _adopt(state)


@atomic
async def enter(refund_id: int, state: RefundState) -> None:
    """Write down how a refund stands at Stripe; again it changes nothing."""
    refund = await Refund.get(id=refund_id)
    order, payment = await ledger.lock_books(refund.payment_id)
    await _enter(order, payment, await Refund.get(id=refund_id), state)


@atomic
async def _adopt(state: RefundState) -> None:
    known = await ledger.settled_payment(state.payment_intent)
    if known is None:
        return
    order, payment = await ledger.lock_books(known.id)
    await _enter(order, payment, await _row_of(payment, state), state)


async def _row_of(payment: Payment, state: RefundState) -> Refund:
    """Find the row of a refund by its name or ours, or make it; the books are locked."""
    row = await Refund.filter(external_refund_id=state.id).first()
    if row is None and (ours := _ours(state)) is not None:
        row = await Refund.filter(
            id=ours, payment_id=payment.id, amount=state.amount, external_refund_id=None
        ).first()
    return row or await Refund.create(payment_id=payment.id, amount=state.amount, reason=MADE_THERE)


def _ours(state: RefundState) -> int | None:
    """Return the number that our key gave a refund: `refund:{epoch}:{number}`."""
    kind, _, rest = state.key.partition(":")
    number = rest.rpartition(":")[2]
    known = kind == "refund" and number.isascii() and number.isdigit() and len(number) <= 18
    return int(number) if known else None


async def _enter(order: Order, payment: Payment, refund: Refund, state: RefundState) -> None:
    before, status = refund.status, OF_STRIPE[state.status]
    # What Stripe itself has called failed stays so: a later word can only be an older one.
    is_final = before is RefundStatus.FAILED and refund.external_refund_id is not None
    if is_final or status not in REFUND_TRANSITIONS[before]:
        return
    refund.external_refund_id = state.id
    await _move(refund, status, state.failure_reason)
    if status is RefundStatus.SUCCEEDED:
        await _returned(order, payment, refund)
    elif status is RefundStatus.FAILED:
        await _failed(order, payment, refund, was_returned=before is RefundStatus.SUCCEEDED)
    else:
        await _record("refund.accepted", payment, refund)
        await _tell(RefundAccepted, payment, refund)


@atomic
async def _refuse(refund_id: int, why: str) -> None:
    """Enter that Stripe would not make a refund."""
    refund = await Refund.get(id=refund_id)
    order, payment = await ledger.lock_books(refund.payment_id)
    refund = await Refund.get(id=refund_id)
    if refund.status is RefundStatus.REQUESTED:
        await _move(refund, RefundStatus.FAILED, why)
        await _failed(order, payment, refund, was_returned=False)


async def _move(refund: Refund, status: RefundStatus, failure_reason: str) -> None:
    refund.move_to(status)
    refund.failure_reason = failure_reason[:64] if status is RefundStatus.FAILED else ""
    await refund.save(update_fields=["status", "external_refund_id", "failure_reason"])
    await fetch(
        "UPDATE refunds SET closed_at = CASE WHEN status IN ('succeeded', 'failed') THEN now() END"
        " WHERE id = $1",
        refund.id,
    )


async def _returned(order: Order, payment: Payment, refund: Refund) -> None:
    await ledger.money_returned(order, payment)
    await _record("payment.refunded", payment, refund)
    await _tell(PaymentRefunded, payment, refund)


async def _failed(order: Order, payment: Payment, refund: Refund, *, was_returned: bool) -> None:
    if was_returned:
        await ledger.money_restored(order, payment)
    await _record("refund.failed", payment, refund, reason=refund.failure_reason)
    await _tell(RefundFailed, payment, refund, failure_reason=refund.failure_reason)


async def _record(action: str, payment: Payment, refund: Refund, **more: str) -> None:
    after = {"payment": payment.id, "refund": refund.id, "amount": str(refund.amount), **more}
    await audit.record(action, subject_of(payment.order_id), after=after)


async def _tell(event: type[RefundEvent], payment: Payment, refund: Refund, **more: str) -> None:
    about = {"amount": refund.amount, "refund_id": refund.id, "reason": refund.reason}
    await emit(event.of(payment, **about, **more))
