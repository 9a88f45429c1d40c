"""What happened to an order, told from its rows of the audit log.

Everything about an order, its payments and its refunds is written down under the order's own
subject, so that one look at the index finds all of it in the order in which it was committed.
"""

from collections.abc import Mapping, Sequence
from decimal import Decimal
from typing import Any

from cinema.orders.schemas import Happening, TimelineEntry

STORY = """(SELECT json_agg(json_build_object('at', l.at, 'action', l.action, 'after', l.after)
                        ORDER BY l.id)
          FROM audit_log l WHERE l.subject = 'order:' || o.id)"""
"""The rows about the order `o`, the oldest first, as one JSON value."""

TOLD: Mapping[str, Happening] = {
    "order.created": "created",
    "checkout.opened": "checkout_opened",
    "payment.failed": "payment_failed",
    "order.paid": "paid",
    "payment.succeeded": "paid_in_vain",
    "order.canceled": "canceled",
    "order.expired": "expired",
    "refund.requested": "refund_requested",
    "payment.refunded": "refunded",
    "refund.failed": "refund_failed",
    "payment.disputed": "disputed",
    "payment.dispute_closed": "dispute_closed",
}
"""The acts that a buyer is told of. The others follow from one of these in the same moment, or
are the staff's business."""


def subject_of(order_id: int) -> str:
    """Name an order in the audit log."""
    return f"order:{order_id}"


def told(rows: Sequence[Mapping[str, Any]] | None) -> list[TimelineEntry]:
    """Tell the rows of STORY to the buyer."""
    return [
        _entry(TOLD[row["action"]], row["at"], row["after"] or {})
        for row in rows or ()
        if row["action"] in TOLD
    ]


def _entry(what: Happening, at: Any, after: Mapping[str, Any]) -> TimelineEntry:
    amount = after.get("amount")
    return TimelineEntry(
        at=at,
        what=what,
        amount=None if amount is None else Decimal(amount),
        detail=str(after.get("reason") or ""),
    )
