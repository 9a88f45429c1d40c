"""What the search box offers while somebody types: names of films and people."""

from typing import Any

from cinema.catalogue.schemas import Suggestion
from cinema.catalogue.search import BEGIN, END, words
from cinema.database import fetch

MOST = 10
PEOPLE_BESIDE_MOVIES = 4
"""How many people are offered where there are more films than room."""
LOOKED_AT = 1000
"""The most watched films that hold the words anywhere, among which names are looked for.

A word may be in every description and in few names: without a bound all films would be read.
"""
CAST_OF = 50
"""The most watched films with such people, whose people are offered."""

NEAR = f"""
(SELECT m.id, m.name, m.year, m.votes, m.search
   FROM movies m WHERE m.search @@ $1::tsquery AND m.deleted_at IS NULL
  ORDER BY m.votes DESC, m.id DESC LIMIT {LOOKED_AT}) near
"""  # noqa: S608 - composed of constants
MOVIES = f"""
SELECT near.id, near.name, near.year FROM {NEAR} WHERE near.search @@ $2::tsquery
 ORDER BY near.search @@ $3::tsquery DESC, near.search @@ $4::tsquery DESC,
          near.votes DESC, near.id DESC
 LIMIT {MOST}
"""  # noqa: S608 - composed of constants
PEOPLE = f"""
SELECT person.kind, person.id, person.name, count(*) AS movies
  FROM (SELECT near.id FROM {NEAR} WHERE near.search @@ $2::tsquery
         ORDER BY near.votes DESC, near.id DESC LIMIT {CAST_OF}) found,
       LATERAL (SELECT 'director' AS kind, o.id, o.name FROM movies_directors r
                  JOIN directors o ON o.id = r.director_id WHERE r.movie_id = found.id
                UNION ALL
                SELECT 'star', o.id, o.name FROM movies_stars r
                  JOIN stars o ON o.id = r.star_id WHERE r.movie_id = found.id) person
 GROUP BY person.kind, person.id, person.name
 ORDER BY movies DESC, person.name, person.kind
"""  # noqa: S608 - composed of constants


async def suggest(text: str) -> list[Suggestion]:
    """Find names that hold a word beginning with each of these; at most MOST, two statements."""
    typed = words(text).split()
    if not typed:
        return []
    begins = " <-> ".join([f"'{BEGIN}'", *typed])
    whole = f"{begins} <-> '{END}'"
    held = _prefixes(typed)
    movies = await fetch(MOVIES, held, _prefixes(typed, "A"), whole, f"{begins}:*")
    rows = await fetch(PEOPLE, held, _prefixes(typed, "B"))
    people = [row for row in rows if _is_named(row["name"], typed)]
    people = people[: max(PEOPLE_BESIDE_MOVIES, MOST - len(movies))]
    shown = movies[: MOST - len(people)]
    return [Suggestion(kind="movie", **row) for row in shown] + [_person(row) for row in people]


def _prefixes(typed: list[str], weight: str = "") -> str:
    return " & ".join(f"{word}:*{weight}" for word in typed)


def _is_named(name: str, typed: list[str]) -> bool:
    """Say whether the words are all one person's: the film may have them of two."""
    held = words(name).split()
    return all(any(part.startswith(word) for part in held) for word in typed)


def _person(row: dict[str, Any]) -> Suggestion:
    return Suggestion(kind=row["kind"], id=row["id"], name=row["name"], year=None)
