import json
from typing import Any

from cinema.database import fetch
from cinema.payments.advice import recommendation
from cinema.payments.errors import PaymentNotFound
from cinema.payments.models import PaymentStatus
from cinema.payments.schemas import PaymentOut

PAYMENTS = """
SELECT p.id, p.order_id, p.created_at, p.amount, p.currency, p.status, p.failure_code,
       (SELECT json_agg(json_build_object('movie_id', i.movie_id, 'name', i.movie_name,
                                          'price', i.price_at_order::text) ORDER BY i.id)
          FROM order_items i WHERE i.order_id = p.order_id) AS items
  FROM payments p
"""


async def list_payments(user_id: int, limit: int, offset: int) -> tuple[list[PaymentOut], int]:
    """Return a page of the user's payments, newest first, and how many there are."""
    [counted] = await fetch("SELECT count(*) AS n FROM payments WHERE user_id = $1", user_id)
    rows = await fetch(
        PAYMENTS + " WHERE p.user_id = $1 ORDER BY p.id DESC LIMIT $2 OFFSET $3",
        user_id,
        limit,
        offset,
    )
    return [_payment(row) for row in rows], counted["n"]


async def list_payments_before(
    user_id: int, payment_id: int | None, limit: int
) -> list[PaymentOut]:
    rows = await fetch(
        PAYMENTS + " WHERE p.user_id = $1 AND p.id < $2 ORDER BY p.id DESC LIMIT $3",
        user_id,
        payment_id or 2**62,
        limit,
    )
    return [_payment(row) for row in rows]


async def get_payment(user_id: int, payment_id: int) -> PaymentOut:
    rows = await fetch(PAYMENTS + " WHERE p.id = $1 AND p.user_id = $2", payment_id, user_id)
    if not rows:
        raise PaymentNotFound
    return _payment(rows[0])


async def payments_of_order(user_id: int, order_id: int) -> list[PaymentOut]:
    """Return what was paid or tried for one order, newest first."""
    rows = await fetch(
        PAYMENTS + " WHERE p.order_id = $1 AND p.user_id = $2 ORDER BY p.id DESC", order_id, user_id
    )
    return [_payment(row) for row in rows]


async def unsettled_sessions(limit: int) -> list[str]:
    """Name the open Stripe sessions that have been quiet for two minutes, the oldest first."""
    rows = await fetch(
        "SELECT session_id FROM checkouts WHERE status = 'open' AND session_id IS NOT NULL"
        " AND created_at < now() - interval '2 minutes' ORDER BY id LIMIT $1",
        limit,
    )
    return [row["session_id"] for row in rows]


def _payment(row: dict[str, Any]) -> PaymentOut:
    items = json.loads(row.pop("items") or "[]")
    failed = row["status"] == PaymentStatus.FAILED
    advice = recommendation(row["failure_code"]) if failed else ""
    return PaymentOut(**row, items=items, recommendation=advice)
