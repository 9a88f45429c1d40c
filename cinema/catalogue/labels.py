"""The four kinds of names that movies share: one description, for whatever treats them alike."""

from collections.abc import Mapping
from dataclasses import dataclass

from cinema.catalogue.events import (
    CertificationChanged,
    DirectorChanged,
    GenreChanged,
    LabelEvent,
    StarChanged,
)


@dataclass(frozen=True, slots=True)
class Kind:
    """A table of names and how movies refer to it.

    `field` is what a movie calls it; `holders` yields the `movie_id` of every movie, deleted
    ones included, that has the name of the id `$1`.
    """

    table: str
    word: str
    field: str
    event: type[LabelEvent]

    @property
    def column(self) -> str:
        return f"{self.word}_id"

    @property
    def links(self) -> str:
        return f"movies_{self.table}"

    @property
    def holders(self) -> str:
        if self is CERTIFICATIONS:
            return "SELECT id AS movie_id FROM movies WHERE certification_id = $1"
        return f"SELECT movie_id FROM {self.links} WHERE {self.column} = $1"  # noqa: S608


GENRES = Kind("genres", "genre", "genres", GenreChanged)
DIRECTORS = Kind("directors", "director", "directors", DirectorChanged)
STARS = Kind("stars", "star", "stars", StarChanged)
CERTIFICATIONS = Kind("certifications", "certification", "certification", CertificationChanged)
KINDS: Mapping[str, Kind] = {
    kind.table: kind for kind in (GENRES, STARS, DIRECTORS, CERTIFICATIONS)
}
LINKED = (GENRES, DIRECTORS, STARS)
"""Those of which a movie has any number."""
