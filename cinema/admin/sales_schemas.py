from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from typing import Self

from pydantic import BaseModel, ConfigDict, Field, model_validator

from cinema.http.pagination import PageQuery
from cinema.orders.models import OrderStatus
from cinema.payments.models import PaymentStatus

LONGEST_PERIOD = 366
"""Days that one set of figures may span: a leap year."""
DEFAULT_PERIOD = 30


class SalesQuery(PageQuery):
    """What staff looks for: whose, and of which days, both of them included, in UTC."""

    user_id: int | None = Field(default=None, ge=1, lt=2**63)
    email: str | None = Field(
        default=None, min_length=3, max_length=254, description="The whole address."
    )
    since: date | None = Field(default=None, alias="from")
    until: date | None = Field(default=None, alias="to")


class OrderSearch(SalesQuery):
    status: OrderStatus | None = None


class PaymentSearch(SalesQuery):
    status: PaymentStatus | None = None


class PeriodQuery(BaseModel):
    """The days of the figures, both included, in UTC; the last 30 where none are named."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    since: date = Field(
        default_factory=lambda: datetime.now(UTC).date() - timedelta(days=DEFAULT_PERIOD - 1),
        alias="from",
    )
    until: date = Field(default_factory=lambda: datetime.now(UTC).date(), alias="to")

    @model_validator(mode="after")
    def _in_order(self) -> Self:
        if not timedelta(0) <= self.until - self.since < timedelta(days=LONGEST_PERIOD):
            raise ValueError(f"`from` comes before `to`, at most {LONGEST_PERIOD} days.")
        return self


class StaffOrderOut(BaseModel):
    id: int
    user_id: int
    email: str
    status: OrderStatus
    total_amount: Decimal
    currency: str
    items: int
    created_at: datetime
    paid_at: datetime | None
    closed_at: datetime | None


class StaffPaymentOut(BaseModel):
    id: int
    order_id: int
    user_id: int
    email: str
    status: PaymentStatus
    amount: Decimal
    refunded: Decimal
    """What has gone back, or is on its way back."""
    currency: str
    failure_code: str
    external_payment_id: str | None
    created_at: datetime


class Revenue(BaseModel):
    gross: Decimal
    """What was charged in these days."""
    refunded: Decimal
    """What went back of it, whenever that was."""
    net: Decimal


class DayOfSales(BaseModel):
    day: date
    orders: int
    """Placed on that day."""
    revenue: Decimal
    """Charged on that day."""


class BestSeller(BaseModel):
    movie_id: int
    name: str
    sold: int
    revenue: Decimal


class StatsOut(BaseModel):
    model_config = ConfigDict(serialize_by_alias=True)

    since: date = Field(serialization_alias="from")
    until: date = Field(serialization_alias="to")
    currency: str
    revenue: Revenue
    orders: dict[OrderStatus, int]
    success_rate: Decimal | None
    """The share of the orders of these days that were paid, of those no longer open; 0 to 1."""
    best_sellers: list[BestSeller]
    days: list[DayOfSales]
