"""Whether the counters are what their rows say, and how they become it again.

Looked at in batches, each in one statement and so at one moment: a house at work is not found
wrong. Comments come first, since a movie's comments are counted by their threads.
"""

from collections.abc import AsyncIterator
from dataclasses import dataclass

from cinema.audit import record
from cinema.database import atomic, fetch
from cinema.outbox import emit
from cinema.social.events import FavoritesChanged, RatingChanged, ReactionChanged

BATCH = 2000

COUNTED = {
    "comment": """
        SELECT c.id, c.likes, c.replies, t.* FROM comments c CROSS JOIN LATERAL (
               SELECT (SELECT count(*) FROM comment_likes WHERE comment_id = c.id) AS true_likes,
                      (SELECT count(*) FROM comments r
                        WHERE r.parent_id = c.id AND r.deleted_at IS NULL) AS true_replies) t""",
    "movie": """
        SELECT c.id, c.likes, c.dislikes, c.favorites, c.comments, c.rating_sum, c.rating_count,
               t.*, r.*
          FROM movies c CROSS JOIN LATERAL (
               SELECT (SELECT count(*) FROM movie_reactions
                        WHERE movie_id = c.id AND value = 'like') AS true_likes,
                      (SELECT count(*) FROM movie_reactions
                        WHERE movie_id = c.id AND value = 'dislike') AS true_dislikes,
                      (SELECT count(*) FROM favorites WHERE movie_id = c.id) AS true_favorites,
                      (SELECT coalesce(sum((deleted_at IS NULL)::int + replies), 0) FROM comments
                        WHERE movie_id = c.id AND parent_id IS NULL) AS true_comments) t
               CROSS JOIN LATERAL (
               SELECT coalesce(sum(value), 0) AS true_rating_sum, count(*) AS true_rating_count
                 FROM movie_ratings WHERE movie_id = c.id) r""",
}
TABLES = {"comment": "comments", "movie": "movies"}


@dataclass(frozen=True, slots=True)
class WrongCounters:
    """A comment or a movie; each counter with what it says and what its rows say."""

    kind: str
    id: int
    said: dict[str, int]
    counted: dict[str, int]

    def __str__(self) -> str:
        parts = (f"{name} {self.said[name]} for {n}" for name, n in self.counted.items())
        return f"{self.kind} {self.id}: {', '.join(parts)}"


async def wrong_counters() -> AsyncIterator[WrongCounters]:
    """Compare every counter with its rows; yields what differs, nothing in a healthy house."""
    for kind, counted in COUNTED.items():
        last = 0
        while True:
            rows = await fetch(f"{counted} WHERE c.id > $1 ORDER BY c.id LIMIT $2", last, BATCH)
            for row in rows:
                if (found := _wrong(kind, row)) is not None:
                    yield found
            if len(rows) < BATCH:
                break
            last = rows[-1]["id"]


def _wrong(kind: str, row: dict[str, int]) -> WrongCounters | None:
    counted = {
        name.removeprefix("true_"): int(n) for name, n in row.items() if name.startswith("true_")
    }
    differing = {name: n for name, n in counted.items() if row[name] != n}
    if not differing:
        return None
    return WrongCounters(kind, row["id"], {name: row[name] for name in differing}, differing)


@atomic
async def repair_counters(kind: str, id: int) -> WrongCounters | None:
    """Set the counters of a comment or a movie to what its rows say, and write it down.

    Returns what was wrong; None where it has come right, or has gone, in the meantime.
    """
    # Who votes holds the same row: with it in hand, what is counted is what is committed.
    await fetch(f"SELECT FROM {TABLES[kind]} WHERE id = $1 FOR NO KEY UPDATE", id)
    rows = await fetch(f"{COUNTED[kind]} WHERE c.id = $1", id)
    wrong = _wrong(kind, rows[0]) if rows else None
    if wrong is None:
        return None
    names = list(wrong.counted)
    settings = ", ".join(f"{name} = ${number}" for number, name in enumerate(names, start=2))
    values = [wrong.counted[name] for name in names]
    await fetch(f"UPDATE {TABLES[kind]} SET {settings} WHERE id = $1", id, *values)  # noqa: S608
    await record("counters.repaired", f"{kind}:{id}", before=wrong.said, after=wrong.counted)
    if kind == "movie":
        await _tell(id)
    return wrong


async def _tell(movie_id: int) -> None:
    """Whoever keeps an answer with the old numbers must make it anew."""
    [row] = await fetch(
        "SELECT likes, dislikes, favorites, rating_sum, rating_count FROM movies WHERE id = $1",
        movie_id,
    )
    await emit(ReactionChanged(movie_id=movie_id, likes=row["likes"], dislikes=row["dislikes"]))
    await emit(FavoritesChanged(movie_id=movie_id, favorites=row["favorites"]))
    await emit(
        RatingChanged(
            movie_id=movie_id, rating_sum=row["rating_sum"], rating_count=row["rating_count"]
        )
    )
