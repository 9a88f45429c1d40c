"""A movie as the API shows it, put together by PostgreSQL as the JSON that goes out.

What seldom changes lies ready in the movie's row: `card`, which PostgreSQL generates of the row's
own columns, and `labels`, of the names that movies share. The rest is added as the row is read, so
what moves often is not written twice. PostgreSQL has a fifth of the work of gathering a page from
its seven tables, and Python need not look into it.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from typing import Any

from pydantic import BaseModel, TypeAdapter

from cinema.catalogue.links import POSTERS, TRAILER
from cinema.catalogue.schemas import MovieMe, MovieOut

MOVIES = TypeAdapter(list[MovieOut])
LABELS = "movie_labels(m.id, m.certification_id)"
"""What `labels` of the movie `m` has to be; it is NULL while nobody has written it, and is made for
each reader then."""
LABELS_ARE_WRITTEN = "cinema.labels = 'written'"
"""The setting of a transaction that changes names, or who has them, and writes the labels of all
movies that this concerns; in any other one PostgreSQL takes away what is no longer true."""
RELEASE = """
CASE WHEN m.release_at IS NULL THEN 'null'
     ELSE concat('"', replace(to_char(m.release_at AT TIME ZONE 'UTC',
                                      'YYYY-MM-DD"T"HH24:MI:SS.US'), '.000000', ''), 'Z"') END
"""
AVERAGE = """
CASE WHEN m.rating_count > 0
     THEN concat('"', round(m.rating_sum::numeric / m.rating_count, 1), '"') ELSE 'null' END
"""
NOBODY: Mapping[int, MovieMe] = {}
TO_NOBODY = ',"me":null}'
SEPARATOR = "\x1e"
"""The control character of that name (RFC 20): in JSON it never stands as itself."""


@cache
def card(currency: str) -> str:
    """Return the JSON of the movie `m` as SQL, open for its `me`.

    `currency`: the placeholder of its code.
    """
    return f"""concat(
        m.card, ',', coalesce(m.labels, {LABELS}), ',"release_at":', {RELEASE},
        ',"currency":"', {currency}::text, '",', {POSTERS}, ',"trailer":', {TRAILER},
        ',"likes":', m.likes, ',"dislikes":', m.dislikes, ',"favorites":', m.favorites,
        ',"comments":', m.comments,
        ',"rating":{{"count":', m.rating_count, ',"average":', {AVERAGE}, '}}')"""


@dataclass(frozen=True, slots=True)
class Cards:
    """Movies in the order of a list: their ids, and their JSON with SEPARATOR in between, each
    open for its `me`."""

    ids: Sequence[int] = ()
    text: str = ""

    @classmethod
    def of(cls, rows: Sequence[Mapping[str, Any]]) -> "Cards":
        return cls([row["id"] for row in rows], SEPARATOR.join([row["card"] for row in rows]))

    def __len__(self) -> int:
        return len(self.ids)

    def movies(self) -> list[MovieOut]:
        """Return the movies for whoever looks into them."""
        # One call for all: to validate film by film costs as much again.
        return MOVIES.validate_json(f"[{self.finished(NOBODY)}]")

    def finished(self, standings: Mapping[int, MovieMe]) -> str:
        """Finish each movie with what it is to the caller, if there is one."""
        if not self.ids:
            return ""
        if not standings:
            return self.text.replace(SEPARATOR, f"{TO_NOBODY},") + TO_NOBODY
        mine = [standings[movie_id].model_dump_json() for movie_id in self.ids]
        cards = self.text.split(SEPARATOR)
        return ",".join([f'{card},"me":{me}}}' for card, me in zip(cards, mine, strict=True)])

    def on(self, page: BaseModel, standings: Mapping[int, MovieMe]) -> str:
        """Return the JSON of a page with the movies in the place of its items."""
        rest = page.model_dump_json(exclude={"items"})
        return f'{{"items":[{self.finished(standings)}],{rest[1:]}'
