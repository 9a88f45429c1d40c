"""What the search box offers while somebody types."""

from typing import Any
from urllib.parse import quote

import pytest

from cinema.catalogue import suggest
from cinema.catalogue.importer import Offer, import_offers
from cinema.database import fetch
from tests.catalogue.statements import statements
from tests.conftest import Client
from tests.factories import make_movie, movie_row

FILMS: dict[str, dict[str, Any]] = {
    "Amélie": {"directors": ("Jean-Pierre Jeunet",), "stars": ("Audrey Tautou",), "votes": 700},
    "American Beauty": {"directors": ("Sam Mendes",), "stars": ("Kevin Spacey",), "votes": 1000},
    "Her": {"directors": ("Spike Jonze",), "stars": ("Amy Adams",), "votes": 500},
    "Hero": {"directors": ("Yimou Zhang",), "stars": ("Jet Li",), "votes": 900},
    "The Da Vinci Heroes": {"directors": ("Amy Heckerling",), "stars": ("Sam Herr",), "votes": 5},
    "Unforgiven": {
        "directors": ("Clint Eastwood",), "stars": ("Clint Eastwood", "Gene Hackman"), "votes": 400,
        "description": "Her gunman comes back to America.",
    },
}  # fmt: skip

FILL = """
INSERT INTO movies (name, year, time, imdb, votes, description, price, certification_id, search)
SELECT 'Film ' || n, 1999, 100, 7, n, repeat('A film. ', 100), 1, certification_id,
       setweight(to_tsvector('simple', 'film ' || to_hex(n)), 'A')
       || setweight(to_tsvector('simple', 'star ' || to_hex(n)), 'B')
  FROM generate_series(1, 20000) n, movies
"""


@pytest.fixture
async def films(client: Client) -> Client:
    await import_offers(Offer(movie_row(name, **facts)) for name, facts in FILMS.items())
    return client


async def offered(client: Client, q: str) -> list[tuple[str, str]]:
    async with client.get(f"/api/v1/movies/suggest?q={quote(q)}") as response:
        body = await response.json()
        assert response.status == 200, body
        return [(item["kind"], item["name"]) for item in body["items"]]


OFFERED: dict[str, list[tuple[str, str]]] = {
    "ame": [("movie", "American Beauty"), ("movie", "Amélie")],
    "AMÉL": [("movie", "Amélie")],
    "beauty amer": [("movie", "American Beauty")],
    "her": [("movie", "Her"), ("movie", "Hero"), ("movie", "The Da Vinci Heroes"),
             ("star", "Sam Herr")],
    "clint": [("director", "Clint Eastwood"), ("star", "Clint Eastwood")],
    "eastw cl": [("director", "Clint Eastwood"), ("star", "Clint Eastwood")],
    "clint hackman": [],
    "jean-p": [("director", "Jean-Pierre Jeunet")],
    "america": [("movie", "American Beauty")],
    "merican": [],
    "gunman": [],
    "": [],
    " -!\"' ": [],
    "'; DROP TABLE movies; --": [],
}  # fmt: skip


async def test_names_that_begin_with_what_is_typed_are_offered(films: Client) -> None:
    assert {q: await offered(films, q) for q in OFFERED} == OFFERED


async def test_a_suggestion_leads_to_what_it_names(films: Client) -> None:
    async with films.get("/api/v1/movies/suggest?q=amelie") as response:
        [item] = (await response.json())["items"]
    [row] = await fetch("SELECT id FROM movies WHERE name = 'Amélie'")
    assert item == {"kind": "movie", "id": row["id"], "name": "Amélie", "year": 1999}
    async with films.get("/api/v1/movies/suggest?q=tautou") as response:
        [item] = (await response.json())["items"]
    [row] = await fetch("SELECT id FROM stars WHERE name = 'Audrey Tautou'")
    assert item == {"kind": "star", "id": row["id"], "name": "Audrey Tautou", "year": None}


async def test_a_deleted_film_is_not_offered_nor_are_its_people(films: Client) -> None:
    await fetch("UPDATE movies SET deleted_at = now() WHERE name IN ('Amélie', 'Unforgiven')")
    for q in ("amelie", "tautou", "eastwood"):
        assert await offered(films, q) == []


async def test_ten_are_offered_and_people_have_a_place_among_them(client: Client) -> None:
    await import_offers(
        Offer(movie_row(f"Stone {n}", votes=n, stars=(f"Emma Stone {n}",))) for n in range(20)
    )
    kinds = [kind for kind, _ in await offered(client, "stone")]
    assert kinds == ["movie"] * 6 + ["star"] * 4
    assert (await offered(client, "stone"))[:2] == [("movie", "Stone 19"), ("movie", "Stone 18")]
    assert [kind for kind, _ in await offered(client, "emma")] == ["star"] * 10


async def test_whatever_is_typed_costs_two_statements(films: Client) -> None:
    for q in ("a", "am be ca de"):
        async with statements() as seen:
            await offered(films, q)
        # The third is the version of the catalogue, which proves a kept answer fresh.
        assert len(seen) == 3, seen


async def test_what_makes_no_sense_is_refused(films: Client) -> None:
    for query in ("q=" + "x" * 101, "q=a&q=b", "query=a"):
        assert (await films.get(f"/api/v1/movies/suggest?{query}")).status == 422


async def test_suggestions_read_no_other_film(database: None) -> None:
    await make_movie("The first")
    await fetch(FILL)
    await fetch("ANALYZE movies")
    for statement, *given in (
        (suggest.MOVIES, "4e1f:*", "4e1f:*A", "'^' <-> 4e1f", "'^' <-> 4e1f:*"),
        (suggest.PEOPLE, "4e1f:*", "4e1f:*B"),
        (suggest.PEOPLE, "film:*", "film:*B"),
    ):
        rows = await fetch(f"EXPLAIN {statement}", *given)
        plan = "\n".join(row["QUERY PLAN"] for row in rows)
        assert "Seq Scan on movies m" not in plan, plan
