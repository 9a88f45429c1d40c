import re
import unicodedata
from datetime import datetime
from decimal import ROUND_HALF_UP, Decimal
from typing import Annotated

from pydantic import (
    AfterValidator,
    BaseModel,
    BeforeValidator,
    ConfigDict,
    Field,
    StringConstraints,
)

from cinema.http.pagination import PageQuery
from cinema.social.models import ReactionValue, ReportResolution

# C0 and C1 but tab and line end: they mean nothing in a text and hide things in a terminal.
CONTROLS = re.compile("[\x00-\x08\x0b-\x1f\x7f-\x9f]")
# They count as letters or symbols, but nobody sees them.
BLANK_LETTERS = frozenset("\u115f\u1160\u2800\u3164\uffa0")
UNSEEN = ("C", "Z", "M")
"""First letters of the categories of characters that show nothing by themselves."""


def _trimmed(text: object) -> object:
    """Trim before the length is counted; browsers send a text area's line ends as CR LF."""
    if not isinstance(text, str):
        return text
    return unicodedata.normalize("NFC", text.replace("\r\n", "\n")).strip()


def _readable(text: str) -> str:
    if CONTROLS.search(text):
        raise ValueError("must not hold control characters")
    if not any(_is_seen(char) for char in text):
        raise ValueError("must hold something that can be read")
    return text


def _is_seen(char: str) -> bool:
    return unicodedata.category(char)[0] not in UNSEEN and char not in BLANK_LETTERS


CommentText = Annotated[
    str,
    BeforeValidator(_trimmed),
    StringConstraints(min_length=1, max_length=2000),
    AfterValidator(_readable),
]
Reason = Annotated[
    str,
    BeforeValidator(_trimmed),
    StringConstraints(min_length=1, max_length=500),
    AfterValidator(_readable),
]


def _no_truth(value: object) -> object:
    """Refuse true and false, which Python takes for 1 and 0."""
    if isinstance(value, bool):
        raise ValueError("must be a number")
    return value


def average_of(rating_sum: int, rating_count: int) -> Decimal | None:
    """Return the average of the ratings to one decimal, halves up as PostgreSQL and browsers round
    them; None where there is none."""
    if not rating_count:
        return None
    return (Decimal(rating_sum) / rating_count).quantize(Decimal("0.1"), ROUND_HALF_UP)


class SetReaction(BaseModel):
    model_config = ConfigDict(extra="forbid")

    value: ReactionValue


class ReactionOut(BaseModel):
    """The movie's counts, and what the caller's own reaction is now."""

    likes: int
    dislikes: int
    value: ReactionValue | None


class SetRating(BaseModel):
    model_config = ConfigDict(extra="forbid")

    value: Annotated[int, BeforeValidator(_no_truth)] = Field(ge=1, le=10)


class RatingOut(BaseModel):
    """The movie's rating, and what the caller's own is now."""

    average: Decimal | None
    count: int
    value: int | None


class RatingsOut(BaseModel):
    """How a movie is rated; `histogram` has ten numbers, of the ones first."""

    average: Decimal | None
    count: int
    histogram: list[int]


class FavoriteOut(BaseModel):
    """Whether the movie is among the caller's favourites, and among how many in all."""

    favorite: bool
    favorites: int


class PostComment(BaseModel):
    """`parent_id` is the comment that is answered."""

    model_config = ConfigDict(extra="forbid")

    text: CommentText
    parent_id: int | None = Field(default=None, ge=1, lt=10**18)


class EditComment(BaseModel):
    model_config = ConfigDict(extra="forbid")

    text: CommentText


class CommentMe(BaseModel):
    """What the comment is to the caller."""

    mine: bool
    liked: bool
    reported: bool


class CommentOut(BaseModel):
    """A deleted comment with replies stays as a tombstone: without its author and its text.

    `parent_id` is the comment on the top level under which a reply stands.
    """

    id: int
    movie_id: int
    parent_id: int | None
    author: str | None
    text: str | None
    created_at: datetime
    edited_at: datetime | None
    deleted: bool
    likes: int
    replies: int
    me: CommentMe | None = None


class LikesOut(BaseModel):
    likes: int
    liked: bool


class ReportComment(BaseModel):
    model_config = ConfigDict(extra="forbid")

    reason: Reason


class ReportsQuery(PageQuery):
    open: bool = Field(default=True, description="What waits, the oldest first; or what is done.")


class ReportLine(BaseModel):
    reason: str
    reporter: str
    at: datetime


class ReportOut(BaseModel):
    """A comment that somebody wants to be looked at, with everything that was said against it.

    `id` is that of the first report. A removed comment has no text and no author any more.
    """

    id: int
    comment_id: int
    movie_id: int
    movie: str
    author: str | None
    text: str | None
    written_at: datetime
    reports: list[ReportLine]
    resolution: ReportResolution | None
    resolved_by: str | None
    resolved_at: datetime | None


class ResolveReport(BaseModel):
    model_config = ConfigDict(extra="forbid")

    resolution: ReportResolution
