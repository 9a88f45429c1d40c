"""What happened to an order, in a reader's words."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from cinema.money import written
from cinema.orders.models import OrderStatus
from cinema.orders.schemas import Happening, OrderOut, TimelineEntry
from cinema.payments.advice import recommendation

STEPS: Mapping[Happening, tuple[str, str]] = {
    "created": ("good", "Order placed"),
    "checkout_opened": ("", "Payment page opened"),
    "payment_failed": ("bad", "A payment was declined"),
    "paid": ("good", "Paid"),
    "paid_in_vain": ("bad", "A payment of {amount} arrived that this order cannot use"),
    "canceled": ("bad", "Canceled"),
    "expired": ("bad", "Expired without a payment"),
    "refund_requested": ("", "A refund of {amount} was asked for"),
    "refunded": ("good", "{amount} refunded"),
    "refund_failed": ("bad", "The refund of {amount} did not arrive; we are looking into it"),
    "disputed": ("bad", "The bank is looking into the payment"),
    "dispute_closed": ("", "The bank has decided"),
}
WITH_REASON = frozenset({"canceled", "paid_in_vain"})
VERDICTS = {
    "won": "the payment stands",
    "lost": "the payment was taken back",
    "warning_closed": "the payment stands",
    "prevented": "the payment stands",
}
"""Stripe's words for how a dispute ended."""
RETURNING: Mapping[Happening, str] = {
    "paid_in_vain": "The payment that arrived is on its way back to your card.",
    "refund_requested": "The payment that arrived is on its way back to your card.",
    "refunded": "The payment that arrived was paid back to your card.",
    "refund_failed": "The payment that arrived could not be paid back yet; we are looking into it.",
}


@dataclass(frozen=True, slots=True)
class Step:
    """A line of the timeline; without a time it is still to come."""

    kind: str
    text: str
    at: datetime | None = None
    more: str = ""


def steps(order: OrderOut) -> list[Step]:
    """Tell what happened to an order, the oldest first, and what it waits for."""
    told = [_step(entry, order.currency) for entry in order.timeline]
    if order.status is OrderStatus.PENDING:
        told.append(Step("next", "Waiting for the payment"))
    return told


def failure(order: OrderOut) -> str | None:
    """Say why the last try to pay failed, while the order can still be paid."""
    if order.status is not OrderStatus.PENDING:
        return None
    declines = [entry for entry in order.timeline if entry.what == "payment_failed"]
    if not declines:
        return None
    return f"The payment did not go through. {recommendation(declines[-1].detail)}".strip()


def charged(order: OrderOut) -> str:
    """Say what became of the money of an order that was not paid in time."""
    moves = [RETURNING[entry.what] for entry in order.timeline if entry.what in RETURNING]
    return moves[-1] if moves else "Nothing was charged."


def _step(entry: TimelineEntry, currency: str) -> Step:
    kind, text = STEPS[entry.what]
    if entry.amount is not None:
        text = text.format(amount=written(entry.amount, currency))
    return Step(kind, text, entry.at, _more(entry))


def _more(entry: TimelineEntry) -> str:
    if entry.what == "payment_failed":
        return recommendation(entry.detail)
    if entry.what == "dispute_closed":
        return _sentence(VERDICTS.get(entry.detail, ""))
    return _sentence(entry.detail) if entry.what in WITH_REASON else ""


def _sentence(text: str) -> str:
    return f"{text[:1].upper()}{text[1:]}." if text else ""
