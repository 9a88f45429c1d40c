"""Addresses of what belongs to a movie: the same in every list, and made without a request."""

from uuid import UUID

from typing_extensions import TypedDict

POSTER_WIDTHS = {"small": 160, "medium": 400, "large": 800}
"""Pixels; a poster is half as high again as it is wide."""

POSTER = (
    f"coalesce('/' || m.poster_key || '/{POSTER_WIDTHS['medium']}.webp',"
    " '/posters/' || m.uuid || '.svg')"
)
"""The medium poster of the movie `m`, as SQL."""


class Posters(TypedDict):
    small: str
    medium: str
    large: str


def poster_links(uuid: UUID | str, key: str | None) -> Posters:
    """Return where the three sizes of a poster are: of the drawn one where none was sent in.

    `key` is random and names one picture for ever, so a browser may keep what it got.
    """
    if key is None:
        drawn = f"/posters/{uuid}.svg"
        return Posters(small=drawn, medium=drawn, large=drawn)
    small, medium, large = (f"/{key}/{width}.webp" for width in POSTER_WIDTHS.values())
    return Posters(small=small, medium=medium, large=large)


def trailer_link(movie_id: int, key: str | None) -> str | None:
    """Return where a movie's trailer is played from; None where it has none."""
    return None if key is None else f"/api/v1/movies/{movie_id}/trailer"
