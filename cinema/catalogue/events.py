from decimal import Decimal
from typing import Literal

from cinema.events import CATALOGUE, STAFF, Event, movie_topic


class CatalogueImported(Event):
    """Many films came in at once: a page of the catalogue fetches itself again."""

    type = "catalogue.imported"
    movies: int

    def topics(self) -> tuple[str, ...]:
        return (CATALOGUE,)


class MovieEvent(Event):
    """Public: it holds what everybody sees of the movie, and nothing else."""

    movie_id: int

    def topics(self) -> tuple[str, ...]:
        return (movie_topic(self.movie_id), CATALOGUE)


class MovieCreated(MovieEvent):
    type = "movie.created"
    name: str


class MovieChanged(MovieEvent):
    """`changed` names the fields; both prices are the same where the price is not among them."""

    type = "movie.changed"
    changed: tuple[str, ...]
    old_price: Decimal
    price: Decimal
    is_available: bool


class MovieReleased(MovieEvent):
    """Its `release_at` has passed and it can be bought; comes once for each movie."""

    type = "movie.released"
    name: str


class MovieDeleted(MovieEvent):
    type = "movie.deleted"
    name: str


class MovieDeleteBlocked(Event):
    """A moderator (`user_id`) wanted to delete a movie that stands in so many carts."""

    type = "movie.delete_blocked"
    movie_id: int
    name: str
    carts: int
    user_id: int

    def topics(self) -> tuple[str, ...]:
        return (STAFF,)


class MovieTakenFromCarts(Event):
    """A deleted movie has left these users' carts; for jobs alone, since it names people."""

    type = "movie.taken_from_carts"
    movie_id: int
    name: str
    user_ids: tuple[int, ...]


class LabelEvent(Event):
    """A name that movies share was made, renamed or deleted."""

    id: int
    name: str
    change: Literal["created", "renamed", "deleted"]

    def topics(self) -> tuple[str, ...]:
        return (CATALOGUE,)


class GenreChanged(LabelEvent):
    type = "genre.changed"


class StarChanged(LabelEvent):
    type = "star.changed"


class DirectorChanged(LabelEvent):
    type = "director.changed"


class CertificationChanged(LabelEvent):
    type = "certification.changed"
