"""What is said of Stripe in our own words: its objects as they are now, and its refusals."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from typing import Any

from cinema.errors import CinemaError, Unavailable


class StripeUnavailable(Unavailable):
    code, title = "stripe_unavailable", "The payment provider is out of reach; nothing was charged"


class StripeRefused(CinemaError):
    """Stripe will not do this: our request is at fault, and sending it again is in vain."""

    code, title = "payment_refused", "The payment provider refused"


class StripeUnknown(StripeRefused):
    """Stripe has no such object."""


class StripeDenied(StripeRefused):
    """Stripe does not know us: our key is at fault, and whatever was asked may be fine."""


class BadSignature(CinemaError):
    code, title = "bad_signature", "The webhook is not from Stripe"


@dataclass(frozen=True, slots=True)
class NewSession:
    """What a checkout session is made from."""

    order_id: int
    idempotency_key: str
    email: str
    currency: str
    lines: Sequence[tuple[str, Decimal]]
    expires_at: datetime


@dataclass(frozen=True, slots=True)
class SessionState:
    """A checkout session as it is now: `status` is open, complete or expired."""

    id: str
    status: str
    url: str
    expires_at: datetime
    order_id: int | None
    payment_intent: str | None


@dataclass(frozen=True, slots=True)
class IntentState:
    """A payment intent as it is now; `amount` is what was received, or was to be."""

    id: str
    status: str
    amount: Decimal
    currency: str
    order_id: int | None
    failure_code: str
    livemode: bool
    attempt: str = ""
    """The idempotency key of the checkout that it pays: no other database has it."""
    failed_charge: str = ""
    """The name of the try that failed last; empty where no bank was asked."""


@dataclass(frozen=True, slots=True)
class RefundState:
    """A refund as it is now; `key` is our own name of it, empty for one that was made there."""

    id: str
    status: str
    payment_intent: str
    amount: Decimal
    key: str = ""
    failure_reason: str = ""


@dataclass(frozen=True, slots=True)
class DisputeState:
    """A dispute as it is now; `status` is Stripe's word, as `needs_response` or `lost`."""

    id: str
    status: str
    payment_intent: str
    amount: Decimal
    reason: str


@dataclass(frozen=True, slots=True)
class VerifiedEvent:
    """What Stripe signed: an event id, its type, and the id of the object it is about."""

    id: str
    type: str
    livemode: bool
    payload: dict[str, Any]
