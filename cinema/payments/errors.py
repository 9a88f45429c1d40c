from cinema.errors import Conflict, NotFound


class AmountTooSmall(Conflict):
    code, title = "amount_too_small", "The total is below what can be charged"


class OrderWithdrawn(Conflict):
    """A movie of the order is no longer on sale, so the order was canceled before any payment."""

    code, title = "order_withdrawn", "A movie of the order is no longer on sale"


class AlreadyPaid(Conflict):
    code, title = "order_already_paid", "The order is paid; ask for a refund"


class WebhooksOff(NotFound):
    pass


class PaymentNotFound(NotFound):
    code, title = "payment_not_found", "There is no such payment"


class WebhookEventNotFound(NotFound):
    code, title = "webhook_event_not_found", "There is no such event of Stripe's"


class WebhookEventHandled(Conflict):
    code, title = "webhook_event_handled", "The event has been handled already"
