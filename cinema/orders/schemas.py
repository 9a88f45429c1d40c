from datetime import datetime
from decimal import Decimal
from typing import Literal

from pydantic import BaseModel, ConfigDict, Field

from cinema.money import Amount
from cinema.orders.models import OrderStatus


class PlaceOrder(BaseModel):
    """What the buyer saw; where it is given, nothing else is ordered."""

    model_config = ConfigDict(extra="forbid")

    expected_total: Amount | None = None
    cart_version: int | None = Field(default=None, ge=0)


class OrderItemOut(BaseModel):
    model_config = ConfigDict(from_attributes=True)

    movie_id: int
    name: str
    price: Decimal
    poster: str


Happening = Literal[
    "created",
    "checkout_opened",
    "payment_failed",
    "paid",
    "paid_in_vain",
    "canceled",
    "expired",
    "refund_requested",
    "refunded",
    "refund_failed",
    "disputed",
    "dispute_closed",
]


class TimelineEntry(BaseModel):
    """`paid_in_vain` is a payment that the order had no use for any more; it goes back."""

    at: datetime
    what: Happening
    amount: Decimal | None = None
    """What moved, where it need not be the whole of the order."""
    detail: str = ""
    """Why: a reason, Stripe's decline code, or how a dispute ended."""


class OrderOut(BaseModel):
    id: int
    status: OrderStatus
    currency: str
    total_amount: Decimal
    created_at: datetime
    expires_at: datetime
    paid_at: datetime | None
    closed_at: datetime | None
    items: list[OrderItemOut]
    timeline: list[TimelineEntry]


class ExcludedMovie(BaseModel):
    movie_id: int
    name: str
    reason: str


class PlacedOrder(BaseModel):
    order: OrderOut
    excluded: list[ExcludedMovie]
