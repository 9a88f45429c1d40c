from datetime import datetime
from decimal import Decimal

from pydantic import BaseModel

from cinema.payments.models import PaymentStatus


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
