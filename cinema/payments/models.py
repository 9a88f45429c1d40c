from collections.abc import Mapping
from enum import StrEnum
from typing import Any

from tortoise import fields
from tortoise.fields.db_defaults import Now
from tortoise.models import Model

from cinema.accounts.models import User
from cinema.orders.errors import InvalidTransition
from cinema.orders.models import Order, OrderItem


class PaymentStatus(StrEnum):
    PENDING = "pending"
    SUCCESSFUL = "successful"
    CANCELED = "canceled"
    FAILED = "failed"
    PARTIALLY_REFUNDED = "partially_refunded"
    REFUNDED = "refunded"
    DISPUTED = "disputed"


PAYMENT_TRANSITIONS: Mapping[PaymentStatus, frozenset[PaymentStatus]] = {
    PaymentStatus.PENDING: frozenset(
        {PaymentStatus.SUCCESSFUL, PaymentStatus.FAILED, PaymentStatus.CANCELED}
    ),
    PaymentStatus.FAILED: frozenset({PaymentStatus.SUCCESSFUL, PaymentStatus.CANCELED}),
    PaymentStatus.SUCCESSFUL: frozenset(
        {PaymentStatus.PARTIALLY_REFUNDED, PaymentStatus.REFUNDED, PaymentStatus.DISPUTED}
    ),
    # Back again: a bank may return a refund, and a dispute end as if it had never been.
    PaymentStatus.PARTIALLY_REFUNDED: frozenset(
        {PaymentStatus.SUCCESSFUL, PaymentStatus.REFUNDED, PaymentStatus.DISPUTED}
    ),
    PaymentStatus.REFUNDED: frozenset(
        {PaymentStatus.SUCCESSFUL, PaymentStatus.PARTIALLY_REFUNDED, PaymentStatus.DISPUTED}
    ),
    PaymentStatus.DISPUTED: frozenset(
        {PaymentStatus.SUCCESSFUL, PaymentStatus.PARTIALLY_REFUNDED, PaymentStatus.REFUNDED}
    ),
    PaymentStatus.CANCELED: frozenset(),
}
SETTLED = frozenset(
    {
        PaymentStatus.SUCCESSFUL,
        PaymentStatus.PARTIALLY_REFUNDED,
        PaymentStatus.REFUNDED,
        PaymentStatus.DISPUTED,
    }
)
"""The money has come in; what came of it later does not make it come in again."""


class CheckoutStatus(StrEnum):
    CREATING = "creating"
    OPEN = "open"
    COMPLETED = "completed"
    EXPIRED = "expired"
    REJECTED = "rejected"


CHECKOUT_TRANSITIONS: Mapping[CheckoutStatus, frozenset[CheckoutStatus]] = {
    CheckoutStatus.CREATING: frozenset(
        {
            CheckoutStatus.OPEN,
            CheckoutStatus.COMPLETED,
            CheckoutStatus.EXPIRED,
            CheckoutStatus.REJECTED,
        }
    ),
    CheckoutStatus.OPEN: frozenset({CheckoutStatus.COMPLETED, CheckoutStatus.EXPIRED}),
    CheckoutStatus.COMPLETED: frozenset(),
    CheckoutStatus.EXPIRED: frozenset({CheckoutStatus.COMPLETED}),
    CheckoutStatus.REJECTED: frozenset(),
}


class RefundStatus(StrEnum):
    REQUESTED = "requested"
    PENDING = "pending"
    SUCCEEDED = "succeeded"
    FAILED = "failed"


REFUND_TRANSITIONS: Mapping[RefundStatus, frozenset[RefundStatus]] = {
    RefundStatus.REQUESTED: frozenset(
        {RefundStatus.PENDING, RefundStatus.SUCCEEDED, RefundStatus.FAILED}
    ),
    RefundStatus.PENDING: frozenset({RefundStatus.SUCCEEDED, RefundStatus.FAILED}),
    RefundStatus.SUCCEEDED: frozenset({RefundStatus.FAILED}),
    # One that was refused here, and is found at Stripe all the same.
    RefundStatus.FAILED: frozenset({RefundStatus.PENDING, RefundStatus.SUCCEEDED}),
}


class Checkout(Model):
    """One attempt to pay an order: a session at Stripe under our own idempotency key."""

    id = fields.BigIntField(primary_key=True)
    order: fields.ForeignKeyRelation[Order] = fields.ForeignKeyField(
        "cinema.Order", related_name="checkouts", on_delete=fields.RESTRICT
    )
    order_id: int
    attempt = fields.IntField()
    idempotency_key = fields.CharField(max_length=64, unique=True)
    session_id = fields.CharField(max_length=255, null=True, unique=True)
    url = fields.TextField(default="")
    expires_at = fields.DatetimeField()
    status = fields.CharEnumField(CheckoutStatus, max_length=16, default=CheckoutStatus.CREATING)
    created_at = fields.DatetimeField(db_default=Now())

    class Meta:
        table = "checkouts"
        unique_together = (("order", "attempt"),)

    def move_to(self, status: CheckoutStatus) -> None:
        if status not in CHECKOUT_TRANSITIONS[self.status]:
            raise InvalidTransition(f"A checkout that is {self.status} cannot become {status}.")
        self.status = status


