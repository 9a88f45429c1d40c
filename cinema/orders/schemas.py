from datetime import datetime
from decimal import Decimal

from pydantic import BaseModel, ConfigDict, Field

from cinema.orders.models import OrderStatus


class PlaceOrder(BaseModel):
    """What the buyer saw; where it is given, nothing else is ordered."""

    model_config = ConfigDict(extra="forbid")

    expected_total: Decimal | None = Field(default=None, ge=0, max_digits=10, decimal_places=2)
    cart_version: int | None = Field(default=None, ge=0)


class OrderItemOut(BaseModel):
    model_config = ConfigDict(from_attributes=True)

    movie_id: int
    name: str
    price: Decimal
    poster: str


class TimelineEntry(BaseModel):
    at: datetime
    what: str


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
