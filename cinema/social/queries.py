from cinema.catalogue.errors import MovieNotFound
from cinema.database import fetch
from cinema.social.schemas import CommentOut

AUTHOR = (
    "coalesce(nullif(trim(concat_ws(' ', p.first_name, p.last_name)), ''), 'Visitor ' || c.user_id)"
)
"""How an author is called in public: never by the e-mail address."""

COMMENTS = f"""
SELECT c.id, c.movie_id, {AUTHOR} AS author, c.text, c.created_at, c.edited_at
  FROM comments c LEFT JOIN user_profiles p ON p.user_id = c.user_id
"""  # noqa: S608 - composed of constants


async def list_comments(movie_id: int, limit: int, offset: int) -> tuple[list[CommentOut], int]:
    """Return a page of a movie's comments, newest first, and how many it has.

    Raises MovieNotFound.
    """
    total = await count_comments(movie_id)
    rows = await fetch(
        COMMENTS + " WHERE c.movie_id = $1 AND c.parent_id IS NULL AND c.deleted_at IS NULL"
        " ORDER BY c.id DESC LIMIT $2 OFFSET $3",
        movie_id,
        limit,
        offset,
    )
    return [CommentOut(**row) for row in rows], total


async def count_comments(movie_id: int) -> int:
    """Return how many comments a movie has; raises MovieNotFound."""
    counted = await fetch(
        "SELECT comments AS n FROM movies WHERE id = $1 AND deleted_at IS NULL", movie_id
    )
    if not counted:
        raise MovieNotFound
    return int(counted[0]["n"])


async def list_comments_before(
    movie_id: int, comment_id: int | None, limit: int
) -> list[CommentOut]:
    """Return a movie's comments that are older than one, newest first; raises MovieNotFound."""
    await count_comments(movie_id)
    rows = await fetch(
        COMMENTS + " WHERE c.movie_id = $1 AND c.parent_id IS NULL AND c.deleted_at IS NULL"
        " AND c.id < $2 ORDER BY c.id DESC LIMIT $3",
        movie_id,
        comment_id or 2**62,
        limit,
    )
    return [CommentOut(**row) for row in rows]


async def get_comment(comment_id: int) -> CommentOut:
    [row] = await fetch(COMMENTS + " WHERE c.id = $1", comment_id)
    return CommentOut(**row)
