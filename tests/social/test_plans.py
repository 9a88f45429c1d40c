"""The lists of the community read what they show, and nothing besides."""

import pytest

from cinema.database import fetch, transaction
from cinema.social.queries import comments, reports
from tests.accounts_factory import make_user
from tests.factories import make_movie

MANY = 6_000

FILL = (
    "INSERT INTO comments (movie_id, user_id, text, replies)"
    f" SELECT $1 + n % 40, $2, 'Text', 0 FROM generate_series(1, {MANY}) n",
    "INSERT INTO comments (movie_id, user_id, parent_id, text)"
    f" SELECT movie_id, user_id, id, 'Reply' FROM comments WHERE $1 > 0 AND $2 > 0 LIMIT {MANY}",
    "UPDATE comments SET replies = 1 WHERE parent_id IS NULL AND $1 > 0 AND $2 > 0",
    "INSERT INTO comment_likes (comment_id, user_id) SELECT id, $2 FROM comments WHERE $1 > 0",
    "INSERT INTO comment_reports (comment_id, user_id, reason, resolution, resolved_at)"
    " SELECT id, $2, 'x', 'kept', now() + id * interval '1 ms' FROM comments WHERE $1 > 0",
)


@pytest.fixture
async def crowd(database: None) -> tuple[int, int]:
    """Forty movies with a hundred and fifty threads each; returns the first movie and the user."""
    movies = [await make_movie(f"Film {n}") for n in range(40)]
    user = await make_user()
    first = min(movie.id for movie in movies)
    async with transaction():
        for statement in FILL:
            await fetch(statement, first, user.id)
    for table in ("comments", "comment_likes", "comment_reports"):
        await fetch(f"ANALYZE {table}")
    return first, user.id


async def plan(statement: str, *values: object) -> str:
    rows = await fetch(f"EXPLAIN {statement}", *values)
    return "\n".join(row["QUERY PLAN"] for row in rows)


async def test_no_list_reads_a_large_table_from_end_to_end(crowd: tuple[int, int]) -> None:
    movie_id, user_id = crowd
    [row] = await fetch("SELECT id FROM comments WHERE parent_id IS NULL LIMIT 1")
    waiting = f"{reports.REPORTS} AND {reports.OPEN} ORDER BY f.id LIMIT 20"
    done = f"{reports.REPORTS} AND {reports.RESOLVED} AND f.id < $1 ORDER BY f.id DESC LIMIT 20"
    plans = {
        "newest": await plan(
            comments.page(f"{comments.TOP_LEVEL} AND c.id < $3", "c.id DESC", "20"),
            user_id, movie_id, comments.NEWEST,
        ),
        "page": await plan(
            comments.page(comments.TOP_LEVEL, "c.id DESC", "20 OFFSET 20"), user_id, movie_id
        ),
        "replies": await plan(
            comments.page(f"{comments.REPLIES} AND c.id > $3", "c.id", "20"),
            user_id, row["id"], 0,
        ),
        "threads": await plan(comments.LATEST_REPLIES, user_id, [row["id"]] * 20, 5),
        "one": await plan(f"{comments.COMMENTS} WHERE c.id = $2", user_id, row["id"]),
        "waiting": await plan(waiting),
        "done": await plan(done, comments.NEWEST),
    }  # fmt: skip
    scans = {name: text for name, text in plans.items() if "Seq Scan on comment" in text}
    assert scans == {}
