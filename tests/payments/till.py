"""Behind the counter: orders without HTTP, Stripe's own view, and what one sale leaves behind."""

import json
import time
from collections.abc import Sequence
from decimal import Decimal
from typing import Any

import aiohttp

from cinema.cart import service as cart
from cinema.database import fetch
from cinema.devstack.stripe.webhooks import sign
from cinema.orders import service as orders
from cinema.orders.schemas import PlaceOrder
from cinema.payments.models import Checkout
from cinema.payments.stripe import IntentState
from cinema.settings import Settings
from tests.conftest import Client
from tests.factories import make_movie
from tests.house import Buyer, pay, simulator

SECRET = "whsec_test"


async def place(user_id: int, *movie_ids: int, lifetime_minutes: float = 30.0) -> int:
    """Order these movies and no others as the handlers do, and return the order's id."""
    await cart.clear(user_id)
    for movie_id in movie_ids:
        await cart.add_movie(user_id, movie_id)
    placed = await orders.place_order(
        user_id, PlaceOrder(), currency="usd", lifetime_minutes=lifetime_minutes
    )
    return placed.order.id


def intent_of(order_id: int, amount: str = "9.99", **changes: Any) -> IntentState:
    """Return a payment of an order as Stripe reports it once it has succeeded."""
    values: dict[str, Any] = {
        "id": f"pi_{order_id}",
        "status": "succeeded",
        "amount": Decimal(amount),
        "currency": "usd",
        "order_id": order_id,
        "failure_code": "",
        "livemode": False,
    }
    return IntentState(**(values | changes))


async def opened(buyer: Buyer, *movie_ids: int) -> tuple[int, str]:
    """Order movies and open the page to pay them."""
    await buyer.add(*movie_ids or ((await make_movie()).id,))
    order_id = await buyer.order()
    return order_id, await buyer.checkout(order_id)


async def begin(order_id: int) -> Checkout:
    """Begin an attempt to pay an order, as far as it goes without Stripe."""
    [row] = await fetch(
        "INSERT INTO checkouts (order_id, attempt, idempotency_key, expires_at)"
        " VALUES ($1::bigint, 1, 'till:' || $1::bigint, now() + interval '40 minutes')"
        " RETURNING id",
        order_id,
    )
    return await Checkout.get(id=row["id"])


async def pay_unheard(settings: Settings, buyer: Buyer, *movie_ids: int) -> int:
    """Order movies and pay while every webhook is lost; return the order's id."""
    await simulator(settings, "/_faults", {"drop_webhooks": True})
    await buyer.add(*movie_ids)
    order_id = await buyer.order()
    assert await pay(await buyer.checkout(order_id)) == 303
    return order_id


async def end_time(order_id: int) -> None:
    """Let the time of an order be over."""
    await fetch(
        "UPDATE orders SET expires_at = now() - interval '1 second' WHERE id = $1", order_id
    )


async def attempt_of(order_id: int) -> Checkout:
    found = await Checkout.filter(order_id=order_id).order_by("-attempt").first()
    assert found is not None
    return found


async def at_stripe(settings: Settings, path: str, **params: str) -> Any:
    """Ask Stripe itself, as the owner of the account."""
    headers = {"Authorization": f"Bearer {settings.stripe_api_key.get_secret_value()}"}
    async with (
        aiohttp.ClientSession() as session,
        session.get(settings.stripe_api_url + path, params=params, headers=headers) as response,
    ):
        return await response.json()


async def events_of(settings: Settings, order_id: int) -> dict[str, dict[str, Any]]:
    """Return the events that Stripe has about an order, by type."""
    key = (await attempt_of(order_id)).idempotency_key
    listed = await at_stripe(settings, "/v1/events", limit="100")
    return {event["type"]: event for event in listed["data"] if key in json.dumps(event)}


async def knock(
    client: Client,
    event: Any,
    *,
    secrets: Sequence[str] = (SECRET,),
    age: float = 0,
    signature: str | None = None,
) -> int:
    """Post an event (or raw bytes) to the webhook and return the status of the answer."""
    body = event if isinstance(event, bytes) else json.dumps(event).encode()
    signed = sign(body, int(time.time() - age), secrets) if secrets else ""
    headers = {"Stripe-Signature": signed if signature is None else signature}
    async with client.post("/api/v1/payments/webhook", data=body, headers=headers) as response:
        return response.status


async def refunds_asked(settings: Settings) -> int:
    """Count the refunds that Stripe was asked for since the test began."""
    path = "/_requests?route=POST%20/v1/refunds"
    async with (
        aiohttp.ClientSession() as session,
        session.get(settings.stripe_api_url + path) as response,
    ):
        return len((await response.json())["data"])


async def books(order_id: int) -> dict[str, Any]:
    """Tell everything that a payment leaves behind, counted."""
    [row] = await fetch(
        """
        SELECT o.status::text AS "order",
               (SELECT array_agg(status::text ORDER BY id) FROM payments
                 WHERE order_id = o.id) AS payments,
               (SELECT count(*) FROM purchases p JOIN order_items i ON i.id = p.order_item_id
                 WHERE i.order_id = o.id AND p.revoked_at IS NULL) AS purchases,
               (SELECT count(*) FROM refunds r JOIN payments p ON p.id = r.payment_id
                 WHERE p.order_id = o.id) AS refunds,
               (SELECT count(*) FROM audit_log
                 WHERE subject = 'order:' || o.id AND action = 'order.paid') AS audited,
               (SELECT count(*) FROM outbox WHERE type = 'order.paid'
                 AND (data->>'order_id')::bigint = o.id) AS paid_events
          FROM orders o WHERE o.id = $1
        """,
        order_id,
    )
    return row


def one_set(purchases: int = 1) -> dict[str, Any]:
    """Return the books of an order that was paid exactly once."""
    return {
        "order": "paid",
        "payments": ["successful"],
        "purchases": purchases,
        "refunds": 0,
        "audited": 1,
        "paid_events": 1,
    }


def given_back(status: str, payment: str = "successful") -> dict[str, Any]:
    """Return the books of an order whose money came too late and goes back, once."""
    return {
        "order": status,
        "payments": [payment],
        "purchases": 0,
        "refunds": 1,
        "audited": 0,
        "paid_events": 0,
    }
