from cinema.database import fetch
from cinema.outbox import emit
from cinema.social.events import ReportsResolved


async def close_reports(
    comment_id: int, movie_id: int, author_id: int, resolution: str, user_id: int
) -> int:
    """Close what waits of a comment, on this user's behalf, and return how many that were.

    A step of the caller's transaction, which holds the comment.
    """
    closed = await fetch(
        "UPDATE comment_reports SET resolution = $2::report_resolution, resolved_by_id = $3,"
        " resolved_at = now() WHERE comment_id = $1 AND resolved_at IS NULL RETURNING id",
        comment_id,
        resolution,
        user_id,
    )
    if closed:
        await emit(
            ReportsResolved(
                comment_id=comment_id,
                movie_id=movie_id,
                author_id=author_id,
                resolution=resolution,
                user_id=user_id,
            )
        )
    return len(closed)
