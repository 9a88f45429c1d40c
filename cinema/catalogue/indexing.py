"""What the search knows of movies, written anew when the movies or their people change."""

from collections.abc import Sequence

from cinema.catalogue.search import words
from cinema.database import current_transaction, fetch

READ = """
SELECT m.id, m.name, m.description,
       concat_ws(' ',
           (SELECT string_agg(d.name, ' ') FROM movies_directors r
              JOIN directors d ON d.id = r.director_id WHERE r.movie_id = m.id),
           (SELECT string_agg(s.name, ' ') FROM movies_stars r
              JOIN stars s ON s.id = r.star_id WHERE r.movie_id = m.id)) AS people
  FROM movies m WHERE m.id = ANY($1::bigint[])
"""
WRITE = """
UPDATE movies m
   SET search = setweight(to_tsvector('simple', given.name), 'A')
                || setweight(to_tsvector('simple', given.people), 'B')
                || setweight(to_tsvector('simple', given.description), 'C')
  FROM unnest($1::bigint[], $2::text[], $3::text[], $4::text[])
       AS given (id, name, people, description)
 WHERE m.id = given.id
"""


async def write_search(movie_ids: Sequence[int]) -> None:
    """Write the search of these movies; a step of the caller's transaction."""
    current_transaction()
    rows = await fetch(READ, list(movie_ids))
    await fetch(
        WRITE,
        [row["id"] for row in rows],
        [words(row["name"]) for row in rows],
        [words(row["people"]) for row in rows],
        [words(row["description"]) for row in rows],
    )
