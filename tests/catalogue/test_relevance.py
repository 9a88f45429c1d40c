"""The film that must come first, asked of the real 999 films."""

from pathlib import Path
from typing import Any
from urllib.parse import quote

import pytest

from cinema.catalogue.importer import import_file
from tests.catalogue.films import PRICE
from tests.conftest import Client

REAL = Path(__file__).parents[3] / "shared" / "data" / "imdb_top_1000.csv"
FIRST = {
    "godfather": "The Godfather",
    "the god": "The Godfather",
    "amelie": "Amélie",
    "lord rings king": "The Lord of the Rings: The Return of the King",
    "Her": "Her",
    "Up": "Up",
    "Ran": "Ran",
    "saw": "Saw",
    "8 1/2": "8½",
    "8½": "8½",
    "miyazaki": "Sen to Chihiro no kamikakushi",
    "bergman death": "Det sjunde inseglet",
    '"dark knight" -rises': "The Dark Knight",
    "lord rings -king -towers": "The Lord of the Rings: The Fellowship of the Ring",
    "tarantino jackson": "Pulp Fiction",
    "wall e": "WALL·E",
    "spider man": "Spider-Man: Into the Spider-Verse",
    "leon": "Léon",
    "star wars": "Star Wars",
    "se7": "Se7en",
    "kurosawa samurai": "Shichinin no samurai",
    "12 angry": "12 Angry Men",
    "horror hitchcock": "Psycho",
    "Rocky": "Rocky",
    "heat": "Heat",
}
SLIPS = {
    "godfathr": ("godfather", "The Godfather"),
    "miazaki": ("miyazaki", "Sen to Chihiro no kamikakushi"),
    "shawshnak redemtion": ("shawshank redemption", "The Shawshank Redemption"),
    "hichcock": ("hitchcock", "Psycho"),
    "kubrik shining": ("kubrick shining", "The Shining"),
    "scorcese": ("scorsese", "The Departed"),
    "incepton": ("inception", "Inception"),
    "lord of teh rigns": ("lord of the rings", "The Lord of the Rings: The Fellowship of the Ring"),
    "casblanca": ("casablanca", "Casablanca"),
    "tarentino": ("tarantino", "Pulp Fiction"),
}

pytestmark = pytest.mark.skipif(
    not REAL.exists(), reason="the real file is not part of the product"
)


async def answer(client: Client, q: str) -> Any:
    async with client.get(f"/api/v1/movies?q={quote(q)}") as response:
        assert response.status == 200
        return await response.json()


async def test_the_film_that_was_meant_comes_first(client: Client) -> None:
    await import_file(REAL, price=PRICE)
    found = {q: (await answer(client, q))["items"] for q in FIRST}
    assert {q: items[0]["name"] if items else None for q, items in found.items()} == FIRST


async def test_a_slip_is_corrected_to_the_word_that_was_meant(client: Client) -> None:
    await import_file(REAL, price=PRICE)
    found = {}
    for q in SLIPS:
        meant = (await answer(client, q))["did_you_mean"]
        films = (await answer(client, meant))["items"] if meant else []
        found[q] = (meant, films[0]["name"] if films else None)
    assert found == SLIPS
