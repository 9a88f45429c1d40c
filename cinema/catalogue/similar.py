"""Movies that go with a movie, and why: shared people, shared genres, shared buyers."""

import json
from decimal import Decimal
from typing import Any

from cinema.catalogue.errors import MovieNotFound
from cinema.catalogue.queries import movies_by_id
from cinema.catalogue.schemas import SimilarMovie, SimilarMovies
from cinema.database import fetch

MOST = 12
"""How many similar movies are shown."""
POPULAR = 500
"""Among how many of the most watched movies those with shared genres are looked for."""
OF_A_PERSON = 100
"""How many movies of one person are looked at, the newest entries first."""
BUYERS = 200
"""How many buyers are asked what else they bought, the latest first."""
OF_A_BUYER = 50
LOOKED_AT = 100
"""Of how many of the best it is asked whether they can be bought."""
FEWEST_BUYERS = 2
"""One person's library is nobody else's business."""
WEIGHTS = {"directors": Decimal(4), "stars": Decimal(2), "genres": Decimal(1)}
MOST_FOR_GENRES = Decimal(3)
MOST_FOR_BUYERS = Decimal(6)

# Every branch is bounded: none grows with the catalogue or with the number of sales.
CANDIDATES = f"""
WITH shared AS (
    SELECT o.movie_id, 'directors' AS what, d.name
      FROM movies_directors mine JOIN directors d ON d.id = mine.director_id
      CROSS JOIN LATERAL (SELECT r.movie_id FROM movies_directors r
            WHERE r.director_id = mine.director_id ORDER BY r.movie_id DESC LIMIT {OF_A_PERSON}) o
     WHERE mine.movie_id = $1
    UNION ALL
    SELECT o.movie_id, 'stars', s.name
      FROM movies_stars mine JOIN stars s ON s.id = mine.star_id
      CROSS JOIN LATERAL (SELECT r.movie_id FROM movies_stars r
            WHERE r.star_id = mine.star_id ORDER BY r.movie_id DESC LIMIT {OF_A_PERSON}) o
     WHERE mine.movie_id = $1
), bought AS (
    SELECT theirs.movie_id, count(*) AS people
      FROM (SELECT user_id FROM purchases WHERE movie_id = $1 AND revoked_at IS NULL
             ORDER BY id DESC LIMIT {BUYERS}) buyer
      CROSS JOIN LATERAL (SELECT p.movie_id FROM purchases p
            WHERE p.user_id = buyer.user_id AND p.revoked_at IS NULL
            LIMIT {OF_A_BUYER}) theirs
     GROUP BY theirs.movie_id HAVING count(*) >= {FEWEST_BUYERS}
), popular AS (
    SELECT id, row_number() OVER (ORDER BY votes DESC, id DESC) AS place
      FROM (SELECT id, votes FROM movies WHERE deleted_at IS NULL
             ORDER BY votes DESC, id DESC LIMIT {POPULAR}) most
), pool AS (
    SELECT movie_id, min(place) AS place FROM (
        SELECT movie_id, NULL::bigint AS place FROM shared
        UNION ALL SELECT movie_id, NULL FROM bought
        UNION ALL SELECT id, place FROM popular) found
     GROUP BY movie_id
), genres_shared AS (
    SELECT pool.movie_id, json_agg(g.name ORDER BY g.name) AS names, count(*) AS n
      FROM pool JOIN movies_genres r ON r.movie_id = pool.movie_id
      JOIN movies_genres mine ON mine.genre_id = r.genre_id AND mine.movie_id = $1
      JOIN genres g ON g.id = r.genre_id
     GROUP BY pool.movie_id
), people_shared AS (
    SELECT movie_id,
           json_agg(DISTINCT name) FILTER (WHERE what = 'directors') AS directors,
           json_agg(DISTINCT name) FILTER (WHERE what = 'stars') AS stars,
           count(*) FILTER (WHERE what = 'directors') * {WEIGHTS["directors"]}
           + count(*) FILTER (WHERE what = 'stars') * {WEIGHTS["stars"]} AS score
      FROM shared GROUP BY movie_id
)
SELECT m.id, best.directors, best.stars, best.genres, best.people
  FROM (SELECT pool.movie_id, p.directors, p.stars, g.names AS genres,
               coalesce(b.people, 0) AS people,
               coalesce(p.score, 0)
               + least(coalesce(g.n, 0) * {WEIGHTS["genres"]}, {MOST_FOR_GENRES})
               + least(coalesce(b.people, 0), {MOST_FOR_BUYERS}) AS score
          FROM pool
          LEFT JOIN people_shared p ON p.movie_id = pool.movie_id
          LEFT JOIN genres_shared g ON g.movie_id = pool.movie_id
          LEFT JOIN bought b ON b.movie_id = pool.movie_id
         WHERE pool.movie_id <> $1
           AND (p.movie_id IS NOT NULL OR g.movie_id IS NOT NULL OR b.movie_id IS NOT NULL)
         ORDER BY score DESC, pool.place, pool.movie_id DESC LIMIT {LOOKED_AT}) best
  JOIN movies m ON m.id = best.movie_id
 WHERE m.deleted_at IS NULL AND m.is_available
 ORDER BY best.score DESC, m.votes DESC, m.id
 LIMIT {MOST}
"""  # noqa: S608 - composed of constants


async def similar_movies(movie_id: int, currency: str) -> SimilarMovies:
    """Return what goes best with a movie; three statements. Raises MovieNotFound."""
    if not await fetch("SELECT id FROM movies WHERE id = $1 AND deleted_at IS NULL", movie_id):
        raise MovieNotFound
    rows = await fetch(CANDIDATES, movie_id)
    movies = await movies_by_id([row["id"] for row in rows], currency)
    return SimilarMovies(
        items=[
            SimilarMovie(movie=movies[row["id"]], reasons=_reasons(row))
            for row in rows
            if row["id"] in movies
        ]
    )


def _reasons(row: dict[str, Any]) -> list[str]:
    reasons: list[str] = []
    for what, one in (("directors", "director"), ("stars", "star"), ("genres", "genre")):
        names = json.loads(row[what] or "[]")
        if names:
            reasons.append(f"same {one if len(names) == 1 else what}: {', '.join(names)}")
    if row["people"]:
        reasons.append(f"bought together by {row['people']} people")
    return reasons
