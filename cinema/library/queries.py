from collections.abc import Collection
from dataclasses import dataclass
from typing import Any

from cinema.catalogue.links import POSTER
from cinema.database import fetch
from cinema.library.errors import NotInLibrary, VideoMissing
from cinema.library.schemas import ProgressOut, PurchaseOut


@dataclass(frozen=True, slots=True)
class Holding:
    """What a user has of a movie: the movie itself, or an open order for it."""

    purchased: bool = False
    order_id: int | None = None


WATCHED_SECONDS = 600
WATCHED_SHARE = 0.1
"""A movie counts as watched from ten minutes or from a tenth of it on, whichever comes first.

Then it is no longer given back for the asking: what a trailer shows may be seen, and a wrong
film or a false start be noticed, but no third of a film enjoyed.
"""
NEARLY_OVER = 0.95
"""The share of a movie from which on it is not offered to be gone on with."""
RESUMED = 12
"""How many movies stand in the row of those to go on with."""

# What a player said of its length, or else what the catalogue says.
LENGTH = "(CASE WHEN w.duration > 0 THEN w.duration ELSE m.time * 60 END)"
PURCHASES = f"""
SELECT p.movie_id, m.uuid::text AS uuid, m.name, m.year, m.time, p.purchased_at,
       {POSTER} AS poster, m.video_key IS NOT NULL AS has_video,
       ARRAY(SELECT g.name FROM movies_genres r JOIN genres g ON g.id = r.genre_id
              WHERE r.movie_id = m.id ORDER BY g.name) AS genres,
       w.position, w.duration, w.version, w.updated_at
  FROM purchases p JOIN movies m ON m.id = p.movie_id
  LEFT JOIN watch_progress w ON w.user_id = p.user_id AND w.movie_id = p.movie_id
 WHERE p.user_id = $1 AND p.revoked_at IS NULL
"""  # noqa: S608 - composed of constants


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
    window = "ORDER BY p.purchased_at DESC, p.id DESC LIMIT $2 OFFSET $3"
    rows = await fetch(f"{PURCHASES} {window}", user_id, limit, offset)
    return [_purchase(row) for row in rows], counted["n"]


async def list_resumable(user_id: int) -> list[PurchaseOut]:
    """Return the movies that the user is in the midst of, the one last watched first."""
    rows = await fetch(
        f"{PURCHASES} AND m.video_key IS NOT NULL AND w.position > 0"
        f" AND w.position < {NEARLY_OVER} * {LENGTH} ORDER BY w.updated_at DESC LIMIT $2",
        user_id,
        RESUMED,
    )
    return [_purchase(row) for row in rows]


async def get_purchase(user_id: int, movie_id: int) -> PurchaseOut:
    """Return one movie of the user's library; raises NotInLibrary."""
    rows = await fetch(f"{PURCHASES} AND p.movie_id = $2", user_id, movie_id)
    if not rows:
        raise NotInLibrary
    return _purchase(rows[0])


async def find_video(user_id: int, movie_id: int) -> str:
    """Return the key of a movie that the user owns; raises NotInLibrary, VideoMissing."""
    rows = await fetch(
        "SELECT m.video_key FROM purchases p JOIN movies m ON m.id = p.movie_id"
        " WHERE p.user_id = $1 AND p.movie_id = $2 AND p.revoked_at IS NULL",
        user_id,
        movie_id,
    )
    if not rows:
        raise NotInLibrary
    if rows[0]["video_key"] is None:
        raise VideoMissing
    return str(rows[0]["video_key"])


async def watched(user_id: int, movie_ids: Collection[int]) -> set[int]:
    """Name those of the movies that the user has watched, by WATCHED_SECONDS and WATCHED_SHARE."""
    rows = await fetch(
        "SELECT w.movie_id FROM watch_progress w JOIN movies m ON m.id = w.movie_id"  # noqa: S608
        " WHERE w.user_id = $1 AND w.movie_id = ANY($2::bigint[])"
        f" AND w.furthest >= least({WATCHED_SECONDS}, ceil({WATCHED_SHARE} * {LENGTH}))",
        user_id,
        list(movie_ids),
    )
    return {row["movie_id"] for row in rows}


def _purchase(row: dict[str, Any]) -> PurchaseOut:
    names = ("position", "duration", "version", "updated_at")
    place = {name: row.pop(name) for name in names}
    progress = ProgressOut(**place) if place["version"] is not None else None
    return PurchaseOut(**row, progress=progress)
