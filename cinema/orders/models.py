from collections.abc import Mapping
from enum import StrEnum

from tortoise import fields
from tortoise.fields.db_defaults import Now
from tortoise.models import Model

from cinema.accounts.models import User
from cinema.catalogue.models import Movie
from cinema.orders.errors import InvalidTransition


class OrderStatus(StrEnum):
    PENDING = "pending"
    PAID = "paid"
    CANCELED = "canceled"
    EXPIRED = "expired"
    PARTIALLY_REFUNDED = "partially_refunded"
    REFUNDED = "refunded"


TRANSITIONS: Mapping[OrderStatus, frozenset[OrderStatus]] = {
    OrderStatus.PENDING: frozenset({OrderStatus.PAID, OrderStatus.CANCELED, OrderStatus.EXPIRED}),
    OrderStatus.PAID: frozenset({OrderStatus.PARTIALLY_REFUNDED, OrderStatus.REFUNDED}),
    # Back again: a bank may return a refund that it had taken.
    OrderStatus.PARTIALLY_REFUNDED: frozenset({OrderStatus.PAID, OrderStatus.REFUNDED}),
    OrderStatus.REFUNDED: frozenset({OrderStatus.PAID, OrderStatus.PARTIALLY_REFUNDED}),
    OrderStatus.CANCELED: frozenset(),
    # A payment that comes late revives the order where its movies can still be sold.
    OrderStatus.EXPIRED: frozenset({OrderStatus.PAID}),
}


class Order(Model):
    id = fields.BigIntField(primary_key=True)
    user: fields.ForeignKeyRelation[User] = fields.ForeignKeyField(
        "cinema.User", related_name="orders", on_delete=fields.RESTRICT
    )
    user_id: int
    status = fields.CharEnumField(OrderStatus, max_length=24, default=OrderStatus.PENDING)
    currency = fields.CharField(max_length=3)
    total_amount = fields.DecimalField(max_digits=10, decimal_places=2)
    expires_at = fields.DatetimeField()
    created_at = fields.DatetimeField(db_default=Now())
    paid_at = fields.DatetimeField(null=True)
    closed_at = fields.DatetimeField(null=True)
    items: fields.ReverseRelation["OrderItem"]

    class Meta:
        table = "orders"

    def move_to(self, status: OrderStatus) -> None:
        """Change the status or refuse with InvalidTransition: the only place that assigns it."""
        if status not in TRANSITIONS[self.status]:
            raise InvalidTransition(f"An order that is {self.status} cannot become {status}.")
        self.status = status


class OrderItem(Model):
    """A movie as it was sold: name and price are snapshots."""

    id = fields.BigIntField(primary_key=True)
    order: fields.ForeignKeyRelation[Order] = fields.ForeignKeyField(
        "cinema.Order", related_name="items", on_delete=fields.RESTRICT
    )
    order_id: int
    movie: fields.ForeignKeyRelation[Movie] = fields.ForeignKeyField(
        "cinema.Movie", related_name="order_items", on_delete=fields.RESTRICT
    )
    movie_id: int
    movie_name = fields.CharField(max_length=250)
    price_at_order = fields.DecimalField(max_digits=10, decimal_places=2)

    class Meta:
        table = "order_items"
        unique_together = (("order", "movie"),)
