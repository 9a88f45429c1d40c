"""Comments as a reader sees them: threads of one level, each page at the cost of its rows."""

from collections import defaultdict
from collections.abc import Sequence
from typing import Any

from cinema.catalogue.errors import MovieNotFound
from cinema.database import fetch
from cinema.social.errors import CommentNotFound
from cinema.social.schemas import CommentMe, CommentOut

NEWEST = 2**62
"""No id is as high: a list that is read backwards begins below it."""

AUTHOR = (
    "CASE WHEN u.deleted_at IS NOT NULL THEN 'Deleted user' ELSE coalesce(nullif(trim("
    "concat_ws(' ', p.first_name, p.last_name)), ''), 'Visitor ' || u.id) END"
)
"""How the user `u` with the profile `p` is called in public: never by the e-mail address."""

SHOWN = "(c.deleted_at IS NULL OR c.replies > 0)"
"""A deleted comment is seen as long as there are replies to it."""

FIELDS = f"""
SELECT c.id, c.movie_id, c.parent_id, c.created_at, c.edited_at, c.likes, c.replies,
       c.deleted_at IS NOT NULL AS deleted, CASE WHEN c.deleted_at IS NULL THEN c.text END AS text,
       CASE WHEN c.deleted_at IS NULL THEN {AUTHOR} END AS author,
       c.user_id = $1 AND c.deleted_at IS NULL AS mine,
       EXISTS (SELECT FROM comment_likes l WHERE l.comment_id = c.id AND l.user_id = $1) AS liked,
       EXISTS (SELECT FROM comment_reports r WHERE r.comment_id = c.id AND r.user_id = $1)
       AS reported
"""  # noqa: S608 - composed of constants
WRITTEN = "JOIN users u ON u.id = c.user_id LEFT JOIN user_profiles p ON p.user_id = c.user_id"
COMMENTS = f"{FIELDS} FROM comments c {WRITTEN}"
TOP_LEVEL = f"SELECT * FROM comments c WHERE c.movie_id = $2 AND c.parent_id IS NULL AND {SHOWN}"  # noqa: S608
REPLIES = "SELECT * FROM comments c WHERE c.parent_id = $2 AND c.deleted_at IS NULL"

LATEST_REPLIES = f"""
{FIELDS}
  FROM unnest($2::bigint[]) AS thread (id)
       CROSS JOIN LATERAL (SELECT * FROM comments WHERE parent_id = thread.id
                           AND deleted_at IS NULL ORDER BY id DESC LIMIT $3) c
       {WRITTEN}
 ORDER BY c.id
"""  # noqa: S608 - composed of constants


def page(rows: str, order: str, limit: str) -> str:
    """Write the statement of a page: what is asked about a comment, is asked of its rows alone."""
    return f"{FIELDS} FROM ({rows} ORDER BY {order} LIMIT {limit}) c {WRITTEN} ORDER BY {order}"


async def list_comments(
    movie_id: int, viewer_id: int | None, limit: int, offset: int
) -> tuple[list[CommentOut], int]:
    """Return a page of a movie's top level, newest first, and how long it is.

    Raises MovieNotFound.
    """
    counted = await fetch(
        "SELECT (SELECT count(*) FROM comments c WHERE c.movie_id = m.id"  # noqa: S608
        f" AND c.parent_id IS NULL AND {SHOWN}) AS n"
        " FROM movies m WHERE m.id = $1 AND m.deleted_at IS NULL",
        movie_id,
    )
    if not counted:
        raise MovieNotFound
    rows = await fetch(
        page(TOP_LEVEL, "c.id DESC", "$3 OFFSET $4"), viewer_id, movie_id, limit, offset
    )
    return [_comment(row, viewer_id) for row in rows], counted[0]["n"]


async def list_comments_before(
    movie_id: int, viewer_id: int | None, comment_id: int | None, limit: int
) -> list[CommentOut]:
    """Return a movie's top level from the one before a comment on, newest first.

    Raises MovieNotFound.
    """
    if not await fetch("SELECT FROM movies WHERE id = $1 AND deleted_at IS NULL", movie_id):
        raise MovieNotFound
    return await read_comments_before(movie_id, viewer_id, comment_id, limit)


async def read_comments_before(
    movie_id: int, viewer_id: int | None, comment_id: int | None, limit: int
) -> list[CommentOut]:
    """Return the same of a movie that is known to be there; one statement."""
    rows = await fetch(
        page(f"{TOP_LEVEL} AND c.id < $3", "c.id DESC", "$4"),
        viewer_id,
        movie_id,
        NEWEST if comment_id is None else comment_id,
        limit,
    )
    return [_comment(row, viewer_id) for row in rows]


async def list_replies(
    parent_id: int, viewer_id: int | None, limit: int, offset: int
) -> tuple[list[CommentOut], int]:
    """Return a page of the replies to a comment, oldest first, and how many it has.

    Raises CommentNotFound.
    """
    total = await _count_replies(parent_id)
    rows = await fetch(page(REPLIES, "c.id", "$3 OFFSET $4"), viewer_id, parent_id, limit, offset)
    return [_comment(row, viewer_id) for row in rows], total


async def list_replies_after(
    parent_id: int, viewer_id: int | None, comment_id: int | None, limit: int
) -> list[CommentOut]:
    """Return the replies to a comment that are younger than one, oldest first.

    Raises CommentNotFound.
    """
    await _count_replies(parent_id)
    rows = await fetch(
        page(f"{REPLIES} AND c.id > $3", "c.id", "$4"),
        viewer_id,
        parent_id,
        comment_id or 0,
        limit,
    )
    return [_comment(row, viewer_id) for row in rows]


async def _count_replies(parent_id: int) -> int:
    rows = await fetch(
        "SELECT c.replies FROM comments c JOIN movies m ON m.id = c.movie_id"  # noqa: S608
        f" WHERE c.id = $1 AND {SHOWN} AND m.deleted_at IS NULL",
        parent_id,
    )
    if not rows:
        raise CommentNotFound
    return int(rows[0]["replies"])


async def latest_replies(
    parent_ids: Sequence[int], viewer_id: int | None, each: int
) -> dict[int, list[CommentOut]]:
    """Return the last replies of many threads, oldest first; one statement."""
    replies: dict[int, list[CommentOut]] = defaultdict(list)
    if parent_ids:
        for row in await fetch(LATEST_REPLIES, viewer_id, list(parent_ids), each):
            replies[row["parent_id"]].append(_comment(row, viewer_id))
    return replies


async def get_comment(comment_id: int, viewer_id: int | None) -> CommentOut:
    """Return a comment, a tombstone as well; raises CommentNotFound."""
    rows = await fetch(
        f"{COMMENTS} JOIN movies m ON m.id = c.movie_id AND m.deleted_at IS NULL"
        f" WHERE c.id = $2 AND {SHOWN}",
        viewer_id,
        comment_id,
    )
    if not rows:
        raise CommentNotFound
    return _comment(rows[0], viewer_id)


def _comment(row: dict[str, Any], viewer_id: int | None) -> CommentOut:
    mine = {name: bool(row.pop(name)) for name in CommentMe.model_fields}
    return CommentOut(**row, me=None if viewer_id is None else CommentMe(**mine))
