"""Money on its way back: what tests ask of the counter, of Stripe and of the books."""

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from cinema.catalogue.models import Movie
from cinema.database import fetch
from cinema.payments.service import settle
from cinema.payments.stripe import StripeGateway
from cinema.roles import Role
from cinema.settings import Settings
from tests.accounts_factory import bearer, make_user
from tests.conftest import Client, resources_of
from tests.factories import make_movie
from tests.house import PAYS, Buyer, pay, run_jobs, simulator
from tests.payments.till import at_stripe, attempt_of

EVERYTHING = """
SELECT o.status::text AS "order", p.status::text AS payment,
       (SELECT array_agg(i.movie_id ORDER BY i.id) FROM purchases q
          JOIN order_items i ON i.id = q.order_item_id
         WHERE i.order_id = o.id AND q.revoked_at IS NULL) AS owned,
       (SELECT array_agg(r.amount || ' ' || r.status ORDER BY r.id) FROM refunds r
         WHERE r.payment_id = p.id) AS refunds,
       (SELECT sum(refunded_amount) FROM payment_items WHERE payment_id = p.id) AS on_items
  FROM orders o JOIN payments p ON p.order_id = o.id WHERE o.id = $1
"""


@dataclass
class Sale:
    """An order of two movies, 9.99 and 5.00, that was paid."""

    order_id: int
    movies: list[Movie]
    intent: str
    payment_id: int

    @property
    def ids(self) -> list[int]:
        return [movie.id for movie in self.movies]


async def sell(buyer: Buyer, gateway: StripeGateway, settings: Settings, card: str = PAYS) -> Sale:
    """Sell two movies while Stripe tells us nothing by itself; what it did is looked up."""
    await simulator(settings, "/_faults", {"drop_webhooks": True})
    movies = [await make_movie(price=Decimal(price)) for price in ("9.99", "5.00")]
    await buyer.add(*[movie.id for movie in movies])
    order_id = await buyer.order()
    assert await pay(await buyer.checkout(order_id), card) == 303
    session_id = (await attempt_of(order_id)).session_id
    session = await gateway.get_session(str(session_id))
    intent = str(session.payment_intent)
    await settle(await gateway.get_intent(intent))
    await run_jobs(resources_of(buyer.client))
    [row] = await fetch("SELECT id FROM payments WHERE order_id = $1", order_id)
    return Sale(order_id, movies, intent, row["id"])


async def state_of(sale: Sale) -> dict[str, Any]:
    [row] = await fetch(EVERYTHING, sale.order_id)
    return row


def untouched(sale: Sale) -> dict[str, Any]:
    """Return the books of a sale of which nothing went back."""
    return {
        "order": "paid", "payment": "successful", "owned": sale.ids, "refunds": None,
        "on_items": Decimal("0.00"),
    }  # fmt: skip


def taken_back(refunds: Sequence[str] | None) -> dict[str, Any]:
    """Return the books of a sale of which everything went back."""
    return {
        "order": "refunded", "payment": "refunded", "owned": None,
        "refunds": list(refunds) if refunds else None, "on_items": Decimal("14.99"),
    }  # fmt: skip


async def make_staff(client: Client, settings: Settings) -> Buyer:
    user = await make_user(Role.MODERATOR)
    return Buyer(client, user, await bearer(user, settings))


async def told_of(settings: Settings, intent: str, *kinds: str) -> list[dict[str, Any]]:
    """Return the events that Stripe has about a payment, the oldest first, by their kinds."""
    listed = await at_stripe(settings, "/v1/events", limit="100")
    return [
        event
        for event in reversed(listed["data"])
        if event["data"]["object"].get("payment_intent") == intent
        and event["type"].startswith(kinds)
    ]


async def bells(user_id: int) -> list[str]:
    rows = await fetch("SELECT kind FROM notifications WHERE user_id = $1 ORDER BY id", user_id)
    return [row["kind"] for row in rows]


async def counted(name: str, table: str = "outbox", column: str = "type") -> int:
    [row] = await fetch(f"SELECT count(*) AS n FROM {table} WHERE {column} = $1", name)
    return int(row["n"])
