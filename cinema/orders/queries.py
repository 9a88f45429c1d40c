import json
from typing import Any

from cinema.catalogue.links import POSTER
from cinema.database import fetch
from cinema.orders.errors import OrderNotFound
from cinema.orders.schemas import OrderItemOut, OrderOut
from cinema.orders.timeline import STORY, told

ORDERS = f"""
SELECT o.id, o.status, o.currency, o.total_amount, o.created_at, o.expires_at, o.paid_at,
       o.closed_at, {STORY} AS story,
       (SELECT json_agg(json_build_object('movie_id', i.movie_id, 'name', i.movie_name,
                                          'price', i.price_at_order::text,
                                          'poster', {POSTER})
                        ORDER BY i.id)
          FROM order_items i JOIN movies m ON m.id = i.movie_id WHERE i.order_id = o.id) AS items
  FROM orders o
"""  # noqa: S608 - composed of constants


async def list_orders(user_id: int, limit: int, offset: int) -> tuple[list[OrderOut], int]:
    """Return a page of the user's orders, newest first, and how many there are."""
    [counted] = await fetch("SELECT count(*) AS n FROM orders WHERE user_id = $1", user_id)
    rows = await fetch(
        ORDERS + " WHERE o.user_id = $1 ORDER BY o.id DESC LIMIT $2 OFFSET $3",
        user_id,
        limit,
        offset,
    )
    return [_order(row) for row in rows], counted["n"]


async def list_orders_before(user_id: int, order_id: int | None, limit: int) -> list[OrderOut]:
    """Return the user's orders that are older than one, newest first."""
    rows = await fetch(
        ORDERS + " WHERE o.user_id = $1 AND o.id < $2 ORDER BY o.id DESC LIMIT $3",
        user_id,
        order_id or 2**62,
        limit,
    )
    return [_order(row) for row in rows]


async def get_order(user_id: int, order_id: int) -> OrderOut:
    """Return one's own order; another's is OrderNotFound, as one that does not exist."""
    rows = await fetch(ORDERS + " WHERE o.id = $1 AND o.user_id = $2", order_id, user_id)
    if not rows:
        raise OrderNotFound
    return _order(rows[0])


async def due_orders(limit: int, after: int = 0) -> list[int]:
    """Name the pending orders behind one whose time is over, by their numbers."""
    rows = await fetch(
        "SELECT id FROM orders WHERE status = 'pending' AND expires_at <= now() AND id > $2"
        " ORDER BY id LIMIT $1",
        limit,
        after,
    )
    return [row["id"] for row in rows]


def _order(row: dict[str, Any]) -> OrderOut:
    items = json.loads(row.pop("items") or "[]")
    story = json.loads(row.pop("story") or "[]")
    return OrderOut(**row, items=[OrderItemOut(**item) for item in items], timeline=told(story))
