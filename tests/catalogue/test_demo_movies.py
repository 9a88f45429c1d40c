import json
import re
from collections import Counter
from decimal import Decimal
from importlib import resources
from typing import Any
from unicodedata import is_normalized

import pytest

from cinema.catalogue.csvrow import LONGEST_LABEL, LONGEST_NAME
from cinema.catalogue.posters import poster_svg

KEYS = {
    "name", "year", "time", "imdb", "votes", "meta_score", "gross", "certification", "genres",
    "directors", "stars", "price", "is_available", "release_in_days", "description",
}  # fmt: skip
CERTIFICATIONS = {"G", "PG", "PG-13", "R", "Not Rated"}
FILMS: list[dict[str, Any]] = json.loads(
    resources.files("cinema.catalogue").joinpath("demo_movies.json").read_text("utf-8")
)
each_film = pytest.mark.parametrize("film", FILMS, ids=lambda film: film["name"])


@each_film
def test_a_demo_film_is_one_that_the_catalogue_takes(film: dict[str, Any]) -> None:
    assert film.keys() == KEYS
    assert 0 < len(film["name"]) <= LONGEST_NAME
    assert 1888 <= film["year"] <= 2026
    assert film["time"] > 0
    assert re.fullmatch(r"\d\.\d", film["imdb"])
    assert film["votes"] > 0
    assert film["meta_score"] is None or 0 <= film["meta_score"] <= 100
    assert film["gross"] is None or re.fullmatch(r"\d+\.\d\d", film["gross"])
    assert film["certification"] in CERTIFICATIONS


@each_film
def test_the_names_around_a_demo_film_are_whole_and_stand_once(film: dict[str, Any]) -> None:
    assert film["genres"]
    assert film["directors"]
    assert len(film["stars"]) <= 5
    for column in ("genres", "directors", "stars"):
        names = film[column]
        assert len({name.lower() for name in names}) == len(names)
        assert all(name and name == " ".join(name.split()) for name in names)
        assert all(len(name) <= LONGEST_LABEL and is_normalized("NFC", name) for name in names)


@each_film
def test_a_demo_film_is_described_in_a_few_sentences(film: dict[str, Any]) -> None:
    assert 100 <= len(film["description"]) <= 400
    assert film["description"][-1] in ".?!"
    assert is_normalized("NFC", film["name"] + film["description"])


@each_film
def test_a_demo_film_gets_a_poster(film: dict[str, Any]) -> None:
    svg = poster_svg(film["name"], film["year"], film["genres"], film["votes"])
    assert len(svg.encode()) < 6 * 1024


def test_the_demo_catalogue_is_large_and_holds_no_film_twice() -> None:
    assert len(FILMS) >= 64
    assert len({(film["name"].lower(), film["year"], film["time"]) for film in FILMS}) == len(FILMS)


def test_one_demo_film_is_free_and_the_others_cost_what_a_film_may() -> None:
    prices = sorted(Decimal(film["price"]) for film in FILMS)
    assert prices[0] == 0
    assert Decimal("2.99") <= prices[1] <= prices[-1] <= Decimal("14.99")
    assert all(re.fullmatch(r"\d+\.\d\d", film["price"]) for film in FILMS)


def test_two_demo_films_cannot_be_had_and_two_are_still_to_come() -> None:
    assert sum(not film["is_available"] for film in FILMS) == 2
    days = [film["release_in_days"] for film in FILMS if film["release_in_days"] is not None]
    assert len(days) == 2
    assert min(days) > 0


def test_demo_films_come_from_every_decade_and_a_person_is_always_spelled_alike() -> None:
    assert {film["year"] // 10 for film in FILMS} >= {190, *range(192, 203)}
    people = {name for film in FILMS for name in (*film["directors"], *film["stars"])}
    folded = Counter(name.lower() for name in people)
    assert folded.most_common(1)[0][1] == 1
