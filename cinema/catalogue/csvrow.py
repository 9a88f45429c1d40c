"""One row of a CSV file of films: what each of its texts means, and why it may be refused."""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal
from functools import lru_cache
from unicodedata import normalize

NO_CERTIFICATION = "Not Rated"

# The price of a film by the year it came out, newest first: newer costs more.
PRICES_BY_YEAR = (
    (2020, Decimal("14.99")),
    (2010, Decimal("11.99")),
    (2000, Decimal("9.99")),
    (1990, Decimal("7.99")),
    (1970, Decimal("5.99")),
    (1888, Decimal("3.99")),
)

FIRST_YEAR = 1888  # "Roundhay Garden Scene", the oldest film that survives
LONGEST_NAME = 250
LONGEST_LABEL = 100  # of a genre, a person, a certification
LONGEST_RUNTIME = 100_000  # minutes: "Logistics", the longest film made, runs 51,420
BEST_RATING = 10
BEST_SCORE = 100
MOST_VOTES = 2**31 - 1
MOST_GROSS = Decimal(10) ** 13  # what numeric(15,2) does not hold any more
MOST_PRICE = Decimal("99999999.99")
_SHOWN = 60  # characters of a foreign text in a reason

_WHOLE = re.compile(r"[0-9]{1,12}")
_GROUPED = re.compile(r"[0-9]{1,3}(?:,[0-9]{3}){1,5}|[0-9]{1,18}")
_MONEY = re.compile(r"(?:[0-9]{1,3}(?:,[0-9]{3}){1,5}|[0-9]{1,18})(?:\.[0-9]{1,2})?")
_RATING = re.compile(r"[0-9]{1,2}(?:\.[0-9])?")
_RUNTIME = re.compile(r"([0-9]{1,6}) ?min|([0-9]{1,6})")
_SCORE = re.compile(r"([0-9]{1,3})(?:\.0)?")
# Everything of C0 and C1 that is not white space, and the marks that reverse the text around them.
_CONTROL = re.compile("[\x00-\x08\x0e-\x1f\x7f-\x84\x86-\x9f\u202a-\u202e\u2066-\u2069]")


@dataclass(frozen=True, slots=True)
class MovieRow:
    name: str
    year: int
    time: int
    imdb: Decimal
    votes: int
    meta_score: int | None
    gross: Decimal | None
    description: str
    price: Decimal
    certification: str
    genres: tuple[str, ...]
    directors: tuple[str, ...]
    stars: tuple[str, ...]


class Refusal(Exception):
    """Why one row cannot be taken."""


@lru_cache(maxsize=500)
def price_of_year(year: int) -> Decimal:
    """Return the price that `PRICES_BY_YEAR` gives to a film of this year."""
    return next((price for since, price in PRICES_BY_YEAR if year >= since), PRICES_BY_YEAR[-1][1])


def read_row(fields: Sequence[str], last_year: int, price: Decimal | None) -> MovieRow:
    """Return the film of these fields, in the order of `csvfile.COLUMNS`.

    `last_year` is the last one a film may have; without a price it follows `PRICES_BY_YEAR`.
    Raises `Refusal` with the reason.
    """
    name, year_text, certificate, runtime, genres, rating, overview = fields[:7]
    score, director, *stars, votes, gross = fields[7:]
    title = tidy(name, "name")
    if not title:
        raise Refusal("the name is empty")
    if len(title) > LONGEST_NAME:
        raise Refusal(f"the name has {len(title)} characters, more than {LONGEST_NAME}")
    year = _year(year_text, last_year)
    return MovieRow(
        title,
        year,
        _minutes(runtime),
        _rating(rating),
        _votes(votes),
        _score(score),
        _gross(gross),
        tidy(overview, "description"),
        price_of_year(year) if price is None else price,
        _label(certificate, "certificate") or NO_CERTIFICATION,
        _genres(genres),
        _directors(director),
        _unique(stars, "star"),
    )


def tidy(text: str, what: str) -> str:
    """Return the text in NFC with its white space collapsed.

    Raises `Refusal` for a control character and for a mark that reverses the text around it.
    """
    if text.isprintable() and "  " not in text:  # nearly always, and several times faster
        return normalize("NFC", text.strip())
    if _CONTROL.search(text):
        raise Refusal(f"the {what} holds a control character: {_shown(text)}")
    collapsed = " ".join(normalize("NFC", text).split())
    # Nothing but marks of width zero is nothing that anybody could read.
    return collapsed if any(map(str.isprintable, collapsed)) else ""


