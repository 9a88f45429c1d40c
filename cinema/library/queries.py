from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime

from pydantic import BaseModel

from cinema.database import fetch


@dataclass(frozen=True, slots=True)
class Holding:
    """What a user has of a movie: the movie itself, or an open order for it."""

    purchased: bool = False
    order_id: int | None = None


class PurchaseOut(BaseModel):
    movie_id: int
    uuid: str
    name: str
    year: int
    time: int
    genres: list[str]
    poster: str
    purchased_at: datetime


async def holdings(user_id: int, movie_ids: Collection[int]) -> dict[int, Holding]:
    """Return what the user has of these movies; what is not named is nothing. One statement."""
    rows = await fetch(
        "SELECT movie_id, true AS purchased, NULL::bigint AS order_id FROM purchases"
        " WHERE user_id = $1 AND movie_id = ANY($2::bigint[]) AND revoked_at IS NULL"
        " UNION ALL SELECT p.movie_id, false, i.order_id FROM pending_items p"
        " JOIN order_items i ON i.id = p.order_item_id"
        " WHERE p.user_id = $1 AND p.movie_id = ANY($2::bigint[])",
        user_id,
        list(movie_ids),
    )
    found: dict[int, Holding] = {}
    for row in rows:
        before = found.get(row["movie_id"], Holding())
        found[row["movie_id"]] = Holding(
            purchased=before.purchased or row["purchased"],
            order_id=row["order_id"] or before.order_id,
        )
    return found


async def list_purchases(user_id: int, limit: int, offset: int) -> tuple[list[PurchaseOut], int]:
    """Return a page of the user's library, newest first, and its whole size."""
    [counted] = await fetch(
        "SELECT count(*) AS n FROM purchases WHERE user_id = $1 AND revoked_at IS NULL", user_id
    )
    rows = await fetch(
        "SELECT p.movie_id, m.uuid::text AS uuid, m.name, m.year, m.time, p.purchased_at,"
        "       ARRAY(SELECT g.name FROM movies_genres r JOIN genres g ON g.id = r.genre_id"
        "             WHERE r.movie_id = m.id ORDER BY g.name) AS genres"
        "  FROM purchases p JOIN movies m ON m.id = p.movie_id"
        " WHERE p.user_id = $1 AND p.revoked_at IS NULL"
        " ORDER BY p.purchased_at DESC, p.id DESC LIMIT $2 OFFSET $3",
        user_id,
        limit,
        offset,
    )
    items = [PurchaseOut(**row, poster=f"/posters/{row['uuid']}.svg") for row in rows]
    return items, counted["n"]
