from decimal import Decimal
from typing import TYPE_CHECKING, Any, Self

from cinema.events import STAFF, Event, user_topic

if TYPE_CHECKING:
    from cinema.payments.models import Payment


class StripeEventReceived(Event):
    """The inbox has something to work on; for jobs alone."""

    type = "stripe_event.received"
    stripe_event_id: str


class CheckoutOpened(Event):
    """An order has a page at Stripe now; when it is used again, nothing has happened."""

    type = "checkout.opened"
    order_id: int
    user_id: int
    attempt: int

    def topics(self) -> tuple[str, ...]:
        return (user_topic(self.user_id),)


class PaymentEvent(Event):
    payment_id: int
    order_id: int
    user_id: int
    amount: Decimal
    currency: str

    @classmethod
    def of(cls, payment: "Payment", **more: Any) -> Self:
        """Tell of a payment; `more` are the event's own fields, or an amount that is not all."""
        return cls(
            **{
                "payment_id": payment.id,
                "order_id": payment.order_id,
                "user_id": payment.user_id,
                "amount": payment.amount,
                "currency": payment.currency,
            }
            | more
        )

    def topics(self) -> tuple[str, ...]:
        return (user_topic(self.user_id), STAFF)


class PaymentSucceeded(PaymentEvent):
    type = "payment.succeeded"


class PaymentFailed(PaymentEvent):
    type = "payment.failed"
    failure_code: str
    recommendation: str


class PaymentCanceled(PaymentEvent):
    type = "payment.canceled"


class RefundEvent(PaymentEvent):
    """`amount` is the refund's."""

    refund_id: int
    reason: str


class RefundRequested(RefundEvent):
    """A refund waits to be asked for at Stripe."""

    type = "refund.requested"


class RefundAccepted(RefundEvent):
    """Stripe has the refund and is not done with it."""

    type = "refund.accepted"


class PaymentRefunded(RefundEvent):
    type = "payment.refunded"


class RefundFailed(RefundEvent):
    """The money did not go back; what it had taken with it is as it was before."""

    type = "refund.failed"
    failure_reason: str


class PaymentDisputed(PaymentEvent):
    """The cardholder's bank asks for the money; `status` and `dispute_reason` are Stripe's."""

    type = "payment.disputed"
    dispute_id: int
    status: str
    dispute_reason: str


class DisputeClosed(PaymentDisputed):
    """A dispute is decided: `status` is `won`, `lost`, or what else Stripe calls an end."""

    type = "payment.dispute_closed"


class PaymentMismatched(Event):
    """Stripe reports another sum than the order's: nothing is granted, staff has to look."""

    type = "payment.mismatched"
    order_id: int
    external_payment_id: str
    expected: str
    received: str

    def topics(self) -> tuple[str, ...]:
        return (STAFF,)
