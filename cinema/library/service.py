"""Who holds which movie: claims of open orders and purchases of paid ones.

Every function here is a step of a caller's transaction.
"""

from collections.abc import Sequence
from dataclasses import dataclass

from cinema.database import current_transaction, fetch


@dataclass(frozen=True, slots=True)
class SoldItem:
    order_item_id: int
    movie_id: int


async def claim(user_id: int, items: Sequence[SoldItem]) -> set[int]:
    """Claim movies for an open order; return those that another open order already holds.

    The unique index decides: of two transactions at once the second waits and then loses.
    """
    current_transaction()
    rows = await fetch(
        "INSERT INTO pending_items (user_id, movie_id, order_item_id)"
        " SELECT $1, * FROM unnest($2::bigint[], $3::bigint[]) ORDER BY 2"
        " ON CONFLICT (user_id, movie_id) DO NOTHING RETURNING movie_id",
        user_id,
        [item.movie_id for item in items],
        [item.order_item_id for item in items],
    )
    return {item.movie_id for item in items} - {row["movie_id"] for row in rows}


async def release(order_id: int) -> None:
    """Give up the claims of an order that is no longer open."""
    current_transaction()
    await fetch(
        "DELETE FROM pending_items WHERE order_item_id IN"
        " (SELECT id FROM order_items WHERE order_id = $1)",
        order_id,
    )


async def grant(user_id: int, items: Sequence[SoldItem]) -> set[int]:
    """Enter purchases; return the movies that the user owned already."""
    current_transaction()
    rows = await fetch(
        "INSERT INTO purchases (user_id, movie_id, order_item_id)"
        " SELECT $1, * FROM unnest($2::bigint[], $3::bigint[]) ORDER BY 2"
        " ON CONFLICT (user_id, movie_id) WHERE revoked_at IS NULL DO NOTHING RETURNING movie_id",
        user_id,
        [item.movie_id for item in items],
        [item.order_item_id for item in items],
    )
    return {item.movie_id for item in items} - {row["movie_id"] for row in rows}


async def revoke(order_item_ids: Sequence[int]) -> None:
    """Take back what these items gave; again it changes nothing."""
    current_transaction()
    await fetch(
        "UPDATE purchases SET revoked_at = now()"
        " WHERE order_item_id = ANY($1::bigint[]) AND revoked_at IS NULL",
        list(order_item_ids),
    )


async def restore(order_item_ids: Sequence[int]) -> None:
    """Give back what was revoked, but for movies that their buyer has bought again since."""
    current_transaction()
    await fetch(
        "UPDATE purchases p SET revoked_at = NULL"
        " WHERE order_item_id = ANY($1::bigint[]) AND revoked_at IS NOT NULL AND NOT EXISTS ("
        "SELECT FROM purchases q WHERE q.user_id = p.user_id AND q.movie_id = p.movie_id"
        " AND q.revoked_at IS NULL)",
        list(order_item_ids),
    )