class Payment(Model):
    id = fields.BigIntField(primary_key=True)
    user: fields.ForeignKeyRelation[User] = fields.ForeignKeyField(
        "cinema.User", related_name="payments", on_delete=fields.RESTRICT
    )
    user_id: int
    order: fields.ForeignKeyRelation[Order] = fields.ForeignKeyField(
        "cinema.Order", related_name="payments", on_delete=fields.RESTRICT
    )
    order_id: int
    amount = fields.DecimalField(max_digits=10, decimal_places=2)
    currency = fields.CharField(max_length=3)
    status = fields.CharEnumField(PaymentStatus, max_length=24, default=PaymentStatus.PENDING)
    external_payment_id = fields.CharField(max_length=255, null=True, unique=True)
    failure_code = fields.CharField(max_length=64, default="")
    created_at = fields.DatetimeField(db_default=Now())

    class Meta:
        table = "payments"

    def move_to(self, status: PaymentStatus) -> None:
        if status not in PAYMENT_TRANSITIONS[self.status]:
            raise InvalidTransition(f"A payment that is {self.status} cannot become {status}.")
        self.status = status


class PaymentItem(Model):
    id = fields.BigIntField(primary_key=True)
    payment: fields.ForeignKeyRelation[Payment] = fields.ForeignKeyField(
        "cinema.Payment", related_name="items", on_delete=fields.RESTRICT
    )
    payment_id: int
    order_item: fields.ForeignKeyRelation[OrderItem] = fields.ForeignKeyField(
        "cinema.OrderItem", related_name="payment_items", on_delete=fields.RESTRICT
    )
    order_item_id: int
    price_at_payment = fields.DecimalField(max_digits=10, decimal_places=2)
    refunded_amount = fields.DecimalField(max_digits=10, decimal_places=2, default=0)

    class Meta:
        table = "payment_items"
        unique_together = (("payment", "order_item"),)


class Refund(Model):
    id = fields.BigIntField(primary_key=True)
    payment: fields.ForeignKeyRelation[Payment] = fields.ForeignKeyField(
        "cinema.Payment", related_name="refunds", on_delete=fields.RESTRICT
    )
    payment_id: int
    amount = fields.DecimalField(max_digits=10, decimal_places=2)
    reason = fields.CharField(max_length=255)
    status = fields.CharEnumField(RefundStatus, max_length=16, default=RefundStatus.REQUESTED)
    external_refund_id = fields.CharField(max_length=255, null=True, unique=True)
    requested_by: fields.ForeignKeyNullableRelation[User] = fields.ForeignKeyField(
        "cinema.User", related_name="refunds_requested", null=True, on_delete=fields.RESTRICT
    )
    failure_reason = fields.CharField(max_length=64, default="")
    created_at = fields.DatetimeField(db_default=Now())
    closed_at = fields.DatetimeField(null=True)

    class Meta:
        table = "refunds"

    def move_to(self, status: RefundStatus) -> None:
        if status not in REFUND_TRANSITIONS[self.status]:
            raise InvalidTransition(f"A refund that is {self.status} cannot become {status}.")
        self.status = status


class WebhookEvent(Model):
    """The inbox: what Stripe told us, once per event id, worked on by a job."""

    id = fields.BigIntField(primary_key=True)
    stripe_event_id = fields.CharField(max_length=255, unique=True)
    type = fields.CharField(max_length=64)
    payload: dict[str, Any] = fields.JSONField()
    received_at = fields.DatetimeField(db_default=Now())
    handled_at = fields.DatetimeField(null=True)
    attempts = fields.IntField(default=0)
    error = fields.TextField(default="")

    class Meta:
        table = "webhook_events"


class RefundItem(Model):
    """The part of a refund that falls on one item of the payment."""

    id = fields.BigIntField(primary_key=True)
    refund: fields.ForeignKeyRelation[Refund] = fields.ForeignKeyField(
        "cinema.Refund", related_name="items", on_delete=fields.RESTRICT
    )
    refund_id: int
    payment_item: fields.ForeignKeyRelation[PaymentItem] = fields.ForeignKeyField(
        "cinema.PaymentItem", related_name="refund_items", on_delete=fields.RESTRICT
    )
    payment_item_id: int
    amount = fields.DecimalField(max_digits=10, decimal_places=2)

    class Meta:
        table = "refund_items"
        unique_together = (("refund", "payment_item"),)


class Dispute(Model):
    """A cardholder's bank asks for the money back; `status` is Stripe's own word for it."""

    id = fields.BigIntField(primary_key=True)
    payment: fields.ForeignKeyRelation[Payment] = fields.ForeignKeyField(
        "cinema.Payment", related_name="disputes", on_delete=fields.RESTRICT
    )
    payment_id: int
    external_dispute_id = fields.CharField(max_length=255, unique=True)
    amount = fields.DecimalField(max_digits=10, decimal_places=2)
    reason = fields.CharField(max_length=64, default="")
    status = fields.CharField(max_length=32)
    opened_at = fields.DatetimeField(db_default=Now())
    closed_at = fields.DatetimeField(null=True)

    class Meta:
        table = "disputes"
