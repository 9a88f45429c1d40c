from decimal import Decimal

from cinema.events import STAFF, Event, user_topic


class OrderEvent(Event):
    order_id: int
    user_id: int

    def topics(self) -> tuple[str, ...]:
        return (user_topic(self.user_id), STAFF)


class OrderCreated(OrderEvent):
    type = "order.created"
    total: Decimal
    currency: str


class OrderPaid(OrderEvent):
    type = "order.paid"
    total: Decimal
    currency: str


class OrderCanceled(OrderEvent):
    type = "order.canceled"
    reason: str


class OrderExpired(OrderEvent):
    type = "order.expired"


class OrderRefunded(OrderEvent):
    """Money of the order went back; `status` says whether all of it."""

    type = "order.refunded"
    status: str


class OrderRestored(OrderEvent):
    """A refund did not arrive, or a dispute was won: what it took is the buyer's again."""

    type = "order.restored"
    status: str
