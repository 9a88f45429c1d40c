from cinema.database import atomic, fetch
from cinema.outbox import emit
from cinema.social.events import CommentLiked, CommentUnliked
from cinema.social.schemas import LikesOut
from cinema.social.service.comments import Comment, lock_comment


@atomic
async def like_comment(user_id: int, comment_id: int) -> LikesOut:
    """Like a comment; once is as often as twice. Raises CommentNotFound."""
    comment = await lock_comment(comment_id)
    added = await fetch(
        "INSERT INTO comment_likes (user_id, comment_id) VALUES ($1, $2)"
        " ON CONFLICT (user_id, comment_id) DO NOTHING RETURNING id",
        user_id,
        comment_id,
    )
    likes = await _count(comment, len(added))
    if added:
        await emit(
            CommentLiked(
                movie_id=comment.movie_id,
                comment_id=comment_id,
                user_id=user_id,
                author_id=comment.user_id,
                likes=likes,
            )
        )
    return LikesOut(likes=likes, liked=True)


@atomic
async def unlike_comment(user_id: int, comment_id: int) -> LikesOut:
    """Take a like back, if it is there; raises CommentNotFound."""
    comment = await lock_comment(comment_id, anywhere=True)
    gone = await fetch(
        "DELETE FROM comment_likes WHERE user_id = $1 AND comment_id = $2 RETURNING id",
        user_id,
        comment_id,
    )
    likes = await _count(comment, -len(gone))
    if gone:
        await emit(CommentUnliked(movie_id=comment.movie_id, comment_id=comment_id, likes=likes))
    return LikesOut(likes=likes, liked=False)


async def _count(comment: Comment, moved: int) -> int:
    [row] = await fetch(
        "UPDATE comments SET likes = likes + $2 WHERE id = $1 RETURNING likes", comment.id, moved
    )
    return int(row["likes"])
