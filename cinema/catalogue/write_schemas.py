"""What moderators send. The bounds are the importer's, from `csvrow`."""

from datetime import UTC, datetime
from decimal import Decimal
from typing import Annotated, Any

from pydantic import (
    AfterValidator,
    AwareDatetime,
    BaseModel,
    BeforeValidator,
    ConfigDict,
    Field,
    PlainValidator,
    WithJsonSchema,
)

from cinema.catalogue.csvrow import (
    BEST_RATING,
    BEST_SCORE,
    FIRST_YEAR,
    LONGEST_LABEL,
    LONGEST_NAME,
    LONGEST_RUNTIME,
    MOST_PRICE,
    MOST_VOTES,
    Refusal,
    tidy,
)
from cinema.money import Amount

LONGEST_DESCRIPTION = 10_000
MOST_LABELS = 50
"""How many genres, directors or stars one movie may be given."""
LAST_YEAR = 2200  # what the table takes; what is accepted ends with the next year
LAST_RELEASE = 2100


def _tidied(value: Any) -> Any:
    if not isinstance(value, str):
        return value
    try:
        return tidy(value, "text")
    except Refusal as refusal:
        raise ValueError(str(refusal)) from None


def _price(amount: Decimal) -> Decimal:
    if amount > MOST_PRICE:
        raise ValueError(f"A price is at most {MOST_PRICE:,}.")
    return amount


def _this_century(moment: datetime) -> datetime:
    if moment.year > LAST_RELEASE:
        raise ValueError(f"A release is at latest in {LAST_RELEASE}.")
    return moment


def _not_after_next_year(year: int) -> int:
    last = datetime.now(UTC).year + 1
    if year > last:
        raise ValueError(f"Input should be less than or equal to {last}.")
    return year


def _text_of_a_moment(value: Any) -> Any:
    if not isinstance(value, str):
        raise ValueError("Write a moment as a text, such as 2027-01-31T18:00:00Z.")
    return value


def _reference(value: Any) -> int | str:
    """Take a name, or the id of one that is there."""
    if isinstance(value, int) and not isinstance(value, bool):
        if not 1 <= value <= 2**53:
            raise ValueError("This is no id.")
        return value
    if not isinstance(value, str):
        raise ValueError("Give a name or an id.")
    name: str = _tidied(value)
    if not 1 <= len(name) <= LONGEST_LABEL:
        raise ValueError(f"A name has 1 to {LONGEST_LABEL} characters.")
    return name


MovieName = Annotated[str, BeforeValidator(_tidied), Field(min_length=1, max_length=LONGEST_NAME)]
LabelName = Annotated[str, BeforeValidator(_tidied), Field(min_length=1, max_length=LONGEST_LABEL)]
Description = Annotated[str, BeforeValidator(_tidied), Field(max_length=LONGEST_DESCRIPTION)]
Year = Annotated[
    int, Field(strict=True, ge=FIRST_YEAR, le=LAST_YEAR), AfterValidator(_not_after_next_year)
]
Minutes = Annotated[int, Field(strict=True, ge=1, le=LONGEST_RUNTIME)]
Imdb = Annotated[Decimal, Field(ge=0, le=BEST_RATING, decimal_places=1)]
Votes = Annotated[int, Field(strict=True, ge=0, le=MOST_VOTES)]
MetaScore = Annotated[int, Field(strict=True, ge=0, le=BEST_SCORE)]
Price = Annotated[Amount, AfterValidator(_price)]
Moment = Annotated[AwareDatetime, BeforeValidator(_text_of_a_moment), AfterValidator(_this_century)]
Reference = Annotated[
    int | str,
    PlainValidator(_reference),
    WithJsonSchema(
        {
            "anyOf": [
                {"type": "string", "minLength": 1, "maxLength": LONGEST_LABEL},
                {"type": "integer", "minimum": 1, "maximum": 2**53},
            ]
        }
    ),
]
References = Annotated[tuple[Reference, ...], Field(max_length=MOST_LABELS)]

UNSET: Any = Field(default_factory=lambda: None)
"""A field of a patch that was not sent holds None, which could not be sent."""


class CreateMovie(BaseModel):
    """A name that is not there yet is made; one that is, is found whatever its case."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    name: MovieName
    year: Year
    time: Minutes
    imdb: Imdb
    votes: Votes = 0
    meta_score: MetaScore | None = None
    gross: Amount | None = None
    description: Description
    price: Price
    certification: Reference
    genres: References = ()
    directors: References = ()
    stars: References = ()
    is_available: Annotated[bool, Field(strict=True)] = True
    release_at: Moment | None = None


class UpdateMovie(BaseModel):
    """Only what is sent changes; a list takes the place of the one before."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    name: MovieName = UNSET
    year: Year = UNSET
    time: Minutes = UNSET
    imdb: Imdb = UNSET
    votes: Votes = UNSET
    meta_score: MetaScore | None = None
    gross: Amount | None = None
    description: Description = UNSET
    price: Price = UNSET
    certification: Reference = UNSET
    genres: References = UNSET
    directors: References = UNSET
    stars: References = UNSET
    is_available: Annotated[bool, Field(strict=True)] = UNSET
    release_at: Moment | None = None


class NameLabel(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)

    name: LabelName
