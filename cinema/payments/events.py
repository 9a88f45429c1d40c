from decimal import Decimal

from cinema.events import STAFF, Event, user_topic


class StripeEventReceived(Event):
    """The inbox has something to work on; for jobs alone."""

    type = "stripe_event.received"
    stripe_event_id: str


class RefundRequested(Event):
    """A refund waits to be asked for at Stripe; for jobs alone."""

    type = "refund.requested"
    refund_id: int


class PaymentEvent(Event):
    payment_id: int
    order_id: int
    user_id: int
    amount: Decimal
    currency: str

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


class PaymentRefunded(PaymentEvent):
    type = "payment.refunded"
    refund_id: int
    reason: str


class PaymentMismatched(Event):
    """Stripe reports another sum than the order's: nothing is granted, staff has to look."""

    type = "payment.mismatched"
    order_id: int
    external_payment_id: str
    expected: str
    received: str

    def topics(self) -> tuple[str, ...]:
        return (STAFF,)
