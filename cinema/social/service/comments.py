"""Comments, in threads of one level: an answer to a reply stands in the same thread.

Locks are taken in one order: the comment on the top level, its reply, the movie. So two acts
wait for each other at most one way round.
"""

from dataclasses import dataclass

from cinema.audit import record
from cinema.catalogue.errors import MovieNotFound
from cinema.database import atomic, current_transaction, fetch
from cinema.outbox import emit
from cinema.roles import Role
from cinema.social.errors import CommentNotFound, NotTheAuthor
from cinema.social.events import CommentCreated, CommentDeleted, CommentEdited
from cinema.social.queries import get_comment
from cinema.social.schemas import CommentOut, PostComment
from cinema.social.service.closing import close_reports

ERASED = "-"
"""What a tombstone holds in place of its text: the words themselves are gone."""

COMMENT = """
SELECT c.id, c.movie_id, c.user_id, c.parent_id, c.replies FROM comments c
 WHERE c.id = $1 AND c.deleted_at IS NULL
   AND ($2 OR EXISTS (SELECT FROM movies m WHERE m.id = c.movie_id AND m.deleted_at IS NULL))
"""


@dataclass(frozen=True, slots=True)
class Comment:
    """A comment that is not deleted."""

    id: int
    movie_id: int
    user_id: int
    parent_id: int | None
    replies: int

    @property
    def thread_id(self) -> int:
        return self.parent_id or self.id


async def find_comment(comment_id: int, *, anywhere: bool = False) -> Comment:
    """Return a comment as it is now, `anywhere`: also one of a deleted movie.

    Raises CommentNotFound.
    """
    return _one(await fetch(COMMENT, comment_id, anywhere))


async def lock_comment(comment_id: int, *, anywhere: bool = False) -> Comment:
    """Return the same, and hold it until the caller's transaction ends."""
    current_transaction()
    return _one(await fetch(f"{COMMENT} FOR NO KEY UPDATE OF c", comment_id, anywhere))


def _one(rows: list[dict[str, int]]) -> Comment:
    if not rows:
        raise CommentNotFound
    return Comment(**rows[0])


@atomic
async def post_comment(user_id: int, movie_id: int, given: PostComment) -> CommentOut:
    """Write a comment on a movie or an answer to one; raises MovieNotFound, CommentNotFound."""
    answered = await _answered(movie_id, given.parent_id)
    parent_id = answered.thread_id if answered else None
    rows = await fetch(
        "INSERT INTO comments (movie_id, user_id, parent_id, text)"
        " SELECT id, $2, $3, $4 FROM movies WHERE id = $1 AND deleted_at IS NULL RETURNING id",
        movie_id,
        user_id,
        parent_id,
        given.text,
    )
    if not rows:
        raise MovieNotFound
    if parent_id is not None:
        await fetch("UPDATE comments SET replies = replies + 1 WHERE id = $1", parent_id)
    await fetch("UPDATE movies SET comments = comments + 1 WHERE id = $1", movie_id)
    comment = await get_comment(rows[0]["id"], user_id)
    await emit(
        CommentCreated(
            comment_id=comment.id,
            movie_id=movie_id,
            user_id=user_id,
            parent_id=parent_id,
            parent_user_id=answered.user_id if answered else None,
            author=comment.author or "",
            text=given.text,
            at=comment.created_at,
        )
    )
    return comment


async def _answered(movie_id: int, parent_id: int | None) -> Comment | None:
    """Hold the thread that an answer goes into and return what is answered.

    The thread's top may be a tombstone where one of its replies is answered. Raises
    CommentNotFound.
    """
    if parent_id is None:
        return None
    await hold_thread(parent_id)
    answered = await find_comment(parent_id)
    if answered.movie_id != movie_id:
        raise CommentNotFound
    return answered


async def hold_thread(comment_id: int) -> None:
    """Lock the top of a comment's thread, if it is there, until the transaction ends."""
    current_transaction()
    await fetch(
        "SELECT FROM comments WHERE id = coalesce("
        "(SELECT parent_id FROM comments WHERE id = $1), $1) FOR NO KEY UPDATE",
        comment_id,
    )


@atomic
async def edit_comment(user_id: int, comment_id: int, text: str) -> CommentOut:
    """Change the text of one's own comment; raises CommentNotFound, NotTheAuthor."""
    comment = await lock_comment(comment_id)
    if comment.user_id != user_id:
        raise NotTheAuthor
    changed = await fetch(
        "UPDATE comments SET text = $2, edited_at = now() WHERE id = $1 AND text <> $2"
        " RETURNING edited_at",
        comment_id,
        text,
    )
    if changed:
        await emit(
            CommentEdited(
                movie_id=comment.movie_id,
                comment_id=comment_id,
                parent_id=comment.parent_id,
                text=text,
                at=changed[0]["edited_at"],
            )
        )
    return await get_comment(comment_id, user_id)


@atomic
async def delete_comment(user_id: int, role: Role, comment_id: int) -> None:
    """Delete one's own comment, or as a moderator anybody's, which is written down.

    One with replies becomes a tombstone. Raises CommentNotFound, NotTheAuthor.
    """
    found = await find_comment(comment_id, anywhere=True)
    if found.user_id != user_id and role is Role.USER:
        raise NotTheAuthor
    await remove(comment_id, user_id)


async def remove(comment_id: int, user_id: int) -> None:
    """Delete a comment on this user's behalf as a step of the caller's transaction."""
    await hold_thread(comment_id)
    comment = await lock_comment(comment_id, anywhere=True)
    await close_reports(comment_id, comment.movie_id, comment.user_id, "removed", user_id)
    await _bury(comment)
    if comment.parent_id is not None:
        await fetch("UPDATE comments SET replies = replies - 1 WHERE id = $1", comment.parent_id)
        await _clear_away(comment.parent_id)
    await fetch("UPDATE movies SET comments = comments - 1 WHERE id = $1", comment.movie_id)
    await emit(
        CommentDeleted(
            movie_id=comment.movie_id,
            comment_id=comment_id,
            parent_id=comment.parent_id,
            tombstone=comment.replies > 0,
        )
    )
    if comment.user_id != user_id:
        subject = f"comment:{comment_id}"
        about = {"author": comment.user_id, "movie": comment.movie_id}
        await record("comment.removed", subject, before=about)


async def _bury(comment: Comment) -> None:
    """Erase the words and the likes; then the row, unless something refers to it."""
    await fetch("DELETE FROM comment_likes WHERE comment_id = $1", comment.id)
    await fetch(
        "UPDATE comments SET deleted_at = now(), text = $2, likes = 0 WHERE id = $1",
        comment.id,
        ERASED,
    )
    await _clear_away(comment.id)


async def _clear_away(comment_id: int) -> None:
    """Delete the row of a deleted comment that has no replies and that nobody has reported."""
    await fetch(
        "DELETE FROM comments c WHERE c.id = $1 AND c.deleted_at IS NOT NULL AND c.replies = 0"
        " AND NOT EXISTS (SELECT FROM comment_reports r WHERE r.comment_id = c.id)",
        comment_id,
    )
