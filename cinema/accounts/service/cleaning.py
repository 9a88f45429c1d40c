"""Removing what has expired, in batches that no visitor notices."""

from cinema.database import fetch

EXPIRED = {
    "activation_tokens": "expires_at < now()",
    "password_reset_tokens": "expires_at < now()",
    "refresh_tokens": "expires_at < now()",
    "sessions": (
        "revoked_at < now() - interval '30 days' OR (last_seen_at < now() - interval '1 day'"
        " AND NOT EXISTS (SELECT 1 FROM refresh_tokens t WHERE t.session_id = sessions.id))"
    ),
}
"""In this order: a session whose last refresh token has gone can never be used again. Revoked
ones stay for a month, so that their owner can see that they were ended."""


async def clean_expired(batch: int = 1000) -> int:
    """Delete expired tokens and dead sessions; returns how many rows went."""
    total = 0
    for table, condition in EXPIRED.items():
        removed = batch
        while removed == batch:
            [row] = await fetch(
                f"WITH old AS (SELECT id FROM {table} WHERE {condition} LIMIT $1"  # noqa: S608
                f" FOR UPDATE SKIP LOCKED), gone AS (DELETE FROM {table} USING old"
                f" WHERE {table}.id = old.id RETURNING 1) SELECT count(*)::int AS n FROM gone",
                batch,
            )
            removed = row["n"]
            total += removed
    return total
