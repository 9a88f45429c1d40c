"""What the domains above accounts hold about a person, for its export and its erasure."""

import json
from functools import partial
from typing import Any

from cinema.accounts.personal_data import ERASERS, EXPORTERS
from cinema.database import fetch

EXPORTS = {
    "cart": (
        "SELECT m.id AS movie_id, m.name, i.added_at FROM carts c"
        " JOIN cart_items i ON i.cart_id = c.id JOIN movies m ON m.id = i.movie_id"
        " WHERE c.user_id = $1 ORDER BY i.id"
    ),
    "comments": (
        "SELECT id, movie_id, parent_id, text, created_at, edited_at, deleted_at FROM comments"
        " WHERE user_id = $1 ORDER BY id"
    ),
    "reactions": (
        "SELECT movie_id, value::text, created_at FROM movie_reactions"
        " WHERE user_id = $1 ORDER BY id"
    ),
    "ratings": (
        "SELECT movie_id, value, created_at FROM movie_ratings WHERE user_id = $1 ORDER BY id"
    ),
    "favorites": "SELECT movie_id, created_at FROM favorites WHERE user_id = $1 ORDER BY id",
    "comment_likes": (
        "SELECT comment_id, created_at FROM comment_likes WHERE user_id = $1 ORDER BY id"
    ),
    "reports": (
        "SELECT comment_id, reason, created_at FROM comment_reports WHERE user_id = $1 ORDER BY id"
    ),
    "orders": (
        "SELECT o.id, o.status::text, o.currency, o.total_amount::text, o.created_at, o.paid_at,"
        " o.closed_at, (SELECT json_agg(json_build_object('movie', i.movie_name,"
        " 'price', i.price_at_order::text) ORDER BY i.id) FROM order_items i"
        " WHERE i.order_id = o.id)::text AS items FROM orders o WHERE o.user_id = $1 ORDER BY o.id"
    ),
    "payments": (
        "SELECT id, order_id, amount::text, currency, status::text, external_payment_id,"
        " created_at FROM payments WHERE user_id = $1 ORDER BY id"
    ),
    "purchases": (
        "SELECT p.movie_id, m.name, p.purchased_at, p.revoked_at FROM purchases p"
        " JOIN movies m ON m.id = p.movie_id WHERE p.user_id = $1 ORDER BY p.id"
    ),
    "watching": (
        "SELECT w.movie_id, m.name, w.position, w.duration, w.furthest, w.updated_at"
        " FROM watch_progress w JOIN movies m ON m.id = w.movie_id WHERE w.user_id = $1"
        " ORDER BY w.id"
    ),
    "notifications": (
        "SELECT kind, (payload - 'folded')::text AS payload, read_at, created_at"
        " FROM notifications WHERE user_id = $1 ORDER BY id"
    ),
    "notification_settings": (
        "SELECT kind, in_app, email FROM notification_settings WHERE user_id = $1 ORDER BY id"
    ),
}
JSON_COLUMNS = {"items", "payload"}
ERASURES = (
    "DELETE FROM cart_items USING carts c WHERE cart_id = c.id AND c.user_id = $1",
    "DELETE FROM notifications WHERE user_id = $1",
    "DELETE FROM notification_settings WHERE user_id = $1",
    "DELETE FROM watch_progress WHERE user_id = $1",
    "DELETE FROM idempotency_keys WHERE user_id = $1",
)
"""Comments stay without a name, as a letter to the editor does; votes and favourites are taken
back one by one by a job that follows, since each of them moves a counter; orders, payments and
purchases stay because books must be kept."""


def register_personal_data() -> None:
    """Let accounts show and erase what the other domains know; twice is as once."""
    for name, sql in EXPORTS.items():
        EXPORTERS[name] = partial(_rows, sql)
    ERASERS["admin"] = _erase


async def _rows(sql: str, user_id: int) -> list[dict[str, Any]]:
    rows = await fetch(sql, user_id)
    for row in rows:
        for name in JSON_COLUMNS & row.keys():
            row[name] = json.loads(row[name] or "null")
    return rows


async def _erase(user_id: int) -> None:
    for sql in ERASURES:
        await fetch(sql, user_id)
