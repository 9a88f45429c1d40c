"""Money going back: asked for at Stripe between two transactions, entered once."""

from cinema.database import atomic
from cinema.outbox import emit, top_of_log
from cinema.payments.events import PaymentRefunded
from cinema.payments.models import Payment, PaymentStatus, Refund, RefundStatus
from cinema.payments.stripe import RefundState, StripeGateway

OF_STRIPE = {
    "pending": RefundStatus.PENDING,
    "requires_action": RefundStatus.PENDING,
    "succeeded": RefundStatus.SUCCEEDED,
    "failed": RefundStatus.FAILED,
    "canceled": RefundStatus.FAILED,
}


async def carry_out(gateway: StripeGateway, refund_id: int) -> None:
    """Ask Stripe for a requested refund; the key makes a repeat return the first one."""
    refund = await Refund.get(id=refund_id).prefetch_related("payment")
    intent_id = refund.payment.external_payment_id
    if refund.status is not RefundStatus.REQUESTED or intent_id is None:
        return
    state = await gateway.create_refund(
        intent_id,
        refund.amount,
        refund.payment.currency,
        f"refund:{(await top_of_log()).epoch}:{refund.id}",
    )
    await enter(refund.id, state)


@atomic
async def enter(refund_id: int, state: RefundState) -> None:
    """Write down how a refund stands at Stripe; again it changes nothing."""
    refund = await Refund.filter(id=refund_id).select_for_update().get()
    status = OF_STRIPE[state.status]
    if refund.status is status:
        return
    refund.move_to(status)
    refund.external_refund_id = state.id
    await refund.save(update_fields=["status", "external_refund_id"])
    if status is RefundStatus.SUCCEEDED:
        await _returned(refund)


async def _returned(refund: Refund) -> None:
    payment = await Payment.filter(id=refund.payment_id).select_for_update().get()
    whole = refund.amount == payment.amount
    payment.move_to(PaymentStatus.REFUNDED if whole else PaymentStatus.PARTIALLY_REFUNDED)
    await payment.save(update_fields=["status"])
    await emit(
        PaymentRefunded(
            payment_id=payment.id,
            order_id=payment.order_id,
            user_id=payment.user_id,
            amount=refund.amount,
            currency=payment.currency,
            refund_id=refund.id,
            reason=refund.reason,
        )
    )


async def find(external_refund_id: str) -> Refund | None:
    return await Refund.filter(external_refund_id=external_refund_id).first()
