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


async def unsettled_sessions(limit: int, after: int = 0) -> list[tuple[int, str]]:
    """Name the open Stripe sessions that have been quiet for two minutes, behind a checkout.

    Each is the checkout's number and the session's name, by the numbers.
    """
    rows = await fetch(
        "SELECT id, session_id FROM checkouts WHERE status = 'open' AND session_id IS NOT NULL"
        " AND created_at < now() - interval '2 minutes' AND id > $2 ORDER BY id LIMIT $1",
        limit,
        after,
    )
    return [(row["id"], row["session_id"]) for row in rows]


async def unfinished_refunds(limit: int, after: int = 0) -> list[tuple[int, str | None]]:
    """Name the refunds that Stripe has not decided for two minutes, behind one.

    Each is its number and its name at Stripe, which one that was never asked for has not.
    """
    rows = await fetch(
        "SELECT id, external_refund_id FROM refunds WHERE status IN ('requested', 'pending')"
        " AND created_at < now() - interval '2 minutes' AND id > $2 ORDER BY id LIMIT $1",
        limit,
        after,
    )
    return [(row["id"], row["external_refund_id"]) for row in rows]


async def open_disputes(limit: int, after: int = 0) -> list[tuple[int, str]]:
    """Name the disputes that are not closed, behind one: number and name at Stripe."""
    rows = await fetch(
        "SELECT id, external_dispute_id FROM disputes WHERE closed_at IS NULL AND id > $2"
        " ORDER BY id LIMIT $1",
        limit,
        after,
    )
    return [(row["id"], row["external_dispute_id"]) for row in rows]


async def known_states() -> tuple[dict[str, str], dict[str, str]]:
    """Return how the refunds and disputes of the last days stand here, by their Stripe names."""
    recent = "created_at > now() - interval '3 days'"
    refunds = await fetch(
        f"SELECT external_refund_id AS id, status FROM refunds WHERE {recent}"  # noqa: S608
    )
    disputes = await fetch("SELECT external_dispute_id AS id, status FROM disputes")
    return ({r["id"]: r["status"] for r in refunds}, {d["id"]: d["status"] for d in disputes})


def _payment(row: dict[str, Any]) -> PaymentOut:
    items = json.loads(row.pop("items") or "[]")
    failed = row["status"] == PaymentStatus.FAILED
    advice = recommendation(row["failure_code"]) if failed else ""
    return PaymentOut(**row, items=items, recommendation=advice)
