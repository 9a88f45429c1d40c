"""What a cardholder's bank takes back by itself, entered as it stands at Stripe."""

from typing import Any

from cinema import audit
from cinema.database import atomic, fetch
from cinema.orders.models import Order
from cinema.orders.timeline import subject_of
from cinema.outbox import emit
from cinema.payments import ledger, service
from cinema.payments.events import DisputeClosed, PaymentDisputed
from cinema.payments.models import Dispute, Payment
from cinema.payments.stripe import DisputeState, StripeGateway

CLOSED = frozenset({"won", "lost", "warning_closed", "prevented"})
"""Stripe's words for a dispute that is decided."""


async def hear(gateway: StripeGateway, external_dispute_id: str) -> None:
    """Enter a dispute of which Stripe has told something."""
    await take_in(gateway, await gateway.get_dispute(external_dispute_id))


async def take_in(gateway: StripeGateway, state: DisputeState) -> None:
    """Enter a dispute as it is now; one of another shop's payment is left alone."""
    if not state.payment_intent:
        return
    if await ledger.settled_payment(state.payment_intent) is None:
        # The dispute was heard of before its payment.
        await service.settle(await gateway.get_intent(state.payment_intent))
    await _enter(state)


@atomic
async def _enter(state: DisputeState) -> None:
    known = await ledger.settled_payment(state.payment_intent)
    if known is None:
        return
    order, payment = await ledger.lock_books(known.id)
    dispute = await Dispute.filter(external_dispute_id=state.id).first()
    before = dispute.status if dispute else ""
    # A closed dispute is not opened again: a later word of that can only be an older one.
    if before == state.status or (before in CLOSED and state.status not in CLOSED):
        return
    if dispute is None:
        dispute = await Dispute.create(
            payment_id=payment.id,
            external_dispute_id=state.id,
            amount=state.amount,
            reason=state.reason,
            status=state.status,
        )
        await _opened(payment, dispute)
    await _move(order, payment, dispute, state.status, was_lost=before == "lost")


async def _opened(payment: Payment, dispute: Dispute) -> None:
    await _record("payment.disputed", payment, dispute, dispute.reason)
    await emit(PaymentDisputed.of(payment, **_about(dispute, dispute.status)))


async def _move(
    order: Order, payment: Payment, dispute: Dispute, status: str, *, was_lost: bool
) -> None:
    await fetch(
        "UPDATE disputes SET status = $2::text, closed_at = CASE WHEN $3 THEN now() END"
        " WHERE id = $1",
        dispute.id,
        status,
        status in CLOSED,
    )
    if status == "lost":
        await ledger.money_returned(order, payment)
    elif was_lost:
        await ledger.money_restored(order, payment)
    else:
        await ledger.standing_changed(payment)
    if status in CLOSED:
        await _record("payment.dispute_closed", payment, dispute, status)
        await emit(DisputeClosed.of(payment, **_about(dispute, status)))


async def _record(action: str, payment: Payment, dispute: Dispute, reason: str) -> None:
    after = {
        "payment": payment.id,
        "dispute": dispute.id,
        "amount": str(dispute.amount),
        "reason": reason,
    }
    await audit.record(action, subject_of(payment.order_id), after=after)


def _about(dispute: Dispute, status: str) -> dict[str, Any]:
    return {
        "amount": dispute.amount,
        "dispute_id": dispute.id,
        "status": status,
        "dispute_reason": dispute.reason,
    }
