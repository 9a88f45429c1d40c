"""What happened while the visitor looked elsewhere."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from aiohttp import web

from cinema.http.body import path_id, read_query
from cinema.http.identity import Access, current_identity
from cinema.notifications import queries, service
from cinema.notifications.schemas import NotificationOut, NotificationQuery
from cinema.web.forms import Form
from cinema.web.listing import pager
from cinema.web.page import Context, action, page
from cinema.web.redirects import see_other

routes = web.RouteTableDef()

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
}


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
    payload = _Blank(notification.payload)
    otherwise = notification.kind.replace("_", " ").capitalize() + "."
    text = TEXTS.get(notification.kind, otherwise).format_map(payload).strip()
    link = f"/orders/{payload['order_id']}" if payload["order_id"] else None
    return Notice(notification.id, text, link, notification.created_at, notification.read_at)


@routes.get("/notifications")
@page("notifications.html", Access.USER)
async def notifications(request: web.Request) -> Context:
    """Show what the bell has rung for."""
    query = read_query(request, NotificationQuery)
    user_id = current_identity(request).user_id
    items, total = await queries.list_notifications(user_id, query)
    return {
        "notifications": [in_words(item) for item in items],
        "page": pager(request, query, total),
    }


@routes.post("/notifications/{notification_id:[0-9]{1,18}}/read")
@action()
async def read(request: web.Request, form: Form) -> web.StreamResponse:
    """Mark a notification as read."""
    user_id = current_identity(request).user_id
    await service.mark_read(user_id, path_id(request, "notification_id"))
    return see_other("/notifications")


@routes.post("/notifications/read-all")
@action()
async def read_all(request: web.Request, form: Form) -> web.StreamResponse:
    """Mark every notification as read."""
    await service.mark_all_read(current_identity(request).user_id)
    return see_other("/notifications")
