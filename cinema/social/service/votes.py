"""Likes, dislikes and ratings of movies: one of each for a user and a movie.

The movie's row is locked first, so that what a user had before is known for certain, and the
counters are what the rows say when the transaction ends.
"""

from cinema.catalogue.errors import MovieNotFound
from cinema.database import atomic, current_transaction, fetch
from cinema.outbox import emit
from cinema.social.events import RatingChanged, ReactionChanged
from cinema.social.models import ReactionValue
from cinema.social.schemas import RatingOut, ReactionOut, average_of


async def lock_movie(movie_id: int, *, even_deleted: bool = False) -> None:
    """Keep a movie's counters until the caller's transaction ends; raises MovieNotFound."""
    current_transaction()
    rows = await fetch(
        "SELECT id FROM movies WHERE id = $1 AND (deleted_at IS NULL OR $2) FOR NO KEY UPDATE",
        movie_id,
        even_deleted,
    )
    if not rows:
        raise MovieNotFound


@atomic
async def set_reaction(user_id: int, movie_id: int, value: ReactionValue) -> ReactionOut:
    """Like or dislike a movie; the other value switches. Raises MovieNotFound."""
    await lock_movie(movie_id)
    old = await fetch(
        "SELECT value::text FROM movie_reactions WHERE user_id = $1 AND movie_id = $2",
        user_id,
        movie_id,
    )
    before = ReactionValue(old[0]["value"]) if old else None
    if before is not value:
        await fetch(
            "INSERT INTO movie_reactions (user_id, movie_id, value) VALUES ($1, $2, $3::reaction)"
            " ON CONFLICT (user_id, movie_id) DO UPDATE SET value = excluded.value,"
            " created_at = now()",
            user_id,
            movie_id,
            value.value,
        )
    return await _count_reactions(movie_id, before, value)


@atomic
async def clear_reaction(user_id: int, movie_id: int) -> ReactionOut:
    """Take a like or a dislike back; nothing happens without one. Raises MovieNotFound."""
    await lock_movie(movie_id, even_deleted=True)
    gone = await fetch(
        "DELETE FROM movie_reactions WHERE user_id = $1 AND movie_id = $2 RETURNING value::text",
        user_id,
        movie_id,
    )
    before = ReactionValue(gone[0]["value"]) if gone else None
    return await _count_reactions(movie_id, before, None)


async def _count_reactions(
    movie_id: int, before: ReactionValue | None, after: ReactionValue | None
) -> ReactionOut:
    def moved(value: ReactionValue) -> int:
        return (after is value) - (before is value)

    [row] = await fetch(
        "UPDATE movies SET likes = likes + $2, dislikes = dislikes + $3 WHERE id = $1"
        " RETURNING likes, dislikes",
        movie_id,
        moved(ReactionValue.LIKE),
        moved(ReactionValue.DISLIKE),
    )
    if before is not after:
        await emit(ReactionChanged(movie_id=movie_id, **row))
    return ReactionOut(value=after, **row)


@atomic
async def set_rating(user_id: int, movie_id: int, value: int) -> RatingOut:
    """Rate a movie from 1 to 10; a later value takes the place of an earlier one.

    Raises MovieNotFound.
    """
    await lock_movie(movie_id)
    old = await fetch(
        "SELECT value FROM movie_ratings WHERE user_id = $1 AND movie_id = $2", user_id, movie_id
    )
    before = old[0]["value"] if old else None
    if before != value:
        await fetch(
            "INSERT INTO movie_ratings (user_id, movie_id, value) VALUES ($1, $2, $3)"
            " ON CONFLICT (user_id, movie_id) DO UPDATE SET value = excluded.value,"
            " created_at = now()",
            user_id,
            movie_id,
            value,
        )
    return await _count_ratings(movie_id, before, value)


@atomic
async def clear_rating(user_id: int, movie_id: int) -> RatingOut:
    """Take a rating back; nothing happens without one. Raises MovieNotFound."""
    await lock_movie(movie_id, even_deleted=True)
    gone = await fetch(
        "DELETE FROM movie_ratings WHERE user_id = $1 AND movie_id = $2 RETURNING value",
        user_id,
        movie_id,
    )
    return await _count_ratings(movie_id, gone[0]["value"] if gone else None, None)


async def _count_ratings(movie_id: int, before: int | None, after: int | None) -> RatingOut:
    [row] = await fetch(
        "UPDATE movies SET rating_sum = rating_sum + $2, rating_count = rating_count + $3"
        " WHERE id = $1 RETURNING rating_sum, rating_count",
        movie_id,
        (after or 0) - (before or 0),
        (after is not None) - (before is not None),
    )
    if before != after:
        await emit(RatingChanged(movie_id=movie_id, **row))
    return RatingOut(
        value=after,
        average=average_of(row["rating_sum"], row["rating_count"]),
        count=row["rating_count"],
    )
