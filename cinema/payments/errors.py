from cinema.errors import Conflict, InvalidRequest, NotFound


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


class NothingToRefund(Conflict):
    code, title = "nothing_to_refund", "There is nothing left to pay back"


class RefundTooLarge(Conflict):
    """`remaining` is what can still be paid back."""

    code, title = "refund_too_large", "That is more than is left of the payment"


class AmountNotPayable(InvalidRequest):
    code, title = "amount_not_payable", "The currency has no such small coin"


class RefundInProgress(Conflict):
    code, title = "refund_pending", "The refund is on its way already"


class RefundWindowOver(Conflict):
    code, title = "refund_window_over", "The time to give films back is over"


class MovieWatched(Conflict):
    """`movie_ids` names the movies."""

    code, title = "movie_watched", "A film that was watched cannot be given back"


class PaymentIsDisputed(Conflict):
    code, title = "payment_disputed", "The bank is looking into this payment"
