"""What a movie's row holds of other tables, for the search and for the reader, written anew when
the movie or one of its names changes."""

from collections.abc import Iterator, Sequence
from typing import Any

from cinema.catalogue.cards import LABELS
from cinema.catalogue.search import BEGIN, END, words
from cinema.catalogue.vocabulary import WORDS, count_words
from cinema.database import current_transaction, fetch

DOCUMENT = f"""'{BEGIN}:1A'::tsvector || setweight(to_tsvector('simple', given.name), 'A')
       || '{END}:1A'::tsvector
       || setweight(to_tsvector('simple', given.people), 'B')
       || setweight(to_tsvector('simple', given.genres), 'C')
       || setweight(to_tsvector('simple', given.description), 'D')"""
"""A movie's search of the folded texts of `given`; the marks tell a whole name from a part."""

READ = f"""
SELECT m.id, m.name, m.description,
       concat_ws(' ',
           (SELECT string_agg(d.name, ' ') FROM movies_directors r
              JOIN directors d ON d.id = r.director_id WHERE r.movie_id = m.id),
           (SELECT string_agg(s.name, ' ') FROM movies_stars r
              JOIN stars s ON s.id = r.star_id WHERE r.movie_id = m.id)) AS people,
       (SELECT coalesce(string_agg(g.name, ' '), '') FROM movies_genres r
          JOIN genres g ON g.id = r.genre_id WHERE r.movie_id = m.id) AS genres,
       {WORDS} AS words
  FROM movies m WHERE m.id = ANY($1::bigint[])
"""  # noqa: S608 - composed of constants
WRITE = f"""
UPDATE movies m SET search = CASE WHEN m.deleted_at IS NULL THEN {DOCUMENT} END, labels = {LABELS}
  FROM unnest($1::bigint[], $2::text[], $3::text[], $4::text[], $5::text[])
       AS given (id, name, people, genres, description)
 WHERE m.id = given.id
RETURNING {WORDS} AS words
"""  # noqa: S608 - composed of constants


async def index_movies(movie_ids: Sequence[int]) -> None:
    """Write the search and the labels of these movies, and count the words of their names anew.

    A step of the caller's transaction, which has locked the movies. A deleted one has no search.
    """
    current_transaction()
    rows = await fetch(READ, list(movie_ids))
    texts = [
        [words(row[field]) for row in rows] for field in ("name", "people", "genres", "description")
    ]
    written = await fetch(WRITE, [row["id"] for row in rows], *texts)
    await count_words(_words(rows), _words(written))


def _words(rows: list[dict[str, Any]]) -> Iterator[str]:
    return (word for row in rows for word in row["words"])
