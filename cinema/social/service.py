from cinema.catalogue.errors import MovieNotFound
from cinema.database import atomic, fetch
from cinema.outbox import emit
from cinema.social.events import CommentCreated
from cinema.social.queries import get_comment
from cinema.social.schemas import CommentOut


@atomic
async def post_comment(user_id: int, movie_id: int, text: str) -> CommentOut:
    """Write a comment on a movie; raises MovieNotFound."""
    counted = await fetch(
        "UPDATE movies SET comments = comments + 1 WHERE id = $1 AND deleted_at IS NULL"
        " RETURNING id",
        movie_id,
    )
    if not counted:
        raise MovieNotFound
    [row] = await fetch(
        "INSERT INTO comments (movie_id, user_id, text) VALUES ($1, $2, $3) RETURNING id",
        movie_id,
        user_id,
        text,
    )
    comment = await get_comment(row["id"])
    await emit(
        CommentCreated(
            comment_id=comment.id,
            movie_id=movie_id,
            user_id=user_id,
            author=comment.author,
            text=comment.text,
            at=comment.created_at,
        )
    )
    return comment
