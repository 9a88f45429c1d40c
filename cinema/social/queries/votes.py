from cinema.catalogue.errors import MovieNotFound
from cinema.database import fetch
from cinema.social.schemas import RatingsOut, average_of

HISTOGRAM = """
SELECT m.rating_sum, m.rating_count,
       ARRAY(SELECT count(r.value) FROM generate_series(1, 10) AS step (value)
             LEFT JOIN movie_ratings r ON r.movie_id = m.id AND r.value = step.value
             GROUP BY step.value ORDER BY step.value)::int[] AS histogram
  FROM movies m WHERE m.id = $1 AND m.deleted_at IS NULL
"""


async def get_ratings(movie_id: int) -> RatingsOut:
    """Return how a movie is rated; raises MovieNotFound."""
    rows = await fetch(HISTOGRAM, movie_id)
    if not rows:
        raise MovieNotFound
    [row] = rows
    return RatingsOut(
        average=average_of(row["rating_sum"], row["rating_count"]),
        count=row["rating_count"],
        histogram=row["histogram"],
    )
