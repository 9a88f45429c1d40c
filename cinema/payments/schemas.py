from datetime import datetime
from decimal import Decimal
from typing import Annotated

from pydantic import BaseModel, ConfigDict, Field, StringConstraints

from cinema.money import Amount
from cinema.payments.models import PaymentStatus, RefundStatus

Reason = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=255)]


class CheckoutOut(BaseModel):
    checkout_url: str
    expires_at: datetime
    """Until when the order can be paid."""


class PaymentItemOut(BaseModel):
    movie_id: int
    name: str
    price: Decimal


class PaymentOut(BaseModel):
    id: int
    order_id: int
    created_at: datetime
    amount: Decimal
    currency: str
    status: PaymentStatus
    failure_code: str
    recommendation: str
    """What to do about a decline; empty otherwise."""
    items: list[PaymentItemOut]


class OrderRefund(BaseModel):
    """What a buyer gives back: the movies of `items`, or without it all that is left."""

    model_config = ConfigDict(extra="forbid")

    reason: Reason
    items: list[int] | None = Field(default=None, min_length=1, max_length=1000)


class PaymentRefund(BaseModel):
    """A sum that staff pays back; without it all that is left.

    A part takes no movie away; what is the last of a payment takes all of them.
    """

    model_config = ConfigDict(extra="forbid")

    reason: Reason
    amount: Annotated[Amount, Field(gt=0)] | None = None


class RefundOut(BaseModel):
    """Money on its way back; access goes when `status` is `succeeded`."""

    id: int
    payment_id: int
    order_id: int
    amount: Decimal
    currency: str
    status: RefundStatus
    reason: str
    failure_reason: str
    created_at: datetime
    closed_at: datetime | None


class RefundableItem(BaseModel):
    """`amount` is what giving the movie back would bring; zero where it went back already."""

    movie_id: int
    name: str
    amount: Decimal
    is_watched: bool


class RefundOffer(BaseModel):
    """What can be given back of an order; `refusal` says why nothing can, in a sentence."""

    remaining: Decimal
    refusal: str
    until: datetime | None
    items: list[RefundableItem]
    refunds: list[RefundOut]