@lru_cache(maxsize=50_000)
def _label(text: str, what: str) -> str:
    label = tidy(text, what)
    if len(label) > LONGEST_LABEL:
        raise Refusal(f"the {what} has {len(label)} characters, more than {LONGEST_LABEL}")
    return label


@lru_cache(maxsize=5_000)
def _genres(text: str) -> tuple[str, ...]:
    return _unique(text.split(","), "genre")


@lru_cache(maxsize=20_000)
def _directors(text: str) -> tuple[str, ...]:
    return _unique((text,), "director")


def _unique(texts: Sequence[str], what: str) -> tuple[str, ...]:
    """Return the names that are not empty, each once whatever its case, the first spelling kept."""
    once: dict[str, str] = {}
    for text in texts:
        label = _label(text, what)
        if label:
            once.setdefault(label.lower(), label)
    return tuple(once.values())


@lru_cache(maxsize=5_000)
def _year(text: str, last_year: int) -> int:
    digits = _present(text, "year")
    if not _WHOLE.fullmatch(digits):
        raise Refusal(f"the year is {_shown(digits)}, not a number")
    year = int(digits)
    if not FIRST_YEAR <= year <= last_year:
        raise Refusal(f"the year {year} is not between {FIRST_YEAR} and {last_year}")
    return year


@lru_cache(maxsize=5_000)
def _minutes(text: str) -> int:
    found = _RUNTIME.fullmatch(_present(text, "runtime"))
    if not found:
        raise Refusal(f'the runtime is {_shown(text)}, not like "142 min"')
    minutes = int(found[1] or found[2])
    if not 1 <= minutes <= LONGEST_RUNTIME:
        raise Refusal(f"the runtime {minutes} is not between 1 and {LONGEST_RUNTIME} minutes")
    return minutes


@lru_cache(maxsize=1_000)
def _rating(text: str) -> Decimal:
    digits = _present(text, "rating")
    if not _RATING.fullmatch(digits):
        raise Refusal(f"the rating is {_shown(digits)}, not a number with one decimal")
    rating = Decimal(digits).quantize(Decimal("0.1"))
    if rating > BEST_RATING:
        raise Refusal(f"the rating {rating} is not between 0 and {BEST_RATING}")
    return rating


@lru_cache(maxsize=1_000)
def _score(text: str) -> int | None:
    digits = text.strip()
    if not digits:
        return None
    found = _SCORE.fullmatch(digits)
    if not found:
        raise Refusal(f"the meta score is {_shown(digits)}, not a whole number")
    if int(found[1]) > BEST_SCORE:
        raise Refusal(f"the meta score {found[1]} is not between 0 and {BEST_SCORE}")
    return int(found[1])


def _votes(text: str) -> int:
    digits = _present(text, "number of votes")
    if not _GROUPED.fullmatch(digits):
        raise Refusal(f"the number of votes is {_shown(digits)}, not a whole number")
    votes = int(digits.replace(",", ""))
    if votes > MOST_VOTES:
        raise Refusal(f"the number of votes is above {MOST_VOTES:,}")
    return votes


def _gross(text: str) -> Decimal | None:
    digits = text.strip()
    if not digits:
        return None
    if not _MONEY.fullmatch(digits):
        raise Refusal(f"the gross is {_shown(digits)}, not an amount")
    gross = Decimal(digits.replace(",", ""))
    if gross >= MOST_GROSS:
        raise Refusal(f"the gross is not below {MOST_GROSS:,}")
    return gross


def _present(text: str, what: str) -> str:
    value = text.strip()
    if not value:
        raise Refusal(f"the {what} is missing")
    return value


def shortened(text: str) -> str:
    """Return the beginning of a foreign text, safe to print in one line."""
    clean = "".join(
        character if character.isprintable() else "\ufffd" for character in text[:_SHOWN]
    )
    return f"{clean}…" if len(text) > _SHOWN else clean


def _shown(text: str) -> str:
    return f'"{shortened(text)}"'
