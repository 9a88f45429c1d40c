"""What the bell rang for, in words."""

from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from typing import Any

from cinema.money import written
from cinema.notifications.schemas import NotificationOut

TEXTS = {
    "order_paid": "Order {order_id} is paid. The films are in your library.",
    "order_expired": "Order {order_id} has expired. Nothing was charged.",
    "payment_failed": "The payment of order {order_id} was declined. {recommendation}",
    "payment_refunded": "The payment of order {order_id} was refunded.",
    "dispute_lost": "Your bank took back the payment of order {order_id}. Its films are gone.",
    "payment_disputed": "The payment of order {order_id} is disputed: {reason}.",
    "dispute_closed": "The dispute about order {order_id} is closed: {status}.",
    "refund_failed": "A refund for order {order_id} failed: {reason}.",
    "payment_mismatched": "Stripe reports {received} for order {order_id}, not {expected}.",
    "comment_replied": "{actor} replied to your comment on {movie}.",
    "comment_liked": "{people} liked your comment on {movie}.",
    "comment_removed": "A moderator removed your comment on {movie}.",
    "price_dropped": "{movie} costs {now} now, instead of {before}.",
    "movie_released": "{movie} is out.",
    "movie_taken_from_carts": "{movie} is no longer sold and has left your cart.",
    "movie_delete_blocked": "{movie} was not deleted: it is in {carts} carts.",
}
LINKS = {
    "movie_taken_from_carts": "/cart",
    "movie_delete_blocked": "/staff/movies/{movie_id}",
}
SUBJECTS = (
    ("order_id", "/orders/{order_id}"),
    ("comment_id", "/comments/{comment_id}"),
    ("movie_id", "/movies/{movie_id}"),
)
"""What a notification leads to whose kind has no link of its own: the first that it names."""


@dataclass(frozen=True, slots=True)
class Notice:
    """A notification in words, and where it leads."""

    id: int
    text: str
    link: str | None
    created_at: datetime
    read_at: datetime | None


class _Blank(dict[str, Any]):
    def __missing__(self, key: str) -> str:
        return ""


def in_words(notification: NotificationOut) -> Notice:
    kind, payload = notification.kind, _Blank(notification.payload)
    payload["people"] = people(payload["actor"], payload["count"] or 1)
    if kind == "price_dropped":
        payload["now"] = written(Decimal(payload["price"]), payload["currency"])
        payload["before"] = written(Decimal(payload["old_price"]), payload["currency"])
    text = TEXTS.get(kind, kind.replace("_", " ").capitalize() + ".").format_map(payload)
    link = LINKS.get(kind) or next((link for name, link in SUBJECTS if payload[name]), None)
    return Notice(
        id=notification.id,
        text=text.strip(),
        link=link and link.format_map(payload),
        created_at=notification.created_at,
        read_at=notification.read_at,
    )


def people(last: str, count: int) -> str:
    """Name the last of so many people and count the others."""
    others = {0: "", 1: " and 1 other"}.get(count - 1, f" and {count - 1} others")
    return f"{last}{others}"
