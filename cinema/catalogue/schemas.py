from datetime import datetime
from decimal import Decimal
from enum import StrEnum
from typing import Annotated, Literal
from uuid import UUID

from pydantic import BaseModel, ConfigDict, Field
from typing_extensions import TypedDict

from cinema.http.pagination import CursorPage, Page, PageQuery

MAX_FILTERS = 20
"""How often one repeatable filter may be given."""

Name = Annotated[str, Field(min_length=1, max_length=100)]


class SortKey(StrEnum):
    """What the list can be put in order by; `-` before it turns the order round."""

    PRICE = "price"
    YEAR = "year"
    IMDB = "imdb"
    VOTES = "votes"
    NAME = "name"
    TIME = "time"
    META_SCORE = "meta_score"
    RATING = "rating"
    RELEASE_AT = "release_at"
    CREATED_AT = "created_at"
    RELEVANCE = "relevance"


class MovieQuery(PageQuery):
    """The catalogue's filters: OR inside a repeatable one, AND between them."""

    q: str = Field(default="", max_length=100)
    year: int | None = Field(default=None, ge=1888, le=2200)
    year_min: int | None = Field(default=None, ge=1888, le=2200)
    year_max: int | None = Field(default=None, ge=1888, le=2200)
    imdb_min: Decimal | None = Field(default=None, ge=0, le=10)
    imdb_max: Decimal | None = Field(default=None, ge=0, le=10)
    price_min: Decimal | None = Field(default=None, ge=0, le=Decimal("99999999.99"))
    price_max: Decimal | None = Field(default=None, ge=0, le=Decimal("99999999.99"))
    genre: tuple[Name, ...] = Field(default=(), max_length=MAX_FILTERS)
    star: tuple[Name, ...] = Field(default=(), max_length=MAX_FILTERS)
    director: tuple[Name, ...] = Field(default=(), max_length=MAX_FILTERS)
    certification: tuple[Name, ...] = Field(default=(), max_length=MAX_FILTERS)
    available: bool | None = None
    sort: str = Field(
        default="",
        max_length=100,
        pattern=rf"^(-?({'|'.join(SortKey)})(,-?({'|'.join(SortKey)})){{0,3}})?$",
        description="Up to four keys, as in `-imdb,year`; best match or popularity otherwise.",
    )


class Rating(BaseModel):
    average: Decimal | None
    count: int


class Posters(TypedDict):
    small: str
    medium: str
    large: str


class NamedOut(BaseModel):
    model_config = ConfigDict(from_attributes=True)

    id: int
    name: str


class GenreOut(NamedOut):
    movies: int


class MovieMe(BaseModel):
    """What the movie is to the caller."""

    in_cart: bool = False
    purchased: bool = False
    order_id: int | None = None
    """The caller's open order that holds this movie."""
    reaction: Literal["like", "dislike"] | None = None
    rating: int | None = None
    favorite: bool = False


class MovieOut(BaseModel):
    model_config = ConfigDict(from_attributes=True)

    id: int
    uuid: UUID
    name: str
    year: int
    time: int
    imdb: Decimal
    votes: int
    meta_score: int | None
    gross: Decimal | None
    description: str
    price: Decimal
    currency: str
    certification: str
    genres: list[str]
    directors: list[str]
    stars: list[str]
    is_available: bool
    release_at: datetime | None
    likes: int
    dislikes: int
    favorites: int
    comments: int
    rating: Rating
    poster: str
    posters: Posters
    trailer: str | None
    me: MovieMe | None = None


class MoviePage(Page[MovieOut]):
    """A page of the list.

    `did_you_mean` is the search with its words corrected, where it finds few and may be misspelt.
    """

    did_you_mean: str | None = None


class NameFacet(BaseModel):
    value: str
    movies: int


class DecadeFacet(BaseModel):
    year_min: int
    year_max: int
    movies: int


class PriceFacet(BaseModel):
    price_min: Decimal
    price_max: Decimal | None
    """None where the band has no end."""
    movies: int


class Facets(BaseModel):
    """How many movies each choice would show, under every filter but the facet's own."""

    genres: list[NameFacet]
    certifications: list[NameFacet]
    decades: list[DecadeFacet]
    prices: list[PriceFacet]


class SuggestQuery(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)

    q: str = Field(default="", max_length=100, description="What has been typed so far.")


class Suggestion(BaseModel):
    """A name to look for; `year` is a movie's."""

    kind: Literal["movie", "director", "star"]
    id: int
    name: str
    year: int | None


class Suggestions(BaseModel):
    items: list[Suggestion]


class LabelQuery(PageQuery):
    q: str = Field(
        default="", max_length=100, description="What the name, or a word of it, begins with."
    )


class LabelMovies(Page[MovieOut]):
    """A genre, a person or a certification, and a page of its movies."""

    id: int
    name: str


class LabelMoviesAfter(CursorPage[MovieOut]):
    """The same by cursor."""

    id: int
    name: str


class SimilarMovie(BaseModel):
    movie: MovieOut
    reasons: list[str]
    """Such as "same director: Agnès Varda", the weightiest first."""


class SimilarMovies(BaseModel):
    items: list[SimilarMovie]


class DeleteMovie(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)

    confirm: bool = Field(
        default=False, description="Take the movie out of the carts that it stands in."
    )
